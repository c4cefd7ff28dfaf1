import { solve } from 'yalps'
import type { LinearProgram } from '../../domain/linear-program.ts'

/** No time limit, which would make the answer depend on the machine; the pivots are limited instead. */
const OPTIONS = { precision: 1e-9, maxPivots: 10_000, timeout: Number.POSITIVE_INFINITY, includeZeroVariables: true }
const OBJECTIVE = -1

/** Solves by the simplex method. */
export function solveLinear({ rows, columns }: LinearProgram): readonly number[] | null {
  const solution = solve<number, number>(
    {
      direction: 'minimize',
      objective: OBJECTIVE,
      constraints: rows.map((row, i) => [i, row]),
      variables: columns.map(({ cost, at }, i) => [i, [[OBJECTIVE, cost], ...at]]),
    },
    OPTIONS,
  )
  return solution.status === 'optimal' ? solution.variables.map(([, value]) => value) : null
}
