import { isFinal, type Order } from '../domain/order.ts'
import type { Exchange, Stores } from '../ports.ts'
import type { Reconciler } from './reconciler.ts'

/**
 * The exchange's dead-man switch cancels all that rests when this machine falls silent: right for the limit orders of a
 * rebalance, which nobody would quote again, and wrong for a stop, which protects just then, or for an order of somebody
 * else. So it is armed only while nothing else rests.
 */
export class DeadMan {
  /** What an earlier life armed may still count. */
  private isArmed = true
  private readonly deps: {
    readonly exchange: Exchange
    readonly stores: Pick<Stores, 'orders' | 'positions'>
    /** 0 switches it off. */
    readonly deadManSeconds: number
  }
  private readonly reconciler: Reconciler

  constructor(deps: DeadMan['deps'], reconciler: Reconciler) {
    this.deps = deps
    this.reconciler = reconciler
  }

  /** Arms it, keeps it armed, or takes it back: whatever suits what rests now. To be called more often than it fires. */
  async look(): Promise<void> {
    const { exchange, deadManSeconds } = this.deps
    if (deadManSeconds > 0 && this.isWanted()) {
      // Even when the answer was lost it may be armed.
      this.isArmed = true
      await exchange.cancelAllAfter(deadManSeconds)
    } else await this.disarm()
  }

  /** Before a stop is placed, and at the end. Without a clear answer it counts as armed, and is taken back again. */
  async disarm(): Promise<void> {
    if (!this.isArmed) return
    const answer = await this.deps.exchange.cancelAllAfter(0)
    // What it refuses to take back it never took.
    if (answer.ok || answer.error.kind === 'refused') this.isArmed = false
  }

  private isWanted(): boolean {
    const { orders, positions } = this.deps.stores
    const live = orders.live().filter((order) => !isFinal(order.status))
    return (
      live.some(isEntry) &&
      live.every((order) => isEntry(order) && order.sleeve === 'core') &&
      positions.open().length === 0 &&
      this.reconciler.externalOrders().at !== null &&
      this.reconciler.externalOrders().orders.length === 0
    )
  }
}

/** Rests at the exchange and would open something. */
const isEntry = ({ type }: Order): boolean => type === 'limit' || type === 'post_only'
