import type { Clock } from '../../ports.ts'

/*
 * Kraken's two kinds of limits, modelled: points are added by a request and decay with time. Spent below, so that a
 * difference between its clock and ours never gets a request refused.
 * Source: docs.kraken.com, "Spot REST Rate Limits" and "Spot Trading Limits".
 */

/** An account's verification; `unlimited` for a stand-in that does not count. */
export type Tier = 'starter' | 'intermediate' | 'pro' | 'unlimited'
type Limits = {
  readonly limit: number
  readonly decayPerSecond: number
  /** Points left to urgent requests. */
  readonly keptFree: number
}

const NO_LIMIT: Limits = { limit: Number.POSITIVE_INFINITY, decayPerSecond: 1, keptFree: 0 }
const CALL_LIMITS: Readonly<Record<Tier, Limits>> = {
  starter: { limit: 15, decayPerSecond: 0.33, keptFree: 0 },
  intermediate: { limit: 20, decayPerSecond: 0.5, keptFree: 0 },
  pro: { limit: 20, decayPerSecond: 1, keptFree: 0 },
  unlimited: NO_LIMIT,
}
/** Per pair. A fresh order's cancel costs 8: two of them always find room. */
const ORDER_LIMITS: Readonly<Record<Tier, Limits>> = {
  starter: { limit: 60, decayPerSecond: 1, keptFree: 16 },
  intermediate: { limit: 125, decayPerSecond: 2.34, keptFree: 32 },
  pro: { limit: 180, decayPerSecond: 3.75, keptFree: 48 },
  unlimited: NO_LIMIT,
}

/** A message of the private interface, by what it costs. Orders and their changes are counted per pair instead. */
const CALL_POINTS: Readonly<Record<string, number>> = {
  AddOrder: 0,
  AmendOrder: 0,
  CancelOrder: 0,
  TradesHistory: 2,
  Ledgers: 2,
}
export const callPoints = (path: string): number => CALL_POINTS[path] ?? 1

const SECOND = 1_000
/** The younger an order, the dearer its change: [age below which, points]. */
const CANCEL_POINTS = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1],
] as const
const AMEND_POINTS = [
  [5, 3],
  [10, 2],
  [15, 1],
] as const

export const ADD_POINTS = 1
export const cancelPoints = (ageMs: number): number => pointsAt(CANCEL_POINTS, ageMs)
export const amendPoints = (ageMs: number): number => 1 + pointsAt(AMEND_POINTS, ageMs)
const pointsAt = (table: readonly (readonly [number, number])[], ageMs: number): number =>
  table.find(([seconds]) => ageMs < seconds * SECOND)?.[1] ?? 0

export type RateCounter = {
  readonly limit: number
  /** Points in use now. */
  used(): number
  /** Milliseconds until `points` fit; 0 when they fit now. `urgent` may use the part that is kept free. */
  waitFor(points: number, urgent?: boolean): number
  take(points: number): void
  /** Kraken says that the limit is reached, whatever we counted (another program, a start a moment ago). */
  fill(): void
}

/** Never spent: the request reaches Kraken's counter a little later than ours. */
const MARGIN = 1

function createRateCounter({ limit, decayPerSecond, keptFree }: Limits, clock: Clock): RateCounter {
  let points = 0
  let at = clock.now()
  const used = (): number => {
    const now = clock.now()
    // A clock that stepped back decays nothing.
    points = Math.max(0, points - (Math.max(0, now - at) / SECOND) * decayPerSecond)
    at = now
    return points
  }
  return {
    limit,
    used,
    waitFor(wanted, urgent = false) {
      const room = limit - MARGIN - (urgent ? 0 : keptFree) - wanted
      const excess = used() - room
      return excess <= 0 ? 0 : Math.ceil((excess / decayPerSecond) * SECOND)
    },
    take(wanted) {
      points = used() + wanted
    },
    fill() {
      if (limit < Number.POSITIVE_INFINITY) points = Math.max(used(), limit)
    },
  }
}

export type RateCounters = { readonly calls: RateCounter; orders(pair: string): RateCounter }

export function createRateCounters(tier: Tier, clock: Clock): RateCounters {
  const byPair = new Map<string, RateCounter>()
  return {
    calls: createRateCounter(CALL_LIMITS[tier], clock),
    orders(pair) {
      const counter = byPair.get(pair) ?? createRateCounter(ORDER_LIMITS[tier], clock)
      byPair.set(pair, counter)
      return counter
    },
  }
}
