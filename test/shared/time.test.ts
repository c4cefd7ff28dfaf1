import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { after, DAY, EpochMs, epochMs, HOUR, isoTime, MINUTE, nextBoundary, SECOND } from '../../src/shared/time.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }
const at = (iso: string) => epochMs(Date.parse(iso))

describe('the next boundary', () => {
  it.each([
    ['2026-11-23T11:59:59.999Z', HOUR, '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T12:00:00.000Z', HOUR, '2026-11-23T13:00:00.000Z'],
    ['2026-11-23T12:00:00.001Z', HOUR, '2026-11-23T13:00:00.000Z'],
    ['2026-12-31T23:59:30.000Z', MINUTE, '2027-01-01T00:00:00.000Z'],
    ['2026-11-23T12:34:56.789Z', DAY, '2026-11-24T00:00:00.000Z'],
    ['2026-11-23T12:34:56.789Z', 5 * MINUTE, '2026-11-23T12:35:00.000Z'],
  ])('after %s every %i ms is %s', (time, interval, expected) => {
    expect(isoTime(nextBoundary(at(time), interval))).toBe(expected)
  })

  it('is the first multiple that is strictly later', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: 1, max: 1_440 }),
        (time, minutes) => {
          const interval = minutes * MINUTE
          const next = nextBoundary(epochMs(time), interval)
          expect(next).toBeGreaterThan(time)
          expect(next - interval).toBeLessThanOrEqual(time)
          expect(next % interval).toBe(0)
        },
      ),
      RUNS,
    )
  })
})

describe('a moment', () => {
  it('is whole milliseconds since 1970', () => {
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '0']) {
      expect(EpochMs.safeParse(bad).success).toBe(false)
    }
    expect(EpochMs.safeParse(0).success).toBe(true)
    expect([SECOND, MINUTE / SECOND, HOUR / MINUTE, DAY / HOUR]).toEqual([1_000, 60, 60, 24])
    expect(isoTime(after(epochMs(0), DAY + 1))).toBe('1970-01-02T00:00:00.001Z')
  })
})
