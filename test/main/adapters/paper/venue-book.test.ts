import { describe, expect, it } from 'vitest'
import { amount, price } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { accepted, openBench, refusalOf, units } from './venue-bench.ts'

describe('the venue’s stops', () => {
  it('wait for the last price, not for the touch, and then trade at the touch plus slippage', () => {
    const bench = openBench({ slippage: '0.001' })
    const stop = bench.place({ side: 'sell', type: 'stop-loss', trigger: '95' })
    bench.tick(94, 96, { last: 95.5 })
    expect(bench.order(stop.number).status).toBe('open')
    bench.tick(93, 95, { last: 95 })
    expect(bench.order(stop.number).status).toBe('filled')
    expect(bench.trades(stop)).toEqual(['1@92.907 0.371628'])
  })

  it('go on selling what is left of them at whatever the next ticks offer', () => {
    const bench = openBench()
    const stop = bench.place({ side: 'sell', type: 'stop-loss', trigger: '95' })
    bench.tick(94, 96, { last: 94, bidSize: amount('0.3') })
    expect(bench.order(stop.number)).toMatchObject({ status: 'open', isTriggered: true })
    expect(bench.holding('BTC')).toBe('1.7/0.7')
    bench.tick(97, 99, { last: 98, bidSize: amount('5') })
    expect(bench.trades(stop)).toEqual(['0.3@94 0.1128', '0.7@97 0.2716'])
    expect(bench.order(stop.number).status).toBe('filled')
  })

  it('trade on arrival when the price is there already', () => {
    const bench = openBench()
    expect(bench.place({ side: 'sell', type: 'stop-loss', trigger: '100' }).status).toBe('filled')
    expect(bench.place({ side: 'buy', type: 'stop-loss', trigger: '100' }).status).toBe('filled')
  })

  it('that buy are over when the market has jumped beyond what they can pay', () => {
    const bench = openBench()
    const stop = bench.place({ side: 'buy', type: 'stop-loss', trigger: '110', amount: '2.7' })
    bench.tick(119, 120)
    expect(bench.order(stop.number)).toMatchObject({ status: 'cancelled', reason: 'insufficient funds' })
    expect(bench.holding('USDT')).toBe('300')
  })
})

describe('the venue’s stops that buy', () => {
  it('are over once the rest of them costs more than there is', () => {
    const bench = openBench()
    const stop = bench.place({ side: 'buy', type: 'stop-loss', trigger: '102', amount: '2.9' })
    bench.tick(149, 150, { askSize: amount('1') })
    expect(bench.order(stop.number)).toMatchObject({ status: 'cancelled', reason: 'insufficient funds' })
    expect([units(bench.order(stop.number).filled), bench.holding('USDT')]).toEqual(['1', '149.4'])
  })
})

describe('the venue’s book', () => {
  it('gives what a tick offers to the orders in the order of their arrival, and to each but once', () => {
    const bench = openBench()
    const dear = bench.place({ limitPrice: '97', amount: '1' })
    const early = bench.place({ limitPrice: '98', amount: '1' })
    bench.tick(95, 96, { askSize: amount('1.4') })
    expect([dear, early].map(({ number }) => units(bench.order(number).filled))).toEqual(['1', '0.4'])
    const late = bench.place({ limitPrice: '96', amount: '0.5' })
    expect(units(late.filled)).toBe('0')
    bench.tick(95, 96, { askSize: amount('1.4') })
    expect([early, late].map(({ number }) => bench.order(number).status)).toEqual(['filled', 'filled'])
    expect(bench.trades(early)).toEqual(['0.4@98 0.0784m', '0.6@98 0.1176m'])
  })

  it('rests what a crossing limit order could not take, at its own price', () => {
    const bench = openBench()
    bench.show(99, 101, { askSize: amount('0.4') })
    const order = bench.place({ limitPrice: '102' })
    expect(bench.holding('USDT')).toBe('259.4384/61.4448')
    bench.tick(101, 103, { last: 101.5 })
    expect(bench.trades(order)).toEqual(['0.4@101 0.1616', '0.6@102 0.1224m'])
  })

  it('tells of each change once it is committed: accepted, each trade, amended, triggered, cancelled', () => {
    const bench = openBench()
    bench.place({ type: 'market', amount: '0.1' })
    const resting = bench.place({ limitPrice: '90' })
    bench.venue.amend({ number: resting.number }, { limitPrice: price('91') })
    bench.venue.cancel({ number: resting.number }, 'by hand')
    bench.place({ side: 'sell', type: 'stop-loss', trigger: '95' })
    bench.tick(93, 95)
    expect(bench.events.map(({ kind, order }) => `${kind} ${order.number} ${order.status}`)).toEqual([
      'order 1 open',
      'trade 1 filled',
      'order 2 open',
      'order 2 open',
      'order 2 cancelled',
      'order 3 open',
      'order 3 open',
      'trade 3 filled',
    ])
    for (const { order } of bench.events.slice(-1)) expect(bench.order(order.number)).toEqual(order)
  })

  it('lets a listener cancel another order in the middle of a tick', () => {
    const bench = openBench()
    const first = bench.place({ limitPrice: '97', amount: '0.5' })
    const second = bench.place({ limitPrice: '98', amount: '0.5' })
    bench.venue.onEvent((event) => {
      if (event.kind === 'trade' && event.order.number === first.number) {
        bench.venue.cancel({ number: second.number }, 'the other one traded')
      }
    })
    bench.tick(95, 96)
    expect([first, second].map(({ number }) => bench.order(number).status)).toEqual(['filled', 'cancelled'])
  })

  it('lists trades newest first, from a moment on', () => {
    const bench = openBench()
    bench.place({ type: 'market', amount: '0.1' })
    bench.clock.advanceTo(epochMs(NOON + 1_000))
    bench.place({ type: 'market', amount: '0.2' })
    const numbers = (since: number | null, limit = 9) =>
      bench.venue.trades({ since: since === null ? null : epochMs(since), limit }).map(({ number }) => number)
    expect([numbers(null), numbers(NOON + 1_000), numbers(null, 1)]).toEqual([[2, 1], [2], [2]])
  })
})

describe('the venue changes an open order', () => {
  it('reserves what it needs afterwards, and refuses what cannot be paid', () => {
    const bench = openBench()
    const order = bench.place({ limitPrice: '100' })
    accepted(bench.venue.amend({ number: order.number }, { amount: amount('2') }))
    expect(bench.holding('USDT')).toBe('300/200.8')
    expect(refusalOf(bench.venue.amend({ number: order.number }, { amount: amount('3') }))).toBe(
      'venue/insufficient-funds',
    )
    accepted(bench.venue.amend({ number: order.number }, { limitPrice: price('50') }))
    expect(bench.holding('USDT')).toBe('300/100.4')
  })

  it('trades at the touch as taker when it is moved there, unless it is post-only', () => {
    const bench = openBench()
    const order = bench.place({ limitPrice: '90' })
    accepted(bench.venue.amend({ number: order.number }, { limitPrice: price('105') }))
    expect(bench.trades(order)).toEqual(['1@101 0.404'])
    const shy = bench.place({ limitPrice: '90', postOnly: true })
    expect(refusalOf(bench.venue.amend({ number: shy.number }, { limitPrice: price('105') }))).toBe('venue/post-only')
  })

  it('moves a stop, twice without harm, and triggers it when it is moved to the market', () => {
    const bench = openBench()
    const stop = bench.place({ side: 'sell', type: 'stop-loss', trigger: '90' })
    for (const trigger of ['95', '95']) {
      expect(units(accepted(bench.venue.amend({ number: stop.number }, { trigger: price(trigger) })).amount)).toBe('1')
    }
    bench.tick(93, 96, { last: 94 })
    expect(bench.order(stop.number).status).toBe('filled')
    const other = bench.place({ side: 'sell', type: 'stop-loss', trigger: '90' })
    expect(accepted(bench.venue.amend({ number: other.number }, { trigger: price('94') })).status).toBe('filled')
  })

  it('does not move a stop that has triggered: it waits no more', () => {
    const bench = openBench()
    const stop = bench.place({ side: 'sell', type: 'stop-loss', trigger: '95' })
    bench.tick(94, 96, { last: 94, bidSize: amount('0.3') })
    expect(bench.order(stop.number).status).toBe('open')
    expect(bench.venue.amend({ number: stop.number }, { trigger: price('80') })).toBeNull()
  })

  it('never makes it smaller than what has traded; as small means that it is done', () => {
    const bench = openBench()
    bench.show(99, 101, { askSize: amount('0.4') })
    const order = bench.place({ limitPrice: '102' })
    expect(refusalOf(bench.venue.amend({ number: order.number }, { amount: amount('0.399') }))).toBe(
      'venue/minimum-amount',
    )
    const done = accepted(bench.venue.amend({ number: order.number }, { amount: amount('0.4') }))
    expect([done.status, bench.holding('USDT')]).toEqual(['filled', '259.4384'])
  })

  it('keeps lot, tick, kind of price, and answers null for an order that is not open', () => {
    const bench = openBench()
    const order = bench.place({ limitPrice: '90' })
    const amend = (change: Parameters<typeof bench.venue.amend>[1]) =>
      bench.venue.amend({ number: order.number }, change)
    expect(refusalOf(amend({ amount: amount('0.0025') }))).toBe('venue/lot')
    expect(refusalOf(amend({ limitPrice: price('90.2') }))).toBe('venue/tick')
    expect(refusalOf(amend({ trigger: price('90') }))).toBe('venue/tick')
    bench.venue.cancel({ number: order.number }, 'by hand')
    expect(amend({ amount: amount('0.5') })).toBeNull()
    expect(bench.venue.amend({ clientOrderId: 'unknown' }, {})).toBeNull()
  })
})
