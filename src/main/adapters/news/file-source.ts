import { ok, type Result } from '../../../shared/result.ts'
import type { NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { createShelf } from './shelf.ts'

/** A recording as a source: all of it is at hand, and each item is known from its own time on. */
export function sourceOfFile(
  name: string,
  kind: NewsSource['kind'],
  items: Result<readonly NewsItem[]>,
): Result<NewsSource> {
  if (!items.ok) return items
  const shelf = createShelf(items.value)
  return ok({ name, kind, refresh: null, known: (since, now) => shelf.between(since, now), problem: () => null })
}
