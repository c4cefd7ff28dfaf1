import { type EpochMs, epochMs } from '../../../shared/time.ts'
import type { Cancel, Clock } from '../../ports.ts'

/** Longest delay that setTimeout takes; longer waits are made of several. */
const LONGEST_TIMEOUT = 2_147_483_647

export type SystemClock = Clock & {
  /**
   * Takes the machine's wall-clock time of now, after sleep or a step: on its own this clock only counts on from its
   * start. Timers that have fallen due run at once; a step back makes none wait longer. Changes nothing on a clock that
   * was started at another time.
   */
  resync(): void
}

/** The machine's clock. */
export function createSystemClock(): SystemClock {
  const { resync, now, at } = createScaledClock({ start: null, speed: 1 })
  return { resync, now, at }
}

export type ScaledClock = SystemClock & {
  speed(): number
  /** Takes effect at once; timers keep their engine time. */
  setSpeed(speed: number): void
}

/**
 * A clock that runs `speed` times as fast as the machine's, from `start` on (null: from the machine's own time). The
 * generated market and recordings run on it.
 */
export function createScaledClock(options: { start: EpochMs | null; speed: number }): ScaledClock {
  let speed = options.speed
  let anchorReal = performance.now()
  let anchorEngine: number = options.start ?? Date.now()
  const timers = new Set<{ time: EpochMs; task: () => void; handle: NodeJS.Timeout | null }>()

  const now = (): EpochMs => epochMs(Math.floor(anchorEngine + (performance.now() - anchorReal) * speed))

  function rearm(): void {
    for (const timer of timers) {
      if (timer.handle !== null) clearTimeout(timer.handle)
      arm(timer)
    }
  }

  function arm(timer: { time: EpochMs; task: () => void; handle: NodeJS.Timeout | null }): void {
    const delay = Math.min(Math.max(0, (timer.time - now()) / speed), LONGEST_TIMEOUT)
    timer.handle = setTimeout(() => {
      if (now() < timer.time) return arm(timer)
      timers.delete(timer)
      timer.task()
    }, Math.ceil(delay))
  }

  return {
    now,
    at(time, task): Cancel {
      const timer = { time, task, handle: null }
      timers.add(timer)
      arm(timer)
      return () => {
        timers.delete(timer)
        if (timer.handle !== null) clearTimeout(timer.handle)
      }
    },
    speed: () => speed,
    setSpeed(next) {
      if (next === speed) return
      anchorEngine = anchorEngine + (performance.now() - anchorReal) * speed
      anchorReal = performance.now()
      speed = next
      rearm()
    },
    resync() {
      if (options.start !== null) return
      const step = Date.now() - now()
      anchorEngine += step
      if (step < 0) for (const timer of timers) timer.time = epochMs(timer.time + step)
      rearm()
    },
  }
}

export type SimulatedClock = Clock & {
  /** Runs every timer due before `time` at its own time, then stands at `time`. */
  advanceTo(time: EpochMs): void
  /** Runs the timers due by now. */
  runDue(): void
  /** When the earliest timer is due; Infinity when there is none. */
  nextDue(): number
}

/** A clock that stands still until it is moved: for replays and tests. Timers at the same time run in order of request. */
export function createSimulatedClock(start: EpochMs): SimulatedClock {
  let time: EpochMs = start
  // Sorted by due time; a handful at any moment, so insertion is cheap.
  const timers: { time: EpochMs; task: () => void }[] = []

  function runUntil(isDue: (due: EpochMs) => boolean): void {
    for (let first = timers[0]; first !== undefined && isDue(first.time); first = timers[0]) {
      timers.shift()
      if (first.time > time) time = first.time
      first.task()
    }
  }

  return {
    now: () => time,
    at(due, task): Cancel {
      const timer = { time: due, task }
      let index = timers.length
      while (index > 0 && (timers[index - 1] as typeof timer).time > due) index--
      timers.splice(index, 0, timer)
      return () => {
        const at = timers.indexOf(timer)
        if (at >= 0) timers.splice(at, 1)
      }
    },
    advanceTo(next) {
      runUntil((due) => due < next)
      time = next
    },
    runDue() {
      const until = time
      runUntil((due) => due <= until)
    },
    nextDue: () => timers[0]?.time ?? Number.POSITIVE_INFINITY,
  }
}

/** Time that has passed since the program began, ms, for durations of a few seconds: it never steps. */
export const elapsedMs = (): number => performance.now()
