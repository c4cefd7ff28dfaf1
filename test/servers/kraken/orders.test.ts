import { describe, expect, it } from 'vitest'
import { amount } from '../../../src/shared/money.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC_USDT, connect, newClientOrderId, startBoth, startServer, XRP_BTC, XRP_USDT } from './test-server.ts'

const deadlineIn = (ms: number, now = Date.now()): string => new Date(now + ms).toISOString()

describe('an order on the Kraken server', () => {
  it('rests until the market trades through it, and its money is held meanwhile', async () => {
    const { server, kraken } = await startBoth()
    const clientOrderId = newClientOrderId()
    const { id } = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { clientOrderId })
    expect(id).toMatch(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/)
    expect(await kraken.fetchOpenOrders(undefined, undefined, undefined, { clientOrderId })).toMatchObject([
      { id, clientOrderId, symbol: BTC_USDT, side: 'buy', amount: '0.10000000', price: '49000.0', status: 'open' },
    ])
    expect(await kraken.fetchBalance()).toMatchObject({ USDT: { total: '50000.0000000000', used: '4919.6000000000' } })
    server.setTick(BTC_USDT, { bid: 48_998, ask: 48_999, last: 48_999 })
    expect(await kraken.fetchOpenOrders()).toEqual([])
    expect(await kraken.fetchClosedOrders(undefined, undefined, undefined, { clientOrderId })).toMatchObject([
      { id, clientOrderId, filled: '0.10000000', average: '49000.0', status: 'closed', fee: { cost: '12.25000' } },
    ])
    expect(await kraken.fetchMyTrades()).toMatchObject([
      { order: id, price: '49000.0', amount: '0.10000000', takerOrMaker: 'maker', fee: { currency: 'USDT' } },
    ])
    expect(await kraken.fetchBalance()).toMatchObject({
      USDT: { total: '45087.7500000000', used: '0.0000000000' },
      BTC: { total: '1.1000000000' },
    })
  })

  it('is filled at once at the touch when it is a market order, and its trades add up', async () => {
    const { server, kraken } = await startBoth()
    server.setTick(BTC_USDT, { bid: 50_000, ask: 50_000.1, last: 50_000, askSize: amount('0.03') })
    const { id } = await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.05)
    const [closed] = await kraken.fetchClosedOrders()
    expect(closed).toMatchObject({ id, status: 'canceled', filled: '0.03000000', average: '50000.1' })
    const [trade] = await kraken.fetchMyTrades()
    expect(trade).toMatchObject({ order: id, amount: '0.03000000', takerOrMaker: 'taker', cost: '1500.00300' })
    expect(await kraken.fetchOrder(id as string)).toMatchObject({ id, trades: [{ id: trade?.id }] })
    expect(
      await kraken.fetchOrderTrades(id as string, undefined, undefined, undefined, { trades: [trade?.id] }),
    ).toEqual([expect.objectContaining({ id: trade?.id, price: '50000.1' })])
  })

  it('waits as a stop, moves when it is amended, and sells when the last price gets there', async () => {
    const { server, kraken } = await startBoth()
    const clientOrderId = newClientOrderId()
    const stop = { stopLossPrice: 48_000, clientOrderId }
    const { id } = await kraken.createOrder(BTC_USDT, 'market', 'sell', 0.2, undefined, stop)
    await kraken.editOrder('', BTC_USDT, 'market', 'sell', undefined, undefined, {
      stopLossPrice: 47_000,
      clientOrderId,
    })
    server.setTick(BTC_USDT, { bid: 47_999, ask: 48_000, last: 47_999 })
    expect(await kraken.fetchOpenOrders()).toMatchObject([{ id, stopLossPrice: '47000.0', filled: '0.00000000' }])
    expect(await kraken.fetchBalance()).toMatchObject({ BTC: { used: '0.2000000000' } })
    server.setTick(BTC_USDT, { bid: 46_990, ask: 47_001, last: 47_000 })
    expect(await kraken.fetchMyTrades()).toMatchObject([{ order: id, price: '46990.0', side: 'sell' }])
  })

  it('is cancelled by its id or the client’s, and unknown from then on', async () => {
    const { kraken } = await startBoth()
    const clientOrderId = newClientOrderId()
    const first = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
    await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 48_000, { clientOrderId })
    await kraken.cancelOrder(first.id as string)
    await kraken.cancelOrder('', undefined, { clientOrderId })
    expect(await kraken.fetchOpenOrders()).toEqual([])
    await expect(kraken.cancelOrder('', undefined, { clientOrderId })).rejects.toMatchObject({ name: 'OrderNotFound' })
    expect((await kraken.fetchClosedOrders()).map(({ status }) => status)).toEqual(['canceled', 'canceled'])
  })

  it('shares its client id with no open order, but with any that is over', async () => {
    const { server, kraken } = await startBoth()
    const clientOrderId = newClientOrderId()
    const place = () => kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001, undefined, { clientOrderId })
    await place()
    await place()
    expect([server.ordersOf(clientOrderId), server.requests.timesSent(clientOrderId)]).toEqual([2, 2])
    await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.001, 40_000, { clientOrderId })
    await expect(place()).rejects.toThrow('EGeneral:Invalid arguments:cl_ord_id not unique')
    expect([server.ordersOf(clientOrderId), server.requests.timesSent(clientOrderId)]).toEqual([3, 4])
  })

  it('is not taken after its deadline, nor with one more than a minute ahead', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5))
    const kraken = await connect(await startServer({ clock }))
    const place = (deadline: string) => kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { deadline })
    const now = clock.now()
    await place(deadlineIn(0, now))
    await expect(place(deadlineIn(-1, now))).rejects.toThrow('EService:Deadline elapsed')
    await expect(place(deadlineIn(60_001, now))).rejects.toThrow('EGeneral:Invalid arguments:deadline')
    await expect(place('soon')).rejects.toThrow('EGeneral:Invalid arguments:deadline')
    const [open] = await kraken.fetchOpenOrders()
    const amend = (deadline: string) =>
      kraken.editOrder(open?.id as string, BTC_USDT, 'limit', 'buy', undefined, 48_000, { deadline })
    await expect(amend(deadlineIn(-1, now))).rejects.toThrow('EService:Deadline elapsed')
    expect(await kraken.fetchOpenOrders()).toMatchObject([{ price: '49000.0' }])
  })

  it.each([
    ['an amount below the minimum', ['BTC/USDT', 'limit', 'buy', 0.00001, 49_000, {}], 'EOrder:Order minimum not met'],
    ['a value below the minimum', ['BTC/USDT', 'limit', 'buy', 0.00005, 5_000, {}], 'EOrder:Cost minimum not met'],
    [
      'a price off the grid',
      ['BTC/USDT', 'limit', 'buy', 0.1, 1, { price: '49000.05' }],
      'EOrder:Tick size check failed',
    ],
    ['more than there is', ['BTC/USDT', 'limit', 'buy', 2, 49_000, {}], 'EOrder:Insufficient funds'],
    [
      'a post-only order that would trade',
      ['BTC/USDT', 'limit', 'buy', 0.1, 51_000, { postOnly: true }],
      'EOrder:Post only order',
    ],
    [
      'leverage where margin is off',
      ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { leverage: '3' }],
      'EOrder:Cannot open position',
    ],
    [
      'leverage that is not on offer',
      ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { leverage: '7' }],
      'EGeneral:Invalid arguments:leverage',
    ],
    [
      'nothing to reduce',
      ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { reduceOnly: true }],
      'EOrder:Reduce only:No position exists',
    ],
    ['an unknown pair', ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { pair: 'XBTGBP' }], 'EQuery:Unknown asset pair'],
    [
      'a volume that is no number',
      ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { volume: '1,5' }],
      'EGeneral:Invalid arguments:volume',
    ],
    [
      'a malformed client id',
      ['BTC/USDT', 'limit', 'buy', 0.1, 49_000, { clientOrderId: 'NOT AN ID' }],
      'EGeneral:Invalid arguments:cl_ord_id',
    ],
  ] as const)('is refused for %s', async (_, [symbol, type, side, amount, price, params], error) => {
    const { server, kraken } = await startBoth()
    await expect(kraken.createOrder(symbol, type, side, amount, price, params)).rejects.toThrow(error)
    expect(server.venue.openOrders()).toEqual([])
  })

  it('is over when it is amended to no more than it has traded', async () => {
    const { server, kraken } = await startBoth()
    const { id } = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
    server.setTick(BTC_USDT, { bid: 48_998, ask: 48_999, last: 49_000, askSize: amount('0.04') })
    await kraken.editOrder(id as string, BTC_USDT, 'limit', 'buy', 0.03)
    expect(await kraken.fetchClosedOrders()).toMatchObject([{ id, status: 'canceled', filled: '0.04000000' }])
  })

  it('with immediate-or-cancel takes what there is within its price and lets the rest go', async () => {
    const { server, kraken } = await startBoth()
    server.setTick(XRP_USDT, { bid: 2, ask: 2.00001, last: 2, bidSize: amount('40') })
    await kraken.createOrder(XRP_USDT, 'limit', 'sell', 100, 1.99, { timeInForce: 'IOC' })
    expect(await kraken.fetchOpenOrders()).toEqual([])
    expect(await kraken.fetchClosedOrders()).toMatchObject([{ filled: '40.00000000', status: 'canceled' }])
  })

  it('opens a short on margin where margin is on', async () => {
    const server = await startServer({ allowsMargin: true })
    const kraken = await connect(server)
    await kraken.createOrder(BTC_USDT, 'market', 'sell', 2, undefined, { leverage: '5' })
    const { result } = (await kraken.privatePostOpenPositions()) as { result: Record<string, unknown> }
    expect(Object.values(result)).toMatchObject([{ pair: 'XBTUSDT', type: 'sell', vol: '2.00000000' }])
  })

  it('is cancelled with all others by CancelAll, and by the dead man’s switch when nobody moves it on', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5))
    const kraken = await connect(await startServer({ clock }))
    const place = () => kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.01, 49_000)
    await place()
    await kraken.cancelAllOrders()
    expect(await kraken.fetchOpenOrders()).toHaveLength(0)
    await place()
    await kraken.cancelAllOrdersAfter(60_000)
    clock.advance(59_000)
    await kraken.cancelAllOrdersAfter(60_000)
    clock.advance(59_000)
    expect(await kraken.fetchOpenOrders()).toHaveLength(1)
    clock.advance(1_000)
    expect(await kraken.fetchOpenOrders()).toHaveLength(0)
  })
})

describe('a market that is not online', () => {
  const limit = ['XRP/USDT', 'limit', 'buy', 10, 1.9] as const
  it.each([
    [
      'cancel_only',
      [
        'EService:Market in cancel_only mode',
        'EService:Market in cancel_only mode',
        'EService:Market in cancel_only mode',
      ],
    ],
    ['post_only', ['EService:Market in post_only mode', 'EService:Market in post_only mode', null]],
    ['limit_only', ['EService:Market in limit_only mode', null, null]],
    ['maintenance', ['EService:Unavailable', 'EService:Unavailable', 'EService:Unavailable']],
    ['delisted', ['EQuery:Unknown asset pair', 'EQuery:Unknown asset pair', 'EQuery:Unknown asset pair']],
  ] as const)('takes of market, limit and post-only orders in %s what it may', async (status, errors) => {
    const { server, kraken } = await startBoth()
    server.setMarketStatus(XRP_USDT, status)
    const place = async (...order: Parameters<typeof kraken.createOrder>): Promise<string | null> => {
      await kraken.createOrder(...order).catch(() => undefined)
      return server.requests.all('AddOrder').at(-1)?.error ?? null
    }
    expect([
      await place('XRP/USDT', 'market', 'buy', 10),
      await place(...limit),
      await place(...limit, { postOnly: true }),
    ]).toEqual(errors)
    await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.01, 49_000)
  })

  it('lets resting orders be cancelled but not trade, until it is back', async () => {
    const { server, kraken } = await startBoth()
    const kept = await kraken.createOrder(...limit)
    const given = await kraken.createOrder(...limit)
    server.setMarketStatus(XRP_USDT, 'cancel_only')
    server.setTick(XRP_USDT, { bid: 1.5, ask: 1.50001, last: 1.5 })
    await kraken.cancelOrder(given.id as string)
    expect(await kraken.fetchMyTrades()).toEqual([])
    server.setMarketStatus(XRP_USDT, 'online')
    expect(await kraken.fetchMyTrades()).toMatchObject([{ order: kept.id }])
  })

  it('takes its orders with it when it is delisted', async () => {
    const { server, kraken } = await startBoth()
    const { id } = await kraken.createOrder(...limit)
    server.setMarketStatus(XRP_USDT, 'delisted')
    expect(await kraken.fetchClosedOrders()).toMatchObject([{ id, status: 'canceled' }])
  })
})

describe('the account', () => {
  it('keeps what earns apart from what can be sold', async () => {
    const { server, kraken } = await startBoth()
    server.moveToEarn('BTC', amount('0.4'))
    const { total } = await kraken.fetchBalance()
    expect(total).toMatchObject({ BTC: '0.6000000000', 'BTC.F': '0.4000000000' })
    await expect(kraken.createOrder(BTC_USDT, 'limit', 'sell', 0.7, 51_000)).rejects.toMatchObject({
      name: 'InsufficientFunds',
    })
  })

  it('explains its balance by trades, deposits and transfers, line by line', async () => {
    const { server, kraken } = await startBoth()
    server.transfer('BTC', amount('0.5'))
    await kraken.createOrder(XRP_BTC, 'market', 'buy', 100)
    // Half a bitcoin from outside, then 100 XRP at 0.00004001 and 0.4 % of it.
    expect(await kraken.fetchLedger('BTC')).toMatchObject([
      { type: 'transaction', direction: 'in', amount: '0.5000000000', after: '1.5000000000' },
      { type: 'trade', direction: 'out', amount: '0.004001', fee: { cost: '0.0000160040' }, after: '1.4959829960' },
    ])
    expect(await kraken.fetchBalance()).toMatchObject({ BTC: { total: '1.4959829960' } })
  })

  it('gives history in pages of fifty, newest first, with how many there are', async () => {
    const { kraken } = await startBoth()
    for (let i = 0; i < 55; i++) await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    type Page = { result: { count: number; closed: Record<string, { opentm: number }> } }
    const page = async (ofs: number) => ((await kraken.privatePostClosedOrders({ ofs })) as Page).result
    const [first, second] = [await page(0), await page(50)]
    expect([first, second].map(({ count, closed }) => [count, Object.keys(closed).length])).toEqual([
      [55, 50],
      [55, 5],
    ])
    expect(new Set([...Object.keys(first.closed), ...Object.keys(second.closed)]).size).toBe(55)
    const times = Object.values(first.closed).map(({ opentm }) => opentm)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  })

  it('tells only of what happened after the start that is asked for', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5))
    const kraken = await connect(await startServer({ clock }))
    await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    clock.advance(10_000)
    const since = clock.now()
    clock.advance(10_000)
    const { id } = await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    // Raw, because ccxt would filter once more on its own.
    const start = since / 1_000
    const orders = (await kraken.privatePostClosedOrders({ start })) as { result: { closed: object; count: number } }
    const trades = (await kraken.privatePostTradesHistory({ start })) as { result: { trades: object; count: number } }
    expect([Object.keys(orders.result.closed), orders.result.count]).toEqual([[id], 1])
    expect([Object.values(trades.result.trades), trades.result.count]).toMatchObject([[{ ordertxid: id }], 1])
    await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    expect(await kraken.privatePostClosedOrders({ start })).toMatchObject({ result: { count: 2 } })
    expect(await kraken.fetchMyTrades()).toHaveLength(3)
  })

  it('answers nothing private in maintenance', async () => {
    const { server, kraken } = await startBoth()
    server.setSystemStatus('maintenance')
    await expect(kraken.fetchBalance()).rejects.toMatchObject({ name: 'ExchangeNotAvailable' })
  })
})
