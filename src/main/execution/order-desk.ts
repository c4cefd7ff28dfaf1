import {
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
  decimal,
  floorToStep,
  fromFloat,
  maxOf,
  minOf,
  ONE,
  type Price,
  toText,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs, MINUTE } from '../../shared/time.ts'
import { type Announce, createOutbox, type Outbox } from '../bus/outbox.ts'
import type { ApprovedProposal } from '../domain/approval.ts'
import { purchaseOf } from '../domain/bag-share.ts'
import { reducesRisk } from '../domain/gate.ts'
import { type LedgerEntry, transferEntry } from '../domain/ledger.ts'
import type { MarketRules, Tick } from '../domain/market.ts'
import {
  ENDED,
  type ExitReason,
  isFinal,
  type LegType,
  type Order,
  type OrderIntent,
  pendingOrder,
} from '../domain/order.ts'
import { exitSideOf, type Position } from '../domain/position.ts'
import type { Leg } from '../domain/proposal.ts'
import type { Clock, Exchange, ExchangeOrder, Markets } from '../ports.ts'
import type { GateKeeper } from './gate-keeper.ts'
import type { OrderBooking, OrderBookingDeps } from './order-booking.ts'

export type OrderDeskDeps = OrderBookingDeps & {
  readonly clock: Clock
  readonly exchange: Exchange
  readonly markets: Markets
  readonly fresh: (symbol: TradedPair) => Tick | null
  /** The last price seen, however old: what must be closed is closed. */
  readonly last: (symbol: TradedPair) => Tick | null
  readonly halt: (reason: string) => void
  readonly isKilled: () => boolean
  readonly deadlineMs: number
  /** How far from the touch a position may be closed, in percent. */
  readonly exitSlippagePercent: Decimal
}

type Draft = Omit<OrderIntent, 'id' | 'clientOrderId' | 'createdAt' | 'deadline'>

const NO_PRICE_YET = (symbol: TradedPair): string => `There has been no price of ${symbol} yet.`

/**
 * Exchange and machine may tell the time differently, and an order accepted at the last moment may not be listed at
 * once: absence is proven only this much after the deadline, ms.
 */
export const PROOF_MARGIN_MS = 2_000
/** An order that was accepted and is nowhere to be found so long after that is gone, ms. */
const VANISHED_MS = MINUTE

/**
 * One order at a time: gate, intent to disk, request, answer, fills. An unknown outcome is never sent again: the order
 * is in doubt until the exchange, asked after the deadline, knows it or does not.
 */
export class OrderDesk {
  private readonly deps: OrderDeskDeps
  private readonly gate: GateKeeper
  private readonly booking: OrderBooking
  private readonly outbox: Outbox

  constructor(deps: OrderDeskDeps, gate: GateKeeper, booking: OrderBooking) {
    this.deps = deps
    this.gate = gate
    this.booking = booking
    this.outbox = createOutbox(deps)
  }

  /** Places what is left of a leg, resized to what can be paid. The value is the order after the exchange's answer. */
  async placeLeg(proposal: ApprovedProposal, index: number, left: Amount, type: LegType): Promise<Result<Order>> {
    const leg = proposal.legs[index]
    if (leg === undefined) return fail('execution/no-leg', `${proposal.id} has no leg ${index}.`)
    const rules = this.deps.markets.rules(leg.symbol)
    const tick = this.deps.fresh(leg.symbol)
    if (rules === null) return fail('execution/no-market', `${leg.symbol} is not traded now.`)
    if (this.deps.last(leg.symbol) === null) return fail('execution/no-price', NO_PRICE_YET(leg.symbol))
    if (tick === null) return fail('execution/stale-price', `There is no fresh price of ${leg.symbol}.`)
    const sleeve = proposal.kind === 'tactical' ? 'tactical' : 'core'
    const limitPrice = type === 'market' ? leg.worstPrice : atTouch(leg, tick, rules.tick)
    const leverage = proposal.trade?.leverage ?? 1
    const amount = floorToStep(this.affordable(leg, left, tick, leverage, limitPrice), rules.lot)
    if (amount.lt(rules.minAmount) || amount.times(limitPrice).lt(rules.minCost)) {
      return fail('execution/below-minimum', `${toText(amount)} is below the minimum of ${leg.symbol}.`)
    }
    return this.place({
      symbol: leg.symbol,
      side: leg.side,
      type,
      amount,
      limitPrice,
      leverage,
      sleeve,
      receipt: { kind: 'proposal_leg', proposalId: proposal.id, leg: index },
      correlationId: proposal.correlationId,
    })
  }

  /**
   * Buys for a bag at once, for at most `budget` in quote with its fee, within `capPercent` of the touch.
   *
   * Errors: `execution/no-market`, `execution/stale-price`, `bag/below-minimum`, `gate/…`.
   */
  async placePurchase(symbol: TradedPair, budget: Amount, capPercent: Decimal): Promise<Result<Order>> {
    const tick = this.deps.fresh(symbol)
    const rules = this.deps.markets.rules(symbol)
    if (rules === null) return fail('execution/no-market', `${symbol} is not traded now`)
    if (tick === null) return fail('execution/stale-price', `there is no fresh price of ${symbol}`)
    const purchase = purchaseOf(budget, tick, rules, capPercent)
    if (!purchase.ok) return purchase
    return this.place({
      symbol,
      side: 'buy',
      type: 'market',
      amount: purchase.value.amount,
      limitPrice: purchase.value.worstPrice,
      leverage: 1,
      sleeve: 'hodl',
      receipt: { kind: 'bag_purchase' },
      correlationId: this.deps.ids.next('cor') as CorrelationId,
    })
  }

  /** Rests a stop at the exchange. */
  placeStop(position: Position, amount: Amount, trigger: Price): Promise<Result<Order>> {
    return this.place({
      ...closing(position),
      type: 'stop',
      amount,
      limitPrice: trigger,
      receipt: { kind: 'protective_stop', positionId: position.id },
    })
  }

  /** Closes at market. */
  async placeExit(position: Position, amount: Amount, reason: ExitReason): Promise<Result<Order>> {
    const tick = this.deps.last(position.symbol)
    const rules = this.deps.markets.rules(position.symbol)
    if (rules === null) return fail('execution/no-market', `${position.symbol} is not traded now.`)
    if (tick === null) return fail('execution/no-price', NO_PRICE_YET(position.symbol))
    return this.place({
      ...closing(position),
      type: 'market',
      amount,
      limitPrice: exitPrice(position, tick, rules, this.deps.exitSlippagePercent),
      receipt: { kind: 'position_exit', positionId: position.id, reason },
    })
  }

  /** Cancels at the exchange; what becomes of the order is learnt by asking. */
  async cancel(id: OrderId, reason: string): Promise<void> {
    const order = this.deps.stores.orders.get(id)
    if (order === null || isFinal(order.status)) return
    this.booking.noteCancel(id, reason)
    await this.deps.exchange.cancel(order.clientOrderId)
    await this.askAbout(id)
  }

  /**
   * Cancels an order that is written down as over and rests at the exchange all the same, and books what it brought.
   * Nobody would ever look at it again.
   */
  async takeBack(order: Order): Promise<void> {
    const answer = await this.deps.exchange.cancel(order.clientOrderId)
    if (answer.ok && answer.value === 'not-open') return // the list was older than its end
    const text = `${order.side} ${toText(order.amount)} ${order.symbol} counted as ${order.status} and rests at the exchange: it is being cancelled.`
    this.booking.alert('order/resurfaced', text, order)
    await this.askAbout(order.id)
  }

  /** Moves a resting stop. False when the exchange refuses for good. */
  async amendStop(id: OrderId, trigger: Price): Promise<boolean> {
    const order = this.deps.stores.orders.get(id)
    if (order === null || isFinal(order.status)) return true
    const answer = await this.deps.exchange.amend(order.clientOrderId, trigger)
    if (answer.ok && answer.value === 'amended') {
      this.booking.record(id, { type: 'amended', trigger, at: this.deps.clock.now() })
      return true
    }
    await this.askAbout(id)
    if (answer.ok || answer.error.kind !== 'refused') return true
    this.booking.alert(answer.error.code, answer.error.message, order)
    return false
  }

  /** Asks the exchange and books what it says. Null when there is no such order. */
  async askAbout(id: OrderId): Promise<Order | null> {
    const asked = this.deps.stores.orders.get(id)
    if (asked === null) return null
    const askedAt = this.deps.clock.now()
    const answer = await this.deps.exchange.find(asked.clientOrderId)
    if (answer.ok && answer.value === 'never-seen') this.noteAbsence(id, askedAt)
    else if (answer.ok) this.bookFindings(id, answer.value as ExchangeOrder)
    return this.deps.stores.orders.get(id)
  }

  /** What counts is when the question was asked: the order may have arrived while the answer was on its way. */
  private noteAbsence(id: OrderId, askedAt: EpochMs): void {
    const order = this.deps.stores.orders.get(id)
    if (order === null || (isFinal(order.status) && !order.inDoubt)) return
    const at = this.deps.clock.now()
    const proof = after(order.deadline, PROOF_MARGIN_MS)
    if (order.status === 'pending' || order.inDoubt) {
      if (askedAt > proof) this.booking.record(id, { type: 'never_placed', at })
      return
    }
    if (askedAt <= after(proof, VANISHED_MS)) return
    const text = `${order.side} ${toText(order.amount)} ${order.symbol} was accepted as ${order.exchangeId}, and the exchange knows of it no more: it counts as cancelled.`
    this.booking.alert('order/vanished', text, order)
    this.booking.record(id, { type: 'cancelled', reason: ENDED.byExchange, at })
  }

  private bookFindings(id: OrderId, found: ExchangeOrder): void {
    const at = this.deps.clock.now()
    const before = this.deps.stores.orders.get(id)
    if (before === null) return
    if (before.status === 'pending' || (before.inDoubt && !isFinal(before.status))) {
      this.booking.record(id, { type: 'accepted', exchangeId: found.exchangeId, at })
    }
    let isBooked = true
    for (const fill of found.fills) isBooked = this.booking.bookFill(id, fill) && isBooked
    const order = this.deps.stores.orders.get(id)
    if (order === null || isFinal(order.status)) return
    if (found.trigger !== null && order.trigger !== null && !found.trigger.eq(order.trigger)) {
      this.booking.record(id, { type: 'amended', trigger: found.trigger, at })
    }
    // Its fills can be listed later than its end: over only when all of them are here, but for those that cannot be booked.
    if (isBooked && !found.filled.eq(order.filled)) return
    // Filled there and not here: somebody made it smaller, or larger, on the exchange's own pages.
    if (found.status === 'cancelled' || found.status === 'filled') {
      this.booking.record(id, { type: 'cancelled', reason: this.whyCancelled(order), at })
    }
    if (found.status === 'expired') this.booking.record(id, { type: 'expired', at })
  }

  /** The kill switch cancels entries without writing anything down first: the database may be locked. */
  private whyCancelled({ cancelling, receipt }: Order): string {
    if (cancelling !== null) return cancelling
    return this.deps.isKilled() && !reducesRisk({ receipt }) ? ENDED.killed : ENDED.byExchange
  }

  private async place(draft: Draft): Promise<Result<Order>> {
    const { clock, ids, stores, exchange, books } = this.deps
    const now = clock.now()
    const intent: OrderIntent = {
      ...draft,
      id: ids.next('ord') as OrderId,
      clientOrderId: ids.clientOrderId() as ClientOrderId,
      createdAt: now,
      deadline: after(now, this.deps.deadlineMs),
    }
    const gated = this.gate.check(intent)
    if (!gated.ok) {
      // A purchase for a bag can wait, and the screen says why it does.
      if (intent.receipt.kind !== 'bag_purchase') this.booking.alert(gated.error.code, gated.error.message, intent)
      return gated
    }
    const entries: LedgerEntry[] = []
    const order = pendingOrder(intent)
    const insert = (announce: Announce): void => {
      stores.orders.insert(order)
      if (intent.sleeve === 'tactical' && intent.receipt.kind === 'proposal_leg') {
        const { asset, amount } = this.gate.spendingOf(intent, intent.amount)
        entries.push(books.write(transferEntry(asset, amount, 'core', 'tactical', now, `${intent.id} borrows`)))
      }
      const { correlationId } = intent
      announce('execution_events', { kind: 'order', order }, { source: 'executor', priority: 'HIGH', correlationId })
    }
    this.outbox.transact(insert, () => {
      books.commit(entries)
      this.gate.count(intent)
      this.booking.follow(order)
    })
    const answer = await exchange.submit(gated.value)
    const at = clock.now()
    if (answer.ok) this.booking.record(intent.id, { type: 'accepted', exchangeId: answer.value.exchangeId, at })
    else if (answer.error.kind === 'unknown') {
      this.booking.record(intent.id, { type: 'doubted', reason: answer.error.message, at })
    } else if (answer.error.kind === 'not_accepted') {
      this.booking.alert(answer.error.code, answer.error.message, intent)
      this.booking.record(intent.id, { type: 'never_placed', at })
    } else {
      this.booking.record(intent.id, { type: 'refused', reason: answer.error.message, at })
      if (answer.error.kind === 'halt') this.deps.halt(answer.error.message)
    }
    // The reply is only an acceptance: what happened is asked.
    const asked = answer.ok ? await this.askAbout(intent.id) : stores.orders.get(intent.id)
    return ok(asked ?? order)
  }

  private affordable(leg: Leg, left: Amount, tick: Tick, leverage: number, limitPrice: Price): Amount {
    if (leverage > 1) return left // sized against the money behind it; the gate checks that it is there
    const spent = leg.side === 'sell' ? baseOf(leg.symbol) : quoteOf(leg.symbol)
    const free = this.deps.books.of('core', spent).minus(this.gate.committed(spent, 'core')) as Amount
    if (leg.side === 'sell') return minOf(left, free)
    const fee = this.deps.markets.rules(leg.symbol)?.takerFee
    const worst = fromFloat(tick.ask).times(ONE.plus(fee ?? decimal('0')))
    const affordable = minOf(left, free.div(worst) as Amount)
    // Less than the gate would refuse: what slips must not slip into a bag.
    const room = this.gate.roomToBuy({ symbol: leg.symbol, limitPrice })
    return room === null ? affordable : minOf(affordable, room)
  }
}

const closing = (position: Position) => ({
  symbol: position.symbol,
  side: exitSideOf(position),
  leverage: position.leverage,
  sleeve: 'tactical' as const,
  correlationId: position.correlationId as CorrelationId,
})

const HUNDRED = decimal('100')

/** The worst price at which a position is closed: the touch and the cap beyond it, on the tick. */
function exitPrice(position: Position, tick: Tick, rules: MarketRules, capPercent: Decimal): Price {
  const factor = capPercent.div(HUNDRED)
  return position.side === 'long'
    ? maxOf(floorToStep(fromFloat(tick.bid).times(ONE.minus(factor)) as Price, rules.tick), rules.tick)
    : ceilToStep(fromFloat(tick.ask).times(ONE.plus(factor)) as Price, rules.tick)
}

/** A limit order's price: the near side of the book, rounded to the tick away from the market, never beyond the leg's. */
function atTouch(leg: Leg, tick: Tick, step: Price): Price {
  return leg.side === 'buy'
    ? minOf(floorToStep(fromFloat(tick.bid) as Price, step), leg.worstPrice)
    : maxOf(ceilToStep(fromFloat(tick.ask) as Price, step), leg.worstPrice)
}
