import type { Cancel, Wake, Wakes } from '../../ports.ts'

/** Both clocks of the machine, in ms, and a timer. */
export type MachineTime = {
  wall(): number
  /** Never set; may or may not go on while the machine sleeps. */
  monotonic(): number
  every(ms: number, task: () => void): Cancel
}

export const machineTime: MachineTime = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  every(ms, task) {
    const timer = setInterval(task, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

const LOOK_EVERY_MS = 1_000
/** So long without a look is sleep, or a program that was stopped: both make the world a stranger. */
const SLEPT_MS = 5_000
/** Clocks that are disciplined by the network drift far less between two looks, and never so much in all. */
const STEP_MS = 2_000

export type WatchedWakes = Wakes & {
  /** The host's word that the machine is awake again, which may come before the timer's. */
  woke(): void
  close(): void
}

/**
 * Notices sleep and a clock that was set, by comparing the wall clock with the monotonic one every second. Where the
 * monotonic clock stands still during sleep (Linux), sleep shows as a step forward.
 */
export function createWakes(time: MachineTime): WatchedWakes {
  const listeners = new Set<(wake: Wake) => void>()
  let lookedAt = time.monotonic()
  let offset = time.wall() - lookedAt

  const tell = (wake: Wake): void => {
    for (const listener of listeners) listener(wake)
  }

  function look(): number {
    const monotonic = time.monotonic()
    const gap = monotonic - lookedAt
    const step = time.wall() - monotonic - offset
    // Both before anybody is told: a listener may look again.
    lookedAt = monotonic
    const hasSlept = gap > SLEPT_MS
    const hasStepped = Math.abs(step) > STEP_MS
    if (hasStepped) offset += step
    if (hasSlept) tell({ kind: 'slept', forMs: Math.round(gap) })
    if (hasStepped) tell({ kind: 'clock_stepped', byMs: Math.round(step) })
    return Number(hasSlept) + Number(hasStepped)
  }
  const stop = time.every(LOOK_EVERY_MS, look)

  return {
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    look: () => void look(),
    woke() {
      if (look() === 0) tell({ kind: 'slept', forMs: 0 })
    },
    close() {
      stop()
      listeners.clear()
    },
  }
}
