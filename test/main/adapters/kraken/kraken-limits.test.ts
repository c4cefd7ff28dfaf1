import { afterEach, describe, expect, it } from 'vitest'
import { createKrakenClient, type KrakenClient } from '../../../../src/main/adapters/kraken/client.ts'
import { createKrakenExchange, type KrakenExchange } from '../../../../src/main/adapters/kraken/kraken-exchange.ts'
import { amount, price } from '../../../../src/shared/money.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { type Bench, memoryNonces, startBench } from './kraken-bench.ts'

let bench: Bench
let exchange: KrakenExchange
let client: KrakenClient
afterEach(async () => {
  await exchange.close()
  await bench.close()
})

async function start() {
  bench = await startBench({ tier: 'starter' })
  client = createKrakenClient({ ...bench.server, tier: 'starter', timeoutMs: 2_000, nonces: memoryNonces() })
  const { markets } = bench.kraken
  const { clock } = bench.server
  exchange = createKrakenExchange({ client, markets, clock, timeoutMs: 2_000, margin: false, mayOpen: () => true })
}

describe('the limits of a starter account', () => {
  it('are counted as Kraken counts them, over orders, changes and cancels', async () => {
    await start()
    const stops = [1, 2, 3].map(() =>
      bench.intent({ type: 'stop', side: 'sell', amount: amount('0.1'), limitPrice: price('80000') }),
    )
    for (const { clientOrderId, ...intent } of stops) {
      await exchange.submit({ ...intent, clientOrderId } as (typeof stops)[number])
      await exchange.amend(clientOrderId, price('80001'))
      await new Promise((resolve) => setTimeout(resolve, 100))
      await exchange.amend(clientOrderId, price('80002'))
      const [ours, krakens] = [client.counters.orders(BTC_USDT).used(), bench.server.counters.ordersOf(BTC_USDT)]
      expect(Math.abs(ours - krakens)).toBeLessThan(0.5)
    }
    await exchange.cancel(stops[0]?.clientOrderId ?? bench.intent().clientOrderId)
    const [ours, krakens] = [client.counters.orders(BTC_USDT).used(), bench.server.counters.ordersOf(BTC_USDT)]
    expect(Math.abs(ours - krakens)).toBeLessThan(0.5)
  })

  it('are never passed: what finds no room before its deadline does not leave', async () => {
    await start()
    const answers = []
    for (let order = 0; order < 60; order++) {
      answers.push(await exchange.submit(bench.intent({ amount: amount('0.001') })))
      if (!answers.at(-1)?.ok) break
    }
    const cancels = await Promise.all(
      bench.server.venue.openOrders().map(({ clientOrderId }) => exchange.cancel(clientOrderId as never)),
    )
    const outcomes = [...answers, ...cancels].map((answer) => (answer.ok ? 'done' : answer.error.kind))
    expect(new Set(outcomes)).toEqual(new Set(['done', 'not_accepted']))
    const refused = bench.server.requests.all().filter(({ error }) => error?.includes('Rate limit'))
    expect(refused).toEqual([])
    expect(bench.server.counters.ordersOf(BTC_USDT)).toBeLessThanOrEqual(60)
  })

  it('count the dead-man switch as a call, not as an order', async () => {
    await start()
    await exchange.cancelAllAfter(60)
    await exchange.cancelAllAfter(0)
    const [ours, krakens] = [client.counters.calls.used(), bench.server.counters.callsOf(bench.server.key)]
    expect(ours).toBeGreaterThan(1)
    // The bench's own client asked for the fees with the same key.
    expect(Math.abs(ours + 1 - krakens)).toBeLessThan(0.9)
  })

  it('hold for questions too, which wait their turn while orders pass', async () => {
    await start()
    for (let asked = 0; asked < 14; asked++) await exchange.balances()
    const waiting = exchange.balances()
    expect((await exchange.submit(bench.intent({ amount: amount('0.001') }))).ok).toBe(true)
    expect(bench.server.requests.all('BalanceEx')).toHaveLength(14)
    expect((await waiting).ok).toBe(true)
    expect(bench.server.requests.all().filter(({ error }) => error !== null)).toEqual([])
  })
})
