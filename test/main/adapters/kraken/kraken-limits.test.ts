import { afterEach, describe, expect, it } from 'vitest'
import { createKrakenClient, type KrakenClient } from '../../../../src/main/adapters/kraken/client.ts'
import { createKrakenExchange, type KrakenExchange } from '../../../../src/main/adapters/kraken/kraken-exchange.ts'
import type { Clock } from '../../../../src/main/ports.ts'
import { amount, price } from '../../../../src/shared/money.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { type Bench, memoryNonces, startBench } from './kraken-bench.ts'

let bench: Bench
let exchange: KrakenExchange
let client: KrakenClient
afterEach(async () => {
  await exchange.close()
  await bench.close()
})

async function start(clock?: Clock) {
  // One key has one row of nonces, whoever uses it.
  const nonces = memoryNonces()
  bench = await startBench({ tier: 'starter', nonces, ...(clock === undefined ? {} : { clock }) })
  client = createKrakenClient({ ...bench.server, tier: 'starter', timeoutMs: 2_000, nonces })
  const { markets } = bench.kraken
  exchange = createKrakenExchange({
    client,
    markets,
    clock: bench.server.clock,
    timeoutMs: 2_000,
    margin: false,
    mayOpen: () => true,
  })
}

describe('the limits of a starter account', () => {
  it('are counted as Kraken counts them, over orders, changes and cancels', async () => {
    const clock = createManualClock(NOON)
    await start(clock)
    const stop = bench.intent({ type: 'stop', side: 'sell', amount: amount('0.1'), limitPrice: price('80000') })
    const { clientOrderId } = stop
    const steps: readonly (() => Promise<{ readonly ok: boolean }>)[] = [
      () => exchange.submit(stop),
      () => exchange.amend(clientOrderId, price('80001')),
      () => exchange.amend(clientOrderId, price('80002')),
      () => exchange.amend(clientOrderId, price('80003')),
      () => exchange.cancel(clientOrderId),
    ]
    // Young and old: what counts is the time since the last change.
    for (const [index, step] of steps.entries()) {
      expect((await step()).ok).toBe(true)
      expect(client.counters.orders(BTC_USDT).used()).toBe(bench.server.counters.ordersOf(BTC_USDT))
      clock.advance([12_000, 2_000, 20_000, 1_000, 0][index] ?? 0)
    }
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
