import type { Cancel, Clock } from '../../src/main/ports.ts'
import { type EpochMs, epochMs } from '../../src/shared/time.ts'

export type ManualClock = Clock & {
  /** Goes forward, running every task due on the way at its own time, those due at the end included. */
  advance(ms: number): void
  /** Like `advance` when `time` is later than now; a step back runs nothing and leaves the tasks where they are. */
  set(time: number): void
  /** Time that passed without anybody: what is due by then runs at its end. */
  leap(ms: number): void
  /** Tasks that wait. */
  waiting(): number
}

/** A clock that stands still until the test moves it. Tasks due at the same time run in the order they were asked for. */
export function createManualClock(start: number): ManualClock {
  let now = start
  let tasks: { readonly time: number; readonly task: () => void }[] = []

  function runUntil(end: number): void {
    for (;;) {
      const due = tasks.reduce<(typeof tasks)[number] | null>(
        (first, task) => (task.time <= end && (first === null || task.time < first.time) ? task : first),
        null,
      )
      if (due === null) break
      tasks = tasks.filter((task) => task !== due)
      now = Math.max(now, due.time)
      due.task()
    }
    // A task may itself have moved the clock past this end.
    now = Math.max(now, end)
  }

  return {
    now: (): EpochMs => epochMs(now),
    at(time, task): Cancel {
      const entry = { time, task }
      tasks.push(entry)
      return () => {
        tasks = tasks.filter((other) => other !== entry)
      }
    },
    advance: (ms) => runUntil(now + ms),
    set(time) {
      if (time >= now) runUntil(time)
      else now = time
    },
    leap(ms) {
      now += ms
      runUntil(now)
    },
    waiting: () => tasks.length,
  }
}
