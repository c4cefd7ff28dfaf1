/** One comparison, as printed and as written by `--json`. */
export type Row = {
  readonly name: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly unit: string
  readonly peer: string
  readonly peerMedian: number
  /** Ours over the peer's: above 1 is good for rates, below 1 for times and memory. */
  readonly ratio: number
}

/** Something that is measured once a round; the answer is in the unit of its row. */
export type Contestant = { readonly name: string; readonly measure: () => number | Promise<number> }

export type BenchContext = {
  readonly runs: number
  readonly candlesDir: string
  /** What is being done now, for whoever waits. */
  readonly say: (text: string) => void
  /** Said with the results, where the figures need it. */
  readonly note: (text: string) => void
}

export type Samples = ReadonlyMap<string, readonly number[]>

/**
 * Measures all contestants in turn, `runs` times, after `warmUps` rounds that do not count. Every second round goes
 * backwards, so that none always runs in the wake of the same other.
 */
export async function interleave(
  contestants: readonly Contestant[],
  { runs, warmUps, say }: { runs: number; warmUps: number; say: (text: string) => void },
): Promise<Samples> {
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < runs; round++) {
    const order = Math.abs(round) % 2 === 0 ? contestants : [...contestants].reverse()
    for (const { name, measure } of order) {
      say(`${name}, ${round < 0 ? 'warming up' : `run ${round + 1} of ${runs}`}`)
      const value = await measure()
      if (round >= 0) samples.get(name)?.push(value)
    }
  }
  return samples
}

/** The value below which the share `q` of `values` lies, between neighbours where it falls between them. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}
const median = (values: readonly number[]): number => quantile(values, 0.5)

export function compare(samples: Samples, name: string, peer: string, unit: string): Row {
  const ours = samples.get(name) ?? []
  const peerMedian = median(samples.get(peer) ?? [])
  const own = median(ours)
  return {
    name,
    median: own,
    min: Math.min(...ours),
    max: Math.max(...ours),
    unit,
    peer,
    peerMedian,
    ratio: own / peerMedian,
  }
}

/** So that what one contestant left behind is not collected in another's time; needs --expose-gc. */
export function collectGarbage(): void {
  globalThis.gc?.()
}
