import type {
  AgentsView,
  DecisionsView,
  OrdersView,
  PortfolioView,
  StatusView,
  ViewDelta,
  WorkstationView,
} from '../../shared/contract/views.ts'
import { after } from '../../shared/time.ts'
import type { Message, Topic } from '../bus/topics.ts'
import type { Cancel, Clock } from '../ports.ts'
import { alertOf } from './alert-view.ts'

type Slice = keyof WorkstationView
type Listener = (name: string, payload: unknown) => void

/** How each slice is made from the services at this moment. */
export type Slices = {
  status(): StatusView
  portfolio(): PortfolioView
  decisions(): DecisionsView
  orders(): OrdersView
  agents(): AgentsView
}

/** Which slices a message on a topic makes out of date. */
const TOUCHES: Record<Topic, readonly Slice[]> = {
  market_data: ['status', 'portfolio', 'orders', 'decisions'],
  ta_signals: ['agents'],
  regime_updates: ['agents'],
  sentiment_updates: ['agents'],
  opinions: ['agents'],
  trading_signals: ['agents'],
  conflicts: ['status', 'decisions'],
  portfolio_updates: ['portfolio'],
  proposals: ['status', 'decisions', 'portfolio'],
  execution_events: ['status', 'decisions', 'orders', 'portfolio'],
  position_updates: ['status', 'orders', 'portfolio', 'agents'],
  risk_alerts: ['status', 'agents'],
  system_events: ['status', 'portfolio', 'decisions'],
}

const ALERTS_KEPT = 50

/**
 * What the window sees. Slices that changed are made again and pushed, at most once every `everyMs` however fast the
 * market is; a new window starts with a snapshot of the same number.
 */
export class Projection {
  private readonly listeners = new Set<Listener>()
  private readonly dirty = new Set<Slice>()
  private alerts: WorkstationView['alerts'] = []
  /** What the window was last told of the slices that are pushed in part. */
  private pushed: { decisions?: DecisionsView; orders?: OrdersView } = {}
  private seq = 0
  private flush: Cancel | null = null
  private readonly wallClock: Clock
  private readonly slices: Slices
  private readonly everyMs: number

  /** @param wallClock the machine's own clock: a simulated market must not flood the window. */
  constructor(wallClock: Clock, slices: Slices, everyMs: number) {
    this.wallClock = wallClock
    this.slices = slices
    this.everyMs = everyMs
  }

  onMessage(message: Message): void {
    for (const slice of TOUCHES[message.topic]) this.dirty.add(slice)
    const alert = alertOf(message)
    if (alert !== null) {
      this.alerts = [alert, ...this.alerts].slice(0, ALERTS_KEPT)
      this.dirty.add('alerts')
    }
    this.flushSoon()
  }

  snapshot(): { seq: number; view: WorkstationView } {
    const { status, portfolio, decisions, orders, agents } = this.slices
    // Who takes it may know newer things than were pushed last: all is pushed again.
    this.pushed = {}
    return {
      seq: this.seq,
      view: {
        status: status(),
        portfolio: portfolio(),
        decisions: decisions(),
        orders: orders(),
        agents: agents(),
        alerts: this.alerts,
      },
    }
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A slice changed without a message (time passed, a call changed something small). */
  touch(...slices: readonly Slice[]): void {
    for (const slice of slices) this.dirty.add(slice)
    this.flushSoon()
  }

  close(): void {
    this.flush?.()
    this.listeners.clear()
  }

  private flushSoon(): void {
    if (this.dirty.size === 0 || this.flush !== null || this.listeners.size === 0) return
    this.flush = this.wallClock.at(after(this.wallClock.now(), this.everyMs), () => {
      this.flush = null
      this.push()
    })
  }

  private push(): void {
    const changed: ViewDelta['changed'] = {}
    if (this.dirty.has('status')) changed.status = this.slices.status()
    if (this.dirty.has('portfolio')) changed.portfolio = this.slices.portfolio()
    const { decisions, orders } = this.pushed
    if (this.dirty.has('decisions')) {
      this.pushed.decisions = this.slices.decisions()
      changed.decisions = changedOf(this.pushed.decisions, decisions)
    }
    if (this.dirty.has('orders')) {
      this.pushed.orders = this.slices.orders()
      changed.orders = changedOf(this.pushed.orders, orders)
    }
    if (this.dirty.has('agents')) changed.agents = this.slices.agents()
    if (this.dirty.has('alerts')) changed.alerts = this.alerts
    this.dirty.clear()
    const delta = { seq: ++this.seq, changed }
    for (const listener of this.listeners) listener('view.delta', delta)
  }
}

/** The parts that are not the very same as before. */
function changedOf<T extends object>(now: T, before: T | undefined): Partial<T> {
  if (before === undefined) return now
  const keys = Object.keys(now) as (keyof T)[]
  return Object.fromEntries(keys.filter((key) => now[key] !== before[key]).map((key) => [key, now[key]])) as Partial<T>
}
