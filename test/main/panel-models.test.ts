import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { panelModelsOf } from '../../src/main/panel-models.ts'
import type { WantedModel } from '../../src/main/ports.ts'
import { createClient } from '../../src/shared/contract/derive.ts'
import { decimal } from '../../src/shared/money.ts'
import { right, says, slow } from '../servers/llm/replies.ts'
import { startLlmServer } from '../servers/llm/server.ts'

const wanted = (change: Partial<WantedModel> = {}): WantedModel => ({
  name: 'local',
  baseUrl: 'http://127.0.0.1:1',
  model: 'm',
  keyEnv: '',
  timeLimitMs: 1_000,
  maxOutputTokens: 100,
  usdPerMillionInput: decimal('1'),
  usdPerMillionOutput: decimal('1'),
  ...change,
})

describe('the models of a panel', () => {
  it('are those whose key is in the environment, and those that need none; who is left out is said', () => {
    const { open, leftOut } = panelModelsOf({ FIRST_KEY: 'sk-first', EMPTY_KEY: '' })
    const opened = open([
      wanted({ name: 'first', keyEnv: 'FIRST_KEY' }),
      wanted({ name: 'second', keyEnv: 'SECOND_KEY' }),
      wanted({ name: 'third', keyEnv: 'EMPTY_KEY' }),
      wanted(),
    ])
    expect(opened.map(({ name }) => name)).toEqual(['first', 'local'])
    expect(leftOut()).toEqual([
      'The model second of the panel is not asked: SECOND_KEY is not in the environment.',
      'The model third of the panel is not asked: EMPTY_KEY is not in the environment.',
    ])
  })

  it('are each sent their own key', async () => {
    const server = await startLlmServer()
    server.script('deepseek', right(), right())
    const { open } = panelModelsOf({ FIRST_KEY: 'sk-first' })
    const members = [wanted({ baseUrl: server.url, keyEnv: 'FIRST_KEY' }), wanted({ baseUrl: server.url })]
    for (const { ask } of open(members)) {
      expect(await ask({ system: 's', user: 'u' }, new AbortController().signal)).toMatchObject({ ok: true })
    }
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-first', undefined])
    await server.close()
  })
})

describe('the settings of a panel', () => {
  const dir = mkdtempSync(join(tmpdir(), 'triplegain-panel-'))
  beforeEach(() => cpSync(join(import.meta.dirname, '../../config'), dir, { recursive: true }))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const DECISION = 'agents.agents.trading_decision'
  const complaint = (...overrides: readonly string[]): string => {
    const loaded = loadSettings(dir, overrides)
    return loaded.ok ? '' : loaded.error.message
  }

  it('can be switched on as shipped', () => {
    expect(complaint(`${DECISION}.panel.enabled=true`)).toBe('')
  })

  it.each([
    ['weight', '0', 'expected a number from 0.01 to 100'],
    ['weight', '1.01', 'expected a weight not above that of all agents together: models do not outvote them'],
    ['ask_time_limit_seconds', '0', 'expected a number from 1 to 599'],
    ['ask_time_limit_seconds', '30', 'expected more than 30 seconds: so long it may ask others'],
    ['members.0.name', 'local', 'expected each model to have a name of its own'],
    ['members.0.name', 'DeepSeek says "buy"', 'expected a name such as deepseek'],
    ['members.0.base_url', 'ftp://example.com', 'expected a URL such as https://api.example.com/v1'],
    ['members.0.base_url', 'http://example.com/v1', 'expected https, because a key is sent there'],
    ['members.0.key_env', 'sk-0123', 'expected the name of a variable such as MODEL_KEY'],
    ['members.0.key_env', 'KRAKEN_API_SECRET', 'expected the name of a variable with the key of a model'],
    ['members.0.max_output_tokens', '1', 'expected a number from 16 to 32000'],
    ['members.0.usd_per_million_input', '-1', 'expected a number from 0 to 1000'],
    ['members.0.temperature', '1', 'is not a setting'],
  ])('refuse %s: %s', (key, value, expected) => {
    expect(complaint(`${DECISION}.panel.enabled=true`, `${DECISION}.panel.${key}=${value}`)).toContain(expected)
  })

  it('ask for a model where the panel is switched on', () => {
    const file = join(dir, 'agents.yaml')
    const text = readFileSync(file, 'utf8')
    const without = text.replace(/ {6}members:\n(?: {8}.*\n)+/, '      members: []\n')
    expect(without).not.toBe(text)
    writeFileSync(file, without)
    expect(complaint()).toBe('')
    expect(complaint(`${DECISION}.panel.enabled=true`)).toContain('expected at least one model')
  })
})

describe('a panel in the workstation', () => {
  it('is heard at the speed of real time, and shown with its cost; who has no key is said', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'triplegain-panel-app-'))
    const server = await startLlmServer()
    const vote = says(JSON.stringify({ bias: 'long', confidence: 0.7, reason: 'It rises.' }))
    server.script('deepseek', ...Array.from({ length: 100 }, () => slow(200, vote)))
    const decision = 'agents.agents.trading_decision'
    const app = await createApp({
      dataDir,
      configDir: null,
      market: 'simulated',
      speed: 2_000,
      seed: 3,
      candles: [],
      confirmLive: null,
      set: [
        'portfolio.rebalancing.threshold=100',
        'agents.agents.technical_analysis.bias.neutral_below=0.001',
        `${decision}.act_from=1`,
        `${decision}.panel.enabled=true`,
        `${decision}.panel.members.1.base_url=${server.url}`,
      ],
      env: {},
    })
    if (!app.ok) throw new Error(app.error.message)
    const client = createClient({
      request: (name, input) => app.value.dispatch(name, input),
      subscribe: (listener) => app.value.subscribe(listener),
    })
    const view = async () => {
      const snapshot = await client.call('view.snapshot', {})
      if (!snapshot.ok) throw new Error(snapshot.error.message)
      const { status, agents } = snapshot.value.view
      return { speed: status.speed, cost: agents.agents.find(({ name }) => name === 'trading_decision')?.costTodayUsd }
    }
    expect(await view()).toEqual({ speed: 2_000, cost: null })
    await server.asked(1)
    expect((await view()).speed).toBe(1)
    await expect.poll(view, { timeout: 10_000 }).toEqual({ speed: 2_000, cost: '0' })
    const calls = await client.call('agent.calls', { name: 'trading_decision', limit: 1 })
    expect(calls.ok && calls.value.calls[0]).toMatchObject({ name: 'local', outcome: 'used', costUsd: '0' })
    const said = await client.call('journal.search', {
      text: null,
      topic: 'system_events',
      beforeSeq: null,
      limit: 200,
    })
    expect(JSON.stringify(said)).toContain('DEEPSEEK_API_KEY is not in the environment')
    await app.value.close()
    await server.close()
    rmSync(dataDir, { recursive: true, force: true })
  }, 30_000)
})
