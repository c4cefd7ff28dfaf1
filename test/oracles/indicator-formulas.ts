import type { Candle } from '../../src/main/domain/market.ts'

/*
 * Indicators by their definitions, over whole arrays, begun as ours begin (TaChart says how). Nothing is carried from
 * candle to candle but what a definition is recursive in.
 */

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length
const closesOf = (candles: readonly Candle[]): number[] => candles.map(({ close }) => close)

/** Begun at the first value; share of the newest 2 ÷ (period + 1). */
export function ema(values: readonly number[], period: number): number[] {
  const share = 2 / (period + 1)
  const out: number[] = []
  for (const [i, value] of values.entries())
    out.push(i === 0 ? value : share * value + (1 - share) * (out[i - 1] as number))
  return out
}

/** Wilder's: begun at the mean of the first `period` values, then a `period`th of each newer one. NaN before. */
function wilder(values: readonly number[], period: number): number[] {
  const out: number[] = []
  for (const [i, value] of values.entries()) {
    if (i < period - 1) out.push(Number.NaN)
    else if (i === period - 1) out.push(meanOf(values.slice(0, period)))
    else out.push(((period - 1) * (out[i - 1] as number) + value) / period)
  }
  return out
}

/** Of closes, 0 to 100; the first value is at candle `period`. */
export function rsi(candles: readonly Candle[], period: number): number[] {
  const changes = closesOf(candles)
    .map((close, i, all) => close - (all[i - 1] ?? close))
    .slice(1)
  const gains = wilder(
    changes.map((change) => Math.max(0, change)),
    period,
  )
  const losses = wilder(
    changes.map((change) => Math.max(0, -change)),
    period,
  )
  return [Number.NaN, ...gains.map((gain, i) => (100 * gain) / (gain + (losses[i] as number)))]
}

/** The signal's average begins at the first MACD value, which is that of candle `slow` − 1. */
export function macdHistogram(candles: readonly Candle[], fast: number, slow: number, signal: number): number[] {
  const [quick, lazy] = [ema(closesOf(candles), fast), ema(closesOf(candles), slow)]
  const macd = quick.map((value, i) => value - (lazy[i] as number)).slice(slow - 1)
  const line = ema(macd, signal)
  return [...Array.from({ length: slow - 1 }, () => Number.NaN), ...macd.map((value, i) => value - (line[i] as number))]
}

/** The first candle has no close before it: its range is high − low. */
const trueRanges = (candles: readonly Candle[]): number[] =>
  candles.map(({ high, low }, i) => {
    const before = candles[i - 1]?.close ?? Number.NaN
    return i === 0 ? high - low : Math.max(high - low, Math.abs(high - before), Math.abs(low - before))
  })
export const atr = (candles: readonly Candle[], period: number): number[] => wilder(trueRanges(candles), period)

/** ADX, +DI, −DI; movement of the first candle is 0. */
export function directional(candles: readonly Candle[], period: number) {
  const moves = candles.map(({ high, low }, i) => {
    const before = candles[i - 1]
    const up = before === undefined ? 0 : high - before.high
    const down = before === undefined ? 0 : before.low - low
    return { up: up > down && up > 0 ? up : 0, down: down > up && down > 0 ? down : 0 }
  })
  const range = atr(candles, period)
  const plus = wilder(
    moves.map(({ up }) => up),
    period,
  ).map((up, i) => (100 * up) / (range[i] as number))
  const minus = wilder(
    moves.map(({ down }) => down),
    period,
  ).map((down, i) => (100 * down) / (range[i] as number))
  const index = plus.map((up, i) => (100 * Math.abs(up - (minus[i] as number))) / (up + (minus[i] as number)))
  const smoothed = wilder(index.slice(period - 1), period)
  return { plus, minus, adx: [...Array.from({ length: period - 1 }, () => Number.NaN), ...smoothed] }
}

/** Bands of the last `period` closes with their population deviation; null before there are as many. */
export function bollinger(candles: readonly Candle[], period: number, deviations: number) {
  return closesOf(candles).map((close, i, all) => {
    if (i < period - 1) return null
    const window = all.slice(i - period + 1, i + 1)
    const middle = meanOf(window)
    const deviation = Math.sqrt(meanOf(window.map((value) => (value - middle) ** 2)))
    return {
      middle,
      upper: middle + deviations * deviation,
      lower: middle - deviations * deviation,
      stretch: (close - middle) / deviation,
    }
  })
}

/** 0 at the first candle; then the volume of every candle with the sign of its close's change. */
export function obv(candles: readonly Candle[]): number[] {
  return candles.map((_, i) =>
    sumOf(
      candles.slice(1, i + 1).map(({ close, volume }, k) => Math.sign(close - (candles[k] as Candle).close) * volume),
    ),
  )
}

/** Typical price weighted with volume since 00:00 UTC. */
export function vwap(candles: readonly Candle[], dayMs: number): number[] {
  return candles.map((candle, i) => {
    const day = Math.floor(candle.openTime / dayMs)
    const session = candles.slice(0, i + 1).filter(({ openTime }) => Math.floor(openTime / dayMs) === day)
    const weighted = sumOf(session.map(({ high, low, close, volume }) => ((high + low + close) / 3) * volume))
    return weighted / sumOf(session.map(({ volume }) => volume))
  })
}

/** The band that the price is held against: the lower one while the trend is up, the upper one while it is down. */
export function supertrend(candles: readonly Candle[], period: number, multiple: number): number[] {
  const range = atr(candles, period)
  let upper = Number.NaN
  let lower = Number.NaN
  let isUp = false
  return candles.map(({ high, low, close }, i) => {
    if (i < period - 1) return Number.NaN
    const middle = (high + low) / 2
    const [above, below] = [middle + multiple * (range[i] as number), middle - multiple * (range[i] as number)]
    const before = (candles[i - 1] as Candle).close
    const isFirst = i === period - 1
    upper = isFirst || above < upper || before > upper ? above : upper
    lower = isFirst || below > lower || before < lower ? below : lower
    isUp = isFirst ? close > upper : isUp ? close >= lower : close > upper
    return isUp ? lower : upper
  })
}
