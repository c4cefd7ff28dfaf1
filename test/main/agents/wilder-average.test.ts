import fc from 'fast-check'
import { WSMA } from 'trading-signals'
import { describe, expect, it } from 'vitest'
import { WilderAverage } from '../../../src/main/agents/wilder-average.ts'

describe("Wilder's average", () => {
  it("is the library's, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 60 }),
        fc.integer({ min: 2, max: 20 }),
        (values, period) => {
          const ours = new WilderAverage(period)
          const theirs = new WSMA(period)
          for (const value of values) expect(ours.update(value, false)).toBe(theirs.update(value, false))
          expect(ours.isStable).toBe(theirs.isStable)
        },
      ),
      { seed: 20_261_123, numRuns: 300 },
    )
  })
})
