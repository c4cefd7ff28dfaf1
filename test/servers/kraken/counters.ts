import type { Clock } from '../../../src/main/ports.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import type { EpochMs } from '../../../src/shared/time.ts'
import type { CounterState, DeskStore } from './desk-store.ts'

type Limits = {
  /** Points, and how many of them are forgotten per second. */
  readonly calls: { readonly limit: number; readonly decay: number }
  readonly orders: { readonly limit: number; readonly decay: number }
  /** Open orders on one pair. */
  readonly openOrders: number
}

/** Source: Kraken, "Spot REST rate limits" and "Spot trading limits". */
export const LIMITS = {
  starter: { calls: { limit: 15, decay: 0.33 }, orders: { limit: 60, decay: 1 }, openOrders: 60 },
  intermediate: { calls: { limit: 20, decay: 0.5 }, orders: { limit: 125, decay: 2.34 }, openOrders: 80 },
  pro: { calls: { limit: 20, decay: 1 }, orders: { limit: 180, decay: 3.75 }, openOrders: 225 },
  /** For soaks, which must not wait. */
  unlimited: {
    calls: { limit: Number.POSITIVE_INFINITY, decay: 1 },
    orders: { limit: Number.POSITIVE_INFINITY, decay: 1 },
    openOrders: Number.POSITIVE_INFINITY,
  },
} as const satisfies Record<string, Limits>
export type Tier = keyof typeof LIMITS

/** Age of the order in ms below which it costs so many points more: the sooner, the dearer. */
type Penalties = readonly (readonly [below: number, points: number])[]
const CANCEL: Penalties = [
  [5_000, 8],
  [10_000, 6],
  [15_000, 5],
  [45_000, 4],
  [90_000, 2],
  [300_000, 1],
]
const AMEND: Penalties = [
  [5_000, 3],
  [10_000, 2],
  [15_000, 1],
]
const penaltyFor = (age: number, penalties: Penalties): number => penalties.find(([below]) => age < below)?.[1] ?? 0

/** Kraken's two limits: calls per key, and what orders cost per pair. Both are forgotten with time. */
export class Counters {
  private readonly states: Map<string, CounterState>
  private readonly limits: Limits
  private readonly clock: Clock
  private readonly store: DeskStore

  constructor(tier: Tier, clock: Clock, store: DeskStore) {
    this.limits = LIMITS[tier]
    this.clock = clock
    this.store = store
    this.states = new Map(store.counters())
  }

  /** False when the key has asked too much; a refused call costs nothing. */
  call(key: string, points: number): boolean {
    const { limit, decay } = this.limits.calls
    if (limit === Number.POSITIVE_INFINITY) return true
    const value = this.valueOf(`calls ${key}`, decay) + points
    if (value > limit) return false
    this.save(`calls ${key}`, value)
    return true
  }

  /** False when the pair has seen too much; what it costs is counted all the same. */
  order(symbol: TradedPair): boolean {
    return this.spend(symbol, 1)
  }
  amend(symbol: TradedPair, restingSince: EpochMs): boolean {
    return this.spend(symbol, 1 + penaltyFor(this.clock.now() - restingSince, AMEND))
  }
  /** Costs most, and is never refused. */
  cancel(symbol: TradedPair, restingSince: EpochMs): void {
    this.spend(symbol, penaltyFor(this.clock.now() - restingSince, CANCEL))
  }

  callsOf(key: string): number {
    return this.valueOf(`calls ${key}`, this.limits.calls.decay)
  }
  ordersOf(symbol: TradedPair): number {
    return this.valueOf(`orders ${symbol}`, this.limits.orders.decay)
  }
  get openOrdersAllowed(): number {
    return this.limits.openOrders
  }

  private spend(symbol: TradedPair, points: number): boolean {
    const { limit } = this.limits.orders
    if (limit === Number.POSITIVE_INFINITY) return true
    const value = this.ordersOf(symbol) + points
    this.save(`orders ${symbol}`, value)
    return value <= limit
  }

  private valueOf(name: string, decay: number): number {
    const state = this.states.get(name)
    if (state === undefined) return 0
    return Math.max(0, state.value - ((this.clock.now() - state.at) / 1_000) * decay)
  }

  private save(name: string, value: number): void {
    const state = { value, at: this.clock.now() }
    this.states.set(name, state)
    this.store.saveCounter(name, state)
  }
}
