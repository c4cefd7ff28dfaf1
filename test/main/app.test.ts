import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, type AppOptions, createApp } from '../../src/main/app.ts'
import type { Output } from '../../src/shared/contract/contract.ts'
import { createClient } from '../../src/shared/contract/derive.ts'
import type { WorkstationView } from '../../src/shared/contract/views.ts'
import { hangs, right, slow } from '../servers/llm/replies.ts'
import { startLlmServer } from '../servers/llm/server.ts'

const open: App[] = []
const folders: string[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'triplegain-app-'))
  folders.push(made)
  return made
}

async function start(dataDir: string, changes: Partial<AppOptions> = {}) {
  const app = await createApp({
    dataDir,
    configDir: null,
    market: 'simulated',
    speed: null,
    seed: 7,
    candles: [],
    confirmLive: null,
    set: ['portfolio.approval.max_price_move_percent=50', 'portfolio.rebalancing.order_type=market'],
    env: {},
    ...changes,
  })
  if (!app.ok) throw new Error(app.error.message)
  open.push(app.value)
  const client = createClient({
    request: (name, input) => app.value.dispatch(name, input),
    subscribe: (listener) => app.value.subscribe(listener),
  })
  const view = async (): Promise<WorkstationView> => {
    const snapshot = await client.call('view.snapshot', {})
    if (!snapshot.ok) throw new Error(snapshot.error.message)
    return snapshot.value.view
  }
  return { app: app.value, client, view }
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen in ten seconds')
}

describe('the workstation behind its contract', () => {
  it('proposes at once, executes what is approved, and its view fits the contract', async () => {
    const { client, view } = await start(folder())
    const proposal = await until(async () => (await view()).decisions.proposals[0])
    expect(proposal).toMatchObject({ kind: 'rebalance', status: 'pending', blockedBecause: null })
    const before = await view()
    expect(before.status).toMatchObject({ mode: 'paper', isSimulated: true, speed: 1, pendingDecisions: 1 })
    expect(await client.call('proposal.approve', { id: proposal.id, hash: proposal.hash, legs: null })).toMatchObject({
      ok: true,
    })
    await until(async () => ((await view()).decisions.proposals[0]?.status === 'completed' ? true : undefined))
    const after = await view()
    expect(Number(after.portfolio.largestDriftPp)).toBeLessThan(5)
    expect(after.status.speed).toBe(60)
    const trace = await client.call('journal.trace', { correlationId: proposal.correlationId })
    const topics = trace.ok ? trace.value.rows.map((row) => row.topic) : []
    expect(topics).toContain('portfolio_updates')
    expect(topics).toContain('execution_events')
  })

  it('lets a model choose how its plan is carried out, and the market goes at its own pace until it has', async () => {
    const server = await startLlmServer()
    // At sixty times its pace half a minute would have passed by then.
    const answer = slow(
      800,
      right({
        option: 'post_only',
        reasons: 'There is no hurry.',
        cites: [{ field: 'plan.slippageCapPercent', value: 1 }],
      }),
    )
    server.script('deepseek', answer, answer)
    const { client, view } = await start(folder(), {
      set: ['portfolio.rebalancing.strategy_by=llm', `agents.deepseek.base_url=${server.url}`],
      env: { DEEPSEEK_API_KEY: 'sk-0123456789abcdef' },
    })
    await server.asked(1)
    expect((await view()).status.speed).toBe(1)
    const proposal = await until(async () => (await view()).decisions.proposals[0])
    expect(proposal.reason).toContain('DeepSeek (deepseek-flash-0923) chose "post_only"')
    const trace = await client.call('journal.trace', { correlationId: proposal.correlationId })
    const said = trace.ok ? trace.value.rows.filter(({ topic }) => topic === 'system_events') : []
    expect(said.map(({ summary }) => summary).join()).toContain('There is no hurry.')
    await client.call('proposal.reject', { id: proposal.id, reason: 'once more' })
    expect((await view()).status.speed).toBe(60)
    await client.call('portfolio.check', {})
    await server.asked(2)
    expect((await view()).status.speed).toBe(1)
    const another = await until(async () =>
      (await view()).decisions.proposals.find(({ status }) => status === 'pending'),
    )
    expect(another.reason).toContain('DeepSeek (deepseek-flash-0923) chose "post_only"')
    await server.close()
  })

  it('says which model of its settings a provider does not list, and asks no provider while it is halted', async () => {
    const server = await startLlmServer()
    // The other provider's list never comes: the start does not wait for it.
    server.scriptList('claude', hangs())
    const dataDir = folder()
    const changes = {
      set: [
        `agents.deepseek.base_url=${server.url}`,
        'agents.deepseek.model=deepseek-flsh',
        `agents.claude.base_url=${server.url}`,
      ],
      env: { DEEPSEEK_API_KEY: 'sk-0123456789abcdef', ANTHROPIC_API_KEY: 'sk-0123456789abcdef' },
    }
    const first = await start(dataDir, changes)
    const about = { text: 'deepseek-flsh', topic: 'system_events', beforeSeq: null, limit: 50 }
    const [row] = await until(async () => {
      const found = await first.client.call('journal.search', about)
      return found.ok && found.value.rows.length > 0 ? found.value.rows : undefined
    })
    expect(row?.summary).toBe(
      'The model deepseek-flsh is not among those that DeepSeek lists (deepseek-flash, deepseek-v4-pro): ' +
        'correct deepseek.model in config/agents.yaml and start again.',
    )
    expect(server.listings.map(({ provider }) => provider).sort()).toEqual(['claude', 'deepseek'])
    await first.client.call('stop.kill', { reason: 'enough', flatten: false })
    await first.app.close()
    open.splice(0)
    const second = await start(dataDir, changes)
    expect((await second.view()).status.coordinator).toBe('HALTED')
    // A list would have come by now.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.listings).toHaveLength(2)
    await server.close()
  })

  it('asks those agents on start that run then, and no other', async () => {
    const daily = ['technical_analysis', 'regime_detection'].map((name) => `agents.agents.${name}.every_minutes=1440`)
    const { view } = await start(folder(), {
      speed: 1,
      set: [...daily, 'agents.agents.technical_analysis.on_start=false'],
    })
    const stateOf = async (name: string) => (await view()).agents.agents.find((agent) => agent.name === name)?.state
    await until(async () => ((await stateOf('regime_detection')) === 'ready' ? true : undefined))
    expect(await stateOf('technical_analysis')).toBe('waiting')
  })

  it('pushes deltas that a client can apply to its snapshot', async () => {
    const { app, client } = await start(folder())
    const seqs: number[] = []
    const problems: string[] = []
    client.on('view.delta', ({ seq }) => seqs.push(seq))
    app.subscribe((name, payload) => {
      if (name === 'view.delta' && (payload as { seq?: unknown }).seq === undefined) problems.push('no seq')
    })
    await until(async () => (seqs.length >= 3 ? true : undefined))
    expect(seqs.slice(0, 3)).toEqual([seqs[0], (seqs[0] ?? 0) + 1, (seqs[0] ?? 0) + 2])
    expect(problems).toEqual([])
  })

  it('finds a pending proposal, a pause and the money again after a restart', async () => {
    const dataDir = folder()
    const first = await start(dataDir)
    const proposal = await until(async () => (await first.view()).decisions.proposals[0])
    await first.client.call('coordinator.pause', { reason: 'going home' })
    const equity = (await first.view()).portfolio.assets.map(({ core, hodl }) => [core, hodl])
    await first.app.close()
    open.splice(0)
    const second = await start(dataDir)
    const view = await second.view()
    expect(view.decisions.proposals[0]).toMatchObject({ id: proposal.id, hash: proposal.hash, status: 'pending' })
    expect(view.status).toMatchObject({ coordinator: 'PAUSED', coordinatorReason: 'going home' })
    expect(view.portfolio.assets.map(({ core, hodl }) => [core, hodl])).toEqual(equity)
  })

  it('answers bad calls with values, never with a crash', async () => {
    const { app, client } = await start(folder())
    expect(await app.dispatch('nonsense', {})).toMatchObject({ ok: false, error: { code: 'api/unknown-call' } })
    expect(await app.dispatch('proposal.reject', { id: 'prp_1', reason: ' ' })).toMatchObject({
      ok: false,
      error: { code: 'api/invalid-input' },
    })
    expect(await client.call('proposal.approve', { id: 'ord_1', hash: '', legs: null })).toMatchObject({
      error: { code: 'api/invalid-id' },
    })
    expect(await client.call('proposal.approve', { id: 'prp_nowhere', hash: '', legs: null })).toMatchObject({
      error: { code: 'proposal/unknown' },
    })
    expect(await client.call('order.cancel', { id: 'ord_nowhere' })).toMatchObject({ error: { code: 'order/unknown' } })
    expect(await client.call('conflict.decide', { id: 'cfl_nowhere', optionId: 'abort' })).toMatchObject({ ok: false })
  })

  it('searches the journal and shows the ledger', async () => {
    const { client, view } = await start(folder())
    await until(async () => (await view()).decisions.proposals[0])
    const found = await client.call('journal.search', { text: 'prp_', topic: 'proposals', beforeSeq: null, limit: 10 })
    const rows: Output<'journal.search'>['rows'] = found.ok ? found.value.rows : []
    expect(rows[0]?.summary).toContain('Rebalance: drift')
    const ledger = await client.call('journal.ledger', { limit: 10 })
    expect(ledger.ok && ledger.value.entries.map(({ kind }) => kind)).toEqual(['opening', 'opening', 'opening'])
  })

  it('says what is wrong instead of starting on a foreign file or bad settings', async () => {
    const dataDir = folder()
    writeFileSync(join(dataDir, 'paper-simulated.db'), 'this is somebody’s diary, not a database'.repeat(100))
    const base = {
      configDir: null,
      market: 'simulated',
      speed: null,
      seed: null,
      candles: [],
      confirmLive: null,
      env: {},
    } as const
    expect(await createApp({ ...base, dataDir, set: [] })).toMatchObject({ error: { code: 'database/foreign' } })
    const bad = await createApp({ ...base, dataDir: folder(), set: ['portfolio.rebalancing.threshold=1,5'] })
    expect(bad).toMatchObject({ ok: false, error: { code: 'config/invalid' } })
    expect(bad.ok ? '' : bad.error.message).toContain('portfolio.rebalancing.threshold')
    expect(await createApp({ ...base, market: 'recorded', dataDir: folder(), set: [] })).toMatchObject({
      error: { code: 'candles/missing' },
    })
  })

  it('lets only one instance use a data folder', async () => {
    const dataDir = folder()
    await start(dataDir)
    const second = await createApp({
      dataDir,
      configDir: null,
      market: 'simulated',
      speed: null,
      seed: null,
      candles: [],
      confirmLive: null,
      set: [],
      env: {},
    })
    expect(second).toMatchObject({ ok: false, error: { code: 'database/locked' } })
  })
})
