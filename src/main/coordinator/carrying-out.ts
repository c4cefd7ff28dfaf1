import type { ConflictId } from '../../shared/ids.ts'
import { after, SECOND } from '../../shared/time.ts'
import type { Outbox } from '../bus/outbox.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { Cancel, Clock, ConflictStore } from '../ports.ts'

export type CarryingOutDeps = {
  readonly clock: Clock
  readonly conflicts: Pick<ConflictStore, 'get' | 'noteCarriedOut'>
  readonly outbox: Outbox
  readonly onBug: (error: unknown) => void
  /** Since it was decided. */
  readonly tooOldMs: number
  /** Why what was decided cannot be done at the moment, in words; null where it can. */
  readonly heldUpBecause: (conflict: Conflict) => string | null
  /** Does what the option says that applies. Asked again for what a crash may have interrupted: twice must be as once. */
  readonly carryOut: (conflict: Conflict) => void
}

/** Between two attempts to do what has been decided. */
const TRY_AGAIN_MS = 5 * SECOND

/**
 * Does what has been decided about conflicts, and notes that it is done. What cannot be done yet, or fails, is tried again
 * until it is too old: then it is dropped, and the trader is told.
 */
export class CarryingOut {
  private readonly deps: CarryingOutDeps
  private readonly timers = new Map<ConflictId, Cancel>()
  /** What the trader has been told waits. */
  private readonly heldUp = new Set<ConflictId>()

  constructor(deps: CarryingOutDeps) {
    this.deps = deps
  }

  /** @throws what carrying it out threw; it is tried again all the same. */
  carryOut(conflict: Conflict): void {
    const { carryOut, conflicts, heldUpBecause } = this.deps
    const because = heldUpBecause(conflict)
    if (because !== null) {
      this.holdUp(conflict, because)
      return
    }
    try {
      carryOut(conflict)
      conflicts.noteCarriedOut(conflict.id)
      this.heldUp.delete(conflict.id)
    } catch (error) {
      this.tryAgain(conflict.id)
      throw error
    }
  }

  /** What was decided and interrupted: done now, or dropped where the market it was about is long gone. */
  takeUp(conflict: Conflict): void {
    const { clock, conflicts, outbox, tooOldMs } = this.deps
    const { correlationId, id, resolution, symbol, waited } = conflict
    const decidedAt = waited?.at ?? resolution?.at ?? conflict.detectedAt
    if (clock.now() - decidedAt <= tooOldMs) {
      this.carryOut(conflict)
      return
    }
    const text = `What was decided about ${symbol} could not be carried out in time and is too old now: nothing is done.`
    this.heldUp.delete(id)
    outbox.transact((announce) => {
      conflicts.noteCarriedOut(id)
      announce(
        'risk_alerts',
        { code: 'conflict/dropped', text, conflictId: id },
        { source: 'coordinator', correlationId },
      )
    })
  }

  /** Nothing is tried again before the next start. */
  close(): void {
    for (const cancel of this.timers.values()) cancel()
    this.timers.clear()
  }

  private holdUp({ correlationId, id, symbol }: Conflict, because: string): void {
    if (!this.heldUp.has(id)) {
      this.heldUp.add(id)
      const text = `What was decided about ${symbol} is held up: ${because} It is done as soon as that has changed, or dropped when it is too old.`
      this.deps.outbox.transact((announce) =>
        announce('system_events', { kind: 'conflict', text }, { source: 'coordinator', correlationId }),
      )
    }
    this.tryAgain(id)
  }

  private tryAgain(id: ConflictId): void {
    const { clock, conflicts, onBug } = this.deps
    const again = (): void => {
      this.timers.delete(id)
      try {
        const conflict = conflicts.get(id)
        if (conflict === null) throw new Error(`conflict ${id} is gone`)
        this.takeUp(conflict)
      } catch (error) {
        onBug(error)
      }
    }
    this.timers.get(id)?.()
    this.timers.set(id, clock.at(after(clock.now(), TRY_AGAIN_MS), again))
  }
}
