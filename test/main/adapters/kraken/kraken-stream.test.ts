import { afterEach, describe, expect, it } from 'vitest'
import { amount } from '../../../../src/shared/money.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { type Bench, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench.close())

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 800; i++) {
    if (what()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`it did not happen in twenty seconds: ${JSON.stringify(bench.exchange.health())}`)
}

async function listening(options: Parameters<typeof startBench>[0] = {}) {
  bench = await startBench(options)
  const hints: string[] = []
  bench.exchange.onChange((id) => hints.push(id))
  bench.exchange.start()
  await until(() => bench.exchange.health().streamProblem === null)
  return hints
}

describe('the account’s own events', () => {
  it('name the order that something happened to, stamped by our own clock', async () => {
    const hints = await listening()
    const before = bench.server.clock.now()
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    await until(() => hints.includes(intent.clientOrderId))
    hints.length = 0
    bench.server.setTick(BTC_USDT, { bid: 89_998, ask: 89_999, last: 89_999 })
    await until(() => hints.includes(intent.clientOrderId))
    expect(bench.exchange.health().streamAt).toBeGreaterThanOrEqual(before)
  })

  it('in one batch wake every order in it, not the first one only', async () => {
    const hints = await listening()
    const intents = [bench.intent({ amount: amount('0.1') }), bench.intent({ amount: amount('0.1') })]
    for (const intent of intents) await bench.exchange.submit(intent)
    hints.length = 0
    bench.server.socketFaults.batchesExecutions = true
    bench.server.setTick(BTC_USDT, { bid: 89_998, ask: 89_999, last: 89_999 })
    await until(() => intents.every(({ clientOrderId }) => hints.includes(clientOrderId)))
  })

  it('of an order placed by hand disturb nobody', async () => {
    const hints = await listening()
    const intent = bench.intent()
    bench.server.venue.place({
      ...intent,
      clientOrderId: 'by-hand',
      type: 'limit',
      trigger: null,
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
      deadline: null,
    })
    await bench.exchange.submit(intent)
    await until(() => hints.length > 0)
    expect(new Set(hints)).toEqual(new Set([intent.clientOrderId]))
  })

  it('come back after a dropped line, and health tells of both', async () => {
    const hints = await listening()
    bench.server.sockets.drop()
    await until(() => bench.exchange.health().streamProblem !== null)
    expect(bench.exchange.health().streamProblem).toContain('trying again')
    await until(() => bench.exchange.health().streamProblem === null)
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    await until(() => hints.includes(intent.clientOrderId))
  })

  it('come back with a new token when Kraken does not take the old one any more', async () => {
    await listening()
    bench.server.expireTokens()
    bench.server.sockets.drop()
    await until(() => bench.exchange.health().streamProblem !== null)
    await until(() => bench.exchange.health().streamProblem === null)
    expect(bench.server.requests.all('GetWebSocketsToken').length).toBeGreaterThan(1)
  })

  it('are a problem when nothing is heard although the line is up', async () => {
    await listening()
    bench.server.socketFaults.isSilent = true
    await until(() => bench.exchange.health().streamProblem !== null)
    expect(bench.exchange.health()).toMatchObject({ streamProblem: 'silent for 5 s', restProblem: null })
    bench.server.socketFaults.isSilent = false
    await until(() => bench.exchange.health().streamProblem === null)
  }, 60_000)

  it('that cannot be had leave orders as they are', async () => {
    bench = await startBench()
    bench.server.setPermissions(['query-funds', 'query-open-trades', 'query-closed-trades', 'modify-trades'])
    bench.exchange.start()
    await until(() => bench.exchange.health().streamProblem?.includes('Permission denied') === true)
    expect((await bench.exchange.submit(bench.intent())).ok).toBe(true)
  })
})
