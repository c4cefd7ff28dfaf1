import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  amendPoints,
  callPoints,
  cancelPoints,
  createRateCounters,
} from '../../../../src/main/adapters/kraken/rate-counters.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { BTC_USDT, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'

describe('Kraken’s limits', () => {
  it('count history double, most calls once and orders not at all', () => {
    expect(['TradesHistory', 'Ledgers', 'OpenOrders', 'BalanceEx', 'AddOrder', 'CancelOrder'].map(callPoints)).toEqual([
      2, 2, 1, 1, 0, 0,
    ])
  })

  it('make a cancel the dearer the younger the order is', () => {
    const ages = [0, 4.999, 5, 10, 15, 45, 90, 299.999, 300].map((seconds) => seconds * 1_000)
    expect(ages.map(cancelPoints)).toEqual([8, 8, 6, 5, 4, 2, 1, 1, 0])
    expect(ages.map(amendPoints)).toEqual([4, 4, 3, 2, 1, 1, 1, 1, 1])
  })

  it('are forgotten with time, each pair’s on its own', () => {
    const clock = createManualClock(NOON)
    const counters = createRateCounters('starter', clock)
    counters.orders(BTC_USDT).take(10)
    clock.advance(4_000)
    expect(counters.orders(BTC_USDT).used()).toBeCloseTo(6)
    expect(counters.orders(XRP_USDT).used()).toBe(0)
  })

  it('tell exactly how long to wait, and leave room for the kill switch', () => {
    const clock = createManualClock(NOON)
    const counter = createRateCounters('starter', clock).orders(BTC_USDT)
    counter.take(43)
    expect(counter.waitFor(8, true)).toBe(0)
    const wait = counter.waitFor(8)
    expect(wait).toBe(8_000)
    clock.advance(wait - 1)
    expect(counter.waitFor(8)).toBeGreaterThan(0)
    clock.advance(1)
    expect(counter.waitFor(8)).toBe(0)
  })

  it('are taken for reached when Kraken says so, whatever was counted', () => {
    const clock = createManualClock(NOON)
    const { calls } = createRateCounters('pro', clock)
    calls.fill()
    expect(calls.used()).toBe(20)
    expect(calls.waitFor(1)).toBeGreaterThan(0)
  })

  it('are never passed by who waits as told, also when the clock steps back', () => {
    const call = fc.record({ points: fc.integer({ min: 1, max: 9 }), pause: fc.integer({ min: -5_000, max: 9_000 }) })
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (sequence) => {
        const clock = createManualClock(NOON)
        const counter = createRateCounters('starter', clock).orders(BTC_USDT)
        for (const { points, pause } of sequence) {
          clock.set(clock.now() + pause)
          clock.advance(counter.waitFor(points))
          counter.take(points)
          expect(counter.used()).toBeLessThan(counter.limit)
        }
      }),
    )
  })
})
