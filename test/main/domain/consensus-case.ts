import fc from 'fast-check'
import type { ConsensusPoint } from '../../../src/main/domain/consensus.ts'

/** Half of them undecided takes a quarter away. */
export const CURVE: readonly ConsensusPoint[] = [
  { agreement: 0, factor: 0 },
  { agreement: 0.5, factor: 0.75 },
  { agreement: 1, factor: 1 },
]
export const share = fc.double({ min: 0, max: 1, noNaN: true })
/** Any curve that the settings may hold. */
export const curves = fc.array(fc.tuple(share, share), { maxLength: 6 }).map((points): ConsensusPoint[] => {
  const agreements = [...new Set([0, ...points.map(([agreement]) => agreement), 1])].sort((a, b) => a - b)
  const factors = [...points.map(([, factor]) => factor), 0.2, 0.9].sort((a, b) => a - b)
  return agreements.map((agreement, i) => ({ agreement, factor: factors[Math.min(i, factors.length - 1)] ?? 1 }))
})
