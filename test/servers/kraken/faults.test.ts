import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { hasSharedData, sharedFile } from '../../support/shared-data.ts'
import { Faults, type Reply, unknowableFaults } from './faults.ts'
import { BTC_USDT, connect, newClientOrderId, startBoth, startServer } from './test-server.ts'

type Taxonomy = { api_errors: { error: string; ccxt_class: string }[] }
const taxonomy: Taxonomy = hasSharedData
  ? (JSON.parse(readFileSync(sharedFile('oracles', 'kraken-error-taxonomy.json'), 'utf8')) as Taxonomy)
  : { api_errors: [] }

/** What ccxt makes of an order when the reply is spoiled: an order without an id, or the error's class. */
async function place(reply: Reply, accept: 'now' | 'never' = 'now') {
  const server = await startServer()
  const kraken = await connect(server, { timeout: 300 })
  const clientOrderId = newClientOrderId()
  server.faults.next({ accept, reply }, 'AddOrder')
  const outcome = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { clientOrderId }).then(
    ({ id }) => (id === undefined ? 'no id' : 'an id'),
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
  return { outcome, orders: server.ordersOf(clientOrderId), record: server.requests.all('AddOrder')[0] }
}

describe('a reply that goes wrong', () => {
  // Source: kraken-error-taxonomy.json, "transport".
  it.each([
    [{ kind: 'body', body: '<html>Be right back</html>' }, 'no id'],
    [{ kind: 'body', body: '' }, 'no id'],
    [{ kind: 'cut' }, 'no id'],
    [{ kind: 'body', body: '{"error":[],"result":{}}' }, 'no id'],
    [{ kind: 'body', body: '{}' }, 'no id'],
    [{ kind: 'body', body: 'null' }, 'no id'],
    [{ kind: 'body', body: '[]' }, 'no id'],
    [{ kind: 'without-txid' }, 'no id'],
    [{ kind: 'status', status: 502 }, 'ExchangeNotAvailable'],
    [{ kind: 'status', status: 520 }, 'ExchangeNotAvailable'],
    [{ kind: 'status', status: 403 }, 'ExchangeNotAvailable'],
    [{ kind: 'status', status: 429, body: '{"error":["EAPI:Rate limit exceeded"]}' }, 'DDoSProtection'],
    // The taxonomy's DDoSProtection holds for a JSON body only.
    [{ kind: 'status', status: 429 }, 'RateLimitExceeded'],
    [{ kind: 'reset' }, 'NetworkError'],
    [{ kind: 'reset-in-body' }, 'SocketError'],
    [{ kind: 'drop' }, 'RequestTimeout'],
    [{ kind: 'warning', text: 'WOrder:Something' }, 'ExchangeError'],
    [{ kind: 'error', error: 'EService:Unavailable' }, 'ExchangeNotAvailable'],
  ] as const)('like %j reaches ccxt as %s, and the order is there all the same', async (reply, expected) => {
    const { outcome, orders, record } = await place(reply)
    expect({ outcome, orders, recorded: record?.outcome }).toEqual({
      outcome: expected,
      orders: 1,
      recorded: 'accepted',
    })
  })

  it.each([
    [{ kind: 'body', body: '' }, 'no id'],
    [{ kind: 'status', status: 502 }, 'ExchangeNotAvailable'],
    [{ kind: 'reset' }, 'NetworkError'],
    [{ kind: 'drop' }, 'RequestTimeout'],
  ] as const)('like %j looks the same when the order never got there', async (reply, expected) => {
    const { outcome, orders, record } = await place(reply, 'never')
    expect({ outcome, orders, recorded: record?.outcome }).toEqual({ outcome: expected, orders: 0, recorded: 'lost' })
  })

  it.skipIf(!hasSharedData)('can be any error of the taxonomy, which ccxt throws as it is known to', async () => {
    const { server, kraken } = await startBoth()
    expect(taxonomy.api_errors).toHaveLength(45)
    for (const { error, ccxt_class: expected } of taxonomy.api_errors) {
      server.faults.next({ accept: 'never', reply: { kind: 'error', error } }, 'AddOrder')
      const refused = kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
      await expect(refused, error).rejects.toMatchObject({ name: expected.split(' ')[0] })
    }
    expect(server.venue.openOrders()).toEqual([])
  })
})

describe('a request that takes effect late', () => {
  async function start() {
    const clock = createManualClock(Date.UTC(2026, 0, 5))
    const server = await startServer({ clock })
    const kraken = await connect(server)
    const clientOrderId = newClientOrderId()
    const deadline = new Date(clock.now() + 5_000).toISOString()
    const send = (params: object) =>
      kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000, { clientOrderId, ...params })
    return { clock, server, kraken, clientOrderId, deadline, send }
  }

  it('is not there when it is looked for at once, and there later', async () => {
    const { clock, server, clientOrderId, kraken, send } = await start()
    server.faults.next({ accept: { afterMs: 4_000 }, reply: { kind: 'status', status: 502 } }, 'AddOrder')
    await expect(send({})).rejects.toThrow()
    expect(await kraken.fetchOpenOrders(undefined, undefined, undefined, { clientOrderId })).toEqual([])
    clock.advance(4_000)
    expect(await kraken.fetchOpenOrders(undefined, undefined, undefined, { clientOrderId })).toHaveLength(1)
    expect(server.requests.all('AddOrder')).toMatchObject([{ outcome: 'accepted' }])
  })

  it('never does after its deadline', async () => {
    const { clock, server, clientOrderId, deadline, send } = await start()
    server.faults.next({ accept: { afterMs: 5_001 }, reply: { kind: 'reset' } }, 'AddOrder')
    await expect(send({ deadline })).rejects.toThrow()
    clock.advance(6_000)
    expect(server.ordersOf(clientOrderId)).toBe(0)
    expect(server.requests.all('AddOrder')).toMatchObject([{ outcome: 'refused', error: 'EService:Deadline elapsed' }])
  })

  it('is answered late when its true answer is wanted', async () => {
    const { server, kraken } = await startBoth()
    server.faults.next({ accept: { afterMs: 60 }, reply: { kind: 'normal' }, replyAfterMs: 60 }, 'AddOrder')
    const before = performance.now()
    const { id } = await kraken.createOrder(BTC_USDT, 'limit', 'buy', 0.1, 49_000)
    expect(performance.now() - before).toBeGreaterThan(115)
    expect(id).toMatch(/^O/)
  })

  it('is forgotten when the server closes first', async () => {
    const { clock, server, send } = await start()
    server.faults.next({ accept: { afterMs: 4_000 }, reply: { kind: 'reset' } }, 'AddOrder')
    await expect(send({})).rejects.toThrow()
    await server.close()
    expect(() => clock.advance(5_000)).not.toThrow()
  })
})

describe('faults', () => {
  const lost = { accept: 'never', reply: { kind: 'reset' }, replyAfterMs: 0 } as const

  it('meet the endpoints and the number of calls they were made for', async () => {
    const { server, kraken } = await startBoth()
    server.faults.add({ faults: [lost], endpoints: ['BalanceEx', 'OpenOrders'], times: 2 })
    await kraken.fetchMyTrades()
    await expect(kraken.fetchBalance()).rejects.toThrow()
    await expect(kraken.fetchOpenOrders()).rejects.toThrow()
    await kraken.fetchBalance()
  })

  it('meet only calls with the parameters they were made for', () => {
    const faults = new Faults(1)
    faults.add({ faults: [lost], endpoints: ['AddOrder'], params: { type: 'buy' }, times: 1 })
    expect(faults.take('AddOrder', { type: 'sell', pair: 'XBTUSDT' })).toBeNull()
    expect(faults.take('AddOrder')).toBeNull()
    expect(faults.take('AddOrder', { type: 'buy', pair: 'XRPXBT' })).toEqual(lost)
    expect(faults.take('AddOrder', { type: 'buy', pair: 'XRPXBT' })).toBeNull()
  })

  it('come as often as they should, and again the same from the same seed', () => {
    const draw = (seed: number): string => {
      const faults = new Faults(seed)
      faults.add({ faults: unknowableFaults(1_000), probability: 0.3 })
      return JSON.stringify(Array.from({ length: 2_000 }, () => faults.take('AddOrder')))
    }
    const drawn = JSON.parse(draw(7)) as unknown[]
    const rate = drawn.filter((fault) => fault !== null).length / drawn.length
    expect(rate).toBeGreaterThan(0.27)
    expect(rate).toBeLessThan(0.33)
    expect(draw(7)).toBe(draw(7))
    expect(draw(8)).not.toBe(draw(7))
  })

  it('cannot make a true reply of what never arrived', () => {
    const faults = new Faults(1)
    expect(() => faults.next({ accept: 'never', reply: { kind: 'normal' } })).toThrow('no true answer')
  })
})
