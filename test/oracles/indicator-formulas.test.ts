import { describe, expect, it } from 'vitest'
import { TaChart } from '../../src/main/agents/ta-chart.ts'
import type { Evidence } from '../../src/main/domain/bias.ts'
import type { Candle } from '../../src/main/domain/market.ts'
import { DAY, epochMs, HOUR } from '../../src/shared/time.ts'
import { fromCloses, walk } from '../main/agents/candles.ts'
import { TA_SETTINGS } from '../main/agents/settings.ts'
import { atr, bollinger, directional, ema, macdHistogram, obv, rsi, supertrend, vwap } from './indicator-formulas.ts'

const TOLERANCE = 1e-8
/** From here on all of them are there. */
const FROM = 60

/** Hours with volumes of their own. */
const hourly = (seed: number, count = 300): Candle[] => {
  const volumes = walk(count, { seed: seed + 100, step: 0.2 })
  return fromCloses(walk(count, { seed, step: 0.02 }), 0.004).map((candle, i) => ({
    ...candle,
    openTime: epochMs(i * HOUR),
    intervalMs: HOUR,
    volume: volumes[i] as number,
  }))
}
const streamed = (candles: readonly Candle[], isReadEach = true): Evidence[] => {
  const chart = new TaChart(TA_SETTINGS)
  return candles.map((candle, i) => {
    chart.observe(candle)
    return isReadEach || i === candles.length - 1 ? chart.values() : ({} as Evidence)
  })
}

/** By the definitions, over the whole array at once. */
function batch(candles: readonly Candle[]): Record<keyof Evidence, readonly number[]> {
  const closes = candles.map(({ close }) => close)
  const { adx, plus, minus } = directional(candles, 14)
  const volumes = obv(candles)
  return {
    emaFast: ema(closes, 9),
    emaMedium: ema(closes, 21),
    emaSlow: ema(closes, 50),
    emaBase: ema(closes, 200),
    rsi: rsi(candles, 14),
    macdHistogram: macdHistogram(candles, 12, 26, 9),
    atr: atr(candles, 14),
    adx,
    plusDi: plus,
    minusDi: minus,
    stretch: bollinger(candles, 20, 2).map((bands) => bands?.stretch ?? Number.NaN),
    obv: volumes,
    obvAverage: ema(volumes, 21),
    vwap: vwap(candles, DAY),
    supertrend: supertrend(candles, 10, 3),
  }
}

describe('the indicators against their definitions', () => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))('agree to 1e-8 on every candle of market %d', (seed) => {
    const candles = hourly(seed)
    const ours = streamed(candles)
    for (const [name, expected] of Object.entries(batch(candles)) as [keyof Evidence, readonly number[]][]) {
      for (let i = FROM; i < candles.length; i++) {
        const [value, wanted] = [ours[i]?.[name] as number, expected[i] as number]
        const off = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted))
        expect(off, `${name} at candle ${i}: ${value}, by definition ${wanted}`).toBeLessThan(TOLERANCE)
      }
    }
  })

  it('do not depend on being looked at: candle by candle and all at once end bit for bit the same', () => {
    for (const seed of [1, 2, 3]) {
      const candles = hourly(seed)
      expect(streamed(candles).at(-1)).toStrictEqual(streamed(candles, false).at(-1))
    }
  })

  it('are the same for whoever begins later, once the averages have settled: a millionth after 230 candles', () => {
    const candles = hourly(5, 900)
    const [all, late] = [streamed(candles), streamed(candles.slice(600 - 230))]
    for (const name of ['rsi', 'atr', 'adx', 'plusDi', 'minusDi'] as const) {
      const [old, young] = [all[600 - 1]?.[name] as number, late[230 - 1]?.[name] as number]
      expect(Math.abs(old - young) / old, name).toBeLessThan(1e-4)
      const [older, younger] = [all.at(-1)?.[name] as number, late.at(-1)?.[name] as number]
      expect(Math.abs(older - younger) / older, name).toBeLessThan(1e-6)
    }
  })
})

describe('worked by hand', () => {
  const candle = (i: number, high: number, low: number, close: number, volume: number): Candle => ({
    openTime: epochMs(i * HOUR),
    intervalMs: HOUR,
    open: low,
    high,
    low,
    close,
    volume,
  })
  const candles = [
    candle(22, 11, 9, 10, 100),
    candle(23, 13, 10, 12, 300),
    candle(24, 14, 11, 11, 200),
    candle(25, 15, 12, 15, 50),
  ]

  it('on-balance volume adds where the close rises and takes away where it falls', () => {
    // 0, +300, −200, +50.
    expect(streamed(candles).map((values) => values.obv)).toEqual([0, 300, 100, 150])
  })

  it('VWAP weighs typical prices with volume and begins anew at 00:00 UTC', () => {
    // 10; (10·100 + 35/3·300) ÷ 400; then a new day: 12; (12·200 + 14·50) ÷ 250.
    const values = streamed(candles).map(({ vwap: value }) => value)
    const expected = [10, (1_000 + 3_500) / 400, 12, (2_400 + 700) / 250]
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] as number, 10)
  })

  it('Supertrend turns up when the close passes the upper band, and its line is then the lower one', () => {
    // Ten candles from 9 to 11 that close at 10: range 2, bands 10 ± 3·2. Then one from 10 to 30 that closes at 29: its range
    // is 20, the average (9·2 + 20) ÷ 10 = 3.8, its middle 20, so the lower band is 20 − 11.4 = 8.6; 29 is above 16.
    const flat = Array.from({ length: 10 }, (_, i) => candle(i, 11, 9, 10, 1))
    const values = streamed([...flat, candle(10, 30, 10, 29, 1)]).map(({ supertrend: value }) => value)
    expect(values[9]).toBeCloseTo(16, 10)
    expect(values[10]).toBeCloseTo(8.6, 10)
  })
})
