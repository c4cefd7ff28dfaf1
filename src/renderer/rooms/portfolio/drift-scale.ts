/** Where things stand on a track from −`limit` to +`limit`, in percent of its width. */
export type DriftScale = { readonly limit: number; position(pp: number): number }

/** The widest band fills a good part of the track, and the largest drift still fits. */
export function driftScale(bandsPp: readonly number[], driftsPp: readonly number[]): DriftScale {
  const widest = Math.max(0, ...bandsPp)
  const largest = Math.max(0, ...driftsPp.map(Math.abs))
  const limit = Math.max(widest * 1.6, largest * 1.15, 0.1)
  return { limit, position: (pp) => 50 + (Math.min(Math.max(pp, -limit), limit) / limit) * 50 }
}
