import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { biasOf, type Evidence, ramp, withHigherCharts } from '../../../src/main/domain/bias.ts'
import { TA_SETTINGS } from '../agents/settings.ts'

/** Without confirmation: it has its own test. */
const settings = { ...TA_SETTINGS.bias, weights: { trend: 0.3, momentum: 0.35, strength: 0.35, confirmation: 0 } }
/** Everything points up at full strength: averages in order, full histogram and RSI, ADX of a full trend. */
const fullyLong: Evidence = {
  emaFast: 104,
  emaMedium: 103,
  emaSlow: 102,
  emaBase: 101,
  rsi: 80,
  macdHistogram: 0.6,
  atr: 1,
  adx: 50,
  plusDi: 40,
  minusDi: 10,
  stretch: 1,
  obv: 10,
  obvAverage: 5,
  vwap: 104,
  supertrend: 103,
}
const opinionOn = (change: Partial<Evidence>) => biasOf({ ...fullyLong, ...change }, 105, settings)
const mirrored = (e: Evidence): Evidence => ({
  ...e,
  emaFast: -e.emaFast,
  emaMedium: -e.emaMedium,
  emaSlow: -e.emaSlow,
  emaBase: -e.emaBase,
  rsi: 100 - e.rsi,
  macdHistogram: -e.macdHistogram,
  plusDi: e.minusDi,
  minusDi: e.plusDi,
  stretch: -e.stretch,
})
const evidence: fc.Arbitrary<Evidence> = fc.record({
  emaFast: fc.double({ min: 0, max: 200, noNaN: true }),
  emaMedium: fc.double({ min: 0, max: 200, noNaN: true }),
  emaSlow: fc.double({ min: 0, max: 200, noNaN: true }),
  emaBase: fc.double({ min: 0, max: 200, noNaN: true }),
  // Eighths: exact under 100 − x.
  rsi: fc.integer({ min: 0, max: 800 }).map((eighths) => eighths / 8),
  macdHistogram: fc.double({ min: -5, max: 5, noNaN: true }),
  atr: fc.constantFrom(0, 1e-300, 0.5, 20),
  adx: fc.double({ min: 0, max: 100, noNaN: true }),
  plusDi: fc.double({ min: 0, max: 100, noNaN: true }),
  minusDi: fc.double({ min: 0, max: 100, noNaN: true }),
  stretch: fc.double({ min: -5, max: 5, noNaN: true }),
  obv: fc.double({ min: -200, max: 200, noNaN: true }),
  obvAverage: fc.double({ min: -200, max: 200, noNaN: true }),
  vwap: fc.constant(0),
  supertrend: fc.constant(0),
})

describe('bias and confidence', () => {
  it('are long and 1 when everything points up at full strength', () => {
    const opinion = biasOf(fullyLong, 105, settings)
    expect(opinion).toMatchObject({ trend: 'up', momentum: 'rising', bias: 'long' })
    expect(opinion.confidence).toBeCloseTo(1, 12)
  })

  it('add up by weight: each kind of evidence is worth its share', () => {
    // Averages out of order: 0.3 less. ADX of no trend: 0.35 less. No momentum: 0.35 less. An RSI of 65: a quarter of it.
    const noTrend = { emaFast: 101, emaMedium: 101, emaSlow: 101, emaBase: 101 }
    expect(opinionOn(noTrend).confidence).toBeCloseTo(0.7, 12)
    expect(opinionOn({ adx: 20 }).confidence).toBeCloseTo(0.65, 12)
    expect(opinionOn({ adx: 35 }).confidence).toBeCloseTo(0.825, 12)
    expect(opinionOn({ macdHistogram: 0, rsi: 50 }).confidence).toBeCloseTo(0.65, 12)
    expect(opinionOn({ rsi: 65 }).confidence).toBeCloseTo(0.9125, 12)
    // One pair of three the other way: a third for the trend instead of three thirds.
    expect(opinionOn({ emaBase: 110 }).confidence).toBeCloseTo(0.8, 12)
  })

  it('cannot reach 0.60 while one kind of evidence objects at full strength', () => {
    expect(opinionOn({ plusDi: 10, minusDi: 40 }).confidence).toBeLessThan(0.6)
    expect(opinionOn({ macdHistogram: -0.6, rsi: 20 }).confidence).toBeLessThan(0.6)
    expect(opinionOn({ emaFast: 101, emaMedium: 102, emaSlow: 103, emaBase: 104 }).confidence).toBeLessThan(0.6)
  })

  it('trust a move less that has run away from its mean, but not one that is stretched the other way', () => {
    expect(opinionOn({ stretch: 2 }).confidence).toBeCloseTo(1, 12)
    expect(opinionOn({ stretch: 2.75 }).confidence).toBeCloseTo(0.75, 12)
    expect(opinionOn({ stretch: 9 }).confidence).toBeCloseTo(0.5, 12)
    expect(opinionOn({ stretch: -9 }).confidence).toBeCloseTo(1, 12)
  })

  it('call averages in order only when they are apart by more than the gap', () => {
    expect(opinionOn({ emaFast: 103.09 }).trend).toBe('flat')
    expect(opinionOn({ emaFast: 103.11 }).trend).toBe('up')
    expect(opinionOn({ emaFast: 103.11, atr: 2 }).trend).toBe('flat')
  })

  it('call momentum steady when MACD and RSI disagree', () => {
    expect(opinionOn({ rsi: 49 }).momentum).toBe('steady')
    expect(opinionOn({ rsi: 49, macdHistogram: -0.1 }).momentum).toBe('falling')
  })

  it('are neutral where the score is small', () => {
    const weak = { emaFast: 101, emaMedium: 101, emaSlow: 101, emaBase: 101, adx: 10, macdHistogram: 0.3 }
    expect(opinionOn({ ...weak, rsi: 75 })).toMatchObject({ trend: 'flat', bias: 'neutral' })
    expect(opinionOn({ ...weak, rsi: 80 })).toMatchObject({ bias: 'long' })
  })

  it('are confirmed by Supertrend, VWAP and volume, a third of their weight each', () => {
    const weights = { trend: 0.25, momentum: 0.3, strength: 0.3, confirmation: 0.15 }
    const confidenceOf = (change: Partial<Evidence>): number =>
      biasOf({ ...fullyLong, ...change }, 105, { ...settings, weights }).confidence
    expect(confidenceOf({})).toBeCloseTo(1, 12)
    expect(confidenceOf({ supertrend: 106 })).toBeCloseTo(0.9, 12)
    expect(confidenceOf({ vwap: 105 })).toBeCloseTo(0.95, 12)
    expect(confidenceOf({ obv: 4, vwap: 106, supertrend: 106 })).toBeCloseTo(0.7, 12)
  })

  it('lose confidence by the part of the wider charts that point the other way, and never gain any', () => {
    const own = biasOf(fullyLong, 105, settings)
    const against = { ...own, bias: 'short' as const }
    const undecided = { ...own, bias: 'neutral' as const }
    const among = (...higher: (typeof own)[]): number => withHigherCharts(own, higher, settings).confidence
    expect(among()).toBe(own.confidence)
    expect(among(own, undecided)).toBe(own.confidence)
    expect(among(against)).toBeCloseTo(0.6, 12)
    expect(among(own, against)).toBeCloseTo(0.8, 12)
    expect(withHigherCharts(undecided, [against], settings)).toEqual(undecided)
  })

  it('are mirrored by a mirrored market, always finite and from 0 to 1', () => {
    fc.assert(
      fc.property(evidence, fc.double({ min: 1e-8, max: 1e6, noNaN: true }), (seen, close) => {
        const up = biasOf(seen, close, settings)
        const down = biasOf(mirrored(seen), close, settings)
        expect(down.confidence).toBe(up.confidence)
        expect(up.confidence).toBeGreaterThanOrEqual(0)
        expect(up.confidence).toBeLessThanOrEqual(1)
        expect([up.bias, down.bias].toSorted()).toEqual(
          up.bias === 'neutral' ? ['neutral', 'neutral'] : ['long', 'short'],
        )
        if (up.bias !== 'neutral') expect(up.confidence).toBeGreaterThanOrEqual(settings.neutralBelow / 2)
      }),
      { seed: 20_261_123, numRuns: 1_000 },
    )
  })
})

describe('a ramp', () => {
  it('is 0 before, 1 after, straight between, in either direction, and 0 where it has no length', () => {
    expect([-1, 0, 1, 2, 3].map((x) => ramp(x, 0, 2))).toEqual([0, 0, 0.5, 1, 1])
    expect(ramp(1, 1, 1)).toBe(0)
    expect(ramp(-5, -20, 0)).toBe(0.75)
  })
})
