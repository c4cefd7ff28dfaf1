import { type EpochMs, nextBoundary } from '../../shared/time.ts'
import type { Cancel, Clock } from '../ports.ts'

export type Task = { readonly name: string; readonly everyMs: number; readonly run: () => void }

/**
 * Runs tasks on full multiples of their interval. A run that was missed (sleep, clock jump) happens once, at the next
 * multiple; the tasks are synchronous and short, so none overlaps itself or delays another.
 */
export class Schedule {
  private readonly cancels = new Map<string, Cancel>()
  private readonly due = new Map<string, EpochMs>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  add(task: Task): void {
    const time = nextBoundary(this.clock.now(), task.everyMs)
    this.due.set(task.name, time)
    this.cancels.set(
      task.name,
      this.clock.at(time, () => {
        this.add(task)
        task.run()
      }),
    )
  }

  nextRunOf(name: string): EpochMs | null {
    return this.due.get(name) ?? null
  }

  stop(): void {
    for (const cancel of this.cancels.values()) cancel()
    this.cancels.clear()
  }
}
