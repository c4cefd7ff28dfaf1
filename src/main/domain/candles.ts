import { DAY, type EpochMs, epochMs, HOUR, MINUTE } from '../../shared/time.ts'
import type { Candle } from './market.ts'

/**
 * Widths of the candles that are made, ms, finest first. Each is a multiple of the one before, and all open at full
 * multiples of their width since 1970-01-01T00:00Z, as the exchanges' do.
 */
export const TIMEFRAMES: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY]

/** The widths that can be made of candles of `baseMs`, finest first: of hours, those of 4 h and 1 d. */
export const coarserThan = (baseMs: number): readonly number[] =>
  TIMEFRAMES.filter((intervalMs) => intervalMs > baseMs && intervalMs % baseMs === 0)

/** Where the candle opens that `time` lies in. */
export const openTimeOf = (time: number, intervalMs: number): EpochMs =>
  epochMs(Math.floor(time / intervalMs) * intervalMs)

export const closeTimeOf = ({ openTime, intervalMs }: Candle): EpochMs => epochMs(openTime + intervalMs)

/** `1m`, `30m`, `4h`, `1d`. */
export function timeframeName(intervalMs: number): string {
  if (intervalMs % DAY === 0) return `${intervalMs / DAY}d`
  if (intervalMs % HOUR === 0) return `${intervalMs / HOUR}h`
  return `${intervalMs / MINUTE}m`
}

/**
 * What can be wrong with what a market tells.
 * - `gap`: candles are missing before this one. None is invented; the coarser ones say how many they lack.
 * - `late`: the candle, or the tick, belongs to an interval that was closed before. Left out: the past does not change.
 * - `duplicate`: told of twice. The first counts, also where the second says something else.
 * - `off_grid`: opens at no multiple of its width, or has another width than those before. Left out.
 * - `impossible`: no number, a price of 0, a high below the low, told of as past before it is over. Left out.
 * - `no_volume`: nobody traded. Kept, as the exchange tells it: the price did not move.
 * - `disordered`: a tick from before one that was seen, in an interval still open. It counts at its own time.
 * - `differs`: a past candle that the exchange tells otherwise than the database. The exchange's counts.
 */
export type MarketFault =
  | 'gap'
  | 'late'
  | 'duplicate'
  | 'off_grid'
  | 'impossible'
  | 'no_volume'
  | 'disordered'
  | 'differs'

/** Why a candle cannot be one; null when it can. */
export function candleFault(candle: Candle): 'off_grid' | 'impossible' | null {
  const { openTime, intervalMs, open, high, low, close, volume } = candle
  // Every comparison with NaN is false, so that one is none of these.
  const isPossible =
    low > 0 && low <= open && low <= close && high >= open && high >= close && high < Infinity && volume >= 0
  if (!isPossible || volume === Infinity) return 'impossible'
  return openTime % intervalMs === 0 ? null : 'off_grid'
}

/** Whether two candles of the same interval say the same. */
export const isSameCandle = (a: Candle, b: Candle): boolean =>
  a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume

/** How many candles of a series in order are missing between its first and its last. */
export function missingIn(candles: readonly Candle[]): number {
  const [first, last] = [candles[0], candles.at(-1)]
  if (first === undefined || last === undefined) return 0
  return (last.openTime - first.openTime) / first.intervalMs + 1 - candles.length
}
