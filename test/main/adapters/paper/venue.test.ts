import { describe, expect, it } from 'vitest'
import { amount } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC_USDT, XRP_BTC } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { openBench, request, units } from './venue-bench.ts'

describe('the venue takes an order', () => {
  it('trades a market order at the touch plus slippage with the taker fee in quote', () => {
    const bench = openBench({ slippage: '0.001' })
    const order = bench.place({ type: 'market', amount: '1' })
    expect(order.status).toBe('filled')
    expect(bench.trades(order)).toEqual(['1@101.101 0.404404'])
    expect([bench.holding('BTC'), bench.holding('USDT')]).toEqual(['3', '198.494596'])
  })

  it('lets a limit order rest, reserves its cost with the dearer fee, and gives the rest back when it trades as maker', () => {
    const bench = openBench()
    const order = bench.place({ limitPrice: '100' })
    expect(order.status).toBe('open')
    expect(bench.holding('USDT')).toBe('300/100.4')
    bench.tick(99, 100.5, { last: 99.5 })
    expect(bench.order(order.number).status).toBe('filled')
    expect(bench.trades(order)).toEqual(['1@100 0.2m'])
    expect(bench.holding('USDT')).toBe('199.8')
  })

  it('reserves base for open sales and stops, so that the same coins are not sold twice', () => {
    const bench = openBench()
    bench.place({ side: 'sell', limitPrice: '120', amount: '1.2' })
    bench.place({ side: 'sell', type: 'stop-loss', trigger: '90', amount: '0.5' })
    expect(bench.holding('BTC')).toBe('2/1.7')
    expect(bench.refusal({ side: 'sell', type: 'market', amount: '0.301' })).toBe('venue/insufficient-funds')
    expect(bench.place({ side: 'sell', type: 'market', amount: '0.3' }).status).toBe('filled')
  })

  it('cancels what an immediate-or-cancel order cannot have within its worst price', () => {
    const bench = openBench({ slippage: '0.001' })
    const beyond = bench.place({ limitPrice: '101', timeInForce: 'IOC' })
    expect([beyond.status, beyond.reason, units(beyond.filled)]).toEqual(['cancelled', 'unfilled', '0'])
    bench.show(99, 101, { askSize: amount('0.4') })
    const part = bench.place({ limitPrice: '102', timeInForce: 'IOC' })
    expect([part.status, units(part.filled)]).toEqual(['cancelled', '0.4'])
    expect(bench.holding('USDT')).toBe('259.3978384')
  })

  it('wants the worst price of an immediate-or-cancel order in the account even when nothing of it can trade', () => {
    const bench = openBench({ slippage: '0.001' })
    expect(bench.refusal({ limitPrice: '101', timeInForce: 'IOC', amount: '2.971' })).toBe('venue/insufficient-funds')
    expect(bench.place({ limitPrice: '101', timeInForce: 'IOC', amount: '2.97' }).reason).toBe('unfilled')
  })

  it('refuses a post-only order that would trade at once', () => {
    const bench = openBench()
    expect(bench.refusal({ limitPrice: '101', postOnly: true })).toBe('venue/post-only')
    expect(bench.place({ limitPrice: '100.5', postOnly: true }).status).toBe('open')
    expect(bench.refusal({ limitPrice: '100', postOnly: true, timeInForce: 'IOC' })).toBe('venue/post-only')
  })

  it.each([
    ['venue/unknown-market', { symbol: XRP_BTC, limitPrice: '1' }],
    ['venue/minimum-amount', { amount: '0.001', limitPrice: '100' }],
    ['venue/minimum-amount', { amount: '0', limitPrice: '100' }],
    ['venue/lot', { amount: '0.0025', limitPrice: '100' }],
    ['venue/tick', { limitPrice: '100.2' }],
    ['venue/tick', { limitPrice: '0' }],
    ['venue/tick', { type: 'stop-loss', trigger: '90.2' }],
    ['venue/minimum-cost', { amount: '0.004', limitPrice: '100' }],
    ['venue/minimum-cost', { amount: '0.004', type: 'market' }],
    ['venue/insufficient-funds', { amount: '2.989', limitPrice: '100' }],
    ['venue/insufficient-funds', { amount: '2.001', side: 'sell', limitPrice: '100' }],
    ['venue/leverage', { limitPrice: '100', leverage: 2 }],
    ['venue/leverage', { limitPrice: '100', leverage: 0 }],
    ['venue/reduce-only', { limitPrice: '100', reduceOnly: true }],
  ] as const)('answers %s to %o', (code, overrides) => {
    const bench = openBench()
    expect(bench.refusal(overrides)).toBe(code)
    expect(bench.events).toEqual([])
    expect(bench.venue.openOrders()).toEqual([])
  })

  it('takes an immediate-or-cancel sale whose worst price is one tick, because the touch says what it is worth', () => {
    expect(openBench().place({ side: 'sell', limitPrice: '0.5', timeInForce: 'IOC', amount: '0.006' }).status).toBe(
      'filled',
    )
  })

  it('refuses what needs a price while there is none, but not a stop, which only waits', () => {
    const bench = openBench()
    bench.ticks.set(BTC_USDT, null)
    expect(bench.refusal({ limitPrice: '100' })).toBe('venue/no-price')
    expect(bench.place({ side: 'sell', type: 'stop-loss', trigger: '90' }).status).toBe('open')
  })

  it('does not match an order after its deadline', () => {
    const bench = openBench()
    bench.clock.advanceTo(epochMs(NOON + 5_001))
    expect(bench.refusal({ limitPrice: '100', deadline: epochMs(NOON + 5_000) })).toBe('venue/deadline')
    expect(bench.place({ limitPrice: '100', deadline: epochMs(NOON + 5_001) }).status).toBe('open')
  })

  it('checks client order ids among open orders only, and finds the newest of those alike', () => {
    const bench = openBench()
    const first = bench.place({ clientOrderId: 'a', limitPrice: '90' })
    expect(bench.refusal({ clientOrderId: 'a', limitPrice: '91' })).toBe('venue/duplicate-client-order-id')
    bench.venue.cancel({ number: first.number }, 'by hand')
    const second = bench.place({ clientOrderId: 'a', type: 'market', amount: '0.1' })
    const third = bench.place({ clientOrderId: 'a', limitPrice: '91' })
    expect(bench.venue.order({ clientOrderId: 'a' })?.number).toBe(third.number)
    expect(bench.venue.closedOrders({ clientOrderId: 'a', limit: 9 }).map(({ number }) => number)).toEqual([
      second.number,
      first.number,
    ])
    expect(bench.venue.closedOrders({ limit: 1 }).map(({ number }) => number)).toEqual([second.number])
    expect(bench.venue.cancel({ clientOrderId: 'a' }, 'by hand')?.number).toBe(third.number)
    expect(bench.venue.cancel({ clientOrderId: 'a' }, 'by hand')).toBeNull()
  })

  it('throws for an order that is none: its type without its price', () => {
    const bench = openBench()
    expect(() => bench.venue.place(request({ type: 'limit' }))).toThrow('limit price')
    expect(() => bench.venue.place(request({ type: 'market', trigger: '90' }))).toThrow('trigger')
  })

  it('owns what is earning, but does not sell it', () => {
    const bench = openBench({ opening: { BTC: '0.1', 'BTC.F': '5', USDT: '1' } })
    expect(bench.refusal({ side: 'sell', type: 'market', amount: '0.101' })).toBe('venue/insufficient-funds')
    bench.venue.credit('BTC.F', amount('-4'))
    bench.venue.credit('BTC', amount('4'))
    expect(bench.place({ side: 'sell', type: 'market', amount: '4.1' }).status).toBe('filled')
    expect(bench.holding('BTC.F')).toBe('1')
  })

  it('lets nobody withdraw what an open order reserves', () => {
    const bench = openBench()
    bench.place({ limitPrice: '100' })
    expect(() => bench.venue.credit('USDT', amount('-200'))).toThrow('not free')
    bench.venue.credit('USDT', amount('-199.6'))
    expect(bench.holding('USDT')).toBe('100.4/100.4')
  })
})
