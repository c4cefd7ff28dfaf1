import { describe, expect, it } from 'vitest'
import { HourlyReturns } from '../../../src/main/rebalancing/hourly-returns.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_USDT } from '../../support/money-arbitraries.ts'

const candle = (hour: number, close: number, intervalMs = HOUR) => ({
  openTime: epochMs((hour + 1) * HOUR - intervalMs),
  intervalMs,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
})
/** Up and down by one percent by turns. */
function watched(hours: readonly number[], closes: (hour: number) => number = (hour) => (hour % 2 === 0 ? 100 : 101)) {
  const returns = new HourlyReturns(USDT, [BTC, XRP, USDT])
  for (const hour of hours) returns.onCandles([{ symbol: BTC_USDT, candle: candle(hour, closes(hour)) }])
  return returns
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, hour) => hour)
const DRIFT = new Map([[BTC, 0.1]])

describe('what staying off target risks in a day', () => {
  it('is unknown until two days of hours are known', () => {
    expect(watched(upTo(48)).riskPerDay(DRIFT)).toBeNull()
    expect(watched(upTo(49)).riskPerDay(DRIFT)).toBeCloseTo(0.1 * 0.00995 * Math.sqrt(24), 4)
  })

  it('is nothing on target, and unknown while one of the assets that are off is unknown', () => {
    const known = watched(upTo(60))
    expect(known.riskPerDay(new Map([[BTC, 0]]))).toBe(0)
    expect(
      known.riskPerDay(
        new Map([
          [BTC, 0.1],
          [XRP, -0.1],
        ]),
      ),
    ).toBeNull()
  })

  it('lets moves of assets that are off both ways cancel each other', () => {
    const both = new HourlyReturns(USDT, [BTC, XRP, USDT])
    for (const hour of upTo(60)) {
      const close = hour % 2 === 0 ? 100 : 101
      both.onCandles([
        { symbol: BTC_USDT, candle: candle(hour, close) },
        { symbol: XRP_USDT, candle: candle(hour, close / 50) },
      ])
    }
    expect(
      both.riskPerDay(
        new Map([
          [BTC, 0.1],
          [XRP, -0.1],
        ]),
      ),
    ).toBeCloseTo(0, 9)
    expect(
      both.riskPerDay(
        new Map([
          [BTC, 0.1],
          [XRP, 0.1],
        ]),
      ),
    ).toBeCloseTo(0.2 * 0.00995 * Math.sqrt(24), 4)
  })

  it('counts no move over a gap, forgets what is older than a week, and is indifferent to what is told twice', () => {
    const gap = watched([...upTo(30), ...upTo(30).map((hour) => hour + 100)])
    expect(gap.riskPerDay(DRIFT)).toBeCloseTo(0.1 * 0.00995 * Math.sqrt(24), 4)
    const calm = watched(upTo(400), (hour) => (hour < 200 && hour % 2 === 0 ? 100 : 101))
    expect(calm.riskPerDay(DRIFT)).toBe(0)
    const twice = watched([...upTo(30), ...upTo(30)])
    expect(twice.riskPerDay(DRIFT)).toBeNull()
  })

  it('takes the closes of minutes at the full hour', () => {
    const returns = new HourlyReturns(USDT, [BTC, USDT])
    for (const hour of upTo(60)) {
      returns.onCandles([{ symbol: BTC_USDT, candle: candle(hour, hour % 2 === 0 ? 100 : 101, MINUTE) }])
      returns.onCandles([
        {
          symbol: BTC_USDT,
          candle: { ...candle(hour, 500, MINUTE), openTime: epochMs((hour + 1) * HOUR - 2 * MINUTE) },
        },
      ])
    }
    expect(returns.riskPerDay(DRIFT)).toBeCloseTo(0.1 * 0.00995 * Math.sqrt(24), 4)
  })

  it('wants a week of hours of the past, and takes no close from a candle of more than an hour', () => {
    const returns = new HourlyReturns(USDT, [BTC, USDT])
    expect(returns.need).toEqual({ intervalMs: HOUR, count: 168 })
    returns.onCandles(upTo(60).map((hour) => ({ symbol: BTC_USDT, candle: candle(hour, hour % 2 === 0 ? 100 : 101) })))
    const known = returns.riskPerDay(DRIFT)
    expect(known).not.toBeNull()
    // The last hour of these four has no candle: their close is an older one.
    returns.onCandles([{ symbol: BTC_USDT, candle: candle(60, 500, 4 * HOUR) }])
    expect(returns.riskPerDay(DRIFT)).toBe(known)
  })
})
