import { describe, expect, it } from 'vitest'
import { flat, tradeOnMargin } from '../../../../src/main/adapters/paper/margin.ts'
import { amount, price } from '../../../../src/shared/money.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { openBench, units } from './venue-bench.ts'

const openMargin = (usdt = '300') => openBench({ allowsMargin: true, opening: { BTC: '2', USDT: usdt } })
const shown = (bench: ReturnType<typeof openBench>): string[] =>
  bench.venue
    .marginPositions()
    .map((position) => `${units(position.amount)} cost ${units(position.cost)} margin ${units(position.margin)}`)

describe('the venue’s margin account', () => {
  it('opens without moving base: only the fee leaves the account', () => {
    const bench = openMargin()
    const order = bench.place({ type: 'market', amount: '2', leverage: 2 })
    expect(bench.trades(order)).toEqual(['2@101 0.808'])
    expect([bench.holding('BTC'), bench.holding('USDT')]).toEqual(['2', '299.192'])
    expect(shown(bench)).toEqual(['2 cost 202 margin 101'])
  })

  it('credits s·q·(x − e) when it closes, and frees the margin of the part closed', () => {
    const bench = openMargin()
    bench.place({ type: 'market', amount: '2', leverage: 2 })
    bench.show(110, 112)
    const half = bench.place({ side: 'sell', type: 'market', amount: '1', leverage: 2, reduceOnly: true })
    expect(bench.venue.tradesOf(half.number).map(({ realized }) => realized && units(realized))).toEqual(['9'])
    expect(bench.holding('USDT')).toBe('307.752')
    expect(shown(bench)).toEqual(['1 cost 101 margin 50.5'])
  })

  it('sells short what it does not own, and buys it back', () => {
    const bench = openMargin()
    bench.place({ side: 'sell', type: 'market', amount: '2.5', leverage: 5 })
    expect(shown(bench)).toEqual(['-2.5 cost 247.5 margin 49.5'])
    bench.show(89, 90)
    bench.place({ type: 'market', amount: '2.5', leverage: 5 })
    // 300 − 0.99 + 2.5·(99 − 90) − 0.9
    expect([bench.holding('USDT'), ...shown(bench)]).toEqual(['320.61'])
  })

  it('turns a position round in one trade where nothing forbids it', () => {
    const bench = openMargin()
    bench.place({ side: 'sell', type: 'market', amount: '1', leverage: 2 })
    bench.show(88, 90)
    bench.place({ type: 'market', amount: '3', leverage: 2 })
    expect(shown(bench)).toEqual(['2 cost 180 margin 90'])
  })

  it('loses nothing to division: three closes of a third bring exactly the whole', () => {
    const bench = openMargin()
    bench.place({ type: 'market', amount: '0.7', leverage: 3 })
    bench.show(99, 103)
    bench.place({ type: 'market', amount: '0.8', leverage: 3 })
    bench.show(107, 108)
    for (const part of ['0.4', '0.4', '0.7']) {
      bench.place({ side: 'sell', type: 'market', amount: part, leverage: 3, reduceOnly: true })
    }
    // 1.5·107 − (0.7·101 + 0.8·103) = 7.4, less 0.4 % of 153.1 and of 160.5.
    expect([bench.holding('USDT'), ...shown(bench)]).toEqual(['306.1456'])
  })

  it('forgets nothing of a price with more decimals than division keeps when all of it is closed', () => {
    const trade = { amount: amount('0.7'), price: price('1.000000000000000000000000000001'), isMaker: false }
    const { position } = tradeOnMargin(flat(BTC_USDT), 'buy', trade, 3)
    const closed = tradeOnMargin(position, 'sell', trade, 3)
    expect([units(closed.realized), units(closed.position.cost), units(closed.position.margin)]).toEqual([
      '0',
      '0',
      '0',
    ])
  })

  it('refuses what its free margin does not carry, and lets spot orders not spend it either', () => {
    const bench = openMargin()
    expect(bench.refusal({ type: 'market', amount: '6', leverage: 2 })).toBe('venue/insufficient-margin')
    bench.place({ type: 'market', amount: '2', leverage: 2 })
    // 299.192 less 4 of unrealized loss less 101 of margin.
    expect(bench.refusal({ type: 'market', amount: '1.92' })).toBe('venue/insufficient-funds')
    expect(bench.place({ type: 'market', amount: '1.91' }).status).toBe('filled')
  })

  it('reserves the margin and fee of a resting order, and none for one that only closes', () => {
    const bench = openMargin()
    const entry = bench.place({ limitPrice: '100', amount: '3', leverage: 3 })
    expect(bench.holding('USDT')).toBe('300/101.2')
    bench.tick(98, 99)
    expect(bench.order(entry.number).status).toBe('filled')
    bench.place({ side: 'sell', type: 'stop-loss', trigger: '95', amount: '3', leverage: 3, reduceOnly: true })
    bench.place({ side: 'sell', limitPrice: '120', amount: '3', leverage: 3 })
    expect(bench.holding('USDT')).toBe('299.4')
  })

  it('never lets a reduce-only order enlarge or turn round what it was to reduce', () => {
    const bench = openMargin()
    bench.place({ type: 'market', amount: '1', leverage: 2 })
    expect(bench.refusal({ type: 'market', amount: '1', leverage: 2, reduceOnly: true })).toBe('venue/reduce-only')
    const stop = bench.place({
      side: 'sell',
      type: 'stop-loss',
      trigger: '95',
      amount: '2',
      leverage: 2,
      reduceOnly: true,
    })
    expect(bench.holding('USDT')).toBe('299.596')
    bench.tick(94, 95)
    expect(bench.order(stop.number)).toMatchObject({ status: 'cancelled', reason: 'reduce only' })
    expect([units(bench.order(stop.number).filled), ...shown(bench)]).toEqual(['1'])
  })

  it('ends a resting entry whose margin is gone by the time it would trade', () => {
    const bench = openMargin('160')
    const dip = bench.place({ limitPrice: '90', amount: '1', leverage: 2 })
    bench.place({ type: 'market', amount: '2', leverage: 2 })
    bench.tick(85, 86)
    expect(bench.order(dip.number)).toMatchObject({ status: 'cancelled', reason: 'insufficient margin' })
    expect(shown(bench)).toEqual(['2 cost 202 margin 101'])
  })

  it('liquidates at the touch once equity is below 40 % of the used margin, and not a tick before', () => {
    const bench = openMargin()
    bench.place({ type: 'market', amount: '10', leverage: 5 })
    const resting = bench.place({ limitPrice: '50', amount: '0.1', leverage: 5 })
    // Equity 295.96 − 10·(101 − bid) against 80.8.
    bench.tick(79.5, 80)
    expect(shown(bench)).toEqual(['10 cost 1010 margin 202'])
    bench.tick(79, 80)
    expect([bench.holding('USDT'), ...shown(bench)]).toEqual(['72.8'])
    expect(bench.order(resting.number)).toMatchObject({ status: 'cancelled', reason: 'liquidated' })
    const [closing] = bench.venue.closedOrders({ limit: 1 })
    expect(closing).toMatchObject({ side: 'sell', status: 'filled', reason: 'liquidated', leverage: 5 })
    expect(closing && bench.trades(closing)).toEqual(['10@79 3.16'])
  })
})
