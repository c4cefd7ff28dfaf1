import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Schedule } from '../../../src/main/coordinator/schedule.ts'
import { epochMs, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const NOON = epochMs(Date.parse('2026-03-02T12:00:00Z'))

function aSchedule(now = NOON) {
  const clock = createManualClock(now)
  const ran: [string, number][] = []
  const bugs: unknown[] = []
  const schedule = new Schedule(clock, (error) => bugs.push(error))
  const add = (name: string, everyMs: number, offsetMs = 0, run = () => {}): void =>
    schedule.add({
      name,
      everyMs,
      offsetMs,
      run() {
        ran.push([name, clock.now()])
        run()
      },
    })
  return { schedule, clock, ran, bugs, add }
}

describe('the schedule', () => {
  it('runs on full multiples, so much after them as wanted, and says when next', () => {
    const w = aSchedule()
    w.add('check', HOUR, 10 * SECOND)
    w.add('sample', 20 * MINUTE)
    expect(w.schedule.nextRunOf('check')).toBe(NOON + 10 * SECOND)
    w.clock.advance(HOUR)
    expect(w.ran.map(([name, at]) => `${name} ${(at - NOON) / SECOND}`)).toEqual([
      'check 10',
      'sample 1200',
      'sample 2400',
      'sample 3600',
    ])
    expect(w.schedule.nextRunOf('check')).toBe(NOON + HOUR + 10 * SECOND)
    expect(w.schedule.nextRunOf('nothing')).toBeNull()
  })

  it('says when it runs next by the clock of now, also where that was set back', () => {
    let now = NOON
    const schedule = new Schedule({ now: () => now, at: () => () => {} }, () => {})
    schedule.add({ name: 'check', everyMs: HOUR, run: () => {} })
    now = epochMs(NOON - 24 * HOUR + MINUTE)
    expect(schedule.nextRunOf('check')).toBe(NOON - 23 * HOUR)
  })

  it('lets a task that fails fail alone, and runs it again', () => {
    const w = aSchedule()
    w.add('broken', MINUTE, 0, () => {
      throw new Error('no')
    })
    w.add('sound', MINUTE)
    w.clock.advance(2 * MINUTE)
    expect(w.ran.map(([name]) => name)).toEqual(['broken', 'sound', 'broken', 'sound'])
    expect(w.bugs).toHaveLength(2)
  })

  it('runs nothing any more once it is stopped', () => {
    const w = aSchedule()
    w.add('check', MINUTE)
    w.schedule.stop()
    w.clock.advance(HOUR)
    expect(w.ran).toEqual([])
    expect(w.clock.waiting()).toBe(0)
  })

  it('makes up for what was missed once, however long time stood still', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 59 }),
        fc.array(fc.integer({ min: 0, max: 5 * HOUR }), { maxLength: 20 }),
        (minutes, offset, leaps) => {
          const w = aSchedule()
          const everyMs = minutes * MINUTE
          const offsetMs = (offset * SECOND) % everyMs
          w.add('check', everyMs, offsetMs)
          for (const leap of leaps) {
            const before = w.ran.length
            const due = w.schedule.nextRunOf('check') ?? NOON
            w.clock.leap(leap)
            const isDue = w.clock.now() >= due
            expect(w.ran.length - before).toBe(isDue ? 1 : 0)
            const next = w.schedule.nextRunOf('check') ?? NOON
            expect(next).toBeGreaterThan(w.clock.now())
            expect(next - w.clock.now()).toBeLessThanOrEqual(everyMs)
            expect((next - offsetMs) % everyMs).toBe(0)
          }
        },
      ),
      { numRuns: 200, seed: 6 },
    )
  })
})
