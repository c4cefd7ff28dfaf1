import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../src/main/adapters/deepseek/deepseek.ts'
import type { Conflict } from '../../src/main/domain/conflict.ts'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import type { Llm, Priced } from '../../src/main/ports.ts'
import { decimal } from '../../src/shared/money.ts'
import type { Bench } from '../main/execution/trade-bench.ts'
import * as replies from '../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../servers/llm/server.ts'
import { createEngineBench } from '../support/engine-bench.ts'
import { settled } from '../support/hand-model.ts'
import { say, signal } from '../support/said.ts'
import { regimeOf } from '../support/signal-builders.ts'

const KEY = 'sk-canary-7f3a9b1c5d2e8f60'
const PROVIDERS = ['deepseek', 'claude'] as const
type Provider = (typeof PROVIDERS)[number]

type Expected = {
  /** What a model sends back, every time that it is asked. */
  readonly reply: () => replies.Reply
  /** How often one provider is asked before the next in line is. */
  readonly asked: 1 | 2
  /** In every attempt's outcome. */
  readonly outcome: string
  /** What each costs, US dollars; null where nobody can know: then it counts with what was reserved for it. */
  readonly cost: '0.0005' | '0' | null
  /** What is chosen; null where the answer is none. */
  readonly chosen: string | null
  /** It never comes by itself: time has to pass. */
  readonly isSlow?: true
}

const ANSWERS: Readonly<Record<string, Expected>> = {
  right: { reply: () => replies.right(), asked: 1, outcome: 'chose half_size', cost: '0.0005', chosen: 'half_size' },
  blank: { reply: replies.blank, asked: 2, outcome: 'llm/blank', cost: '0.0005', chosen: null },
  'prose around JSON': { reply: replies.inProse, asked: 2, outcome: 'answer/not-json', cost: '0.0005', chosen: null },
  'cut off': { reply: replies.cutOff, asked: 2, outcome: 'llm/bad-answer', cost: '0.0005', chosen: null },
  'unknown option': {
    reply: replies.unknownOption,
    asked: 2,
    outcome: 'answer/unknown-option',
    cost: '0.0005',
    chosen: null,
  },
  'invented numbers': {
    reply: replies.inventedNumbers,
    asked: 2,
    outcome: 'answer/ungrounded',
    cost: '0.0005',
    chosen: null,
  },
  '10 MB': {
    reply: replies.tenMegabytes,
    asked: 2,
    outcome: 'llm/bad-answer',
    cost: null,
    chosen: null,
  },
  'deep nesting': {
    reply: replies.deeplyNested,
    asked: 2,
    outcome: 'answer/too-long',
    cost: '0.0005',
    chosen: null,
  },
  'injected instructions': {
    reply: replies.injected,
    asked: 2,
    outcome: 'answer/wrong-shape',
    cost: '0.0005',
    chosen: null,
  },
  refusal: { reply: replies.declined, asked: 1, outcome: 'llm/declined', cost: '0.0005', chosen: null },
  slow: { reply: replies.hangs, asked: 1, outcome: 'llm/timeout', cost: null, chosen: null, isSlow: true },
  '429 with retry-after': {
    reply: () => replies.rateLimited(30),
    asked: 1,
    outcome: 'llm/rate-limited',
    cost: '0',
    chosen: null,
  },
  '500': { reply: () => replies.status(500, 'sorry'), asked: 1, outcome: 'llm/unavailable', cost: '0', chosen: null },
  'connection reset': { reply: replies.resets, asked: 1, outcome: 'llm/unavailable', cost: null, chosen: null },
}
const CASES = Object.entries(ANSWERS).flatMap(([name, expected]) =>
  PROVIDERS.map((provider) => ({ name, provider, ...expected })),
)

let server: LlmServer
beforeEach(async () => {
  server = await startLlmServer()
})
afterEach(() => server.close())

/** Both, as the settings would have them; the one before the one on trial cannot be reached. */
function models(): (Llm & Priced)[] {
  const terms = {
    apiKey: KEY,
    baseUrl: server.url,
    model: 'asked-for',
    timeLimitMs: 20_000,
    maxOutputTokens: 900,
    usdPerMillionInput: decimal('0.3'),
    usdPerMillionOutput: decimal('1'),
  }
  return [createDeepSeek(terms), createClaude(terms)]
}

/** A choppy market and a signal: half of it is what a right answer chooses. */
function aConflict(): { readonly bench: Bench; readonly now: () => Conflict } {
  const bench = createEngineBench({ llms: models() })
  say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
  signal(bench)
  const now = (): Conflict => {
    const [conflict] = bench.stores.conflicts.recent(1)
    if (conflict === undefined) throw new Error('there is no conflict')
    return conflict
  }
  return { bench, now }
}

const until = async (isSo: () => boolean): Promise<void> => {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 3_000) throw new Error('it never came to that')
    await new Promise((later) => setTimeout(later, 2))
  }
}
/** Until nobody is asked any more; where nothing comes by itself, time passes as far as it must. */
async function answered({ bench, now }: ReturnType<typeof aConflict>, isSlow: boolean): Promise<void> {
  const isDone = (): boolean => now().resolution !== null && now().attempts.every(({ endedAt }) => endedAt !== null)
  if (isSlow) {
    await until(() => isDone() || now().attempts.some(({ endedAt }) => endedAt === null))
    for (let steps = 0; !isDone() && steps < 100; steps++) {
      await bench.pass(1_000)
      await settled()
    }
  }
  await until(isDone)
}

/** Of the conflict's correlation, in order. */
const told = ({ stores }: Bench, { correlationId }: Conflict): string[] =>
  stores.journal.trace(correlationId).flatMap(({ topic, payload }) => {
    if (topic === 'proposals') return ['proposed']
    return topic === 'conflicts' ? [(JSON.parse(payload) as { readonly kind: string }).kind] : []
  })

/** One trade inside every limit, whatever was answered: never another market, side or stop, and never more than was signalled. */
function expectHarmless(bench: Bench, chosen: string | null): void {
  const proposals = bench.stores.proposals.withStatus('pending')
  const trades = proposals.map(({ legs, trade }) => `${legs[0]?.side} ${legs[0]?.amount.toFixed()} ${trade?.symbol}`)
  expect(trades).toEqual(chosen === 'half_size' ? ['buy 0.023 BTC/USDT'] : [])
  expect(bench.bugs).toEqual([])
  expect(verifyDatabase(bench.database)).toEqual([])
  const everything = bench.stores.journal.search({ text: null, topic: null, beforeSeq: null, limit: 200 })
  expect(
    JSON.stringify([
      everything,
      bench.stores.conflicts.recent(1),
      bench.stores.llmCalls.last('deepseek'),
      bench.stores.llmCalls.last('claude'),
    ]),
  ).not.toContain('canary')
}

/** Every question is on record with what it cost, or may have cost. */
function expectAccounted(
  { stores }: Bench,
  { id, correlationId }: Conflict,
  from: Provider,
  count: number,
  cost: string | null,
): void {
  const calls = stores.llmCalls.ofDecision(id).filter(({ provider }) => provider === from)
  expect(calls.map(({ attempt }) => attempt)).toEqual(Array.from({ length: count }, (_, i) => i + 1))
  for (const { end, ...call } of calls) {
    expect(call).toMatchObject({ purpose: 'conflict', correlationId, modelAsked: 'asked-for' })
    expect(call.templateHash).toMatch(/^[0-9a-f]{64}$/)
    expect(call.request).toContain('regime_incompatible')
    expect(Number(call.reservedUsd)).toBeGreaterThan(0.001)
    expect(end?.settledUsd).toBe(cost ?? call.reservedUsd)
  }
  const total = calls.reduce((sum, { end }) => sum + Number(end?.settledUsd), 0)
  expect(Number(stores.llmCalls.spentOnBy(id).get(from)?.toFixed())).toBeCloseTo(total, 12)
}

describe.each(CASES)('$name, from $provider', ({ provider, reply, asked, outcome, cost, chosen, isSlow = false }) => {
  const script = (): void => {
    if (provider === 'claude') server.script('deepseek', replies.status(500, 'sorry'))
    server.script(provider, ...Array.from({ length: asked }, reply))
    // The other one is not to be what decides.
    if (provider === 'deepseek') server.script('claude', replies.status(500, 'sorry'))
  }
  const attemptsOf = (conflict: Conflict): string[] =>
    conflict.attempts.flatMap(({ resolver, outcome: said }) => (resolver === provider ? [said ?? ''] : []))

  it('comes to one resolution, with its attempts, its cost and its trail; the trader is too late then', async () => {
    script()
    const w = aConflict()
    await answered(w, isSlow)
    const conflict = w.now()
    const by: Provider | 'default' = chosen === null ? 'default' : provider
    expect(conflict.resolution).toMatchObject({ by, optionId: chosen ?? 'abort' })
    expect(attemptsOf(conflict)).toHaveLength(asked)
    for (const said of attemptsOf(conflict)) expect(said).toContain(outcome)
    const costs = conflict.attempts.flatMap(({ resolver, costUsd }) => (resolver === provider ? [costUsd] : []))
    expect(costs).toEqual(Array(asked).fill(cost))
    expectAccounted(w.bench, conflict, provider, asked, cost)
    expect(w.bench.engine.conflicts.decide(conflict.id, 'proceed')).toMatchObject({
      error: { code: 'conflict/already-resolved' },
    })
    const questions = conflict.attempts.map(() => 'asking')
    const proposed = chosen === null ? [] : ['proposed']
    expect(told(w.bench, conflict)).toEqual(['detected', ...questions, 'resolved', ...proposed])
    expectHarmless(w.bench, chosen)
  })

  it.each(['before', 'during'] as const)('loses to the trader who decides %s it', async (when) => {
    const release = Promise.withResolvers<void>()
    if (provider === 'claude') server.script('deepseek', replies.status(500, 'sorry'))
    const held: replies.Reply = (exchange) => void release.promise.then(() => reply()(exchange))
    server.script(provider, held)
    const w = aConflict()
    await server.asked(provider === 'claude' ? 2 : 1)
    if (when === 'during') release.resolve()
    const { id } = w.now()
    expect(w.bench.engine.conflicts.decide(id, 'proceed').ok).toBe(true)
    release.resolve()
    await answered(w, isSlow)
    const conflict = w.now()
    expect(conflict.resolution).toMatchObject({ by: 'trader', optionId: 'proceed' })
    const [late, ...more] = attemptsOf(conflict)
    expect(late).toContain('too late: ')
    expect(late).toContain(outcome)
    expect(more).toEqual([])
    expectAccounted(w.bench, conflict, provider, 1, cost)
    // Nobody is asked about what is decided.
    expect(server.requests).toHaveLength(provider === 'claude' ? 2 : 1)
    expect(told(w.bench, conflict).filter((kind) => kind === 'resolved')).toHaveLength(1)
    const trades = w.bench.stores.proposals.withStatus('pending').map(({ legs }) => legs[0]?.amount.toFixed())
    expect(trades).toEqual(['0.046'])
    expect(verifyDatabase(w.bench.database)).toEqual([])
  })
})
