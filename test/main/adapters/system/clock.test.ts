import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createScaledClock, createSystemClock } from '../../../../src/main/adapters/system/clock.ts'
import { epochMs } from '../../../../src/shared/time.ts'

const START = Date.UTC(2026, 10, 1)

// The machine's clocks and timers, which are none of ours.
beforeEach(() => void vi.useFakeTimers({ now: START, toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe("the machine's clock after sleep or a step", () => {
  it('takes the time again, and runs at once what fell due meanwhile', () => {
    const clock = createSystemClock()
    const ran: number[] = []
    clock.at(epochMs(START + 60_000), () => ran.push(1))
    clock.at(epochMs(START + 7_200_000), () => ran.push(2))
    vi.setSystemTime(START + 3_600_000)
    expect(clock.now()).toBe(START)
    clock.resync()
    expect(clock.now()).toBe(START + 3_600_000)
    vi.advanceTimersByTime(1)
    expect(ran).toEqual([1])
    vi.advanceTimersByTime(3_600_000)
    expect(ran).toEqual([1, 2])
  })

  it('makes nothing wait longer when it was set back', () => {
    const clock = createSystemClock()
    let runs = 0
    clock.at(epochMs(START + 100), () => {
      runs += 1
    })
    vi.advanceTimersByTime(40)
    vi.setSystemTime(START - 3_600_000)
    clock.resync()
    expect(clock.now()).toBe(START - 3_600_000)
    vi.advanceTimersByTime(59)
    expect(runs).toBe(0)
    vi.advanceTimersByTime(2)
    expect(runs).toBe(1)
  })

  it('leaves what was cancelled cancelled', () => {
    const clock = createSystemClock()
    let runs = 0
    const cancel = clock.at(epochMs(START + 100), () => {
      runs += 1
    })
    vi.setSystemTime(START + 1_000)
    cancel()
    clock.resync()
    vi.advanceTimersByTime(10_000)
    expect(runs).toBe(0)
  })

  it('is nothing to a clock that was started at another time: a simulated market goes on where it was', () => {
    const clock = createScaledClock({ start: epochMs(0), speed: 60 })
    vi.setSystemTime(START + 3_600_000)
    clock.resync()
    expect(clock.now()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(clock.now()).toBe(60_000)
  })
})
