/** A point of the curve: what so much agreement does to the confidence. Both 0 to 1. */
export type ConsensusPoint = { readonly agreement: number; readonly factor: number }

/**
 * The factor on the confidence, 0 to 1: on the line between the two points that are next to it.
 *
 * @param agreement 0 to 1.
 * @param curve from agreement 0 to agreement 1, rising; its factors never fall.
 */
export function consensusFactor(agreement: number, curve: readonly ConsensusPoint[]): number {
  const at = curve.findIndex((point) => point.agreement >= agreement)
  const [before, after] = [curve[at - 1], curve[at]]
  if (after === undefined) return curve.at(-1)?.factor ?? 1
  if (before === undefined || after.agreement === agreement) return after.factor
  const way = (agreement - before.agreement) / (after.agreement - before.agreement)
  return before.factor + way * (after.factor - before.factor)
}

/** What is wrong with a curve, in words; null when it is one. */
export function curveProblem(curve: readonly ConsensusPoint[]): string | null {
  if (curve[0]?.agreement !== 0 || curve.at(-1)?.agreement !== 1)
    return 'expected points from agreement 0 to agreement 1'
  const falls = curve.some((point, i) => {
    const before = curve[i - 1]
    return before !== undefined && (point.agreement <= before.agreement || point.factor < before.factor)
  })
  return falls ? 'expected rising agreement, and factors that never fall' : null
}
