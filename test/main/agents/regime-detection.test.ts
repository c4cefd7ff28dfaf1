import { describe, expect, it } from 'vitest'
import { RegimeDetection } from '../../../src/main/agents/kinds/regime-detection.ts'
import type { Candle } from '../../../src/main/domain/market.ts'
import { classify } from '../../../src/main/domain/regime.ts'
import type { RegimeOutput } from '../../../src/main/domain/signal.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, fromCloses, play, retimed, said, still, walk } from './candles.ts'
import { REGIME_SETTINGS } from './settings.ts'

const create = (confirmations = REGIME_SETTINGS.confirmations) =>
  new RegimeDetection({ ...REGIME_SETTINGS, confirmations }, MINUTE)
const spoken = (agent: RegimeDetection, candles: Candle[]): RegimeOutput[] =>
  play(agent, candles).filter((output) => output !== null)
const regimesAfter = (candles: Candle[], count: number) =>
  new Set(
    spoken(create(), candles)
      .slice(-count)
      .map((output) => output.regime),
  )

describe('regime detection', () => {
  it('speaks when it has a full window of settled volatilities, never before 200 candles', () => {
    expect(create().needs).toEqual([{ intervalMs: MINUTE, count: 300 + 4 * 14 }])
    expect(new RegimeDetection({ ...REGIME_SETTINGS, volatilityWindow: 20 }, MINUTE).needs[0]?.count).toBe(200)
  })

  it('sees a bull in a steady rise and a bear in a steady fall', () => {
    const rise = Array.from({ length: 500 }, (_, i) => 100 + i / 10)
    expect(regimesAfter(fromCloses(rise), 50)).toEqual(new Set(['trending_bull']))
    // Steps in proportion to the price: equal ones would be ever larger beside a falling price, hence volatile.
    const fall = Array.from({ length: 500 }, (_, i) => 100 * 0.9995 ** i * (1 + 0.0003 * Math.sin(i / 30)))
    expect(regimesAfter(fromCloses(fall), 50)).toEqual(new Set(['trending_bear']))
  })

  it('takes the slope over ten candles, in ATRs: ten, where each candle is one ATR above the last', () => {
    const rise = Array.from({ length: 900 }, (_, i) => 100 + i / 8)
    const { indicators } = spoken(create(), fromCloses(rise, 0)).at(-1) as RegimeOutput
    expect(indicators.slope).toBeCloseTo(10, 9)
    expect(indicators.rangePosition).toBe(1)
    // The last of 20 candles closes 20 steps above where the first opened.
    expect(indicators.range).toBeCloseTo(20 / 8 / (100 + 899 / 8), 12)
  })

  it('sees volatility in sudden wide swings, bearish when they lead down', () => {
    const calm = walk(500, { step: 0.001 })
    const last = calm.at(-1) as number
    const crash = walk(12, { drift: -0.01, step: 0.02 }).map((price) => (price / 100) * last)
    expect(spoken(create(), fromCloses([...calm, ...crash])).at(-1)?.regime).toBe('volatile_bear')
    const rally = walk(12, { drift: 0.01, step: 0.02 }).map((price) => (price / 100) * last)
    expect(spoken(create(), fromCloses([...calm, ...rally])).at(-1)?.regime).toBe('volatile_bull')
  })

  it('calls a market that goes to and fro choppy', () => {
    const toAndFro = Array.from({ length: 500 }, (_, i) => 100 + (i % 2))
    expect(regimesAfter(fromCloses(toAndFro), 50)).toEqual(new Set(['choppy']))
  })

  it('calls a market that stands still ranging, after movement too', () => {
    expect(regimesAfter(still(500), 50)).toEqual(new Set(['ranging']))
    const moved = retimed([...fromCloses(walk(500)), ...still(200)])
    expect(regimesAfter(moved, 50)).toEqual(new Set(['ranging']))
  })

  it('keeps a regime until another was read three times in a row', () => {
    const candles = fromCloses(walk(4_000, { seed: 11 }))
    const once = spoken(create(1), candles)
    const thrice = spoken(create(3), candles)
    let kept = 0
    expect(thrice[0]?.isNews).toBe(true)
    for (const [i, output] of thrice.entries()) {
      if (i === 0) continue
      const before = thrice[i - 1]?.regime
      const readings = [i - 2, i - 1, i].map((k) => once[k]?.regime)
      const isThrice = readings.every((regime) => regime === readings[2]) && readings[2] !== before
      expect(output.regime).toBe(isThrice ? readings[2] : before)
      expect(output.isNews).toBe(isThrice)
      if (readings[2] !== output.regime) {
        kept++
        expect(output.confidence).toBeLessThanOrEqual(0.5)
      }
    }
    expect(kept).toBeGreaterThan(100)
    expect(thrice.filter((output) => output.isNews).length).toBeGreaterThan(20)
    expect(thrice.filter((output) => output.isNews).length).toBeLessThan(once.filter((o) => o.isNews).length / 2)
  })

  it('does not count the same candle twice, however often it is asked', () => {
    const candles = fromCloses(walk(1_500, { seed: 11 }))
    const patient = create()
    const pestered = create()
    for (const candle of candles) {
      const [asked] = play(patient, [candle])
      const [first] = play(pestered, [candle])
      for (let k = 0; k < 3; k++) {
        const again = said(pestered, BTC_USDT, epochMs(candle.openTime + candle.intervalMs))
        expect(again).toEqual(first === null ? null : { ...first, isNews: false })
      }
      expect(first).toEqual(asked)
    }
  })

  it('is after a restart as sure of a regime as if it had never stopped', () => {
    const candles = fromCloses(walk(1_500, { seed: 5 }))
    const uninterrupted = spoken(create(3), candles).at(-1)
    const restarted = create(3)
    for (const candle of candles.slice(0, -1)) restarted.observe(BTC_USDT, candle)
    const [after] = spoken(restarted, candles.slice(-1))
    expect(after).toEqual({ ...uninterrupted, isNews: true })
  })

  it('sizes by the regime in force, and shows the values that were judged', () => {
    const outputs = spoken(create(1), fromCloses(walk(4_000, { seed: 11 })))
    for (const { regime, sizeMultiplier, indicators, confidence } of outputs) {
      expect(sizeMultiplier).toBe(REGIME_SETTINGS.sizeMultipliers[regime])
      const {
        adx = -1,
        slope = 0,
        volatilityPercentile = -1,
        choppiness = -1,
        rangePosition = -1,
        range = -1,
      } = indicators
      const condition = { adx, slope, volatilityPercentile, choppiness, rangePosition, range }
      expect(classify(condition, REGIME_SETTINGS.rules)).toEqual({ regime, confidence })
    }
    expect(new Set(outputs.map((output) => output.regime)).size).toBeGreaterThanOrEqual(6)
  })
})
