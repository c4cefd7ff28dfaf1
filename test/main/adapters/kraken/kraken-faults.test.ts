import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createKrakenClient } from '../../../../src/main/adapters/kraken/client.ts'
import { createKrakenExchange } from '../../../../src/main/adapters/kraken/kraken-exchange.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import type { Fault } from '../../../servers/kraken/faults.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { type Bench, memoryNonces, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench.close())

const DEADLINE_MS = 450
const pastDeadline = () => new Promise((resolve) => setTimeout(resolve, DEADLINE_MS + 50))
const submitOne = async () => {
  const intent = bench.intent({ deadline: epochMs(bench.server.clock.now() + DEADLINE_MS) })
  return { intent, answer: await bench.exchange.submit(intent) }
}

type Reply = Fault['reply']
const SAYS_NOTHING: readonly Reply[] = [
  { kind: 'drop' },
  { kind: 'reset' },
  { kind: 'body', body: '' },
  { kind: 'body', body: '<html></html>' },
  { kind: 'body', body: '{}' },
  { kind: 'body', body: 'null' },
  { kind: 'body', body: '[]' },
  { kind: 'body', body: '"OK"' },
  { kind: 'body', body: '{"error":null,"result":null}' },
  { kind: 'body', body: '{"error":[],"result":{"txid":[]}}' },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 520 },
  { kind: 'error', error: 'EService:Unavailable' },
  { kind: 'error', error: 'EService:Busy' },
  { kind: 'error', error: 'EService:Timeout' },
  { kind: 'error', error: 'EService:Deadline elapsed' },
  { kind: 'error', error: 'EGeneral:Internal error' },
  { kind: 'error', error: 'EService:Throttled: 1795435200' },
]
const OF_THE_TRUTH: readonly Reply[] = [{ kind: 'cut' }, { kind: 'reset-in-body' }, { kind: 'without-txid' }]
const nameOf = (reply: Reply): string => Object.values(reply).join(' ')

describe('an order whose outcome is not known', () => {
  const accepted = [...SAYS_NOTHING, ...OF_THE_TRUTH].map((reply) => [nameOf(reply), reply] as const)
  it.each(accepted)('although it was accepted, because of “%s”, is sent once and found', async (_, reply) => {
    bench = await startBench({ timeoutMs: 150 })
    bench.server.faults.add({ faults: [{ accept: 'now', reply, replyAfterMs: 0 }], endpoints: ['AddOrder'] })
    const { intent, answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unknown' } })
    expect(await bench.exchange.find(intent.clientOrderId)).toMatchObject({ ok: true, value: { status: 'open' } })
    expect(bench.server.requests.timesSent(intent.clientOrderId)).toBe(1)
  })

  it.each(SAYS_NOTHING.map((reply) => [nameOf(reply), reply] as const))(
    'and that never arrived, because of “%s”, is sent once and absent after its deadline',
    async (_, reply) => {
      bench = await startBench({ timeoutMs: 150 })
      bench.server.faults.add({ faults: [{ accept: 'never', reply, replyAfterMs: 0 }], endpoints: ['AddOrder'] })
      const { intent, answer } = await submitOne()
      expect(answer).toMatchObject({ ok: false, error: { kind: 'unknown' } })
      await pastDeadline()
      expect(await bench.exchange.find(intent.clientOrderId)).toEqual({ ok: true, value: 'never-seen' })
      expect(bench.server.requests.timesSent(intent.clientOrderId)).toBe(1)
    },
  )

  it('and that arrives late is absent at the first look and there after its deadline', async () => {
    bench = await startBench({ timeoutMs: 150 })
    bench.server.faults.next({ accept: { afterMs: 300 }, reply: { kind: 'reset' } }, 'AddOrder')
    const { intent, answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unknown' } })
    expect(await bench.exchange.find(intent.clientOrderId)).toEqual({ ok: true, value: 'never-seen' })
    await pastDeadline()
    expect(await bench.exchange.find(intent.clientOrderId)).toMatchObject({ ok: true, value: { status: 'open' } })
  })

  it('is found among the trades while it is not yet among the closed orders', async () => {
    bench = await startBench()
    bench.server.faults.next({ accept: 'now', reply: { kind: 'reset' } }, 'AddOrder')
    const intent = bench.intent({ type: 'market', limitPrice: bench.intent().limitPrice.plus('2000') as never })
    await bench.exchange.submit(intent)
    const lagging = { kind: 'body', body: '{"error":[],"result":{"closed":{},"count":0}}' } as const
    bench.server.faults.next({ accept: 'now', reply: lagging }, 'ClosedOrders')
    expect(await bench.exchange.find(intent.clientOrderId)).toMatchObject({ ok: true, value: { status: 'filled' } })
  })

  it('is not called absent while Kraken cannot be asked', async () => {
    bench = await startBench({ timeoutMs: 200 })
    const { intent } = await submitOne()
    for (const endpoint of ['OpenOrders', 'ClosedOrders']) {
      await bench.exchange.cancel(intent.clientOrderId)
      bench.server.faults.add({
        faults: [{ accept: 'never', reply: { kind: 'status', status: 502 }, replyAfterMs: 0 }],
        endpoints: [endpoint],
      })
      expect(await bench.exchange.find(intent.clientOrderId)).toMatchObject({
        ok: false,
        error: { kind: 'unreachable' },
      })
      bench.server.faults.clear()
      await new Promise((resolve) => setTimeout(resolve, 1_100))
    }
  })

  it('is looked at by a person when Kraken has two orders of its name', async () => {
    bench = await startBench()
    const { intent } = await submitOne()
    await bench.exchange.cancel(intent.clientOrderId)
    await bench.exchange.submit(bench.intent({ clientOrderId: intent.clientOrderId }))
    await bench.exchange.cancel(intent.clientOrderId)
    const answer = await bench.exchange.find(intent.clientOrderId)
    expect(answer).toMatchObject({ ok: false, error: { code: 'exchange/ambiguous' } })
  })
})

describe('an answer that begins and never ends', () => {
  it('leaves the outcome of an order open, and the queue free', async () => {
    bench = await startBench()
    const stalling = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"error":[],')
    })
    await new Promise<void>((resolve) => stalling.listen(0, '127.0.0.1', resolve))
    const { port } = stalling.address() as AddressInfo
    const client = createKrakenClient({
      ...bench.server,
      restUrl: `http://127.0.0.1:${port}`,
      tier: 'unlimited',
      timeoutMs: 150,
      nonces: memoryNonces(),
    })
    const exchange = createKrakenExchange({
      client,
      markets: bench.kraken.markets,
      clock: bench.server.clock,
      timeoutMs: 150,
      margin: false,
      mayOpen: () => true,
    })
    const answers = await Promise.all([exchange.submit(bench.intent()), exchange.submit(bench.intent())])
    expect(answers).toMatchObject([{ error: { kind: 'unknown' } }, { error: { kind: 'unknown' } }])
    await exchange.close()
    stalling.closeAllConnections()
    await new Promise((resolve) => stalling.close(resolve))
  })
})

describe('an order that was provably not accepted', () => {
  it.each([
    ['EAPI:Invalid nonce'],
    ['EAPI:Rate limit exceeded'],
    ['EAuth:Too many requests'],
    ['EOrder:Rate limit exceeded'],
  ])('after %s is sent again, and is there once', async (error) => {
    bench = await startBench()
    bench.server.faults.next({ accept: 'never', reply: { kind: 'error', error } }, 'AddOrder')
    const { intent, answer } = await submitOne()
    expect(answer.ok).toBe(true)
    expect(bench.server.requests.timesSent(intent.clientOrderId)).toBe(2)
    expect(bench.server.ordersOf(intent.clientOrderId)).toBe(1)
  })

  it('is given up at its deadline, and is not there', async () => {
    bench = await startBench()
    const rate: Fault = {
      accept: 'never',
      reply: { kind: 'error', error: 'EAPI:Rate limit exceeded' },
      replyAfterMs: 0,
    }
    bench.server.faults.add({ faults: [rate], endpoints: ['AddOrder'] })
    const { intent, answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'not_accepted' } })
    expect(bench.server.clock.now()).toBeLessThan(intent.deadline + 1_500)
    expect(bench.server.ordersOf(intent.clientOrderId)).toBe(0)
  })

  it.each([
    ['EOrder:Insufficient funds', 'refused'],
    ['EOrder:Order minimum not met', 'refused'],
    ['EOrder:Tick size check failed', 'refused'],
    ['EService:Market in cancel_only mode', 'refused'],
    ['EAPI:Invalid key', 'halt'],
    ['EGeneral:Permission denied', 'halt'],
    ['EGeneral:Temporary lockout', 'halt'],
  ] as const)('because of %s is not sent again', async (error, kind) => {
    bench = await startBench()
    bench.server.faults.add({
      faults: [{ accept: 'never', reply: { kind: 'error', error }, replyAfterMs: 0 }],
      endpoints: ['AddOrder'],
    })
    const { intent, answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind, message: expect.stringContaining(error) } })
    expect(bench.server.requests.timesSent(intent.clientOrderId)).toBe(1)
  })

  it('because the account has not the money says so', async () => {
    bench = await startBench()
    const answer = await bench.exchange.submit(bench.intent({ amount: bench.intent().amount.times('10') as never }))
    expect(answer).toMatchObject({ ok: false, error: { kind: 'refused', message: /Insufficient funds/ } })
  })

  it('in maintenance does not even leave, and no cancel waits either', async () => {
    bench = await startBench()
    const { intent } = await submitOne()
    bench.exchange.start()
    await until(() => bench.exchange.health().streamProblem === null)
    bench.server.setSystemStatus('maintenance')
    await until(() => bench.exchange.health().system === 'maintenance')
    const [before] = [bench.server.requests.total]
    const refused = { ok: false, error: { kind: 'not_accepted', message: /maintenance/ } }
    expect(await bench.exchange.submit(bench.intent())).toMatchObject(refused)
    expect(await bench.exchange.cancel(intent.clientOrderId)).toMatchObject(refused)
    expect(bench.server.requests.total).toBe(before)
  })

  it('on a market that takes cancels only does not leave', async () => {
    bench = await startBench()
    bench.server.setMarketStatus(BTC_USDT, 'cancel_only')
    await bench.kraken.markets.refresh()
    const { answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'refused', code: 'exchange/cancel-only' } })
    expect(bench.server.requests.all('AddOrder')).toEqual([])
  })

  it('because nobody answers is not sent while Kraken is left in peace, a cancel of the kill switch is', async () => {
    bench = await startBench({ timeoutMs: 200 })
    const { intent } = await submitOne()
    bench.server.faults.add({
      faults: [{ accept: 'never', reply: { kind: 'status', status: 502 }, replyAfterMs: 0 }],
      endpoints: ['BalanceEx'],
    })
    await Promise.all([bench.exchange.balances(), bench.exchange.balances()])
    const { answer } = await submitOne()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'not_accepted', message: /does not answer/ } })
    expect(await bench.exchange.cancel(intent.clientOrderId, { urgent: true })).toEqual({
      ok: true,
      value: 'cancelled',
    })
  })
})

describe('a change of an order', () => {
  it.each(SAYS_NOTHING.map((reply) => [nameOf(reply), reply] as const))(
    'answered by “%s” has an unknown outcome and is sent once',
    async (_, reply) => {
      bench = await startBench({ timeoutMs: 150 })
      const { intent } = await submitOne()
      bench.server.faults.add({
        faults: [{ accept: 'now', reply, replyAfterMs: 0 }],
        endpoints: ['CancelOrder', 'AmendOrder'],
      })
      const unknown = { ok: false, error: { kind: 'unknown' } }
      expect(await bench.exchange.amend(intent.clientOrderId, intent.limitPrice)).toMatchObject(unknown)
      expect(await bench.exchange.cancel(intent.clientOrderId)).toMatchObject(unknown)
      expect(['AmendOrder', 'CancelOrder'].map((name) => bench.server.requests.all(name).length)).toEqual([1, 1])
    },
  )
})

describe('a question', () => {
  it('is asked again until it is answered', async () => {
    bench = await startBench({ timeoutMs: 200 })
    const faults = SAYS_NOTHING.filter(({ kind }) => kind !== 'error').slice(0, 3)
    for (const reply of faults) bench.server.faults.next({ accept: 'now', reply }, 'BalanceEx')
    expect((await bench.exchange.balances()).ok).toBe(true)
    expect(bench.exchange.health().restProblem).toBeNull()
  })

  it('is answered also when a warning stands beside the answer', async () => {
    bench = await startBench()
    const warned = { kind: 'warning', text: 'WGeneral:Danger' } as const
    bench.server.faults.next({ accept: 'now', reply: warned }, 'BalanceEx')
    expect((await bench.exchange.balances()).ok).toBe(true)
    expect(bench.server.requests.all('BalanceEx')).toHaveLength(1)
  })

  it('refused because of too many makes us count as Kraken counts', async () => {
    bench = await startBench({ clientTier: 'pro' })
    const tooMany = { kind: 'error', error: 'EAPI:Rate limit exceeded' } as const
    bench.server.faults.next({ accept: 'never', reply: tooMany }, 'BalanceEx')
    expect((await bench.exchange.balances()).ok).toBe(true)
    expect(bench.exchange.health().calls?.used).toBeGreaterThan(18)
  })

  it('whose answer never ends is given up in time', async () => {
    bench = await startBench({ timeoutMs: 200 })
    bench.server.faults.add({
      faults: [{ accept: 'now', reply: { kind: 'drop' }, replyAfterMs: 0 }],
      endpoints: ['BalanceEx'],
    })
    const answer = await bench.exchange.balances()
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(bench.exchange.health().restProblem).toContain('BalanceEx')
  })

  it('answered by something that is not understood is not taken for an answer', async () => {
    bench = await startBench()
    const body = '{"error":[],"result":{"XXBT":{"balance":"much"}}}'
    bench.server.faults.next({ accept: 'now', reply: { kind: 'body', body } }, 'BalanceEx')
    expect(await bench.exchange.balances()).toMatchObject({ ok: false, error: { code: 'exchange/unreadable' } })
  })

  it('never gives away a secret that an answer repeats', async () => {
    bench = await startBench()
    const { key, secret } = bench.server
    const error = `EAPI:Invalid key ${key} with ${secret}`
    bench.server.faults.add({ faults: [{ accept: 'never', reply: { kind: 'error', error }, replyAfterMs: 0 }] })
    const answers = JSON.stringify([
      await bench.exchange.balances(),
      await bench.exchange.submit(bench.intent()),
      await bench.kraken.checkKey(),
      bench.exchange.health(),
    ])
    expect(answers).toContain('EAPI:Invalid key')
    for (const canary of [key, secret, encodeURIComponent(secret)]) expect(answers).not.toContain(canary)
  })
})

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (what()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen in ten seconds')
}
