import { afterEach, describe, expect, it } from 'vitest'
import { createKrakenFeed } from '../../../../src/main/adapters/kraken/kraken-feed.ts'
import { createSystemClock } from '../../../../src/main/adapters/system/clock.ts'
import type { Tick } from '../../../../src/main/domain/market.ts'
import type { FeedStatus } from '../../../../src/main/ports.ts'
import { pair } from '../../../../src/shared/ids.ts'
import { type KrakenServer, startKrakenServer } from '../../../servers/kraken/server.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../../support/money-arbitraries.ts'

type Server = KrakenServer & { tick(symbol: string, bid: number, ask: number, last: number): void }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(prepare: (server: Server) => void = () => {}) {
  const kraken = await startKrakenServer()
  const tick: Server['tick'] = (symbol, bid, ask, last) => kraken.setTick(pair(symbol), { bid, ask, last })
  const server = Object.assign(kraken, { tick })
  closing.push(() => server.close())
  prepare(server)
  const clock = createSystemClock()
  const feed = createKrakenFeed({ ...server, clock, symbols: [BTC_USDT, XRP_USDT, XRP_BTC], timeoutMs: 2_000 })
  closing.push(() => feed.stop())
  const ticks: Tick[] = []
  const statuses: FeedStatus[] = []
  feed.start({
    prices: (seen) => ticks.push(...seen),
    candles: () => {},
    status: (status) => statuses.push(status),
  })
  return { server, clock, feed, ticks, statuses }
}

const DOWN = { faults: [{ accept: 'never' as const, reply: { kind: 'status' as const, status: 503 } }] }

async function until(what: () => boolean, again: () => void = () => {}): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (what()) return
    again()
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen in fifteen seconds')
}

describe('Kraken’s public prices', () => {
  it('arrive stamped on receipt by our own clock, whatever Kraken says', async () => {
    const { server, clock, ticks, statuses } = await start()
    const before = clock.now()
    await until(
      () => ticks.length > 0,
      () => server.tick('BTC/USDT', 91_000.1, 91_000.2, 91_000.1),
    )
    expect(ticks[0]).toMatchObject({ symbol: 'BTC/USDT', bid: 91_000.1, ask: 91_000.2, last: 91_000.1 })
    expect(ticks[0]?.at).toBeGreaterThanOrEqual(before)
    expect(statuses.at(-1)).toEqual({
      connected: true,
      source: 'Kraken public prices',
      isSimulated: false,
      problem: null,
    })
  })

  it('come back after a dropped line, and the status tells of both', async () => {
    const { server, ticks, statuses } = await start()
    const tick = (): void => server.tick('XRP/USDT', 2.1, 2.2, 2.15)
    await until(() => ticks.length > 0, tick)
    server.sockets.drop()
    await until(() => statuses.at(-1)?.connected === false)
    expect(statuses.at(-1)?.problem).toContain('trying again')
    const seen = ticks.length
    await until(() => ticks.length > seen, tick)
    expect(statuses.at(-1)?.connected).toBe(true)
  })

  it('of a crossed book are not passed on', async () => {
    const { server, ticks, statuses } = await start()
    await until(
      () => statuses.at(-1)?.problem?.includes('crossed') === true,
      () => server.tick('BTC/USDT', 91_001, 91_000, 91_000),
    )
    expect(ticks).toEqual([])
  })

  it('leave out a market that is not traded, and say so', async () => {
    const { server, ticks, statuses } = await start((kraken) => kraken.setMarketStatus(XRP_BTC, 'delisted'))
    await until(
      () => ticks.length > 0,
      () => server.tick('BTC/USDT', 91_000, 91_001, 91_000),
    )
    expect(statuses.at(-1)?.problem).toBe('XRP/BTC cannot be traded on Kraken now')
    expect(server.sockets.subscribed.join()).not.toContain('XRP/BTC')
  })

  it('are waited for while Kraken is down', async () => {
    const { server, ticks, statuses } = await start((kraken) => kraken.faults.add(DOWN))
    await until(() => statuses.at(-1)?.problem?.includes('cannot be reached') === true)
    server.faults.clear()
    await until(
      () => ticks.length > 0,
      () => server.tick('BTC/USDT', 91_000, 91_001, 91_000),
    )
  })

  it('have a past of closed candles, oldest first', async () => {
    const { server, feed, clock } = await start()
    const minute = Math.floor(clock.now() / 60_000) * 60
    for (const [back, close] of [
      [3, 11],
      [2, 12],
      [1, 13],
      [0, 14],
    ] as const) {
      server.candles(BTC_USDT).seed({ time: minute - back * 60, open: 10, high: 14, low: 9, close, volume: 3.5 })
    }
    const candles = await feed.history(BTC_USDT, 60_000, 10)
    expect(candles.map(({ close }) => close)).toEqual([11, 12, 13])
    expect(candles.every(({ openTime, intervalMs }) => openTime + intervalMs <= clock.now())).toBe(true)
  })

  it('arrive for every market at once, however close together the messages are', async () => {
    const { ticks } = await start((server) => {
      server.tick('BTC/USDT', 91_000, 91_001, 91_000)
      server.tick('XRP/USDT', 2.1, 2.2, 2.15)
      server.tick('XRP/BTC', 0.000022, 0.000023, 0.000022)
    })
    await until(() => new Set(ticks.map(({ symbol }) => symbol)).size === 3)
  })

  it('of a market in which nobody trades are asked for, so that they do not look stale', {
    timeout: 20_000,
  }, async () => {
    const { ticks, clock } = await start((server) => server.tick('XRP/USDT', 2.1, 2.2, 2.15))
    await until(() => ticks.length > 0)
    const first = clock.now()
    await until(() => ticks.some(({ symbol, at }) => symbol === 'XRP/USDT' && at >= first + 3_000))
  })
})
