import { describe, expect, it } from 'vitest'
import { PriceWalk } from '../../../../src/main/adapters/generated/price-walk.ts'
import { HOUR, MINUTE } from '../../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../../support/money-arbitraries.ts'

const start = new Map([
  [BTC_USDT, 90_000],
  [XRP_USDT, 2],
])
const settings = (seed: number, changed = {}) => ({
  seed,
  stepMs: 3_000,
  hourlyVolatility: new Map([
    [BTC_USDT, 0.004],
    [XRP_USDT, 0.007],
  ]),
  moveEveryMs: 4 * HOUR,
  moveSize: 0.3,
  moveMs: 12 * MINUTE,
  ...changed,
})
const walk = (seed: number, steps: number, changed = {}): number[][] => {
  const prices = new PriceWalk(start, settings(seed, changed))
  return Array.from({ length: steps }, () => [...prices.next().values()])
}

describe('the generated market', () => {
  it('is the same for the same seed and another for another', () => {
    expect(walk(7, 2_000)).toEqual(walk(7, 2_000))
    expect(walk(7, 10)).not.toEqual(walk(8, 10))
  })

  it('makes a large move of one asset now and then', () => {
    const day = walk(7, 24 * 1_200).map(([, xrp]) => xrp ?? 0)
    expect(Math.max(...day) / Math.min(...day)).toBeGreaterThan(1.15)
    const calm = walk(7, 24 * 1_200, { moveEveryMs: 1e15 }).map(([, xrp]) => xrp ?? 0)
    expect(Math.max(...calm) / Math.min(...calm)).toBeLessThan(1.15)
  })

  it('never runs away to nothing, however restless it is and however often it starts again', () => {
    let prices = start
    for (let restart = 0; restart < 200; restart++) {
      const restless = {
        ...settings(restart),
        hourlyVolatility: new Map([
          [BTC_USDT, 0.5],
          [XRP_USDT, 0.8],
        ]),
        stepMs: HOUR,
      }
      const again = new PriceWalk(prices, restless, start)
      for (let step = 0; step < 24; step++) prices = new Map(again.next())
    }
    for (const [symbol, price] of prices) {
      const anchor = start.get(symbol) ?? 0
      expect(price).toBeGreaterThanOrEqual(anchor / 20)
      expect(price).toBeLessThanOrEqual(anchor * 20)
    }
  })

  it('stays believable for a month', () => {
    const month = walk(3, 30 * 24 * 20, { stepMs: 3 * MINUTE })
    for (const [btc = 0, xrp = 0] of month) {
      expect(btc).toBeGreaterThan(9_000)
      expect(btc).toBeLessThan(900_000)
      expect(xrp).toBeGreaterThan(0.2)
      expect(xrp).toBeLessThan(20)
    }
  })
})
