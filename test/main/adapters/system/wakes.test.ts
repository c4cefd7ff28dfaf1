import { beforeEach, describe, expect, it } from 'vitest'
import { createWakes, type WatchedWakes } from '../../../../src/main/adapters/system/wakes.ts'
import type { Wake } from '../../../../src/main/ports.ts'

/** A machine whose two clocks are moved by hand; its timer runs once a second while it is awake. */
class FakeMachine {
  wallMs = 1_700_000_000_000
  monotonicMs = 5_000
  private task: (() => void) | null = null

  readonly time = {
    wall: () => this.wallMs,
    monotonic: () => this.monotonicMs,
    every: (_ms: number, task: () => void) => {
      this.task = task
      return () => {
        this.task = null
      }
    },
  }

  run(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.pass(1_000)
      this.task?.()
    }
  }
  /** Time without the timer: asleep, stopped, or busy. */
  pass(ms: number, wallMs = ms): void {
    this.monotonicMs += ms
    this.wallMs += wallMs
  }
}

let machine: FakeMachine
let wakes: WatchedWakes
let told: Wake[]
beforeEach(() => {
  machine = new FakeMachine()
  wakes = createWakes(machine.time)
  told = []
  wakes.listen((wake) => told.push(wake))
})

describe('sleep', () => {
  it('is told once, when the timer was late by more than five seconds', () => {
    machine.run(10)
    machine.pass(3_600_000)
    machine.run(10)
    expect(told).toEqual([{ kind: 'slept', forMs: 3_601_000 }])
  })

  it('shows as a step where the monotonic clock stands still meanwhile', () => {
    machine.run(3)
    machine.pass(0, 3_600_000)
    machine.run(3)
    expect(told).toEqual([{ kind: 'clock_stepped', byMs: 3_600_000 }])
  })

  it('is not told of a machine that is merely busy', () => {
    machine.run(1)
    machine.pass(3_900)
    machine.run(5)
    expect(told).toEqual([])
  })

  it('is found by a look before the timer is: no order leaves on what was known before', () => {
    machine.pass(60_000)
    wakes.look()
    expect(told).toEqual([{ kind: 'slept', forMs: 60_000 }])
    machine.run(3)
    expect(told).toHaveLength(1)
  })

  it('is taken from the host, and told once whoever notices first', () => {
    machine.pass(60_000)
    wakes.woke()
    machine.run(1)
    expect(told).toEqual([{ kind: 'slept', forMs: 60_000 }])
    wakes.woke() // too short a sleep for the clocks to tell
    expect(told).toEqual([
      { kind: 'slept', forMs: 60_000 },
      { kind: 'slept', forMs: 0 },
    ])
  })
})

describe('a clock that was set', () => {
  it.each([3_600_000, -3_600_000, 2_001, -2_001])('by %i ms is told once', (byMs) => {
    machine.run(2)
    machine.wallMs += byMs
    machine.run(5)
    expect(told).toEqual([{ kind: 'clock_stepped', byMs }])
  })

  it('is told each time', () => {
    machine.wallMs += 10_000
    machine.run(1)
    machine.wallMs -= 10_000
    machine.run(1)
    expect(told).toEqual([
      { kind: 'clock_stepped', byMs: 10_000 },
      { kind: 'clock_stepped', byMs: -10_000 },
    ])
  })

  it('by two seconds or less is the work of a time server', () => {
    machine.wallMs += 2_000
    machine.run(5)
    expect(told).toEqual([])
  })

  it('is told in the end when it creeps: our own time would be wrong by as much', () => {
    for (let minute = 0; minute < 5; minute += 1) {
      machine.run(60)
      machine.wallMs += 450
    }
    machine.run(1)
    expect(told).toEqual([{ kind: 'clock_stepped', byMs: 2_250 }])
  })

  it('is told together with the sleep it happened in', () => {
    machine.pass(60_000, 3_600_000)
    machine.run(1)
    expect(told.map(({ kind }) => kind)).toEqual(['slept', 'clock_stepped'])
  })
})

describe('listening', () => {
  it('may look again from within, and ends when it is told to', () => {
    let looks = 0
    const stop = wakes.listen(() => {
      looks += 1
      wakes.look()
    })
    machine.pass(60_000)
    machine.run(1)
    stop()
    machine.pass(60_000)
    machine.run(1)
    expect([looks, told.length]).toEqual([1, 2])
    wakes.close()
    machine.pass(60_000)
    machine.run(1)
    expect(told).toHaveLength(2)
  })
})
