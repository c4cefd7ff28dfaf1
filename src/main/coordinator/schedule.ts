import { after, type EpochMs, epochMs, nextBoundary } from '../../shared/time.ts'
import type { Cancel, Clock } from '../ports.ts'

export type Task = {
  readonly name: string
  readonly everyMs: number
  /** After each full multiple of the interval; less than it. 0 unless given. */
  readonly offsetMs?: number
  readonly run: () => void
}

/**
 * Runs tasks on full multiples of their interval, so much after them as each wants. A run that was missed (sleep, a clock
 * that was set forward) happens once, at once; where the clock was set back nothing waits for it to catch up. The tasks are
 * synchronous and short, so none overlaps itself or delays another; one that fails fails alone.
 */
export class Schedule {
  private readonly cancels = new Map<string, Cancel>()
  private readonly tasks = new Map<string, Task>()
  private readonly clock: Clock
  private readonly onBug: (error: unknown) => void

  constructor(clock: Clock, onBug: (error: unknown) => void) {
    this.clock = clock
    this.onBug = onBug
  }

  add(task: Task): void {
    const time = nextRun(this.clock.now(), task)
    this.tasks.set(task.name, task)
    this.cancels.set(
      task.name,
      this.clock.at(time, () => {
        this.add(task)
        try {
          task.run()
        } catch (error) {
          this.onBug(error)
        }
      }),
    )
  }

  nextRunOf(name: string): EpochMs | null {
    const task = this.tasks.get(name)
    return task === undefined ? null : nextRun(this.clock.now(), task)
  }

  stop(): void {
    for (const cancel of this.cancels.values()) cancel()
    this.cancels.clear()
  }
}

function nextRun(now: EpochMs, { everyMs, offsetMs = 0 }: Task): EpochMs {
  return after(nextBoundary(epochMs(now - offsetMs), everyMs), offsetMs)
}
