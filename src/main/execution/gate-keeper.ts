import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, fromFloat, type Money, minOf, ONE, type Price, ZERO } from '../../shared/money.ts'
import type { Result } from '../../shared/result.ts'
import { DAY, type EpochMs, epochMs, MINUTE } from '../../shared/time.ts'
import { type GatedIntent, type GateLimits, passGate, reducesRisk } from '../domain/gate.ts'
import type { Tick } from '../domain/market.ts'
import { isFinal, type OrderIntent, remaining } from '../domain/order.ts'
import type { Clock, CoordinatorState, Markets, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type GateKeeperDeps = {
  readonly clock: Clock
  readonly stores: Pick<Stores, 'orders'>
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
  committed(asset: Asset, sleeve: 'core' | 'tactical' | null): Amount {
    let total: Decimal = ZERO
    for (const order of this.deps.stores.orders.live()) {
      if (isFinal(order.status) || (sleeve !== null && order.sleeve !== sleeve)) continue
      const spending = this.spendingOf(order, remaining(order))
      if (spending.asset === asset) total = total.plus(spending.amount)
    }
    return total as Amount
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
      isDuplicate: stores.orders.byClientOrderId(intent.clientOrderId) !== null,
      needed,
      available: books.of(sleeve, asset).minus(this.committed(asset, sleeve)) as Amount,
      ownedFree,
      bag: books.of('hodl', asset),
      spendable: ownedFree.minus(this.deps.keptBack(asset)) as Amount,
    }
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
