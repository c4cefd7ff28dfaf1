import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, type AppOptions, createApp } from '../../src/main/app.ts'
import { LIVE_PHRASE } from '../../src/main/safety/live-phrase.ts'
import type { CallName, Input, Output } from '../../src/shared/contract/contract.ts'
import { createClient } from '../../src/shared/contract/derive.ts'
import type { WorkstationView } from '../../src/shared/contract/views.ts'
import { amount, price } from '../../src/shared/money.ts'
import type { KrakenServer } from '../servers/kraken/server.ts'
import { BTC_USDT, startServer } from '../servers/kraken/test-server.ts'

const folders: string[] = []
const open: App[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'triplegain-live-'))
  folders.push(made)
  return made
}

function optionsFor(server: KrakenServer, dir: string, changes: Partial<AppOptions> = {}): AppOptions {
  return {
    dataDir: join(dir, 'data'),
    configDir: null,
    market: 'kraken',
    speed: null,
    seed: null,
    candles: [],
    confirmLive: LIVE_PHRASE,
    set: [
      'execution.mode=live',
      `execution.kraken.rest_url=${server.restUrl}`,
      `execution.kraken.ws_url=${server.wsUrl}`,
      `execution.kraken.ws_auth_url=${server.wsAuthUrl}`,
      'execution.kraken.tier=pro',
      'execution.gate.max_notional_per_order=1000000',
      'execution.gate.max_notional_per_day=1000000',
      'portfolio.live.bags.BTC=0.1',
      'portfolio.rebalancing.order_type=market',
      'orchestration.view.update_every_ms=50',
      // Nobody on the internet is asked by a test.
      'agents.agents.sentiment.enabled=false',
    ],
    env: { KRAKEN_API_KEY: server.key, KRAKEN_API_SECRET: server.secret, XDG_STATE_HOME: join(dir, 'state') },
    ...changes,
  }
}

async function start(server: KrakenServer, dir = folder(), changes: Partial<AppOptions> = {}) {
  const created = await createApp(optionsFor(server, dir, changes))
  if (!created.ok) throw new Error(`${created.error.code}: ${created.error.message}`)
  const app = created.value
  open.push(app)
  const client = createClient({
    request: (name, input) => app.dispatch(name, input),
    subscribe: (listener) => app.subscribe(listener),
  })
  async function ask<N extends CallName>(name: N, input: Input<N>): Promise<Output<N>> {
    const answer = await client.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`)
    return answer.value
  }
  const view = async (): Promise<WorkstationView> => (await ask('view.snapshot', {})).view
  return { app, ask, view }
}

/** Looks until it is so. */
async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not happen in time')
}

const refusal = async (server: KrakenServer, changes: Partial<AppOptions>, dir = folder()): Promise<string> => {
  const created = await createApp(optionsFor(server, dir, changes))
  if (created.ok) {
    open.push(created.value)
    return 'it started'
  }
  return created.error.code
}

describe('live mode', { timeout: 60_000 }, () => {
  it('does not start without the phrase, a key and real prices, and opens nothing before', async () => {
    const server = await startServer()
    const dir = folder()
    expect(await refusal(server, { confirmLive: null }, dir)).toBe('live/not-confirmed')
    expect(await refusal(server, { confirmLive: 'yes' }, dir)).toBe('live/not-confirmed')
    expect(await refusal(server, { env: {} }, dir)).toBe('live/no-key')
    expect(await refusal(server, { market: 'simulated' }, dir)).toBe('live/market')
    const env = { KRAKEN_API_KEY: server.key, KRAKEN_API_SECRET: `${server.secret}\n` }
    expect(await refusal(server, { env }, dir)).toBe('live/key-malformed')
    expect(readdirSync(dir)).toEqual([])
    expect(server.requests.total).toBe(0)
  })

  it('refuses a key that may withdraw, one that may not trade, and one that is in use', async () => {
    const server = await startServer()
    server.setPermissions(['query-funds', 'withdraw-funds'])
    expect(await refusal(server, {})).toBe('live/key-may-withdraw')
    server.setPermissions(['query-funds'])
    expect(await refusal(server, {})).toBe('live/key-cannot-trade')
    server.setPermissions([
      'query-funds',
      'query-open-trades',
      'query-closed-trades',
      'query-ledger',
      'modify-trades',
      'close-trades',
    ])
    const dir = folder()
    await start(server, dir)
    const elsewhere = { ...optionsFor(server, dir), dataDir: join(dir, 'another') }
    expect(await refusal(server, elsewhere)).toBe('live/key-in-use')
  })

  it('refuses to guess which nonces were used when their file is damaged', async () => {
    const server = await startServer()
    const dir = folder()
    const { app } = await start(server, dir)
    await app.close()
    open.splice(open.indexOf(app), 1)
    const state = join(dir, 'state', 'triplegain')
    const file = readdirSync(state).find((name) => name.startsWith('nonce-'))
    writeFileSync(join(state, file ?? ''), 'not a number')
    expect(await refusal(server, {}, dir)).toBe('live/nonce-damaged')
  })

  it('refuses to start when a market that it needs is not traded', async () => {
    const server = await startServer()
    server.setMarketStatus(BTC_USDT, 'cancel_only')
    expect(await refusal(server, {})).toBe('live/markets')
  })

  it('takes the account as it is, proposes, and sends what was approved: ledger and Kraken agree', async () => {
    const server = await startServer()
    const { ask, view } = await start(server)
    const first = await until(async () => {
      const seen = await view()
      return seen.decisions.proposals.some(({ status }) => status === 'pending') && seen
    })
    expect(first.status).toMatchObject({ mode: 'live', market: 'kraken', isSimulated: false, difference: null })
    expect(first.portfolio.assets.find(({ asset }) => asset === 'BTC')).toMatchObject({ core: '0.9', hodl: '0.1' })
    const proposal = first.decisions.proposals[0]
    if (proposal === undefined) throw new Error('nothing was proposed')
    await ask('proposal.approve', { id: proposal.id, hash: proposal.hash, legs: null })
    const done = await until(async () => {
      const seen = await view()
      return seen.decisions.proposals.find(({ id, status }) => id === proposal.id && status === 'completed')
    })
    expect(done.legs.every(({ status }) => status === 'done')).toBe(true)
    await ask('exchange.reconcile', {})
    expect((await view()).status.difference).toBeNull()
    for (const order of (await view()).orders.recent) expect(server.ordersOf(order.clientOrderId)).toBe(1)
  })

  it('goes on after a restart with the same ledger, and never uses a nonce again', async () => {
    const server = await startServer()
    const dir = folder()
    const { app, view } = await start(server, dir)
    const before = (await view()).portfolio.assets.map(({ asset, core, hodl }) => ({ asset, core, hodl }))
    await app.close()
    open.splice(open.indexOf(app), 1)
    const again = await start(server, dir)
    const after = await until(async () => {
      const seen = await again.view()
      return seen.portfolio.assets.length > 0 && seen.status.lights.every(({ state }) => state !== 'down') && seen
    })
    expect(after.portfolio.assets.map(({ asset, core, hodl }) => ({ asset, core, hodl }))).toEqual(before)
    expect(server.requests.all().map(({ error }) => error)).toEqual(server.requests.all().map(() => null))
  })

  it('shows an order placed by hand, and money that nothing explains stops new orders until a person books it', async () => {
    const server = await startServer()
    const { ask, view } = await start(server)
    const byHand = server.venue.place({
      clientOrderId: null,
      symbol: BTC_USDT,
      side: 'buy',
      type: 'limit',
      amount: amount('0.01'),
      limitPrice: price('30000'),
      trigger: null,
      timeInForce: 'GTC',
      postOnly: false,
      leverage: 1,
      reduceOnly: false,
      deadline: null,
    })
    expect(byHand.ok).toBe(true)
    server.venue.credit('USDT', amount('250'))
    await ask('exchange.reconcile', {})
    const seen = await view()
    expect(seen.orders.external).toMatchObject([{ symbol: 'BTC/USDT', side: 'buy', amount: '0.01', price: '30000' }])
    expect(seen.status.difference?.items).toEqual([{ asset: 'USDT', ledger: '50000', exchange: '50250' }])
    const items = seen.status.difference?.items ?? []
    await ask('difference.book', { reason: 'a gift of mine', items })
    expect((await view()).status.difference).toBeNull()
    await ask('stop.kill', { reason: 'enough', flatten: false })
    expect(server.venue.openOrders()).toHaveLength(1) // not ours: never touched
    expect((await view()).status).toMatchObject({ coordinator: 'HALTED', kill: { reason: 'enough' } })
  })

  it('books deposits, withdrawals and rewards once, and asks whose they are, over a restart', async () => {
    const server = await startServer()
    const dir = folder()
    const { app, ask, view } = await start(server, dir)
    server.transfer('USDT', amount('250'))
    server.transfer('XRP', amount('-100'), amount('0.5'))
    server.reward('BTC.F', amount('0.01'), amount('0.002'))
    for (const _ of [1, 2]) await ask('exchange.reconcile', {})
    expect((await view()).status.difference).toBeNull()
    await app.close()
    open.splice(open.indexOf(app), 1)
    const again = await start(server, dir)
    const seen = (await again.view()).portfolio
    expect(seen.movements.map(({ kind, asset, amount: units, sleeve }) => [kind, asset, units, sleeve])).toEqual([
      ['deposit', 'USDT', '250', null],
      ['withdrawal', 'XRP', '100.5', null],
      ['reward', 'BTC', '0.008', null],
    ])
    expect(seen.assets.map(({ asset, unclassified, earning }) => [asset, unclassified, earning])).toEqual([
      ['BTC', '0.008', '0.008'],
      ['XRP', '-100.5', '0'],
      ['USDT', '250', '0'],
    ])
    const [deposit] = seen.movements
    const wish = { id: deposit?.id ?? '', sleeve: 'core', reason: 'savings of March', confirmation: '' } as const
    await again.ask('movement.classify', wish)
    const decided = (await again.view()).portfolio
    expect(decided.movements.at(-1)).toMatchObject({ id: deposit?.id, sleeve: 'core', decidedBy: 'trader' })
    expect(decided.assets.find(({ asset }) => asset === 'USDT')).toMatchObject({ core: '50250', unclassified: '0' })
    expect((await again.app.dispatch('movement.classify', wish)).ok).toBe(false)
    const { rows } = await again.ask('journal.search', {
      text: 'savings of March',
      topic: null,
      beforeSeq: null,
      limit: 10,
    })
    expect(rows.map(({ topic }) => topic)).toContain('system_events')
    await again.ask('exchange.reconcile', {})
    expect((await again.view()).status.difference).toBeNull()
  })

  it('does not take what earns for a loss', async () => {
    const server = await startServer()
    const { ask, view } = await start(server)
    server.moveToEarn('BTC', amount('0.5'))
    await ask('exchange.reconcile', {})
    expect((await view()).status.difference).toBeNull()
    expect((await view()).portfolio.assets.find(({ asset }) => asset === 'BTC')).toMatchObject({
      core: '0.9',
      earning: '0.5',
    })
  })

  it('cancels within a second of Kill what was sent and never answered, past the request that hangs', async () => {
    const server = await startServer()
    const resting = ['portfolio.rebalancing.order_type=limit', 'execution.kraken.timeout_ms=20000']
    const { ask, view } = await start(server, folder(), { set: [...optionsFor(server, '').set, ...resting] })
    const proposal = await until(async () =>
      (await view()).decisions.proposals.find(({ status }) => status === 'pending'),
    )
    server.faults.next({ accept: 'now', reply: { kind: 'drop' } }, 'AddOrder')
    await ask('proposal.approve', { id: proposal.id, hash: proposal.hash, legs: null })
    await until(async () => server.venue.openOrders().length === 1)
    const pressed = Date.now()
    const { text } = await ask('stop.kill', { reason: 'enough', flatten: false })
    expect(Date.now() - pressed).toBeLessThan(1_500)
    expect(text).toContain('Entry orders cancelled: 1')
    expect(server.venue.openOrders()).toEqual([])
    const sent = server.requests.all().filter(({ name }) => name === 'AddOrder').length
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(server.requests.all().filter(({ name }) => name === 'AddOrder')).toHaveLength(sent)
  })

  it('is still killed after a restart, and only a person lifts it', async () => {
    const server = await startServer()
    const dir = folder()
    const { app, ask } = await start(server, dir)
    await ask('stop.kill', { reason: 'enough', flatten: false })
    await app.close()
    open.splice(open.indexOf(app), 1)
    const again = await start(server, dir)
    expect((await again.view()).status).toMatchObject({ coordinator: 'HALTED', kill: { reason: 'enough' } })
    await again.ask('coordinator.resume', {})
    expect((await again.view()).status).toMatchObject({ coordinator: 'RUNNING', kill: null })
  })
})
