import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount } from '../../../src/shared/money.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { askKraken, commandKraken } from './control-client.ts'
import { BTC_USDT, connect, newClientOrderId, startServer, XRP_USDT } from './test-server.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kraken-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('a Kraken server that is started again', () => {
  it('knows its orders, trades, balances and markets as they were, under the same names', async () => {
    const before = await startServer({ dir })
    const kraken = await connect(before)
    const clientOrderId = newClientOrderId()
    const resting = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { clientOrderId })
    await kraken.createOrder(BTC_USDT, 'market', 'buy', 0.01, undefined, { userref: 42 })
    before.moveToEarn('XRP', amount('10'))
    before.setMarketStatus(XRP_USDT, 'post_only')
    const told = async (from: typeof kraken) => ({
      open: await from.fetchOpenOrders(),
      closed: await from.fetchClosedOrders(undefined, undefined, undefined, { userref: 42 }),
      trades: await from.fetchMyTrades(),
      total: (await from.fetchBalance()).total,
      ledger: await from.fetchLedger(),
    })
    const then = await told(kraken)
    await before.close()
    const after = await startServer({ dir })
    const again = await connect(after)
    expect(await told(again)).toEqual(then)
    expect(again.market(XRP_USDT).active).toBe(false)
    after.setTick(BTC_USDT, { bid: 48_990, ask: 48_999, last: 48_999 })
    expect((await again.fetchMyTrades())[1]).toMatchObject({ order: resting.id })
  })

  it('remembers the nonces, the counters and the dead man’s switch', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 5))
    const before = await startServer({ dir, clock, tier: 'starter' })
    const kraken = await connect(before)
    kraken.nonce = () => clock.now() + 1_000
    await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
    kraken.nonce = () => clock.now() + 2_000
    await kraken.cancelAllOrdersAfter(60_000)
    await before.close()
    const after = await startServer({ dir, clock, tier: 'starter' })
    const again = await connect(after)
    again.nonce = () => clock.now() + 2_000
    await expect(again.fetchBalance()).rejects.toMatchObject({ name: 'InvalidNonce' })
    expect([after.counters.ordersOf(BTC_USDT), after.counters.callsOf(after.key)]).toEqual([1, 1])
    clock.advance(60_000)
    expect(after.venue.openOrders()).toEqual([])
  })
})

describe('the control endpoint', () => {
  it('lets another process make prices, faults and deposits, and see what came of them', async () => {
    const server = await startServer()
    const kraken = await connect(server)
    const { restUrl } = server
    await commandKraken(restUrl, { do: 'setTick', symbol: BTC_USDT, bid: 60_000, ask: 60_001, last: 60_000 })
    await commandKraken(restUrl, { do: 'transfer', asset: 'USDT', amount: '1000' })
    const lost = { accept: 'now', reply: { kind: 'reset' } } as const
    await commandKraken(restUrl, { do: 'addFault', rule: { faults: [lost], endpoints: ['AddOrder'], times: 1 } })
    const clientOrderId = newClientOrderId()
    const send = () => kraken.createOrder(BTC_USDT, 'market', 'buy', 0.01, undefined, { clientOrderId })
    await expect(send()).rejects.toMatchObject({ name: 'NetworkError' })
    expect((await askKraken(restUrl)).duplicates).toEqual([])
    await send()
    expect(await askKraken(restUrl, 1)).toMatchObject({
      balances: { BTC: { total: '1.02', held: '0' } },
      openOrders: 0,
      duplicates: [clientOrderId],
      requests: [{ name: 'AddOrder', outcome: 'accepted' }],
    })
  })

  it('refuses what it does not understand, and changes nothing', async () => {
    const server = await startServer()
    const post = (body: string) => fetch(`${server.restUrl}/control`, { method: 'POST', body })
    for (const body of ['', '{"do":"explode"}', '{"do":"setTick","symbol":"BTC/USDT","bid":-1,"ask":1}']) {
      expect((await post(body)).status).toBe(400)
    }
    expect((await fetch(`${server.restUrl}/elsewhere`)).status).toBe(404)
  })
})
