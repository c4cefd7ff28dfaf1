import { describe, expect, it } from 'vitest'
import { matchOnArrival, matchResting } from '../../../../src/main/adapters/paper/matching.ts'
import { amount, fraction, price, toText } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC_USDT, rulesOf } from '../../../support/money-arbitraries.ts'

const rules = rulesOf(BTC_USDT)
const tick = (bid: number, ask: number, last = (bid + ask) / 2) => ({
  symbol: BTC_USDT,
  at: epochMs(0),
  bid,
  ask,
  last,
})
const wanted = (side: 'buy' | 'sell', type: 'market' | 'limit', limit: string) => ({
  side,
  type,
  amount: amount('0.5'),
  limitPrice: price(limit),
})
const slippage = fraction('0.001')

describe('the paper exchange’s matching', () => {
  it('fills a market order at the touch plus slippage, with the taker fee in quote', () => {
    const bought = matchOnArrival(wanted('buy', 'market', '200'), tick(99, 101), rules, slippage)
    expect(bought && [toText(bought.price), toText(bought.fee)]).toEqual(['101.101', '0.202202'])
    const sold = matchOnArrival(wanted('sell', 'market', '1'), tick(99, 101), rules, slippage)
    expect(sold && toText(sold.price)).toBe('98.901')
  })

  it('lets no market order trade beyond its worst price', () => {
    expect(matchOnArrival(wanted('buy', 'market', '101.1'), tick(99, 101), rules, slippage)).toBeNull()
    expect(matchOnArrival(wanted('sell', 'market', '98.91'), tick(99, 101), rules, slippage)).toBeNull()
  })

  it('trades a limit order that crosses on arrival at the touch, and lets the others rest', () => {
    const crossing = matchOnArrival(wanted('buy', 'limit', '102'), tick(99, 101), rules, slippage)
    expect(crossing && toText(crossing.price)).toBe('101')
    expect(matchOnArrival(wanted('buy', 'limit', '100.9'), tick(99, 101), rules, slippage)).toBeNull()
  })

  it('fills a resting order at its own price and the maker fee once the market trades through it', () => {
    const order = wanted('buy', 'limit', '100')
    expect(matchResting(order, tick(100, 101, 100), rules)).toBeNull()
    const through = matchResting(order, tick(99, 101, 99.9), rules)
    expect(through && [toText(through.price), toText(through.fee)]).toEqual(['100', '0.125'])
    expect(matchResting(order, tick(98, 100, 100.5), rules)).not.toBeNull()
    expect(matchResting(wanted('sell', 'limit', '100'), tick(99, 101, 100.1), rules)).not.toBeNull()
  })
})
