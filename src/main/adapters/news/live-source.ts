import { ok, type Result } from '../../../shared/result.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { newsFault } from './fault.ts'
import { createShelf } from './shelf.ts'

/**
 * A source that is asked again and again. An answer that cannot be used leaves what was known before: it grows old by
 * itself.
 *
 * @param read what it publishes at the moment; never rejects.
 */
export function createLiveSource(source: {
  readonly name: string
  readonly kind: NewsSource['kind']
  readonly read: (signal: AbortSignal) => Promise<Result<readonly NewsItem[]>>
}): NewsSource {
  const { name, kind } = source
  let shelf = createShelf([])
  let problem: string | null = null

  async function refresh(_: EpochMs, signal: AbortSignal): Promise<Result<null>> {
    const answer = await source.read(signal)
    const items =
      answer.ok && answer.value.length === 0
        ? newsFault(name, 'news/empty', 'lists nothing that could be read: check its url.')
        : answer
    problem = items.ok ? null : items.error.message
    if (!items.ok) return items
    shelf = createShelf(items.value)
    return ok(null)
  }

  return { name, kind, refresh, known: (since, now) => shelf.between(since, now), problem: () => problem }
}
