/**
 * The least Σ cost × x over x ≥ 0 such that each row's Σ coefficient × x lies within its bounds, in floats.
 */
export type LinearProgram = {
  readonly rows: ReadonlyArray<{ readonly min?: number; readonly max?: number }>
  readonly columns: ReadonlyArray<{
    readonly cost: number
    readonly at: ReadonlyArray<readonly [row: number, coefficient: number]>
  }>
}

/**
 * A vertex of the program with the least cost, one value per column, the same for the same program every time; null when
 * there is none or it was not found. What is decided from it is computed again exactly.
 */
export type LinearSolver = (program: LinearProgram) => readonly number[] | null
