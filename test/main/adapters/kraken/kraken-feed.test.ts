import { afterEach, describe, expect, it } from 'vitest'
import { createKrakenFeed } from '../../../../src/main/adapters/kraken/kraken-feed.ts'
import { createSystemClock } from '../../../../src/main/adapters/system/clock.ts'
import type { Tick } from '../../../../src/main/domain/market.ts'
import type { FeedStatus } from '../../../../src/main/ports.ts'
import { startKrakenPublic } from '../../../servers/kraken-public.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../../support/money-arbitraries.ts'

type Server = Awaited<ReturnType<typeof startKrakenPublic>>
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(prepare: (server: Server) => void = () => {}) {
  const server = await startKrakenPublic()
  closing.push(() => server.close())
  prepare(server)
  const clock = createSystemClock()
  const feed = createKrakenFeed({ clock, symbols: [BTC_USDT, XRP_USDT, XRP_BTC], timeoutMs: 2_000, ...server })
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
    server.dropSockets()
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
    const { server, ticks, statuses } = await start((kraken) => kraken.delist('XXRPXXBT'))
    await until(
      () => ticks.length > 0,
      () => server.tick('BTC/USDT', 91_000, 91_001, 91_000),
    )
    expect(statuses.at(-1)?.problem).toBe('XRP/BTC cannot be traded on Kraken now')
    expect(server.subscribed.flat()).not.toContain('XRP/BTC')
  })

  it('are waited for while Kraken is down', async () => {
    const { server, ticks, statuses } = await start((kraken) => kraken.setDown(true))
    await until(() => statuses.at(-1)?.problem?.includes('cannot be reached') === true)
    server.setDown(false)
    await until(
      () => ticks.length > 0,
      () => server.tick('BTC/USDT', 91_000, 91_001, 91_000),
    )
  })

  it('have a past of closed candles, oldest first', async () => {
    const { feed, clock } = await start()
    const candles = await feed.history(BTC_USDT, 60_000, 10)
    expect(candles.map(({ close }) => close)).toEqual([11, 12, 13])
    expect(candles.every(({ openTime, intervalMs }) => openTime + intervalMs <= clock.now())).toBe(true)
  })
})
