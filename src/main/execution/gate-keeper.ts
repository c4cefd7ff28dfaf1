import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  fromFloat,
  type Money,
  maxOf,
  minOf,
  ONE,
  type Price,
  ZERO,
} from '../../shared/money.ts'
import type { Failure, Result } from '../../shared/result.ts'
import { DAY, type EpochMs, epochMs, MINUTE } from '../../shared/time.ts'
import { unapproved } from '../domain/approval.ts'
import { ordersOfLeg, takenBy } from '../domain/execution.ts'
import { type GatedIntent, type GateLimits, passGate, reducesRisk } from '../domain/gate.ts'
import type { OwnedAccount } from '../domain/ledger.ts'
import type { Tick } from '../domain/market.ts'
import { isFinal, type OrderIntent, remaining, type TradingSleeve } from '../domain/order.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { Clock, CoordinatorState, Hash, Markets, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type GateKeeperDeps = {
  readonly clock: Clock
  readonly stores: Pick<Stores, 'orders'> & { readonly proposals: Pick<Stores['proposals'], 'get'> }
  readonly hash: Hash
  readonly books: Books
  readonly markets: Markets
  readonly fresh: (symbol: TradedPair) => Tick | null
  /** The account's quote per unit of an asset; null while unknown. */
  readonly priceOf: (asset: Asset) => Price | null
  readonly coordinator: () => CoordinatorState
  readonly isKilled: () => boolean
  readonly blockedBecause: () => string | null
  /** What the exchange keeps back of an asset: earning, or held by orders placed by hand. */
  readonly keptBack: (asset: Asset) => Amount
  /** Whether the risk engine still lets an approved entry through. Errors `risk/…`. */
  readonly stillAllowed: (proposal: Proposal) => Result<null>
  readonly limits: GateLimits
}

type Spending = { readonly asset: Asset; readonly amount: Amount }

/** Reads what the gate wants to know at the moment of the check. */
export class GateKeeper {
  private readonly deps: GateKeeperDeps
  /** Today's orders and those of the last minute, so that a check costs the same whatever was sent before. */
  private minute: number[] = []
  private day: number | null = null
  private notionalToday: Decimal = ZERO

  constructor(deps: GateKeeperDeps) {
    this.deps = deps
  }

  check(intent: OrderIntent): Result<GatedIntent> {
    return passGate(intent, this.context(intent), this.deps.limits)
  }

  /** An order was written down: it counts against the limits, unless it only closes risk. */
  count(order: OrderIntent): void {
    if (this.day === null || reducesRisk(order)) return
    const day = Math.floor(order.createdAt / DAY)
    if (day !== this.day) this.notionalToday = ZERO
    this.day = day
    this.notionalToday = this.notionalToday.plus(this.notionalOf(order))
    this.minute.push(order.createdAt)
  }

  /** What buying `amount` may cost at an order's worst price, fee included. */
  costOfBuying(order: Pick<OrderIntent, 'symbol' | 'limitPrice'>, amount: Amount): Amount {
    const fee = this.deps.markets.rules(order.symbol)?.takerFee ?? ZERO
    return amount.times(order.limitPrice).times(ONE.plus(fee)) as Amount
  }

  /**
   * What `amount` of an order takes from the account at worst. On margin: the money behind it and the fee; closing a
   * margin position takes nothing.
   */
  spendingOf(order: OrderIntent, amount: Amount): Spending {
    const quote = quoteOf(order.symbol)
    if (order.leverage > 1) {
      if (order.receipt.kind !== 'proposal_leg') return { asset: quote, amount: ZERO }
      const value = amount.times(order.limitPrice)
      const fee = value.times(this.deps.markets.rules(order.symbol)?.takerFee ?? ZERO)
      return { asset: quote, amount: value.div(fromFloat(order.leverage)).plus(fee) as Amount }
    }
    return order.side === 'sell'
      ? { asset: baseOf(order.symbol), amount }
      : { asset: quote, amount: this.costOfBuying(order, amount) }
  }

  /** What open orders of a sleeve (null: of all) will spend of an asset. */
  committed(asset: Asset, sleeve: TradingSleeve | null): Amount {
    let total: Decimal = ZERO
    for (const order of this.deps.stores.orders.live()) {
      if (isFinal(order.status) || (sleeve !== null && order.sleeve !== sleeve)) continue
      const spending = this.spendingOf(order, remaining(order))
      if (spending.asset === asset) total = total.plus(spending.amount)
    }
    return total as Amount
  }

  /**
   * How much of a market may be bought at an order's worst price without touching a bag or what is set aside; null where
   * there is nothing of the kind.
   */
  roomToBuy({ symbol, limitPrice }: Pick<OrderIntent, 'symbol' | 'limitPrice'>): Amount | null {
    const { books } = this.deps
    const asset = quoteOf(symbol)
    const kept = books.of('hodl', asset).plus(this.setAside(asset, 'core'))
    if (kept.eq(ZERO)) return null
    const room = books.owned(asset).minus(this.committed(asset, null)).minus(kept)
    return maxOf(ZERO, room.div(this.costOfBuying({ symbol, limitPrice }, ONE as Decimal as Amount))) as Amount
  }

  private context(intent: OrderIntent) {
    const { books, stores, clock } = this.deps
    const now = clock.now()
    const tick = this.deps.fresh(intent.symbol)
    const atTouch =
      intent.side === 'buy' && tick !== null
        ? { ...intent, limitPrice: minOf(intent.limitPrice, fromFloat(tick.ask) as Price) }
        : intent
    const { asset, amount: needed } = this.spendingOf(atTouch, intent.amount)
    // A tactical entry is paid by core's loan, which is made together with the intent.
    const sleeve = intent.sleeve === 'tactical' && intent.receipt.kind === 'proposal_leg' ? 'core' : intent.sleeve
    // A bag's own coins are never spent: the savings buy for it.
    const purse = sleeve === 'hodl' ? 'savings' : sleeve
    const ownedFree = books.owned(asset).minus(this.committed(asset, null)) as Amount
    this.recall(now)
    this.minute = this.minute.filter((at) => at > now - MINUTE)
    return {
      isKilled: this.deps.isKilled(),
      coordinator: this.deps.coordinator(),
      blockedBecause: this.deps.blockedBecause(),
      // What cannot be valued has no fresh price either: it would pass every limit as if it were worth nothing.
      lastPrice: tick === null || this.quotePriceOf(intent) === null ? null : (fromFloat(tick.last) as Price),
      notional: this.notionalOf(intent) as Money,
      ordersInLastMinute: this.minute.length,
      notionalToday: (this.day === Math.floor(now / DAY) ? this.notionalToday : ZERO) as Money,
      unapprovedBecause: this.unapprovedBecause(intent),
      riskRefusal: this.riskRefusal(intent),
      isDuplicate: stores.orders.byClientOrderId(intent.clientOrderId) !== null,
      needed,
      neededAtWorst: this.spendingOf(intent, intent.amount).amount,
      available: books.of(purse, asset).minus(this.committed(asset, sleeve)) as Amount,
      ownedFree,
      bag: books.of('hodl', asset),
      setAside: this.setAside(asset, purse),
      spendable: ownedFree.minus(this.placedElsewhere(asset)) as Amount,
    }
  }

  /** What a plan could spend of an asset at once: not lent, in no bag, not set aside, neither earning nor in an order. */
  freeOfCore(asset: Asset): Amount {
    const { books } = this.deps
    const core = books.of('core', asset).minus(this.committed(asset, 'core'))
    const free = books.owned(asset).minus(this.committed(asset, null))
    const kept = books.of('hodl', asset).plus(this.setAside(asset, 'core'))
    return maxOf(ZERO, minOf(core, free.minus(maxOf(kept, this.placedElsewhere(asset))))) as Amount
  }

  /** The ledger knows what earns before the exchange has been asked for the first time. */
  private placedElsewhere(asset: Asset): Amount {
    return maxOf(this.deps.keptBack(asset), this.deps.books.of('earning', asset)) as Amount
  }

  private unapprovedBecause(intent: OrderIntent): string | null {
    const { receipt } = intent
    if (receipt.kind !== 'proposal_leg') return null
    const { proposals, orders } = this.deps.stores
    const earlier = ordersOfLeg(orders.ofProposal(receipt.proposalId), receipt.leg)
    return unapproved(intent, proposals.get(receipt.proposalId), takenBy(earlier), this.deps.hash)
  }

  /** Breakers and limits may have changed since the approval: a restart, another fill, a loss. */
  private riskRefusal({ receipt, sleeve }: OrderIntent): Failure | null {
    if (receipt.kind !== 'proposal_leg' || sleeve !== 'tactical') return null
    const proposal = this.deps.stores.proposals.get(receipt.proposalId)
    const allowed = proposal === null ? null : this.deps.stillAllowed(proposal)
    return allowed === null || allowed.ok ? null : allowed.error
  }

  /** What a purse must leave alone although no bag holds it; a withdrawal that is not classified yet is missing already. */
  private setAside(asset: Asset, purse: OwnedAccount): Amount {
    const { books } = this.deps
    const unclassified = maxOf(books.of('unclassified', asset), ZERO)
    return purse === 'savings' ? unclassified : (unclassified.plus(books.of('savings', asset)) as Amount)
  }

  /** Once, when prices are there to value them: what was sent before this start. */
  private recall(now: EpochMs): void {
    if (this.day !== null) return
    const dayStart = Math.floor(now / DAY) * DAY
    this.day = dayStart / DAY
    const since = epochMs(Math.max(0, Math.min(dayStart, now - MINUTE)))
    for (const order of [...this.deps.stores.orders.createdSince(since)].reverse()) this.count(order)
  }

  private quotePriceOf(order: OrderIntent): Price | null {
    return this.deps.priceOf(quoteOf(order.symbol))
  }

  private notionalOf(order: OrderIntent): Decimal {
    return order.amount.times(order.limitPrice).times(this.quotePriceOf(order) ?? ZERO)
  }
}
