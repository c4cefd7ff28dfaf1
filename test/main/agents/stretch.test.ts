import fc from 'fast-check'
import { BollingerBands } from 'trading-signals'
import { describe, expect, it } from 'vitest'
import { Stretch } from '../../../src/main/agents/stretch.ts'

describe('the distance from the Bollinger middle', () => {
  it('is the library’s, of which the upper band stands one deviation above the middle', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 90, max: 110, noNaN: true }), { maxLength: 60 }),
        fc.integer({ min: 2, max: 25 }),
        (closes, period) => {
          const ours = new Stretch(period)
          const theirs = new BollingerBands(period, 1)
          for (const close of closes) {
            ours.observe(close)
            const bands = theirs.update(close, false)
            const deviation = bands === null ? 0 : bands.upper - bands.middle
            if (bands === null) expect(ours.value).toBe(0)
            else if (deviation > 1e-6) expect(ours.value).toBeCloseTo((close - bands.middle) / deviation, 6)
          }
        },
      ),
      { seed: 20_261_123, numRuns: 300 },
    )
  })

  it('is 0 where prices stand still but for rounding', () => {
    const stretch = new Stretch(5)
    for (const close of [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2]) stretch.observe(close)
    expect(stretch.value).toBe(0)
  })
})
