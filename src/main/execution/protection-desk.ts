import type { OrderId, PositionId } from '../../shared/ids.ts'
import { toText } from '../../shared/money.ts'
import { after, SECOND } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { createOutbox, type Outbox } from '../bus/outbox.ts'
import { ENDED, type ExitReason, isFinal, type Order } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import { nextProtection, type ProtectionSettings, protectedAmount } from '../domain/protection.ts'
import type { Clock, Markets, Stores } from '../ports.ts'
import type { OrderBooking } from './order-booking.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Shell } from './proposal-desk.ts'

export type ProtectionDeskDeps = {
  readonly clock: Clock
  readonly bus: Bus
  readonly stores: Pick<Stores, 'transact' | 'afterCommit' | 'messages' | 'orders' | 'positions'>
  readonly markets: Markets
  readonly protection: ProtectionSettings
}

/** A close that found no taker within its worst price is tried again after this pause, doubled each time up to 32 ×. */
const TRY_AGAIN_MS = SECOND
const MOST_DOUBLINGS = 5
/** From so many attempts to close on somebody is told. */
const TELL_AFTER = 3
/** One position needs a handful of steps; more means that two rules disagree. */
const MOST_STEPS = 50

/**
 * Keeps the stop of every position at the exchange and closes what is to be closed. What to do next is decided by
 * `nextProtection` from what is written down alone, so that a restart goes on at any step.
 */
export class ProtectionDesk {
  private readonly attempts = new Map<PositionId, number>()
  /** Those of which was told that there is no market to protect them on. */
  private readonly stranded = new Set<PositionId>()
  private readonly deps: ProtectionDeskDeps
  private readonly desk: OrderDesk
  private readonly booking: OrderBooking
  private readonly shell: Shell
  private readonly outbox: Outbox

  constructor(deps: ProtectionDeskDeps, desk: OrderDesk, booking: OrderBooking, shell: Shell) {
    this.deps = deps
    this.desk = desk
    this.booking = booking
    this.shell = shell
    this.outbox = createOutbox(deps)
  }

  /** Writes down that a position is to be closed; the first reason stays. */
  wish(id: PositionId, reason: ExitReason): void {
    this.change(id, (position) => (position.exitReason === null ? { ...position, exitReason: reason } : position))
  }

  /** Moves a position's stop or target. */
  change(id: PositionId, to: (position: Position) => Position): void {
    this.outbox.transact((announce) => {
      const position = this.deps.stores.positions.get(id)
      if (position === null || position.closedAt !== null) return
      const next = to(position)
      if (next === position) return
      this.deps.stores.positions.save(next)
      const options = { source: 'executor', priority: 'HIGH', correlationId: next.correlationId } as const
      announce('position_updates', { kind: 'changed', position: next }, options)
    })
  }

  /** Does the next steps of a position until it rests or has to wait. */
  async advance(id: PositionId): Promise<void> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (this.shell.isClosed()) return
      const isDone = await this.step(id)
      if (isDone) return
    }
    throw new Error(`the protection of ${id} does not come to rest`)
  }

  private async step(id: PositionId): Promise<boolean> {
    const { stores, markets, protection } = this.deps
    const position = stores.positions.get(id)
    if (position === null) return true
    const orders = stores.orders.ofPosition(id)
    const entry = stores.orders.get(position.entryOrderId)
    const rules = markets.rules(position.symbol)
    if (rules === null) {
      this.tellStranded(position, orders)
      this.tryAgain(position.id)
      return true
    }
    this.stranded.delete(id)
    const step = nextProtection(position, entry, orders, rules, protection)
    switch (step.kind) {
      case 'rest':
        if (position.closedAt !== null) this.attempts.delete(id)
        return true
      case 'too_small':
        return true
      case 'await':
        this.shell.watch(step.orderId)
        return true
      case 'cancel': {
        await this.desk.cancel(step.orderId, because[step.because])
        return this.isStillAlive(step.orderId)
      }
      case 'amend_stop':
        if (!(await this.desk.amendStop(step.orderId, step.trigger))) {
          // It stays where the exchange has it, and so does the wish.
          const trigger = stores.orders.get(step.orderId)?.trigger
          if (trigger) this.change(id, (held) => ({ ...held, stop: trigger }))
          return false
        }
        if (!stores.orders.get(step.orderId)?.trigger?.eq(step.trigger)) {
          this.tryAgain(position.id)
          return true
        }
        return false
      case 'place_stop': {
        const placed = await this.desk.placeStop(position, step.amount, step.trigger)
        if (!placed.ok) this.closeUnprotected(position, placed.error.message)
        else if (placed.value.reason === ENDED.neverPlaced) {
          // Turned away for now: at once it would only be turned away again, and the position be closed for nothing.
          this.tryAgain(position.id)
          return true
        }
        return false
      }
      case 'close_unprotected':
        this.closeUnprotected(position, step.because)
        return false
      case 'close_unhalved':
        this.closeUnhalved(position)
        return false
      case 'place_exit': {
        const tried = this.attempts.get(id) ?? 0
        const last = orders.at(-1)
        const isPaused =
          tried > 0 && last !== undefined && this.deps.clock.now() < after(last.createdAt, this.pauseOf(id))
        if (isPaused) {
          this.tryAgain(position.id)
          return true
        }
        this.attempts.set(id, tried + 1)
        if (tried === TELL_AFTER) this.tellOpen(position)
        const placed = await this.desk.placeExit(position, step.amount, step.reason)
        if (placed.ok) return false
        this.tryAgain(position.id)
        return true
      }
    }
  }

  private isStillAlive(id: OrderId): boolean {
    const order = this.deps.stores.orders.get(id)
    if (order === null || (isFinal(order.status) && !order.inDoubt)) return false
    this.shell.watch(id)
    // A stop that rests is not watched: whether its cancel arrived is asked by asking for it again.
    if (order.receipt.kind === 'protective_stop') this.tryAgain(order.receipt.positionId)
    return true
  }

  private tellStranded(position: Position, orders: readonly Order[]): void {
    const isBare = position.closedAt === null && protectedAmount(orders).lt(position.amount)
    if (!isBare || this.stranded.has(position.id)) return
    this.stranded.add(position.id)
    const text = `${toText(position.amount)} of ${position.symbol} cannot be protected or closed: its market takes no orders now. It is tried again.`
    this.alert('position/no-market', text, position)
  }

  private tellOpen(position: Position): void {
    const text = `${toText(position.amount)} of ${position.symbol} could not be closed in ${TELL_AFTER} attempts, and no stop rests: look at the order that failed last. It is tried again.`
    this.alert('position/not-closed', text, position)
  }

  private alert(code: string, text: string, { id, correlationId }: Position): void {
    this.booking.alert(code, text, { correlationId, receipt: { kind: 'protective_stop', positionId: id } })
  }

  private closeUnprotected(position: Position, because: string): void {
    const text = `No stop could be placed for ${toText(position.amount)} of ${position.symbol} (${because}): it is being closed.`
    this.alert('position/unprotected', text, position)
    this.wish(position.id, 'unprotected')
  }

  private closeUnhalved(position: Position): void {
    const text = `Half of ${toText(position.amount)} of ${position.symbol} is less than its market takes: all of it is being closed.`
    this.alert('position/not-halved', text, position)
    this.wish(position.id, 'breaker')
  }

  private pauseOf(id: PositionId): number {
    return TRY_AGAIN_MS * 2 ** Math.min(Math.max((this.attempts.get(id) ?? 1) - 1, 0), MOST_DOUBLINGS)
  }

  private tryAgain(id: PositionId): void {
    this.shell.protectAt(id, after(this.deps.clock.now(), this.pauseOf(id)))
  }
}

const because = {
  resize: 'its position has another size',
  exit: 'its position is being closed',
  orphan: 'its position is closed',
}
