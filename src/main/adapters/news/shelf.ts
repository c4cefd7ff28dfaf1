import type { EpochMs } from '../../../shared/time.ts'
import type { NewsItem } from '../../domain/headline.ts'

/** Items in the order in which they were published, and a quick look at a stretch of them. */
export type Shelf = { between(since: EpochMs, now: EpochMs): readonly NewsItem[] }

export function createShelf(items: readonly NewsItem[]): Shelf {
  const sorted = [...items].sort((a, b) => a.at - b.at)
  /** How many were published up to `time`. */
  const countUpTo = (time: EpochMs): number => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] as NewsItem).at <= time) low = middle + 1
      else high = middle
    }
    return low
  }
  return { between: (since, now) => sorted.slice(countUpTo(since), countUpTo(now)) }
}
