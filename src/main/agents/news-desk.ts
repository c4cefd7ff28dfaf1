import { after, type EpochMs, epochMs, HOUR } from '../../shared/time.ts'
import type { NewsItem } from '../domain/headline.ts'
import type { Clock, NewsSource } from '../ports.ts'

type Deps = {
  readonly clock: Clock
  readonly sources: readonly NewsSource[]
  /** How long an answer is good for before its source is asked again. */
  readonly refreshEveryMs: number
  /** Older items do not count. */
  readonly maxAgeMs: number
  /** Called with all that is known, after the sources have been asked. Never rejects. Null where nobody wants to know. */
  readonly onRefreshed: ((known: readonly NewsItem[]) => Promise<void>) | null
}

/**
 * What the sources of news said, at hand at any moment: they are asked in the background, all at once, and nobody waits
 * for them. Recordings are never asked.
 */
export class NewsDesk {
  private readonly deps: Deps
  private readonly answered = new Set<string>()
  private readonly broken = new Map<string, string>()
  private askedAt: EpochMs | null = null
  private asking: Promise<void> | null = null
  private scoring: Promise<void> | null = null
  private unreachableSince: EpochMs | null = null
  private readonly closing = new AbortController()

  constructor(deps: Deps) {
    this.deps = deps
  }

  /** Begins to ask when the last answers have grown old and nobody is being asked. */
  refreshIfDue(): void {
    const { clock, refreshEveryMs } = this.deps
    const isDue = this.askedAt === null || clock.now() >= after(this.askedAt, refreshEveryMs)
    if (
      !isDue ||
      this.asking !== null ||
      this.closing.signal.aborted ||
      !(this.deps.onRefreshed !== null || this.deps.sources.some(({ refresh }) => refresh !== null))
    )
      return
    this.askedAt = clock.now()
    this.asking = this.refresh(this.askedAt).finally(() => {
      this.asking = null
    })
  }

  /** What was published by `now` and is not too old. */
  known(now: EpochMs): readonly NewsItem[] {
    const since = epochMs(Math.max(0, now - this.deps.maxAgeMs))
    return this.deps.sources.flatMap((source) => source.known(since, now))
  }

  /** True when no source could be read for two refreshes: what they said before counts no longer. */
  isUnreachable(now: EpochMs): boolean {
    const { refreshEveryMs } = this.deps
    return this.unreachableSince !== null && now >= after(this.unreachableSince, 2 * refreshEveryMs)
  }

  /** In words, one for each source that said nothing. */
  problems(): readonly string[] {
    const { sources, maxAgeMs } = this.deps
    if (sources.length === 0) return ['No source of news is switched on.']
    const ages = `in the last ${Math.round(maxAgeMs / HOUR)} h`
    return sources.flatMap(({ name, refresh, known, problem }) => {
      const said = this.broken.get(name) ?? problem()
      if (said !== null) return [said]
      if (refresh !== null && !this.answered.has(name)) return [`${name} has not answered yet.`]
      const now = this.deps.clock.now()
      return known(epochMs(Math.max(0, now - maxAgeMs)), now).length > 0 ? [] : [`${name} published nothing ${ages}.`]
    })
  }

  /** Until nobody is being asked. */
  async settled(): Promise<void> {
    await this.asking
    await this.scoring
  }

  /** Gives up on what is being asked, and asks no more. */
  close(): void {
    this.closing.abort()
  }

  private isAnyRead(): boolean {
    return this.deps.sources.some(({ name, problem }) => !this.broken.has(name) && problem() === null)
  }

  private async refresh(now: EpochMs): Promise<void> {
    const { sources, onRefreshed, clock } = this.deps
    await Promise.all(
      sources.map(async ({ name, refresh }) => {
        try {
          await refresh?.(now, this.closing.signal)
          this.broken.delete(name)
        } catch (error) {
          // What strangers send must never end the program, whatever it finds in a reader of it.
          this.broken.set(name, `${name} could not be read: ${error instanceof Error ? error.message : String(error)}`)
        }
        this.answered.add(name)
      }),
    )
    this.unreachableSince = this.isAnyRead() ? null : (this.unreachableSince ?? now)
    if (this.closing.signal.aborted || onRefreshed === null || this.scoring !== null) return
    // Not waited for: sources are asked again in their time, however long scoring takes.
    this.scoring = onRefreshed(this.known(clock.now())).finally(() => {
      this.scoring = null
    })
  }
}
