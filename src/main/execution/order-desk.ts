import {
  type Asset,
  baseOf,
  type ClientOrderId,
  type CorrelationId,
  type OrderId,
  quoteOf,
  type TradedPair,
} from '../../shared/ids.ts'
import {
  type Amount,
  ceilToStep,
  type Decimal,
  floorToStep,
  fromFloat,
  type Money,
  maxOf,
  minOf,
  ONE,
  type Price,
  toText,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, DAY, epochMs, MINUTE } from '../../shared/time.ts'
import { type GateLimits, passGate } from '../domain/gate.ts'
import { type LedgerEntry, transferEntry } from '../domain/ledger.ts'
import type { Tick } from '../domain/market.ts'
import { isFinal, type Order, type OrderIntent, type OrderType, pendingOrder, remaining } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import type { ApprovedProposal, Leg } from '../domain/proposal.ts'
import type { Clock, CoordinatorState, Exchange, Markets } from '../ports.ts'
import { OrderBooking, type OrderBookingDeps } from './order-booking.ts'

export type OrderDeskDeps = OrderBookingDeps & {
  readonly clock: Clock
  readonly exchange: Exchange
  readonly markets: Markets
  readonly fresh: (symbol: TradedPair) => Tick | null
  /** The account's quote per unit of an asset; null while unknown. */
  readonly priceOf: (asset: Asset) => Price | null
  readonly coordinator: () => CoordinatorState
  readonly halt: (reason: string) => void
  readonly onBug: (error: unknown) => void
  readonly limits: GateLimits
  readonly deadlineMs: number
  readonly reconcileMs: number
  readonly assets: readonly Asset[]
}

type Draft = Pick<OrderIntent, 'symbol' | 'side' | 'type' | 'amount' | 'limitPrice' | 'sleeve' | 'receipt'> & {
  readonly correlationId: CorrelationId
}

/**
 * One order at a time: gate, intent to disk, request, answer, fills. An unknown outcome is never sent again: the order
 * is in doubt until the exchange, asked after the deadline, knows it or does not.
 */
export class OrderDesk {
  private difference: string | null = null
  private readonly deps: OrderDeskDeps
  private readonly booking: OrderBooking

  constructor(deps: OrderDeskDeps) {
    this.deps = deps
    this.booking = new OrderBooking(deps)
  }

  blockedBecause(): string | null {
    return this.difference
  }

  /** Places what is left of a leg, resized to what can be paid. The value is the order after the exchange's answer. */
  async placeLeg(proposal: ApprovedProposal, index: number, left: Amount, type: OrderType): Promise<Result<Order>> {
    const leg = proposal.legs[index]
    if (leg === undefined) return fail('execution/no-leg', `${proposal.id} has no leg ${index}.`)
    const rules = this.deps.markets.rules(leg.symbol)
    const tick = this.deps.fresh(leg.symbol)
    if (rules === null) return fail('execution/no-market', `${leg.symbol} is not traded now.`)
    if (tick === null) return fail('execution/stale-price', `There is no fresh price of ${leg.symbol}.`)
    const sleeve = proposal.kind === 'tactical' ? 'tactical' : 'core'
    const limitPrice = type === 'market' ? leg.worstPrice : atTouch(leg, tick, rules.tick)
    const lender = proposal.kind === 'tactical' ? 'core' : sleeve
    const amount = floorToStep(this.affordable(leg, left, tick, lender), rules.lot)
    if (amount.lt(rules.minAmount) || amount.times(limitPrice).lt(rules.minCost)) {
      return fail('execution/below-minimum', `${toText(amount)} is below the minimum of ${leg.symbol}.`)
    }
    return this.place({
      symbol: leg.symbol,
      side: leg.side,
      type,
      amount,
      limitPrice,
      sleeve,
      receipt: { kind: 'proposal_leg', proposalId: proposal.id, leg: index },
      correlationId: proposal.correlationId,
    })
  }

  /** Sells a whole position at market. */
  async placeExit(position: Position, reason: 'stop' | 'target' | 'trader'): Promise<Result<Order>> {
    const tick = this.deps.fresh(position.symbol)
    const rules = this.deps.markets.rules(position.symbol)
    if (rules === null || tick === null) {
      return fail('execution/stale-price', `There is no fresh price of ${position.symbol}.`)
    }
    const placed = await this.place({
      symbol: position.symbol,
      side: 'sell',
      type: 'market',
      amount: floorToStep(position.amount, rules.lot),
      // An exit must happen: its worst price is one tick.
      limitPrice: rules.tick,
      sleeve: 'tactical',
      receipt: { kind: 'position_exit', positionId: position.id, reason },
      correlationId: position.correlationId,
    })
    return placed
  }

  /** What buying `amount` may cost at an order's worst price, fee included. */
  costOfBuying(order: Pick<OrderIntent, 'symbol' | 'limitPrice'>, amount: Amount): Amount {
    const fee = this.deps.markets.rules(order.symbol)?.takerFee ?? ZERO
    return amount.times(order.limitPrice).times(ONE.plus(fee)) as Amount
  }

  /** Cancels at the exchange; what becomes of the order is learnt by asking. */
  async cancel(id: OrderId, reason: string): Promise<void> {
    const order = this.deps.stores.orders.get(id)
    if (order === null || isFinal(order.status)) return
    const answer = await this.deps.exchange.cancel(order.clientOrderId)
    if (!answer.ok || answer.value === 'not-open') return
    // A fill can have crossed the cancel: book it before the order is called cancelled.
    await this.bookFills(id)
    this.booking.record(id, { type: 'cancelled', reason, at: this.deps.clock.now() })
  }

  /** Asks the exchange and books what it says. Null when there is no such order. */
  async askAbout(id: OrderId): Promise<Order | null> {
    const found = await this.bookFills(id)
    const order = this.deps.stores.orders.get(id)
    if (order === null || found === null) return order
    const now = this.deps.clock.now()
    if (found === 'never-seen') {
      const isUnproven = order.status === 'pending' || order.inDoubt
      if (isUnproven && now > order.deadline) this.booking.record(id, { type: 'never_placed', at: now })
    } else if (!isFinal(order.status)) {
      if (order.status === 'pending' || order.inDoubt) {
        this.booking.record(id, { type: 'accepted', exchangeId: found.exchangeId, at: now })
      }
      if (found.status === 'cancelled')
        this.booking.record(id, { type: 'cancelled', reason: 'by the exchange', at: now })
      if (found.status === 'expired') this.booking.record(id, { type: 'expired', at: now })
    }
    return this.deps.stores.orders.get(id)
  }

  /** The sum of the sleeves must equal the exchange's balances; a difference stops new orders until it is gone. */
  async compareBalances(): Promise<void> {
    const answer = await this.deps.exchange.balances()
    if (!answer.ok) return
    const differences = this.deps.assets.flatMap((asset) => {
      const there = answer.value.get(asset) ?? ZERO
      const here = this.deps.books.owned(asset)
      return there.eq(here) ? [] : [`${asset}: the ledger has ${toText(here)}, the exchange ${toText(there)}`]
    })
    const before = this.difference
    this.difference =
      differences.length === 0 ? null : `Ledger and exchange differ (${differences.join('; ')}): nothing new is sent.`
    if (this.difference !== null && this.difference !== before) {
      this.booking.alert('reconcile/difference', this.difference, null)
    }
  }

  private async place(draft: Draft): Promise<Result<Order>> {
    const { clock, ids, stores, exchange, bus } = this.deps
    const now = clock.now()
    const intent: OrderIntent = {
      ...draft,
      id: ids.next('ord') as OrderId,
      clientOrderId: ids.clientOrderId() as ClientOrderId,
      createdAt: now,
      deadline: after(now, this.deps.deadlineMs),
    }
    const gated = passGate(intent, this.gateContext(intent), this.deps.limits)
    if (!gated.ok) {
      this.booking.alert(gated.error.code, gated.error.message, draft.correlationId)
      return gated
    }
    const entries: LedgerEntry[] = []
    const order = pendingOrder(intent)
    stores.transact(() => {
      stores.orders.insert(order)
      if (intent.sleeve === 'tactical' && intent.side === 'buy') {
        const loan = this.costOfBuying(intent, intent.amount)
        const quote = quoteOf(intent.symbol)
        entries.push(this.deps.books.write(transferEntry(quote, loan, 'core', 'tactical', now, `${intent.id} borrows`)))
      }
      if (intent.receipt.kind === 'position_exit') this.booking.markExiting(intent.receipt.positionId, intent)
    })
    this.deps.books.commit(entries)
    bus.publish(
      'execution_events',
      { kind: 'order', order },
      { source: 'executor', priority: 'HIGH', correlationId: intent.correlationId },
    )
    const answer = await exchange.submit(gated.value)
    const at = clock.now()
    if (answer.ok) this.booking.record(intent.id, { type: 'accepted', exchangeId: answer.value.exchangeId, at })
    else if (answer.error.kind === 'unknown') {
      this.booking.record(intent.id, { type: 'doubted', reason: answer.error.message, at })
    } else {
      this.booking.record(intent.id, { type: 'refused', reason: answer.error.message, at })
      if (answer.error.kind === 'halt') this.deps.halt(answer.error.message)
    }
    // The reply is only an acceptance: what happened is asked.
    const asked = answer.ok ? await this.askAbout(intent.id) : stores.orders.get(intent.id)
    return ok(asked ?? order)
  }

  private async bookFills(id: OrderId) {
    const order = this.deps.stores.orders.get(id)
    if (order === null) return null
    const answer = await this.deps.exchange.find(order.clientOrderId)
    if (!answer.ok) return null
    if (answer.value === 'never-seen') return answer.value
    const state = this.deps.stores.orders.get(id)
    if (state !== null && state.status === 'pending') {
      this.booking.record(id, { type: 'accepted', exchangeId: answer.value.exchangeId, at: this.deps.clock.now() })
    }
    for (const fill of answer.value.fills) this.booking.bookFill(id, fill)
    return answer.value
  }

  private affordable(leg: Leg, left: Amount, tick: Tick, lender: 'core' | 'tactical'): Amount {
    const spent = leg.side === 'sell' ? baseOf(leg.symbol) : quoteOf(leg.symbol)
    const free = this.deps.books.of(lender, spent).minus(this.committed(spent, lender)) as Amount
    if (leg.side === 'sell') return minOf(left, free)
    const fee = this.deps.markets.rules(leg.symbol)?.takerFee ?? ZERO
    return minOf(left, free.div(fromFloat(tick.ask).times(ONE.plus(fee))) as Amount)
  }

  /** What open orders of a sleeve (null: of all) will spend of an asset. */
  private committed(asset: Asset, sleeve: 'core' | 'tactical' | null): Amount {
    let total: Decimal = ZERO
    for (const order of this.deps.stores.orders.live()) {
      if (isFinal(order.status) || (sleeve !== null && order.sleeve !== sleeve)) continue
      if (order.side === 'sell' && baseOf(order.symbol) === asset) total = total.plus(remaining(order))
      if (order.side === 'buy' && quoteOf(order.symbol) === asset) {
        total = total.plus(this.costOfBuying(order, remaining(order)))
      }
    }
    return total as Amount
  }

  private gateContext(intent: OrderIntent) {
    const { books, stores, clock } = this.deps
    const spent = intent.side === 'sell' ? baseOf(intent.symbol) : quoteOf(intent.symbol)
    // A tactical entry is paid by core's loan, which is made together with the intent.
    const sleeve = intent.sleeve === 'tactical' && intent.side === 'buy' ? 'core' : intent.sleeve
    const tick = this.deps.fresh(intent.symbol)
    const last = tick === null ? null : (fromFloat(tick.last) as Price)
    const atTouchPrice =
      intent.side === 'buy' && tick !== null
        ? minOf(intent.limitPrice, fromFloat(tick.ask) as Price)
        : intent.limitPrice
    const now = clock.now()
    const today = stores.orders.createdSince(epochMs(Math.min(Math.floor(now / DAY) * DAY, Math.max(0, now - MINUTE))))
    const day = Math.floor(now / DAY) * DAY
    return {
      coordinator: this.deps.coordinator(),
      blockedBecause: this.difference,
      lastPrice: last,
      notional: this.notionalOf(intent),
      ordersInLastMinute: today.filter((order) => order.createdAt > now - MINUTE).length,
      notionalToday: today
        .filter((order) => order.createdAt >= day)
        .reduce<Decimal>((total, order) => total.plus(this.notionalOf(order)), ZERO) as Money,
      isDuplicate: stores.orders.byClientOrderId(intent.clientOrderId) !== null,
      needed:
        intent.side === 'sell'
          ? intent.amount
          : this.costOfBuying({ ...intent, limitPrice: atTouchPrice }, intent.amount),
      available: books.of(sleeve, spent).minus(this.committed(spent, sleeve)) as Amount,
      ownedFree: books.owned(spent).minus(this.committed(spent, null)) as Amount,
      bag: books.of('hodl', spent),
    }
  }

  private notionalOf(order: OrderIntent): Money {
    const quotePrice = this.deps.priceOf(quoteOf(order.symbol))
    const price =
      order.receipt.kind === 'position_exit' ? (this.deps.priceOf(baseOf(order.symbol)) ?? ZERO) : order.limitPrice
    return order.amount.times(price).times(quotePrice ?? ZERO) as Money
  }
}

/** A limit order's price: the near side of the book, rounded to the tick away from the market, never beyond the leg's. */
function atTouch(leg: Leg, tick: Tick, step: Price): Price {
  return leg.side === 'buy'
    ? minOf(floorToStep(fromFloat(tick.bid) as Price, step), leg.worstPrice)
    : maxOf(ceilToStep(fromFloat(tick.ask) as Price, step), leg.worstPrice)
}
