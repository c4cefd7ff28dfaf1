import { baseOf, type ClientOrderId, type OrderId, type PositionId } from '../../shared/ids.ts'
import { type Amount, ZERO } from '../../shared/money.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { Bus } from '../bus/bus.ts'
import { type Announce, createOutbox, type Outbox } from '../bus/outbox.ts'
import { reducesRisk } from '../domain/gate.ts'
import { fillEntry, type LedgerEntry, marginFillEntry } from '../domain/ledger.ts'
import {
  ENDED,
  type Fill,
  isFinal,
  isLateFill,
  type Order,
  type OrderEvent,
  positionIdOf,
  transition,
} from '../domain/order.ts'
import { addEntryFill, addExitFill, grossOfClosing, type Position } from '../domain/position.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { ExchangeFill, Ids, Stores } from '../ports.ts'
import type { Books } from './books.ts'
import type { ProfitShares } from './profit-shares.ts'

export type OrderBookingDeps = {
  readonly ids: Ids
  readonly bus: Bus
  readonly stores: Pick<
    Stores,
    'transact' | 'afterCommit' | 'messages' | 'orders' | 'fills' | 'ledger' | 'proposals' | 'positions'
  >
  readonly books: Books
  /** Amounts in the bags are not what was shown with a proposal any more. */
  readonly onBagsChanged: (because: string) => void
}

/** What happened to an order, saved with all that follows from it in one transaction, and only then announced. */
export class OrderBooking {
  private readonly deps: OrderBookingDeps
  private readonly shares: ProfitShares
  private readonly outbox: Outbox
  /** Orders that open something and may be alive: what the kill switch cancels without asking the database. */
  private readonly entries = new Map<OrderId, ClientOrderId>()

  constructor(deps: OrderBookingDeps, shares: ProfitShares) {
    this.deps = deps
    this.shares = shares
    this.outbox = createOutbox(deps)
    for (const order of deps.stores.orders.live()) this.follow(order)
  }

  openEntries(): readonly ClientOrderId[] {
    return [...this.entries.values()]
  }

  /** Keeps the list of open entries. */
  follow(order: Order): void {
    if (reducesRisk(order)) return
    if (isFinal(order.status) && !order.inDoubt) this.entries.delete(order.id)
    else this.entries.set(order.id, order.clientOrderId)
  }

  /**
   * Order, ledger and position change in one transaction, or not at all. A known trade changes nothing. False when it
   * cannot belong to this order: then nothing changes but that somebody is woken, and the balances will differ.
   */
  bookFill(id: OrderId, reported: ExchangeFill): boolean {
    const { stores, books } = this.deps
    const fill: Fill = { ...reported, orderId: id }
    const entries: LedgerEntry[] = []
    const book = (announce: Announce) => {
      const order = stores.orders.get(id)
      if (order === null || stores.fills.ofOrder(id).some(({ tradeId }) => tradeId === fill.tradeId)) return null
      const result = transition(order, { type: 'filled', fill, at: fill.at })
      if (!result.ok) return { before: order, refused: result.error }
      if (!stores.fills.add(fill)) return null
      stores.orders.save(result.value)
      const { position, gross, isOpening, isClosing } = this.updatePosition(result.value, fill)
      entries.push(
        books.write(
          order.leverage > 1
            ? marginFillEntry(fill, order.sleeve, gross)
            : fillEntry(fill, order.sleeve, books.pricesOf(fill)),
        ),
      )
      const share = isClosing && position !== null ? this.shares.write(position) : { entries: [], shares: [] }
      entries.push(...share.entries)
      const options = { ...from(order), priority: 'HIGH' } as const
      const isLate = isLateFill(order)
      announce('execution_events', { kind: 'fill', order: result.value, fill, isLate }, options)
      if (position !== null) {
        const kind = position.closedAt !== null ? 'closed' : isOpening ? 'opened' : 'changed'
        announce('position_updates', { kind, position }, options)
      }
      return { before: order, order: result.value, isLate, position, shares: share.shares }
    }
    const booked = this.outbox.transact(book, (done) => {
      if (done === null || 'refused' in done) return
      books.commit(entries)
      this.follow(done.order)
    })
    if (booked === null) return true
    if ('refused' in booked) {
      this.alert(booked.refused.code, booked.refused.message, booked.before)
      return false
    }
    if (booked.isLate) {
      this.alert('order/late-fill', `A fill arrived for ${id} after it was ${booked.before.status}.`, booked.order)
    }
    if (booked.position !== null) this.shares.commit(booked.position, booked.shares)
    if (booked.order.sleeve === 'hodl') {
      this.deps.onBagsChanged(`The ${baseOf(fill.symbol)} bag has grown by a purchase.`)
    }
    return true
  }

  /**
   * The position after the fill, what closing brought before fees (0 for an entry), in quote, and whether this fill is
   * what opened or closed it.
   */
  private updatePosition(
    order: Order,
    fill: Fill,
  ): { position: Position | null; gross: Amount; isOpening: boolean; isClosing: boolean } {
    const isNeither = { gross: ZERO, isOpening: false, isClosing: false }
    const { positions, proposals } = this.deps.stores
    if (order.receipt.kind === 'bag_purchase') return { ...isNeither, position: null }
    if (order.receipt.kind !== 'proposal_leg') {
      const position = positions.get(order.receipt.positionId)
      if (position === null) throw new Error(`no position ${order.receipt.positionId}`)
      const cause = order.receipt.kind === 'protective_stop' ? 'stop' : order.receipt.reason
      const closed = addExitFill(position, fill)
      // What ended it is what filled last; a stop that filled in part leaves the rest as it was wanted.
      const next = closed.closedAt === null ? closed : { ...closed, exitReason: cause }
      positions.save(next)
      const isClosing = position.closedAt === null && next.closedAt !== null
      return { ...isNeither, position: next, gross: grossOfClosing(position, fill), isClosing }
    }
    if (order.sleeve !== 'tactical') return { ...isNeither, position: null }
    const known = positions.ofEntry(order.id)
    if (known !== null && known.closedAt === null) {
      const next = addEntryFill(known, fill)
      positions.save(next)
      return { ...isNeither, position: next }
    }
    const proposal = proposals.get(order.receipt.proposalId)
    if (proposal === null) throw new Error(`no proposal ${order.receipt.proposalId}`)
    // A fill that comes after its position was closed makes another one, which is closed for the same reason.
    const fresh = { ...this.newPosition(order, proposal, fill), exitReason: known?.exitReason ?? null }
    const position = addEntryFill(fresh, fill)
    positions.insert(position)
    return { ...isNeither, position, isOpening: true }
  }

  private newPosition(order: Order, proposal: Proposal, fill: Fill): Position {
    if (proposal.trade === null) throw new Error(`${proposal.id} has no stop`)
    return {
      id: this.deps.ids.next('pos') as PositionId,
      proposalId: proposal.id,
      symbol: order.symbol,
      entryOrderId: order.id,
      side: order.side === 'buy' ? 'long' : 'short',
      leverage: order.leverage,
      amount: ZERO,
      cost: ZERO,
      openFees: ZERO,
      realized: ZERO,
      stop: proposal.trade.stop,
      target: proposal.trade.target,
      openedAt: fill.at,
      closedAt: null,
      exitReason: null,
      keep: null,
      correlationId: proposal.correlationId,
    }
  }

  /** Writes down why an order is to be cancelled, before the exchange is asked to. Quoting it again is no reason of its own. */
  noteCancel(id: OrderId, reason: string): void {
    const { orders, transact } = this.deps.stores
    transact(() => {
      const order = orders.get(id)
      if (order === null || isFinal(order.status)) return
      const isWanted = order.cancelling !== null && order.cancelling !== ENDED.requoted
      if (!isWanted) orders.save({ ...order, cancelling: reason })
    })
  }

  /** Saves what an event makes of an order, then says so. An impossible event changes nothing and is an alert. */
  record(id: OrderId, event: OrderEvent): void {
    const { stores } = this.deps
    const save = (announce: Announce): { order: Order; result: Result<Order> } | null => {
      const order = stores.orders.get(id)
      if (order === null) return null
      const result = transition(order, event)
      if (!result.ok) return { order, result: fail(result.error.code, result.error.message) }
      stores.orders.save(result.value)
      announce('execution_events', { kind: 'order', order: result.value }, { ...from(order), priority: 'HIGH' })
      return { order, result }
    }
    const saved = this.outbox.transact(save, (done) => done?.result.ok && this.follow(done.result.value))
    if (saved === null || saved.result.ok) return
    this.alert(saved.result.error.code, saved.result.error.message, saved.order)
  }

  /** Wakes somebody up. */
  alert(code: string, text: string, about: Pick<Order, 'correlationId' | 'receipt'> | null): void {
    const options = { source: 'executor', priority: 'URGENT' } as const
    const positionId = about === null ? null : positionIdOf(about.receipt)
    const payload = positionId === null ? { code, text } : { code, text, positionId }
    this.deps.bus.publish(
      'risk_alerts',
      payload,
      about === null ? options : { ...options, correlationId: about.correlationId },
    )
  }
}

const from = ({ correlationId }: Order) => ({ source: 'executor', correlationId })
