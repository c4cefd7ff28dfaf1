import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TechnicalAnalysis } from '../../src/main/agents/kinds/technical-analysis.ts'
import type { Candle } from '../../src/main/domain/market.ts'
import type { TaOutput } from '../../src/main/domain/signal.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs, HOUR } from '../../src/shared/time.ts'
import { said } from '../main/agents/candles.ts'
import { TA_SETTINGS } from '../main/agents/settings.ts'
import { atr, bollinger, directional, ema, macdHistogram, rsi } from './indicator-formulas.ts'

/*
 * The indicators that technical analysis really uses, against TA-Lib's full series on its 252 reference bars.
 *
 * Where the two start differently, and the largest deviation left of it on the last 20 bars (measured; relative, but for
 * the histogram):
 * - EMA: TA-Lib starts at the mean of the first period, trading-signals at the first price. 4e-12.
 * - MACD: as its EMAs; TA-Lib also starts the fast one late and the signal at a mean. 1e-7, the slowest to converge.
 * - RSI: both start at the mean of the first 14 changes. 5e-16.
 * - ATR: TA-Lib starts at the second bar, trading-signals at the first, whose range has no close before it. 2e-9.
 * - ADX: TA-Lib starts directional movement and true range as sums of 13 values, trading-signals as means of 14. 9e-9.
 * - Bollinger: no memory. The middle is read back from (close − middle) ÷ deviation, with the closes' own deviation. 6e-16.
 */
const FOLDER = fileURLToPath(new URL('../../../shared/oracles/ta-vectors/', import.meta.url))
const BARS = 'talib-ref-252-bars.json'
const SERIES = 'talib-wasm-252-full-series.json'
const isThere = existsSync(FOLDER + BARS) && existsSync(FOLDER + SERIES)
if (!isThere) console.warn(`SKIPPED: TA-Lib's reference series are not in ${FOLDER}; indicators are NOT compared`)

type Bars = Record<'open' | 'high' | 'low' | 'close' | 'volume', number[]>
type Series = Record<string, { begIdx: number; nb: number; out: Record<string, number[]> }>
const read = <T>(file: string): T => JSON.parse(readFileSync(FOLDER + file, 'utf8'))
const TOLERANCE = 1e-6
const COMPARED = 20

describe.skipIf(!isThere)('the indicators against TA-Lib', () => {
  const bars = isThere ? read<Bars>(BARS) : { open: [], high: [], low: [], close: [], volume: [] }
  const series = isThere ? read<Series>(SERIES) : {}
  const symbol = pair('BTC/USDT')
  const outputs: (TaOutput | null)[] = []
  // A shorter base, so that it speaks within the 252 bars; TA-Lib's series has an EMA of 20.
  const agent = new TechnicalAnalysis({ ...TA_SETTINGS, emaFast: 20, emaBase: 60 }, HOUR)
  bars.close.forEach((close, i) => {
    agent.observe(symbol, {
      openTime: epochMs(i * HOUR),
      intervalMs: HOUR,
      open: bars.open[i] as number,
      high: bars.high[i] as number,
      low: bars.low[i] as number,
      close,
      volume: bars.volume[i] as number,
    })
    outputs.push(said(agent, symbol, epochMs((i + 1) * HOUR)))
  })
  const last = Array.from({ length: COMPARED }, (_, k) => bars.close.length - COMPARED + k)
  const ours = (name: string, i: number): number => outputs[i]?.indicators[name] ?? Number.NaN
  const theirs = (name: string, line: string, i: number): number => {
    const found = series[name]
    return found?.out[line]?.[i - found.begIdx] ?? Number.NaN
  }

  it('has all 252 bars, and an opinion on each of those compared', () => {
    expect(bars.close).toHaveLength(252)
    expect(last.every((i) => outputs[i] !== null && outputs[i] !== undefined)).toBe(true)
  })

  it.each([
    ['EMA 20', 'emaFast', 'EMA20', 'output'],
    ['RSI 14', 'rsi', 'RSI14', 'output'],
    ['ATR 14', 'atr', 'ATR14', 'output'],
    ['ADX 14', 'adx', 'ADX14', 'output'],
  ])('%s agrees to 1e-6 of its value', (_, name, reference, line) => {
    for (const i of last) {
      const expected = theirs(reference, line, i)
      expect(Math.abs(ours(name, i) - expected) / expected, `bar ${i}`).toBeLessThan(TOLERANCE)
    }
  })

  it('the MACD histogram agrees to 1e-6 in quote', () => {
    for (const i of last) {
      const deviation = Math.abs(ours('macdHistogram', i) - theirs('MACD', 'MACDHist', i))
      expect(deviation, `bar ${i}`).toBeLessThan(TOLERANCE)
    }
  })

  it('the Bollinger middle agrees to 1e-6 of its value, read back from the stretch', () => {
    for (const i of last) {
      const closes = bars.close.slice(i - 19, i + 1)
      const mean = closes.reduce((total, close) => total + close, 0) / 20
      const deviation = Math.sqrt(closes.reduce((total, close) => total + (close - mean) ** 2, 0) / 20)
      const middle = (bars.close[i] as number) - ours('stretch', i) * deviation
      const expected = theirs('BB20', 'middleBand', i)
      expect(Math.abs(middle - expected) / expected, `bar ${i}`).toBeLessThan(TOLERANCE)
    }
  })

  // By definition over all 252 bars at once, as the formulas that the streaming chart is held against.
  const candles = bars.close.map(
    (close, i): Candle => ({
      openTime: epochMs(i * HOUR),
      intervalMs: HOUR,
      open: bars.open[i] as number,
      high: bars.high[i] as number,
      low: bars.low[i] as number,
      close,
      volume: bars.volume[i] as number,
    }),
  )
  const closes = bars.close
  const bands = bollinger(candles, 20, 2)
  it.each<[string, readonly number[], string, string]>([
    ['EMA 20', ema(closes, 20), 'EMA20', 'output'],
    ['SMA 20', bands.map((each) => each?.middle ?? Number.NaN), 'SMA20', 'output'],
    ['Bollinger middle', bands.map((each) => each?.middle ?? Number.NaN), 'BB20', 'middleBand'],
    ['RSI 14', rsi(candles, 14), 'RSI14', 'output'],
    ['ATR 14', atr(candles, 14), 'ATR14', 'output'],
    ['ADX 14', directional(candles, 14).adx, 'ADX14', 'output'],
  ])('%s in one batch agrees to 1e-6 of its value', (_, batch, reference, line) => {
    for (const i of last) {
      const expected = theirs(reference, line, i)
      expect(Math.abs((batch[i] as number) - expected) / expected, `bar ${i}`).toBeLessThan(TOLERANCE)
    }
  })

  it('MACD, its signal and histogram in one batch agree to 1e-6 in quote', () => {
    const macd = ema(closes, 12).map((fast, i) => fast - (ema(closes, 26)[i] as number))
    const histogram = macdHistogram(candles, 12, 26, 9)
    for (const i of last) {
      const [line, difference] = [macd[i] as number, histogram[i] as number]
      expect(Math.abs(line - theirs('MACD', 'MACD', i)), `bar ${i}`).toBeLessThan(TOLERANCE)
      expect(Math.abs(line - difference - theirs('MACD', 'MACDSignal', i)), `bar ${i}`).toBeLessThan(TOLERANCE)
      expect(Math.abs(difference - theirs('MACD', 'MACDHist', i)), `bar ${i}`).toBeLessThan(TOLERANCE)
    }
  })

  it('Bollinger’s outer bands stand two population deviations from TA-Lib’s middle', () => {
    for (const i of last) {
      const middle = theirs('BB20', 'middleBand', i)
      const window = closes.slice(i - 19, i + 1)
      const deviation = Math.sqrt(window.reduce((total, close) => total + (close - middle) ** 2, 0) / 20)
      for (const [ours, expected] of [
        [bands[i]?.upper, middle + 2 * deviation],
        [bands[i]?.lower, middle - 2 * deviation],
      ] as const) {
        expect(Math.abs((ours as number) - expected) / expected, `bar ${i}`).toBeLessThan(TOLERANCE)
      }
    }
  })
})
