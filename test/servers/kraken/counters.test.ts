import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC_USDT, connect, startServer, XRP_USDT } from './test-server.ts'

async function start(tier: 'starter' | 'intermediate' | 'pro') {
  const clock = createManualClock(Date.UTC(2026, 0, 5))
  const server = await startServer({ clock, tier })
  const kraken = await connect(server)
  const place = () => kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.001, 40_000)
  return { clock, server, kraken, place }
}
const RATE_LIMIT = { name: 'DDoSProtection' }

describe('Kraken’s limits', () => {
  it('stop the sixteenth call of a starter, forget a third of a call per second, and charge history twice', async () => {
    const { clock, kraken } = await start('starter')
    for (let i = 0; i < 15; i++) await kraken.fetchBalance()
    await expect(kraken.fetchBalance()).rejects.toMatchObject(RATE_LIMIT)
    clock.advance(3_100)
    await expect(kraken.fetchMyTrades()).rejects.toMatchObject(RATE_LIMIT)
    await kraken.fetchBalance()
    clock.advance(6_100)
    await kraken.fetchMyTrades()
    await expect(kraken.fetchBalance()).rejects.toMatchObject(RATE_LIMIT)
  })

  it('do not count orders among the calls', async () => {
    const { server, kraken, place } = await start('starter')
    const { id } = await place()
    await kraken.cancelOrder(id as string)
    expect(server.counters.callsOf(server.key)).toBe(0)
  })

  it('make a quick cancel dearest: 8 points below 5 s, nothing after five minutes', async () => {
    const { clock, server, kraken, place } = await start('pro')
    const spentAfter = async (ms: number): Promise<number> => {
      const { id } = await place()
      clock.advance(ms)
      const before = server.counters.ordersOf(BTC_USDT)
      await kraken.cancelOrder(id as string)
      return server.counters.ordersOf(BTC_USDT) - before
    }
    const ages = [0, 4_999, 5_000, 10_000, 15_000, 45_000, 90_000, 300_000]
    const spent: number[] = []
    for (const age of ages) spent.push(Math.round(await spentAfter(age)))
    expect(spent).toEqual([8, 8, 6, 5, 4, 2, 1, 0])
  })

  it('refuse orders on a pair that has seen too many, but neither cancels nor other pairs', async () => {
    const { clock, server, kraken, place } = await start('starter')
    const ids: (string | undefined)[] = []
    for (let i = 0; i < 7; i++) ids.push((await place()).id)
    for (const id of ids.slice(0, 6)) await kraken.cancelOrder(id as string)
    for (let i = 0; i < 5; i++) await place()
    await expect(place()).rejects.toMatchObject(RATE_LIMIT)
    expect(server.requests.all('AddOrder').at(-1)?.error).toBe('EOrder:Rate limit exceeded')
    await kraken.cancelOrder(ids[6] as string)
    await kraken.createOrder(XRP_USDT, 'limit', 'buy', 10, 1.5)
    clock.advance(60_000)
    await place()
  })

  it('allow so many open orders on a pair and no more', async () => {
    const { clock, place } = await start('starter')
    for (let i = 0; i < 60; i++) {
      clock.advance(1_000)
      await place()
    }
    clock.advance(60_000)
    await expect(place()).rejects.toThrow('EOrder:Orders limit exceeded')
  })
})
