import type { TradedPair } from '../../shared/ids.ts'
import { type EpochMs, MINUTE } from '../../shared/time.ts'
import { candleFault, closeTimeOf, isSameCandle, missingIn, timeframeName } from '../domain/candles.ts'
import type { Candle, CandleNeed, ClosedCandle } from '../domain/market.ts'
import type { CandleStore, MarketFeed } from '../ports.ts'
import type { NoteFault } from './market-faults.ts'

/** What is known of the past of one symbol in one width. */
export type PastSeries = {
  readonly symbol: TradedPair
  readonly intervalMs: number
  readonly wanted: number
  /** Closed, oldest first, no two of one time; may be fewer than wanted. */
  readonly candles: readonly Candle[]
  /** Candles missing between the first and the last. */
  readonly missing: number
}
export type Past = {
  readonly series: readonly PastSeries[]
  /** What is plainly to be said of it; null when all is there. */
  readonly text: string | null
  /** Why the exchange could not be asked; null when it answered. */
  readonly problem: string | null
}

type Sources = {
  readonly feed: Pick<MarketFeed, 'symbols' | 'history'>
  /** Null where nothing is kept. */
  readonly store: CandleStore | null
  readonly now: () => EpochMs
  readonly note: NoteFault
}

/**
 * The past that is wanted, of every symbol of the feed: from the exchange, and from the database what the exchange does
 * not tell (any more). Where both know a closed candle the exchange's counts; where they differ that is noted. What the
 * exchange told is kept in the database.
 *
 * After the first question that fails the exchange is asked no more: the database has to do. What does not reach up to
 * now is left out.
 */
export async function readPast(needs: readonly CandleNeed[], sources: Sources): Promise<Past> {
  const { feed, store, now, note } = sources
  const series: PastSeries[] = []
  let problem: string | null = null
  for (const [intervalMs, count] of mostOf(needs)) {
    for (const symbol of feed.symbols) {
      let told: readonly Candle[] = []
      if (problem === null) {
        try {
          const answer = await feed.history(symbol, intervalMs, count)
          told = possible(symbol, answer, { intervalMs, now: now() }, note)
        } catch (error) {
          problem = error instanceof Error ? error.message : String(error)
        }
      }
      const kept = store?.last(symbol, intervalMs, count, now()) ?? []
      const known = merged(symbol, told, kept, note)
      if (store !== null) for (const candle of told) store.add(symbol, candle)
      const newest = upToNow(known, now()).slice(-count)
      series.push({ symbol, intervalMs, wanted: count, candles: newest, missing: missingIn(newest) })
    }
  }
  store?.flush()
  return { series, text: textOf(series, problem), problem }
}

/** All of it in the order in which it closed, at one moment the finest first: as live candles come. */
export function inOrder({ series }: Past): readonly ClosedCandle[] {
  return series
    .flatMap(({ symbol, candles }) => candles.map((candle) => ({ symbol, candle })))
    .sort((a, b) => closeTimeOf(a.candle) - closeTimeOf(b.candle) || a.candle.intervalMs - b.candle.intervalMs)
}

/** Of each width the most that is wanted, finest first. */
function mostOf(needs: readonly CandleNeed[]): readonly (readonly [number, number])[] {
  const most = new Map<number, number>()
  for (const { intervalMs, count } of needs) most.set(intervalMs, Math.max(count, most.get(intervalMs) ?? 0))
  return [...most].sort(([a], [b]) => a - b)
}

function possible(
  symbol: TradedPair,
  candles: readonly Candle[],
  { intervalMs, now }: { readonly intervalMs: number; readonly now: EpochMs },
  note: NoteFault,
): readonly Candle[] {
  const good: Candle[] = []
  for (const candle of candles) {
    const fault = candle.intervalMs === intervalMs ? candleFault(candle) : 'off_grid'
    const name = timeframeName(intervalMs)
    if (fault !== null) note(symbol, fault, `A past ${name} candle makes no sense (${fault}), and was left out.`)
    else if (candle.openTime <= (good.at(-1)?.openTime ?? -1)) {
      note(symbol, 'duplicate', `A past ${name} candle was told of twice, or out of order, and was left out.`)
    } else if (closeTimeOf(candle) > now)
      note(symbol, 'impossible', `A past ${name} candle that is not over was left out.`)
    else good.push(candle)
  }
  return good
}

function merged(
  symbol: TradedPair,
  told: readonly Candle[],
  kept: readonly Candle[],
  note: NoteFault,
): readonly Candle[] {
  const byTime = new Map<number, Candle>(kept.map((candle) => [candle.openTime, candle]))
  let common = 0
  let differing = 0
  for (const candle of told) {
    const known = byTime.get(candle.openTime)
    if (known !== undefined) common++
    if (known !== undefined && !isSameCandle(known, candle)) differing++
    byTime.set(candle.openTime, candle)
  }
  if (differing > 0) {
    const name = timeframeName(told[0]?.intervalMs ?? 0)
    const text = `The exchange tells ${differing} of ${common} past ${name} candles otherwise than they were kept; its own count.`
    note(symbol, 'differs', text, differing)
  }
  return [...byTime.values()].sort((a, b) => a.openTime - b.openTime)
}

/** So many candles, or so long, may be missing in a row: where nobody trades for a while there are none. */
const LONGEST_HOLE = 10
const LONGEST_HOLE_MS = 30 * MINUTE

/**
 * What reaches up to now without a hole: an average that leaps over days it knows nothing of is worse than none. [] where
 * the newest is old.
 */
function upToNow(candles: readonly Candle[], now: EpochMs): readonly Candle[] {
  const isHole = (from: number, to: number, { intervalMs }: Candle): boolean =>
    to - from > Math.max(LONGEST_HOLE * intervalMs, LONGEST_HOLE_MS)
  const newest = candles.at(-1)
  if (newest === undefined || isHole(closeTimeOf(newest), now, newest)) return []
  const last = candles.findLastIndex((candle, i) => {
    const before = candles[i - 1]
    return before !== undefined && isHole(closeTimeOf(before), candle.openTime, candle)
  })
  return last < 0 ? candles : candles.slice(last)
}

function textOf(series: readonly PastSeries[], problem: string | null): string | null {
  const fewer = series.filter(({ candles, wanted }) => candles.length < wanted)
  const holes = series.filter(({ missing }) => missing > 0)
  const parts = [
    ...(problem === null
      ? []
      : [`Past candles could not be read from the exchange (${problem}); those in the database have to do.`]),
    ...(fewer.length === 0
      ? []
      : [
          `There are fewer past candles than wanted: ${list(fewer, ({ candles, wanted }) => `${candles.length} of ${wanted}`)}.`,
        ]),
    ...(holes.length === 0 ? [] : [`Past candles are missing: ${list(holes, ({ missing }) => `${missing}`)}.`]),
  ]
  return parts.length === 0 ? null : parts.join(' ')
}

const list = (series: readonly PastSeries[], what: (each: PastSeries) => string): string =>
  series.map((each) => `${each.symbol} ${timeframeName(each.intervalMs)} ${what(each)}`).join(', ')
