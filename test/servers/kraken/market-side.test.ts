import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { checksumOf, type Level } from './order-book.ts'
import { BTC_USDT, connect, startBoth, startServer, XRP_BTC, XRP_USDT } from './test-server.ts'

describe('Kraken’s public side', () => {
  it('tells ccxt of its pairs under its own names, with their steps, minimums and fees', async () => {
    const { kraken } = await startBoth()
    expect(kraken.market(XRP_BTC)).toMatchObject({ id: 'XXRPXXBT', altname: 'XRPXBT', baseId: 'XRP', active: true })
    expect(kraken.market(BTC_USDT)).toMatchObject({
      id: 'XBTUSDT',
      taker: '0.004',
      maker: '0.0025',
      precision: { price: '0.1', amount: '0.00000001' },
      limits: { amount: { min: '0.00005' }, cost: { min: '0.5' } },
    })
  })

  it('shows a market that only cancels as inactive, and leaves out one that is delisted', async () => {
    const server = await startServer()
    server.setMarketStatus(XRP_USDT, 'cancel_only')
    server.setMarketStatus(XRP_BTC, 'delisted')
    const kraken = await connect(server)
    expect(kraken.symbols).toEqual([BTC_USDT, XRP_USDT])
    expect([BTC_USDT, XRP_USDT].map((symbol) => kraken.market(symbol).active)).toEqual([true, false])
  })

  it('tells prices, trades and the book as they stand', async () => {
    const { server, kraken } = await startBoth()
    server.setTick(BTC_USDT, { bid: 50_010, ask: 50_010.2, last: 50_010.2, volume: 0.5 })
    expect(await kraken.fetchTicker(BTC_USDT)).toMatchObject({ bid: '50010.0', ask: '50010.2', last: '50010.2' })
    const book = await kraken.fetchOrderBook(BTC_USDT, 2)
    expect([book.bids, book.asks].map((side) => side.map(([price]) => price))).toEqual([
      ['50010.0', '50009.9'],
      ['50010.2', '50010.3'],
    ])
    expect(await kraken.fetchTrades(BTC_USDT)).toMatchObject([
      { price: '50000.0', side: 'sell' },
      { price: '50010.2', amount: '0.50000000', side: 'buy' },
    ])
  })

  it('fills candles in where nobody traded, and gives the one that is still open last', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5, 12, 0, 30))
    const server = await startServer({ clock })
    const kraken = await connect(server)
    clock.advance(180_000)
    server.playCandle(BTC_USDT, { open: 50_100, high: 50_300, low: 49_900, close: 50_200 })
    const rows = await kraken.fetchOHLCV(BTC_USDT, '1m')
    expect(rows.map(([time, ...rest]) => [Number(time) % 3_600_000, ...rest.map(Number)])).toEqual([
      [0, 50_000, 50_000, 50_000, 50_000, 1],
      [60_000, 50_000, 50_000, 50_000, 50_000, 0],
      [120_000, 50_000, 50_000, 50_000, 50_000, 0],
      [180_000, 50_100, 50_300, 49_900, 50_200, 4],
    ])
    const [hour] = await kraken.fetchOHLCV(BTC_USDT, '1h')
    expect(hour?.slice(1).map(Number)).toEqual([50_000, 50_300, 49_900, 50_200, 5])
  })

  it('says when the whole exchange is in maintenance', async () => {
    const { server, kraken } = await startBoth()
    expect(await kraken.fetchStatus()).toMatchObject({ status: 'ok' })
    server.setSystemStatus('maintenance')
    expect(await kraken.fetchStatus()).toMatchObject({ status: 'maintenance' })
  })

  it('computes a book’s checksum as Kraken documents it', () => {
    const level = ([price, qty]: readonly [string, string]): Level => ({ price, qty })
    // Source: Kraken, "Book checksum (v2)", the worked example.
    const asks = [
      ['45285.2', '0.00100000'],
      ['45286.4', '1.54571953'],
      ['45286.6', '1.54571109'],
      ['45289.6', '1.54560911'],
      ['45290.2', '0.15890660'],
      ['45291.8', '1.54553491'],
      ['45294.7', '0.04454749'],
      ['45296.1', '0.35380000'],
      ['45297.5', '0.09945542'],
      ['45299.5', '0.18772827'],
    ] as const
    const bids = [
      ['45283.5', '0.10000000'],
      ['45283.4', '1.54582015'],
      ['45282.1', '0.10000000'],
      ['45281.0', '0.10000000'],
      ['45280.3', '1.54592586'],
      ['45279.0', '0.07990000'],
      ['45277.6', '0.03310103'],
      ['45277.5', '0.30000000'],
      ['45277.3', '1.54602737'],
      ['45276.6', '0.15445238'],
    ] as const
    expect(checksumOf({ asks: asks.map(level), bids: bids.map(level) })).toBe(3_310_070_434)
  })
})
