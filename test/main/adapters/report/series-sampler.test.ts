import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSeriesSampler, thinSeries } from '../../../../src/main/adapters/report/series-sampler.ts'

function sampled(length: number, limit: number, drawdownOf: (i: number) => number = () => 0) {
  const sampler = createSeriesSampler(['BTC', 'USDT'], limit)
  for (let i = 0; i < length; i++) {
    sampler.add(i, i * 2, i * 3, drawdownOf(i), [i / 10, 1 - i / 10])
    sampler.rebalanced(i)
  }
  return sampler.series()
}

it('keeps first and last point and never more than its limit, evenly, of a run of any length', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.integer({ min: 2, max: 30 }), (length, half) => {
      const limit = 2 * half
      const series = sampled(length, limit)
      expect(series.at.length).toBeLessThanOrEqual(limit)
      expect(series.rebalances.length).toBeLessThanOrEqual(limit)
      if (length === 0) return
      expect(series.at.length).toBeGreaterThanOrEqual(Math.min(length, half - 1))
      expect([series.at[0], series.at.at(-1)]).toEqual([0, length - 1])
      const steps = new Set(series.at.slice(1, -1).map((at, i) => at - (series.at[i] as number)))
      expect(steps.size).toBeLessThanOrEqual(1)
      expect(series.equity).toEqual(series.at.map((at) => at * 2))
      expect(series.hold).toEqual(series.at.map((at) => at * 3))
      expect(series.weights).toEqual({ BTC: series.at.map((at) => at / 10), USDT: series.at.map((at) => 1 - at / 10) })
    }),
  )
})

it('never thins away the deepest drawdown', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 500 }), (falls) => {
      const series = sampled(falls.length, 10, (i) => falls[i] as number)
      expect(Math.max(...series.drawdown)).toBe(Math.max(...falls))
    }),
  )
})

it('keeps the same points when it thins a series that is there already', () => {
  const all = sampled(1000, 2000)
  const { rebalances, ...points } = thinSeries(all, 100)
  const { rebalances: _, ...expected } = sampled(1000, 100)
  expect(points).toEqual(expected)
  expect(rebalances).toEqual(all.rebalances)
  expect(thinSeries(points as typeof all, 100)).toBe(points)
})
