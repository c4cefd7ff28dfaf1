import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { solveLinear } from '../../../src/main/adapters/yalps/linear-solver.ts'
import { planCaseArb } from '../../support/plan-arbitraries.ts'
import { smallCaseArb } from '../../support/plan-brute-force.ts'
import { checkPlan, checkSmall } from '../../support/plan-checks.ts'

/** A portfolio has so many parts that making it smaller would take minutes. */
const RUNS = { seed: 20_261_123, endOnFailure: true }
const MOST_ASSETS = 8

describe('the plan of any portfolio', () => {
  it('keeps all value, the bags, the minimums, the order of funding and the targets', () => {
    let legs = 0
    fc.assert(
      fc.property(planCaseArb(MOST_ASSETS), (given) => {
        const checked = checkPlan(given, solveLinear)
        legs += checked.legs
        expect(checked.problems).toEqual([])
      }),
      { numRuns: 500, ...RUNS },
    )
    expect(legs).toBeGreaterThan(1_000)
  })

  it('without a solver is dearer at most', () => {
    fc.assert(
      fc.property(planCaseArb(MOST_ASSETS), (given) => {
        const { problems } = checkPlan(given, () => null)
        expect(problems.filter((problem) => !problem.includes('dearer'))).toEqual([])
      }),
      { numRuns: 200, ...RUNS },
    )
  })

  it('is never worse than the best of all combinations of whole lots', () => {
    fc.assert(
      fc.property(smallCaseArb, (given) => {
        expect(checkSmall(given, solveLinear)).toEqual([])
      }),
      { numRuns: 60, ...RUNS },
    )
  })
})
