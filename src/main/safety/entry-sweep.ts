import type { ClientOrderId } from '../../shared/ids.ts'
import type { Failure, Result } from '../../shared/result.ts'
import { after, type EpochMs, SECOND } from '../../shared/time.ts'
import type { Clock, Log } from '../ports.ts'

export type EntrySweepDeps = {
  readonly clock: Clock
  readonly log: Log
  /** Our orders that may be open and would open or rebalance something; from memory, since the database may be locked. */
  readonly openEntries: () => readonly ClientOrderId[]
  /** By way of the exchange's urgent lane. */
  readonly cancel: (id: ClientOrderId) => Promise<Result<'cancelled' | 'not-open', Failure>>
}

/** `failed`: asked for and not known to be gone. Those that were not open any more are in neither number. */
export type CancelCount = { readonly cancelled: number; readonly failed: number }
export type SweepRound = {
  /** When every order of the round has been answered for. */
  readonly done: Promise<unknown>
  count(): CancelCount
}

/** From one request for an order to the next, doubled each time up to the longest. */
const ASK_AGAIN_MS = 500
const LONGEST_MS = 30 * SECOND

/**
 * Cancels entry orders until none is left. Once is not enough: a request may fail, and an order that was on its way when
 * Kill was pressed comes to rest after its cancel has been answered with "not open".
 */
export class EntrySweep {
  private readonly deps: EntrySweepDeps
  private readonly asked = new Map<ClientOrderId, { times: number; again: EpochMs; isCancelled: boolean }>()

  constructor(deps: EntrySweepDeps) {
    this.deps = deps
  }

  /** At once, for each that is not known to be cancelled. The requests leave side by side. */
  all(): SweepRound {
    return this.round((id) => this.asked.get(id)?.isCancelled !== true)
  }

  /** Only for those whose turn it is again. */
  due(): SweepRound {
    const now = this.deps.clock.now()
    return this.round((id) => {
      const asked = this.asked.get(id)
      return asked === undefined || (!asked.isCancelled && asked.again <= now)
    })
  }

  /** What was asked before is asked again in the next round. */
  forget(): void {
    this.asked.clear()
  }

  private round(isChosen: (id: ClientOrderId) => boolean): SweepRound {
    const ids = this.openEntries().filter(isChosen)
    let cancelled = 0
    let failed = ids.length
    const answers = ids.map(async (id) => {
      const answer = await this.cancel(id)
      if (answer !== 'failed') failed -= 1
      if (answer === 'cancelled') cancelled += 1
    })
    return { done: Promise.all(answers), count: () => ({ cancelled, failed }) }
  }

  /** A bug there must not keep the rest of the kill from happening. */
  private openEntries(): readonly ClientOrderId[] {
    try {
      return this.deps.openEntries()
    } catch (error) {
      this.deps.log.error('the open entry orders are not known; they are looked for again', error)
      return []
    }
  }

  private async cancel(id: ClientOrderId): Promise<'cancelled' | 'not-open' | 'failed'> {
    const times = (this.asked.get(id)?.times ?? 0) + 1
    const again = after(this.deps.clock.now(), Math.min(LONGEST_MS, ASK_AGAIN_MS * 2 ** (times - 1)))
    const asked = { times, again, isCancelled: false }
    this.asked.set(id, asked)
    try {
      const answer = await this.deps.cancel(id)
      if (!answer.ok) return 'failed'
      asked.isCancelled = answer.value === 'cancelled'
      return answer.value
    } catch (error) {
      this.deps.log.error(`the cancel of ${id} failed unexpectedly; it is asked for again`, error)
      return 'failed'
    }
  }
}
