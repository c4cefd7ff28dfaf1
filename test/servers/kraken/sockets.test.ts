import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { amount } from '../../../src/shared/money.ts'
import type { KrakenServer } from './server.ts'
import { BTC_USDT, connect, newClientOrderId, startBoth, startServer, XRP_USDT } from './test-server.ts'

type Message = {
  readonly channel?: string
  readonly type?: string
  readonly method?: string
  readonly error?: string
  readonly success?: boolean
  readonly sequence?: number
  readonly data?: readonly Readonly<Record<string, unknown>>[]
  readonly result?: Readonly<Record<string, unknown>>
}

/** A bare client: what is really on the wire. */
async function listen(url: string) {
  const socket = new WebSocket(url)
  const heard: Message[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Message))
  await new Promise((open) => socket.once('open', open))
  const say = (message: object): void => socket.send(JSON.stringify(message))
  const of = (channel: string): readonly Message[] => heard.filter((message) => message.channel === channel)
  return { socket, heard, say, of }
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (what()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not happen in four seconds')
}

async function listenToAccount(server: KrakenServer, params: object = {}) {
  const kraken = await connect(server)
  const { result } = (await kraken.privatePostGetWebSocketsToken()) as { result: { token: string } }
  const line = await listen(server.wsAuthUrl)
  line.say({ method: 'subscribe', params: { channel: 'executions', token: result.token, ...params }, req_id: 1 })
  await until(() => line.of('executions').length > 0)
  return { ...line, kraken, token: result.token }
}
const typesOf = (messages: readonly Message[]): unknown[] =>
  messages.flatMap(({ data = [] }) => data.map((item) => `${item.exec_type} ${item.order_status}`))

describe('the market’s sockets', () => {
  it('give ccxt prices, trades and candles', async () => {
    const { server, kraken } = await startBoth()
    expect(await kraken.watchTickers([BTC_USDT, XRP_USDT])).toHaveProperty([BTC_USDT, 'bid'], '50000')
    expect((await kraken.watchTrades(BTC_USDT))[0]).toMatchObject({ price: '50000', amount: '1' })
    const candle = (await kraken.watchOHLCV(BTC_USDT, '1m')).at(-1)
    expect(candle?.slice(1, 5)).toEqual(['50000', '50000', '50000', '50000'])
    const moved = kraken.watchTicker(BTC_USDT)
    server.setTick(BTC_USDT, { bid: 50_020, ask: 50_020.1, last: 50_020 })
    expect(await moved).toMatchObject({ last: '50020' })
  })

  it('give ccxt a book that follows the market', async () => {
    const { server, kraken } = await startBoth()
    // With numbers as text ccxt never drops a level: its quantity '0' is truthy.
    kraken.number = Number
    const book = await kraken.watchOrderBook(BTC_USDT)
    expect(book.asks[0]).toEqual([50_000.1, 1])
    server.setTick(BTC_USDT, { bid: 50_010, ask: 50_010.5, last: 50_010, askSize: amount('0.25') })
    await until(() => book.asks[0]?.[0] === 50_010.5)
    expect([book.asks.slice(0, 2), book.bids.slice(0, 2)]).toEqual([
      [
        [50_010.5, 0.25],
        [50_010.6, 1],
      ],
      [
        [50_010, 1],
        [50_009.9, 1],
      ],
    ])
  })

  it('say hello, answer a ping, confirm and refuse as Kraken does', async () => {
    const server = await startServer()
    const { heard, say } = await listen(server.wsUrl)
    say({ method: 'ping', req_id: 7 })
    say({ method: 'subscribe', params: { channel: 'ticker', symbol: ['BTC/USDT', 'XBT/USDT'] }, req_id: 8 })
    say({ method: 'subscribe', params: { channel: 'ticker', symbol: ['BTC/USDT'] }, req_id: 9 })
    say({ method: 'unsubscribe', params: { channel: 'ticker', symbol: ['BTC/USDT'] }, req_id: 10 })
    say({ method: 'subscribe', params: { channel: 'executions', token: 'x' }, req_id: 11 })
    await until(() => heard.length >= 8)
    expect(heard).toMatchObject([
      { channel: 'status', data: [{ system: 'online', api_version: 'v2' }] },
      { method: 'pong', req_id: 7 },
      {
        method: 'subscribe',
        success: true,
        req_id: 8,
        result: { channel: 'ticker', symbol: 'BTC/USDT', snapshot: true },
      },
      { channel: 'ticker', type: 'snapshot', data: [{ bid: 50_000, ask: 50_000.1 }] },
      { success: false, error: 'Currency pair not supported XBT/USDT', symbol: 'XBT/USDT', req_id: 8 },
      { success: false, error: 'Already subscribed', req_id: 9 },
      { method: 'unsubscribe', success: true, req_id: 10 },
      { success: false, error: 'Private data and trading are unavailable on this endpoint', req_id: 11 },
    ])
    server.setTick(BTC_USDT, { bid: 50_001, ask: 50_001.1, last: 50_001 })
    say({ method: 'ping', req_id: 12 })
    await until(() => heard.length >= 9)
    expect(heard.at(-1)).toMatchObject({ method: 'pong', req_id: 12 })
  })

  it('tell of trades, or of every touch to whoever asks for that', async () => {
    const server = await startServer()
    const [trades, touches] = [await listen(server.wsUrl), await listen(server.wsUrl)]
    trades.say({ method: 'subscribe', params: { channel: 'ticker', symbol: ['BTC/USDT'], snapshot: false } })
    const bbo = { channel: 'ticker', symbol: ['BTC/USDT'], event_trigger: 'bbo', snapshot: false }
    touches.say({ method: 'subscribe', params: bbo })
    await until(() => trades.heard.length === 2 && touches.heard.length === 2)
    server.setTick(BTC_USDT, { bid: 49_999, ask: 50_000.1 })
    server.setTick(BTC_USDT, { bid: 49_999, ask: 50_000.1, last: 50_000 })
    await until(() => trades.of('ticker').length === 1 && touches.of('ticker').length === 1)
    expect([trades, touches].map(({ of }) => of('ticker').map(({ data }) => data?.[0]?.bid))).toEqual([
      [49_999],
      [49_999],
    ])
  })

  it('beat when there is nothing else to say', async () => {
    const server = await startServer()
    const { of, say } = await listen(server.wsUrl)
    say({ method: 'subscribe', params: { channel: 'ticker', symbol: ['BTC/USDT'] } })
    await until(() => of('heartbeat').length > 0)
  })
})

describe('the account’s sockets', () => {
  it('need a token that has not expired', async () => {
    const { server, kraken } = await startBoth()
    server.expireTokens()
    const { result } = (await kraken.privatePostGetWebSocketsToken()) as { result: { token: string } }
    server.expireTokens()
    const { heard, say } = await listen(server.wsAuthUrl)
    say({ method: 'subscribe', params: { channel: 'executions', token: result.token } })
    await until(() => heard.length === 2)
    expect(heard[1]).toMatchObject({ success: false, error: 'ESession:Invalid session' })
  })

  it('say partially filled of the last fill too, and filled in a message of its own without a symbol', async () => {
    const server = await startServer()
    const { kraken, of } = await listenToAccount(server)
    const clientOrderId = newClientOrderId()
    await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { clientOrderId })
    server.setTick(BTC_USDT, { bid: 48_998, ask: 48_999, last: 49_000, askSize: amount('0.04') })
    server.setTick(BTC_USDT, { bid: 48_997, ask: 48_998, last: 49_000 })
    await until(() => of('executions').length >= 6)
    const messages = of('executions')
    expect(typesOf(messages)).toEqual([
      'pending_new pending_new',
      'new new',
      'trade partially_filled',
      'trade partially_filled',
      'filled filled',
    ])
    expect(messages.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
    const [, , , first, last, filled] = messages.map(({ data }) => data?.[0])
    expect(first).toMatchObject({ cl_ord_id: clientOrderId, last_qty: 0.04, cum_qty: 0.04, liquidity_ind: 'm' })
    expect(last).toMatchObject({ last_qty: 0.06, cum_qty: 0.1, fees: [{ asset: 'USDT' }] })
    expect(first?.exec_id).not.toBe(last?.exec_id)
    expect(filled).not.toHaveProperty('symbol')
  })

  it('tell of amended, cancelled and triggered orders', async () => {
    const server = await startServer()
    const { kraken, of } = await listenToAccount(server)
    const stop = await kraken.createOrder(BTC_USDT, 'market', 'sell', 0.1, undefined, { stopLossPrice: 48_000 })
    await kraken.editOrder(stop.id as string, BTC_USDT, 'market', 'sell', undefined, undefined, {
      stopLossPrice: 47_000,
    })
    server.setTick(BTC_USDT, { bid: 46_990, ask: 47_000, last: 47_000 })
    const { id } = await kraken.createOrder(XRP_USDT, 'limit', 'buy', 10, 1.5)
    await kraken.cancelOrder(id as string)
    await until(() => typesOf(of('executions')).includes('canceled canceled'))
    expect(typesOf(of('executions'))).toEqual([
      'pending_new pending_new',
      'new new',
      'amended new',
      'status new',
      'trade partially_filled',
      'filled filled',
      'pending_new pending_new',
      'new new',
      'canceled canceled',
    ])
  })

  it('begin with the newest fifty orders and trades, and no more', async () => {
    const { server, kraken } = await startBoth()
    for (let i = 0; i < 55; i++) {
      await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.001, 40_000)
      await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    }
    const { of } = await listenToAccount(server, { snap_orders: true, snap_trades: true })
    const [snapshot] = of('executions')
    const kinds = (snapshot?.data ?? []).map(({ exec_type }) => exec_type)
    expect([kinds.length, kinds.filter((kind) => kind === 'trade').length]).toEqual([100, 50])
    const newest = server.venue.trades({ since: null, limit: 1 })[0]?.number
    expect(snapshot?.data?.at(-1)?.trade_id).toBe(newest)
  })

  it('wake ccxt’s watchOrders and watchMyTrades', async () => {
    const { server, kraken } = await startBoth()
    const orders = kraken.watchOrders()
    await until(() => server.sockets.subscribed.includes('executions'))
    const { id } = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
    expect(new Set((await orders).map((order) => order.id))).toEqual(new Set([id]))
    const trades = kraken.watchMyTrades()
    server.setTick(BTC_USDT, { bid: 48_998, ask: 48_999, last: 48_999 })
    expect(await trades).toMatchObject([{ order: id, price: '49000', amount: '0.1' }])
  })

  it('tell what the account holds, earning included, and what each trade moved', async () => {
    const server = await startServer()
    server.moveToEarn('BTC', amount('0.25'))
    const { kraken, of, say, token } = await listenToAccount(server)
    say({ method: 'subscribe', params: { channel: 'balances', token } })
    await until(() => of('balances').length === 1)
    const btc = of('balances')[0]?.data?.find(({ asset }) => asset === 'BTC')
    expect(btc).toMatchObject({
      balance: 1,
      wallets: [
        { type: 'spot', balance: 0.75 },
        { type: 'earn', balance: 0.25 },
      ],
    })
    await kraken.createOrder(XRP_USDT, 'market', 'buy', 10)
    await until(() => of('balances').length === 2)
    expect(of('balances')[1]?.data).toMatchObject([
      { asset: 'USDT', amount: -20.0001, fee: 0.0800004 },
      { asset: 'XRP', amount: 10, balance: 1_010 },
    ])
  })
})

describe('a socket that goes wrong', () => {
  async function placeFive(prepare: (server: KrakenServer) => void) {
    const server = await startServer()
    const line = await listenToAccount(server)
    prepare(server)
    for (let i = 0; i < 5; i++) await line.kraken.createOrder(BTC_USDT, 'market', 'buy', 0.001)
    return { server, ...line }
  }
  const sequencesOf = (messages: readonly Message[]): unknown[] => messages.map(({ sequence }) => sequence)

  it('loses, doubles and reorders messages, and the numbers give it away', async () => {
    const { of } = await placeFive(({ socketFaults }) => {
      socketFaults.next('lose')
      socketFaults.next('duplicate')
      socketFaults.next('reorder')
    })
    await until(() => sequencesOf(of('executions')).includes(21))
    expect(sequencesOf(of('executions')).slice(0, 6)).toEqual([1, 3, 3, 5, 4, 6])
  })

  it('can put all that happened at once into one message, which ccxt reads by its first item', async () => {
    const { of } = await placeFive(({ socketFaults }) => {
      socketFaults.batchesExecutions = true
    })
    await until(() => of('executions').length === 6)
    expect(of('executions')[1]?.data).toHaveLength(4)
  })

  it('can be silent, heartbeats included, without being closed', async () => {
    const { server, heard, say, socket } = await placeFive((kraken) => {
      kraken.socketFaults.isSilent = true
    })
    const before = heard.length
    say({ method: 'ping' })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect([heard.length, socket.readyState]).toEqual([before, WebSocket.OPEN])
    server.socketFaults.clear()
    say({ method: 'ping' })
    await until(() => heard.length > before)
  })

  it('rejects what ccxt waits for when it breaks, and is opened again by the next call', async () => {
    const { server, kraken } = await startBoth()
    await kraken.watchTicker(BTC_USDT)
    const pending = kraken.watchTicker(BTC_USDT)
    server.sockets.drop()
    await expect(pending).rejects.toMatchObject({ name: 'NetworkError' })
    expect(await kraken.watchTicker(BTC_USDT)).toMatchObject({ last: '50000' })
  })
})
