import type { CorrelationId, OrderId, PositionId } from '../../shared/ids.ts'
import { ZERO } from '../../shared/money.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { Bus } from '../bus/bus.ts'
import { fillEntry, type LedgerEntry } from '../domain/ledger.ts'
import {
  type Fill,
  isFinal,
  isLateFill,
  type Order,
  type OrderEvent,
  type OrderIntent,
  remaining,
  transition,
} from '../domain/order.ts'
import { addEntryFill, addExitFill, type Position } from '../domain/position.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { ExchangeFill, Ids, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type OrderBookingDeps = {
  readonly ids: Ids
  readonly bus: Bus
  readonly stores: Pick<Stores, 'transact' | 'orders' | 'fills' | 'ledger' | 'proposals' | 'positions'>
  readonly books: Books
}

/** What happened to an order, saved with all that follows from it in one transaction, and only then announced. */
export class OrderBooking {
  private readonly deps: OrderBookingDeps

  constructor(deps: OrderBookingDeps) {
    this.deps = deps
  }

  /** Order, ledger and position change in one transaction, or not at all. A known trade changes nothing. */
  bookFill(id: OrderId, reported: ExchangeFill): void {
    const { stores, books } = this.deps
    const fill: Fill = { ...reported, orderId: id }
    const entries: LedgerEntry[] = []
    const booked = stores.transact(() => {
      const order = stores.orders.get(id)
      if (order === null || !stores.fills.add(fill)) return null
      const result = transition(order, { type: 'filled', fill, at: fill.at })
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
      stores.orders.save(result.value)
      entries.push(books.write(fillEntry(fill, order.sleeve)))
      return { before: order, order: result.value, position: this.updatePosition(result.value, fill) }
    })
    if (booked === null) return
    books.commit(entries)
    const options = { source: 'executor', priority: 'HIGH', correlationId: booked.order.correlationId } as const
    const isLate = isLateFill(booked.before)
    this.deps.bus.publish('execution_events', { kind: 'fill', order: booked.order, fill, isLate }, options)
    if (isLate) this.alert('order/late-fill', `A fill arrived for ${id} after it was ${booked.before.status}.`, null)
    if (booked.position !== null) {
      const kind = booked.position.closedAt !== null ? 'closed' : 'changed'
      this.deps.bus.publish('position_updates', { kind, position: booked.position }, options)
    }
  }

  private updatePosition(order: Order, fill: Fill): Position | null {
    const { positions, proposals } = this.deps.stores
    if (order.receipt.kind === 'position_exit') {
      const position = positions.get(order.receipt.positionId)
      if (position === null) throw new Error(`no position ${order.receipt.positionId}`)
      const closed = addExitFill(position, fill)
      // More was bought while this exit was under way: what is left is watched again.
      const isLeftOver = isFinal(order.status) && closed.closedAt === null
      const next = isLeftOver ? { ...closed, exitOrderId: null, exitReason: null } : closed
      positions.save(next)
      return next
    }
    if (order.sleeve !== 'tactical') return null
    const open = positions.open().find((position) => position.entryOrderId === order.id)
    if (open !== undefined) {
      const next = addEntryFill(open, fill)
      positions.save(next)
      return next
    }
    const proposal = proposals.get(order.receipt.proposalId)
    if (proposal === null) throw new Error(`no proposal ${order.receipt.proposalId}`)
    const position = addEntryFill(this.newPosition(order, proposal, fill), fill)
    positions.insert(position)
    return position
  }

  private newPosition(order: Order, proposal: Proposal, fill: Fill): Position {
    if (proposal.trade === null) throw new Error(`${proposal.id} has no stop`)
    return {
      id: this.deps.ids.next('pos') as PositionId,
      proposalId: proposal.id,
      symbol: order.symbol,
      entryOrderId: order.id,
      amount: ZERO,
      cost: ZERO,
      openFees: ZERO,
      realized: ZERO,
      stop: proposal.trade.stop,
      target: proposal.trade.target,
      openedAt: fill.at,
      closedAt: null,
      exitOrderId: null,
      exitReason: null,
      correlationId: proposal.correlationId,
    }
  }

  markExiting(id: PositionId, intent: OrderIntent): void {
    const position = this.deps.stores.positions.get(id)
    if (position === null || intent.receipt.kind !== 'position_exit') return
    this.deps.stores.positions.save({ ...position, exitOrderId: intent.id, exitReason: intent.receipt.reason })
  }

  /** Saves what an event makes of an order, then says so. An impossible event changes nothing and is an alert. */
  record(id: OrderId, event: OrderEvent): void {
    const { stores } = this.deps
    const saved = stores.transact((): Result<Order> | null => {
      const order = stores.orders.get(id)
      if (order === null) return null
      const result = transition(order, event)
      if (!result.ok) return fail(result.error.code, result.error.message)
      stores.orders.save(result.value)
      if (isFinal(result.value.status)) this.releasePosition(result.value)
      return result
    })
    if (saved === null) return
    if (!saved.ok) {
      this.alert(saved.error.code, saved.error.message, null)
      return
    }
    this.deps.bus.publish(
      'execution_events',
      { kind: 'order', order: saved.value },
      { source: 'executor', priority: 'HIGH', correlationId: saved.value.correlationId },
    )
  }

  /** An exit that ended with something left lets the position be closed again. */
  private releasePosition(order: Order): void {
    if (order.receipt.kind !== 'position_exit' || !remaining(order).gt(ZERO)) return
    const position = this.deps.stores.positions.get(order.receipt.positionId)
    if (position?.exitOrderId === order.id) {
      this.deps.stores.positions.save({ ...position, exitOrderId: null, exitReason: null })
    }
  }

  /** Wakes somebody up. */
  alert(code: string, text: string, correlationId: CorrelationId | null): void {
    const options = { source: 'executor', priority: 'URGENT' } as const
    this.deps.bus.publish(
      'risk_alerts',
      { code, text },
      correlationId === null ? options : { ...options, correlationId },
    )
  }
}
