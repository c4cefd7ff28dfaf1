import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs, SECOND } from '../../shared/time.ts'
import type { Cancel, Kill, Sentinel, StateStore } from '../ports.ts'
import { type CancelCount, EntrySweep, type EntrySweepDeps } from './entry-sweep.ts'

export type KillSwitchDeps = EntrySweepDeps & {
  readonly sentinel: Sentinel
  readonly state: StateStore
  /** Gives up on questions to models that are out: their answers would change nothing any more. */
  readonly abortQuestions: () => void
  /** HALTED in the database; may throw while that is locked. Doing it twice is harmless. */
  readonly halt: (reason: string) => void
  /** Writes down that every tactical position is to be closed; may throw likewise. Doing it twice is harmless. */
  readonly closePositions: () => void
}

/** How long the mark of another program may go unnoticed, ms. */
const LOOK_EVERY_MS = 100
/** A caller is answered after this, ms, even when the exchange says nothing. */
const ANSWER_LIMIT_MS = SECOND
/** The cancels go first: a locked database holds up the thread for its whole time-out, each time it is tried. */
const WRITE_AFTER_MS = 250
const WRITE_AGAIN_MS = 500

const STATE = 'kill'

/**
 * Stops new risk at once, in the order of what can fail least: a flag in memory, a file, then the database. Cancelling
 * needs none of the last two. Only a person resumes.
 */
export class KillSwitch {
  private readonly deps: KillSwitchDeps
  private readonly sweep: EntrySweep
  private current: Kill | null = null
  /** A kill that was found but not carried out yet. */
  private isNew = false
  private lookedAt: EpochMs
  private stopLooking: Cancel | null = null
  /** What the database, or the disk, has not taken yet, in order. */
  private unwritten: (() => void)[] = []
  private writeAt: EpochMs
  private isTroubleLogged = false

  /** @param deps its clock is the machine's: a kill does not wait for a simulated market, and is not hurried by it. */
  constructor(deps: KillSwitchDeps) {
    this.deps = deps
    this.sweep = new EntrySweep(deps)
    this.lookedAt = deps.clock.now()
    this.writeAt = this.lookedAt
  }

  /**
   * From memory. The mark of another program is looked for too when the last look is too long ago: after this thread was
   * held up, an order must not slip through before the next look.
   */
  isKilled(): boolean {
    if (this.current === null) {
      const since = this.deps.clock.now() - this.lookedAt
      if (since >= LOOK_EVERY_MS || since < 0) this.look()
    }
    return this.killed() !== null
  }

  /** Who, when and why; null while it is off. */
  killed(): Kill | null {
    return this.current
  }

  /**
   * Takes effect before it returns its promise: from then on the gate refuses everything that does not reduce risk. A
   * second kill repeats the cancels and may add `flatten`; the reason of the first stays.
   *
   * @returns what became of the entry orders, within a second; those still unanswered count as failed and are asked for
   *          again until they are gone.
   */
  async kill(reason: string, { flatten }: { readonly flatten: boolean }): Promise<CancelCount> {
    const kill: Kill =
      this.current === null
        ? { at: this.deps.clock.now(), reason, flatten }
        : { ...this.current, flatten: this.current.flatten || flatten }
    this.current = kill
    return this.carryOut(kill)
  }

  /**
   * Only ever at a person's word. What keeps the coordinator halted is lifted by its own `resume`, after this.
   *
   * Errors `kill/still-marked`, `kill/not-lifted`: everything stays as it is.
   */
  resume(): Result<null> {
    if (this.current === null) return ok(null)
    const lowered = this.deps.sentinel.lower()
    if (!lowered.ok) return lowered
    try {
      this.deps.state.set(STATE, 'null')
    } catch (error) {
      this.deps.log.error('the kill switch could not be lifted in the database', error)
      return fail('kill/not-lifted', 'The database does not take it at the moment: still halted. Try again.')
    }
    this.current = null
    this.isNew = false
    this.unwritten = []
    this.isTroubleLogged = false
    return ok(null)
  }

  /**
   * At the start, before anything could be sent: on when the file or the database says so, whichever of them was lost.
   * Its orders and positions are seen to from `watch` on.
   */
  restore(): void {
    const kill = this.deps.sentinel.read() ?? this.saved()
    if (kill === null) return
    this.current = kill
    this.isNew = true
    this.unwritten = [() => this.deps.halt(kill.reason)]
    this.writeDown()
  }

  /** Looks for the mark of another program from now on, and carries out what is not done yet. */
  watch(): void {
    const { clock } = this.deps
    this.stopLooking?.()
    this.stopLooking = clock.at(after(clock.now(), LOOK_EVERY_MS), () => this.watch())
    this.tick()
  }

  close(): void {
    this.stopLooking?.()
    this.stopLooking = null
  }

  private tick(): void {
    const now = this.deps.clock.now()
    if (now < this.lookedAt) this.onSetBack(now)
    this.look()
    const kill = this.killed()
    if (kill === null) return
    if (this.isNew) void this.carryOut(kill)
    else this.sweep.due()
    if (now < this.writeAt) return
    this.writeAt = after(now, WRITE_AGAIN_MS)
    if (this.deps.sentinel.read() === null) this.mark(kill) // never written, or removed by hand
    this.writeDown()
  }

  /** Or what is to be tried again would wait for the hour to come round again. */
  private onSetBack(now: EpochMs): void {
    this.writeAt = now
    this.sweep.forget()
  }

  /** Sets the flag and nothing else: the one who asks may stand in the middle of a transaction. */
  private look(): void {
    this.lookedAt = this.deps.clock.now()
    if (this.current !== null) return
    this.current = this.deps.sentinel.read()
    this.isNew = this.current !== null
  }

  private async carryOut(kill: Kill): Promise<CancelCount> {
    const { clock, halt, closePositions, state } = this.deps
    this.isNew = false
    this.mark(kill)
    this.abortQuestions()
    const round = this.sweep.all()
    this.unwritten = [
      () => halt(kill.reason),
      ...(kill.flatten ? [closePositions] : []),
      () => state.set(STATE, JSON.stringify(kill)),
    ]
    this.writeAt = after(clock.now(), WRITE_AFTER_MS)
    let stopWaiting: Cancel = () => {}
    const late = new Promise<void>((resolve) => {
      stopWaiting = clock.at(after(clock.now(), ANSWER_LIMIT_MS), resolve)
    })
    await Promise.race([round.done, late])
    stopWaiting()
    this.writeDown()
    return round.count()
  }

  private mark(kill: Kill): void {
    const raised = this.deps.sentinel.raise(kill)
    if (!raised.ok) this.logTrouble(raised.error.message)
  }

  private abortQuestions(): void {
    try {
      this.deps.abortQuestions()
    } catch (error) {
      this.deps.log.error('questions to models could not be given up', error)
    }
  }

  /** As far as it goes: a locked database is tried again later, and harms nothing meanwhile. */
  private writeDown(): void {
    const writes = this.unwritten // a write may lead to another kill, or to its end: their list is another
    try {
      for (let write = writes[0]; write !== undefined; write = writes[0]) {
        write()
        writes.shift()
      }
    } catch (error) {
      this.logTrouble('killed, but the database does not know yet; trying on', error)
    }
  }

  private saved(): Kill | null {
    const saved = this.deps.state.get(STATE)
    return saved === null ? null : (JSON.parse(saved) as Kill | null)
  }

  /** Once for each kill: it is tried twice a second. */
  private logTrouble(text: string, error?: unknown): void {
    if (!this.isTroubleLogged) this.deps.log.error(text, error)
    this.isTroubleLogged = true
  }
}
