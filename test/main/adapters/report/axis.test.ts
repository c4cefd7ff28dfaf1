import fc from 'fast-check'
import { expect, it } from 'vitest'
import { groupedNumber, numberTicks, timeTicks } from '../../../../src/main/adapters/report/axis.ts'
import { DAY, HOUR } from '../../../../src/shared/time.ts'

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label)

it('puts numbers at round places', () => {
  expect(labels(numberTicks(9_400, 11_500, 5))).toEqual(['9,000', '9,500', '10,000', '10,500', '11,000', '11,500'])
  expect(labels(numberTicks(-47, 0, 4, ' %'))).toEqual(['−60 %', '−40 %', '−20 %', '0 %'])
  expect(labels(numberTicks(0.1, 0.3, 4))).toEqual(['0.10', '0.15', '0.20', '0.25', '0.30'])
})

it('spans any range with a handful of ticks in order', () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(value, value, (a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)]
      if (max - min < 1e-6 * (1 + Math.abs(min) + Math.abs(max))) return
      const ticks = numberTicks(min, max, 5)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThanOrEqual(8)
      const slack = (max - min) * 1e-6
      expect(ticks[0]?.at).toBeLessThanOrEqual(min + slack)
      expect(ticks.at(-1)?.at).toBeGreaterThanOrEqual(max - slack)
    }),
  )
  expect(labels(numberTicks(10_000, 10_000, 4))).toEqual(['9,500', '10,000', '10,500'])
  expect(numberTicks(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5).length).toBeGreaterThanOrEqual(2)
})

it('puts times at full hours, days, months or years in UTC', () => {
  const start = Date.UTC(2020, 8, 20)
  expect(labels(timeTicks(start, start + 12 * HOUR, 9))).toContain('02:00')
  expect(labels(timeTicks(start, start + 3 * DAY, 9))).toContain('21 Sep')
  expect(labels(timeTicks(start, start + 120 * DAY, 9))).toEqual(['Oct 2020', 'Nov 2020', 'Dec 2020', '2021'])
  expect(labels(timeTicks(start, Date.UTC(2025, 2, 31), 9))).toEqual(['2021', '2022', '2023', '2024', '2025'])
})

it('never makes more time ticks than fit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1, max: 1e12 }), (from, span) => {
      expect(timeTicks(from, from + span, 9).length).toBeLessThanOrEqual(11)
    }),
  )
})

it('sets thousands apart', () => {
  expect(['1', '999', '1000', '-1234567.8901'].map(groupedNumber)).toEqual(['1', '999', '1,000', '-1,234,567.8901'])
})
