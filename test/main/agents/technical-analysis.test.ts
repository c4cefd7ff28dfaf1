import { describe, expect, it } from 'vitest'
import { TechnicalAnalysis } from '../../../src/main/agents/kinds/technical-analysis.ts'
import type { TaOutput } from '../../../src/main/domain/signal.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { fromCloses, play, retimed, said, still, walk } from './candles.ts'
import { TA_SETTINGS } from './settings.ts'

const create = () => new TechnicalAnalysis(TA_SETTINGS, MINUTE)
const spoken = (outputs: (TaOutput | null)[]): TaOutput[] => outputs.filter((output) => output !== null)
const lastOf = (outputs: (TaOutput | null)[]): TaOutput => spoken(outputs).at(-1) as TaOutput

describe('technical analysis', () => {
  it('speaks after twice its slowest average, when the first price weighs less than 2 % in it', () => {
    expect(create().needs[0]).toEqual({ intervalMs: MINUTE, count: 400 })
    expect((1 - 2 / 201) ** 400).toBeLessThan(0.02)
  })

  it('is long in a market that rises, short in one that falls, each with the confidence to act', () => {
    const rising = lastOf(play(create(), fromCloses(walk(600, { drift: 0.0015 }))))
    expect(rising).toMatchObject({ trend: 'up', bias: 'long' })
    const falling = lastOf(play(create(), fromCloses(walk(600, { drift: -0.0015 }))))
    expect(falling).toMatchObject({ trend: 'down', bias: 'short' })
    for (const candles of [walk(600, { drift: 0.0015 }), walk(600, { drift: -0.0015 })]) {
      const confident = spoken(play(create(), fromCloses(candles))).filter((output) => output.confidence >= 0.6)
      expect(confident.length).toBeGreaterThan(20)
    }
  })

  it('has no opinion of a market that stands still, not even one made of rounding errors', () => {
    const output = lastOf(play(create(), still(500, 0.1 + 0.2)))
    expect(output).toMatchObject({
      trend: 'flat',
      momentum: 'steady',
      bias: 'neutral',
      confidence: 0,
      close: 0.1 + 0.2,
    })
    expect(output.indicators).toMatchObject({ rsi: 50, adx: 0, plusDi: 0, minusDi: 0, atr: 0, stretch: 0 })
  })

  it('finds its way back after the market has stood still from the first candle on', () => {
    const afterwards = fromCloses(walk(600, { drift: 0.0015 }))
    const output = lastOf(play(create(), retimed([...still(500), ...afterwards])))
    const without = lastOf(play(create(), afterwards))
    expect(output.indicators.adx).toBeCloseTo(without.indicators.adx as number, 6)
    expect(output.indicators.rsi).toBeCloseTo(without.indicators.rsi as number, 6)
    expect(output.bias).toBe('long')
  })

  it('takes the values it shows from the candles: close, ATR and the averages in quote', () => {
    const candles = fromCloses(Array.from({ length: 450 }, (_, i) => 100 + (i % 2)))
    const { close, indicators } = lastOf(play(create(), candles))
    expect(close).toBe(101)
    // Every candle reaches from 100 to 101 and 0.05 % beyond.
    expect(indicators.atr).toBeCloseTo(101 * 1.0005 - 100 * 0.9995, 9)
    for (const name of ['emaFast', 'emaMedium', 'emaSlow', 'emaBase']) {
      expect(indicators[name], name).toBeGreaterThan(100.3)
      expect(indicators[name], name).toBeLessThan(100.7)
    }
  })

  it('is news when trend, momentum, bias or the side of the confidence to act changed, and only then', () => {
    const outputs = spoken(play(create(), fromCloses(walk(3_000, { seed: 3, drift: 0.0003 }))))
    expect(outputs[0]?.isNews).toBe(true)
    const reasons = { trend: 0, momentum: 0, bias: 0, side: 0 }
    outputs.forEach((output, i) => {
      const before = outputs[i - 1]
      if (before === undefined) return
      const changed = {
        trend: before.trend !== output.trend,
        momentum: before.momentum !== output.momentum,
        bias: before.bias !== output.bias,
        side: before.confidence >= 0.6 !== output.confidence >= 0.6,
      }
      const reason = Object.entries(changed).filter(([, has]) => has)
      expect(output.isNews).toBe(reason.length > 0)
      // Each reason suffices alone.
      if (reason.length === 1) reasons[reason[0]?.[0] as keyof typeof reasons]++
    })
    expect(Math.min(...Object.values(reasons))).toBeGreaterThan(0)
  })

  it('is no news when it is asked twice about the same candle', () => {
    const agent = create()
    const output = lastOf(play(agent, fromCloses(walk(400))))
    const again = said(agent, output.symbol, output.at)
    expect(again).toEqual({ ...output, isNews: false })
  })
})
