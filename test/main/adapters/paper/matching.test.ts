import { describe, expect, it } from 'vitest'
import {
  hasReachedTrigger,
  type Match,
  marketAt,
  matchResting,
  matchTaking,
} from '../../../../src/main/adapters/paper/matching.ts'
import { amount, fraction, price, toText, ZERO } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'

const market = (bid: number, ask: number, last = (bid + ask) / 2, left: string | null = null) =>
  marketAt(
    { symbol: BTC_USDT, at: epochMs(0), bid, ask, last },
    left === null ? null : amount(left),
    left === null ? null : amount(left),
  )
const limit = (side: 'buy' | 'sell', at: string, timeInForce: 'GTC' | 'IOC' = 'GTC') => ({
  side,
  type: 'limit' as const,
  timeInForce,
  amount: amount('0.5'),
  filled: ZERO,
  limitPrice: price(at),
  trigger: null,
  isTriggered: false,
})
const stop = (side: 'buy' | 'sell', trigger: string, isTriggered = false) => ({
  ...limit(side, '1'),
  type: 'stop-loss' as const,
  limitPrice: null,
  trigger: price(trigger),
  isTriggered,
})
const slippage = fraction('0.001')
const shown = (match: Match | null) =>
  match && `${toText(match.amount)} at ${toText(match.price)} as ${match.isMaker ? 'maker' : 'taker'}`

describe('matching', () => {
  it('fills an order that takes what there is at the touch plus slippage', () => {
    expect(shown(matchTaking(limit('buy', '200', 'IOC'), market(99, 101), slippage))).toBe('0.5 at 101.101 as taker')
    expect(shown(matchTaking(limit('sell', '1', 'IOC'), market(99, 101), slippage))).toBe('0.5 at 98.901 as taker')
    const unlimited = { ...limit('sell', '1'), type: 'market' as const, limitPrice: null }
    expect(shown(matchTaking(unlimited, market(99, 101), slippage))).toBe('0.5 at 98.901 as taker')
  })

  it('lets nothing trade beyond its worst price', () => {
    expect(matchTaking(limit('buy', '101.1', 'IOC'), market(99, 101), slippage)).toBeNull()
    expect(matchTaking(limit('sell', '98.91', 'IOC'), market(99, 101), slippage)).toBeNull()
  })

  it('trades a limit order that crosses on arrival at the touch, and lets the others rest', () => {
    expect(shown(matchTaking(limit('buy', '102'), market(99, 101), slippage))).toBe('0.5 at 101 as taker')
    expect(matchTaking(limit('buy', '100.9'), market(99, 101), slippage)).toBeNull()
  })

  it('fills a resting order at its own price as maker once the market trades through it', () => {
    const order = limit('buy', '100')
    expect(matchResting(order, market(100, 101, 100))).toBeNull()
    expect(shown(matchResting(order, market(99, 101, 99.9)))).toBe('0.5 at 100 as maker')
    expect(shown(matchResting(order, market(98, 100, 100.5)))).toBe('0.5 at 100 as maker')
    expect(shown(matchResting(limit('sell', '100'), market(99, 101, 100.1)))).toBe('0.5 at 100 as maker')
    expect(matchResting(limit('sell', '100'), market(99, 101, 100))).toBeNull()
  })

  it('trades no more than is on offer, and no more than is left of the order', () => {
    expect(shown(matchTaking(limit('buy', '102'), market(99, 101, 100, '0.2'), slippage))).toBe('0.2 at 101 as taker')
    const half = { ...limit('buy', '102'), filled: amount('0.4') }
    expect(shown(matchTaking(half, market(99, 101, 100, '0.2'), slippage))).toBe('0.1 at 101 as taker')
    expect(matchTaking(half, market(99, 101, 100, '0'), slippage)).toBeNull()
  })

  it('triggers a sell stop at or below its trigger and a buy stop at or above it', () => {
    expect([90.1, 90, 89].map((last) => hasReachedTrigger(stop('sell', '90'), price(String(last))))).toEqual([
      false,
      true,
      true,
    ])
    expect([109.9, 110, 111].map((last) => hasReachedTrigger(stop('buy', '110'), price(String(last))))).toEqual([
      false,
      true,
      true,
    ])
  })

  it('lets a stop trade only once it has triggered, and then wherever the market is', () => {
    expect(matchTaking(stop('sell', '90'), market(50, 52), slippage)).toBeNull()
    expect(shown(matchTaking(stop('sell', '90', true), market(50, 52), slippage))).toBe('0.5 at 49.95 as taker')
  })
})
