import type { EpochMs } from '../../shared/time.ts'
import type { Cancel, Clock } from '../ports.ts'

type Task = () => Promise<unknown>

/**
 * Tasks one after the other, in the order in which they were asked for. None of them ends the queue: what goes wrong with
 * one is reported, and the next has its turn.
 */
export class TaskQueue {
  private last: Promise<void> = Promise.resolve()
  private waiting = 0
  private isOver = false
  private readonly named = new Map<string, Promise<void>>()
  private readonly alarms = new Map<string, Cancel>()
  private readonly clock: Clock
  private readonly onBug: (error: unknown) => void

  constructor(clock: Clock, onBug: (error: unknown) => void) {
    this.clock = clock
    this.onBug = onBug
  }

  /**
   * @param name nothing is added while a task of this name waits for its turn: it will find the same. Questions that the
   *             exchange does not answer would otherwise pile up, and what closes a position would wait behind them.
   * @returns    when it is done, or was given up.
   */
  add(task: Task, name: string | null = null): Promise<void> {
    const same = name === null ? undefined : this.named.get(name)
    if (same !== undefined) return same
    this.waiting++
    const done = this.last.then(async () => {
      if (name !== null) this.named.delete(name)
      // What is left undone is done after the next start: all of it is decided from what is written down.
      if (!this.isOver) await this.attempt(task)
      this.waiting--
    })
    if (name !== null) this.named.set(name, done)
    this.last = done
    return done
  }

  /** Adds a task at a time; a later call with the same name replaces it. */
  later(name: string, time: EpochMs, task: Task): void {
    this.alarms.get(name)?.()
    this.alarms.delete(name)
    if (this.isOver) return
    this.alarms.set(
      name,
      this.clock.at(time, () => {
        this.alarms.delete(name)
        void this.add(task, `due ${name}`)
      }),
    )
  }

  /** A part of a task whose failure must not keep the rest of it from being done. */
  async attempt(task: Task): Promise<void> {
    try {
      await task()
    } catch (error) {
      this.report(error)
    }
  }

  isIdle(): boolean {
    return this.waiting === 0
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.waiting > 0) await this.last
  }

  isClosed(): boolean {
    return this.isOver
  }

  /** What waits is not begun any more; resolves when the task at work has ended. */
  close(): Promise<void> {
    this.isOver = true
    for (const cancel of this.alarms.values()) cancel()
    this.alarms.clear()
    return this.idle()
  }

  /** Nothing is known for sure after it, so nothing new may be sent. */
  private report(error: unknown): void {
    try {
      this.onBug(error)
    } catch {
      // The database may be what failed, and then the report as well: protecting positions goes on all the same.
    }
  }
}
