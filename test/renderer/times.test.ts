import { describe, expect, it } from 'vitest'
import { age, countdown, dateTime, elapsed, interpolated } from '../../src/renderer/times.ts'

const AT = Date.UTC(2026, 2, 2, 14, 37, 20)

describe('times on the screen', () => {
  it('shows UTC as it sorts', () => {
    expect(dateTime(AT, 'utc')).toBe('2026-03-02 14:37:20')
    expect(dateTime(Date.UTC(2026, 0, 1), 'utc')).toBe('2026-01-01 00:00:00')
  })
  it('counts down in mm:ss, with hours from an hour on, and stops at nothing', () => {
    expect(countdown(AT + 61_000, AT)).toBe('01:01')
    expect(countdown(AT + 3_600_000, AT)).toBe('1:00:00')
    expect(countdown(AT + 1, AT)).toBe('00:01')
    expect(countdown(AT - 5_000, AT)).toBe('00:00')
    expect(countdown(null, AT)).toBe('—')
  })
  it('counts up in full seconds where each of them matters', () => {
    expect(elapsed(AT - 14_999, AT)).toBe('00:14')
    expect(elapsed(AT - 3_675_000, AT)).toBe('1:01:15')
    expect(elapsed(AT + 400, AT)).toBe('00:00')
    expect(elapsed(null, AT)).toBe('—')
  })
  it('says an age in the largest whole unit, and that what comes from the future is new', () => {
    expect(age(AT - 4_999, AT)).toBe('4 s')
    expect(age(AT - 12 * 60_000, AT)).toBe('12 min')
    expect(age(AT - 5 * 3_600_000, AT)).toBe('5 h')
    expect(age(AT - 72 * 3_600_000, AT)).toBe('3 d')
    expect(age(AT + 300, AT)).toBe('0 s')
    expect(age(null, AT)).toBe('—')
  })
  it('lets the engine’s clock run at the engine’s speed between two messages', () => {
    expect(interpolated(AT, 60, 500)).toBe(AT + 30_000)
    expect(interpolated(AT, 1, -3)).toBe(AT)
  })
})
