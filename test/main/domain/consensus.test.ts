import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consensusFactor, curveProblem } from '../../../src/main/domain/consensus.ts'
import { CURVE, curves, share } from './consensus-case.ts'

describe('what agreement does to a confidence', () => {
  it('stands in the points, and on the lines between them', () => {
    for (const { agreement, factor } of CURVE) expect(consensusFactor(agreement, CURVE)).toBe(factor)
    expect(consensusFactor(0.25, CURVE)).toBeCloseTo(0.375, 12)
    expect(consensusFactor(0.8, CURVE)).toBeCloseTo(0.9, 12)
  })

  it('never falls with more agreement, and never leaves 0 to 1', () => {
    fc.assert(
      fc.property(curves, share, share, (curve, one, other) => {
        expect(curveProblem(curve)).toBeNull()
        const [less, more] = [
          consensusFactor(Math.min(one, other), curve),
          consensusFactor(Math.max(one, other), curve),
        ]
        expect(more).toBeGreaterThanOrEqual(less - 1e-12)
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeLessThanOrEqual(1 + 1e-12)
      }),
      { numRuns: 500, seed: 6 },
    )
  })

  it('is refused where it is no curve', () => {
    expect(curveProblem([])).toContain('from agreement 0')
    expect(curveProblem(CURVE.slice(1))).toContain('from agreement 0')
    expect(
      curveProblem([
        { agreement: 0, factor: 0.5 },
        { agreement: 1, factor: 0.4 },
      ]),
    ).toContain('never fall')
    expect(
      curveProblem([
        { agreement: 0, factor: 0 },
        { agreement: 0, factor: 1 },
        { agreement: 1, factor: 1 },
      ]),
    ).toContain('rising')
  })
})
