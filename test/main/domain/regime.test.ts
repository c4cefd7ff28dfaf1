import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify, confirm, type MarketCondition, type RegimeReading } from '../../../src/main/domain/regime.ts'
import type { Regime } from '../../../src/main/domain/signal.ts'
import { REGIME_SETTINGS } from '../agents/settings.ts'

const { rules } = REGIME_SETTINGS
/** An unremarkable market. */
const ordinary: MarketCondition = {
  adx: 15,
  slope: 0.1,
  volatilityPercentile: 0.5,
  choppiness: 45,
  rangePosition: 0.5,
  range: 0.02,
}
const regimeOf = (change: Partial<MarketCondition>) => classify({ ...ordinary, ...change }, rules).regime
const share = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)
const condition: fc.Arbitrary<MarketCondition> = fc.record({
  adx: fc.integer({ min: 0, max: 100 }),
  slope: fc.integer({ min: -50, max: 50 }).map((tenths) => tenths / 10),
  volatilityPercentile: share,
  choppiness: fc.integer({ min: 0, max: 100 }),
  rangePosition: share,
  range: fc.constantFrom(0, 0.001, 0.2),
})

describe('a market is', () => {
  const cases: [Regime, string, Partial<MarketCondition>][] = [
    ['ranging', 'when nothing is remarkable', {}],
    ['trending_bull', 'with a strong ADX and a rising average', { adx: 25, slope: 0.5 }],
    ['trending_bear', 'with a strong ADX and a falling average', { adx: 25, slope: -0.5 }],
    ['ranging', 'when the ADX is strong and the average goes nowhere', { adx: 60, slope: 0.4 }],
    ['ranging', 'when the average rises and the ADX is weak', { adx: 24, slope: 2 }],
    ['volatile_bull', 'when volatility is among the highest', { volatilityPercentile: 0.9 }],
    ['volatile_bear', 'when it is and the average falls', { volatilityPercentile: 0.9, slope: -0.1 }],
    ['volatile_bear', 'even in a trend, because size must shrink', { volatilityPercentile: 1, adx: 60, slope: -3 }],
    [
      'breakout_potential',
      'when it is quiet at the top of its range',
      { volatilityPercentile: 0.3, rangePosition: 0.8 },
    ],
    ['breakout_potential', 'when it is quiet at the bottom', { volatilityPercentile: 0.3, rangePosition: 0.1 }],
    ['ranging', 'when it is quiet in the middle', { volatilityPercentile: 0.1 }],
    ['ranging', 'when it is at the edge and not quiet', { rangePosition: 1 }],
    ['choppy', 'when much movement leads nowhere', { choppiness: 58 }],
    ['trending_bull', 'when it trends, whatever the choppiness', { choppiness: 70, adx: 30, slope: 1 }],
    ['ranging', 'when nothing moves, though that counts as choppy', { choppiness: 100, range: 0 }],
  ]
  it.each(cases)('%s %s', (regime, _, change) => expect(regimeOf(change)).toBe(regime))

  it('one of the seven, with a confidence from 0.5 at the edge to 1 well inside', () => {
    const seen = new Set<Regime>()
    fc.assert(
      fc.property(condition, (at) => {
        const { regime, confidence } = classify(at, rules)
        seen.add(regime)
        expect(confidence).toBeGreaterThanOrEqual(0.5)
        expect(confidence).toBeLessThanOrEqual(1)
      }),
      { seed: 20_261_123, numRuns: 2_000 },
    )
    expect(seen.size).toBe(7)
  })

  it('less surely so near the edge of what makes it so', () => {
    const confidences = [25, 30, 40, 50].map((adx) => classify({ ...ordinary, adx, slope: 2 }, rules).confidence)
    expect(confidences).toEqual([0.5, 0.6, 0.8, 1])
  })
})

describe('another regime', () => {
  const read = (regime: Regime, confidence = 0.8): RegimeReading => ({ regime, confidence })
  const inForceAfter = (readings: RegimeReading[], confirmations = 3) =>
    readings.reduce<ReturnType<typeof confirm> | null>((state, next) => confirm(state, next, confirmations), null)

  it('is in force at once when it is the first', () => {
    expect(inForceAfter([read('choppy')])).toMatchObject({ regime: 'choppy', confidence: 0.8 })
  })

  it('takes over at the third reading in a row', () => {
    const readings = [read('ranging'), read('choppy'), read('choppy')]
    expect(inForceAfter(readings)).toMatchObject({ regime: 'ranging', candidate: 'choppy', timesSeen: 2 })
    expect(inForceAfter([...readings, read('choppy', 0.9)])).toMatchObject({ regime: 'choppy', confidence: 0.9 })
  })

  it('begins again when anything else is read in between', () => {
    const { regime } = inForceAfter([
      read('ranging'),
      read('choppy'),
      read('choppy'),
      read('ranging'),
      read('choppy'),
      read('trending_bull'),
      read('choppy'),
      read('choppy'),
    ]) ?? { regime: null }
    expect(regime).toBe('ranging')
  })

  it('lowers the confidence in the one in force by what speaks for it', () => {
    expect(inForceAfter([read('ranging', 0.9), read('choppy', 0.7)])?.confidence).toBeCloseTo(0.3, 12)
  })

  it('takes over at once when one reading is enough', () => {
    expect(inForceAfter([read('ranging'), read('choppy')], 1)?.regime).toBe('choppy')
  })
})
