import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelDesk } from '../../../src/main/coordinator/model-desk.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { Llm, LlmReply, Priced, Question, Stores } from '../../../src/main/ports.ts'
import type { CorrelationId } from '../../../src/shared/ids.ts'
import { decimal, toText } from '../../../src/shared/money.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { DAY, type EpochMs, epochMs, HOUR } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openMemory } from '../persistence/builders.ts'

const NOON = epochMs(Date.parse('2026-03-02T12:00:00Z'))
const NOBODY = new AbortController().signal
const about = (decisionId: string | null): Question => ({
  system: 'Decide.',
  user: 'A case.',
  askedFor: { purpose: 'conflict', decisionId, correlationId: 'cor_1' as CorrelationId, templateHash: 'a'.repeat(64) },
})
const answer = (costUsd: string, tokens = 10): LlmReply =>
  ok({ text: '{"option":"abort"}', model: 'deepseek-flash-0923', inputTokens: tokens, outputTokens: tokens, costUsd })

type Reply = () => LlmReply | Promise<LlmReply>

function aWorld(
  options: { stores?: Stores; wallNow?: () => EpochMs; perDay?: string; perDecision?: string; failures?: number } = {},
) {
  const stores = options.stores ?? createStores(openMemory())
  const clock = createManualClock(NOON)
  const state = { mayAsk: true, costs: '0.05', reply: (() => answer('0.01')) as Reply, asked: 0 }
  const outcomes: boolean[] = []
  let ids = 0
  const desk = new ModelDesk({
    clock,
    wallClock: { now: options.wallNow ?? (() => clock.now()) },
    elapsed: () => clock.now(),
    ids: { next: (prefix) => `${prefix}_${stores.llmCalls.last('deepseek')?.id ?? ''}${++ids}` },
    hash: (text) => String(text.length % 10).repeat(64),
    calls: stores.llmCalls,
    mayAsk: () => state.mayAsk,
    onOutcome: (isReached) => outcomes.push(isReached),
    settings: {
      perDayUsd: decimal(options.perDay ?? '1'),
      perDecisionUsd: decimal(options.perDecision ?? '0.2'),
      failuresInARow: options.failures ?? 3,
      leftAloneMs: 60_000,
    },
  })
  const model: Llm & Priced = {
    resolver: 'deepseek',
    modelName: 'deepseek-flash',
    costAtMost: () => state.costs,
    async ask() {
      state.asked++
      return state.reply()
    },
  }
  const recorded = desk.onRecord('deepseek', model)
  const ask = (decisionId: string | null = 'cfl_1', signal = NOBODY) => recorded.ask(about(decisionId), signal)
  return { desk, ask, stores, clock, state, outcomes }
}
const codeOf = (reply: LlmReply): string => (reply.ok ? 'ok' : reply.error.code)

describe('a question to a model', () => {
  it('is written down with what it may cost before it leaves, and closed with what came back', async () => {
    const w = aWorld()
    w.state.reply = () => {
      expect(w.stores.llmCalls.last('deepseek')).toMatchObject({ reservedUsd: '0.05', end: null, attempt: 1 })
      expect(toText(w.stores.llmCalls.spentOn('cfl_1'))).toBe('0.05')
      w.clock.advance(1_200)
      return answer('0.01')
    }
    expect(await w.ask()).toMatchObject({ ok: true, value: { costUsd: '0.01' } })
    expect(w.stores.llmCalls.last('deepseek')).toMatchObject({
      purpose: 'conflict',
      decisionId: 'cfl_1',
      correlationId: 'cor_1',
      modelAsked: 'deepseek-flash',
      templateHash: 'a'.repeat(64),
      request: '{"system":"Decide.","user":"A case."}',
      startedAt: NOON,
      end: {
        outcome: 'answered',
        settledUsd: '0.01',
        answer: '{"option":"abort"}',
        modelAnswered: 'deepseek-flash-0923',
        inputTokens: 10,
        outputTokens: 10,
        latencyMs: 1_200,
      },
    })
    w.state.reply = () => answer('0.01')
    await w.ask()
    expect(w.stores.llmCalls.ofDecision('cfl_1').map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(w.desk.budget()).toEqual({ spentUsd: '0.02', perDayUsd: '1', perDecisionUsd: '0.2' })
  })

  it('counts with what was reserved where nobody says what it cost', async () => {
    const w = aWorld()
    w.state.reply = () => answer('0', 0)
    await w.ask()
    w.state.reply = () => fail('llm/unavailable', 'The connection broke.')
    await w.ask()
    w.state.reply = () => ({
      ...fail('llm/blank', 'The answer was blank.'),
      spent: { model: 'm', inputTokens: 5, outputTokens: 5, costUsd: '0.003' },
    })
    await w.ask()
    expect(w.stores.llmCalls.ofDecision('cfl_1').map(({ end }) => end?.settledUsd)).toEqual(['0.05', '0.05', '0.003'])
  })

  it('is not asked beyond the budget of its decision, nor of the day; the next day begins anew', async () => {
    const w = aWorld({ perDay: '0.13', perDecision: '0.07' })
    w.state.reply = () => answer('0.03')
    expect([codeOf(await w.ask('cfl_1')), codeOf(await w.ask('cfl_1'))]).toEqual(['ok', 'llm/budget'])
    expect([codeOf(await w.ask('cfl_2')), codeOf(await w.ask('cfl_3'))]).toEqual(['ok', 'ok'])
    const beyond = await w.ask('cfl_4')
    expect(beyond).toMatchObject({ error: { code: 'llm/budget', message: expect.stringContaining('0.13 USD') } })
    expect(w.state.asked).toBe(3)
    w.clock.advance(DAY / 2)
    expect(codeOf(await w.ask('cfl_4'))).toBe('ok')
  })

  it('is not asked while the program is halted, nor of a provider that failed again and again', async () => {
    const w = aWorld()
    w.state.mayAsk = false
    expect(codeOf(await w.ask())).toBe('llm/held-back')
    w.state.mayAsk = true
    w.state.reply = () => ({
      ...fail('llm/unavailable', 'HTTP 503'),
      spent: { model: '', inputTokens: 0, outputTokens: 0, costUsd: '0' },
    })
    for (let i = 0; i < 3; i++) await w.ask()
    expect(w.desk.providers()).toEqual([{ provider: 'deepseek', model: 'deepseek-flash', isLeftAlone: true }])
    expect(codeOf(await w.ask())).toBe('llm/left-alone')
    expect(w.state.asked).toBe(3)
    expect(w.outcomes).toEqual([false, false, false])
    expect(toText(w.stores.llmCalls.spentSince(epochMs(0)))).toBe('0')
  })

  it('that is out when the program ends counts with what it may have cost', async () => {
    const w = aWorld()
    w.state.reply = () => new Promise(() => {})
    void w.ask()
    const next = aWorld({ stores: w.stores })
    expect(next.stores.llmCalls.last('deepseek')?.end).toMatchObject({
      outcome: 'interrupted: the workstation was stopped',
      settledUsd: '0.05',
    })
  })

  it('whose answer cannot be written down is not used', async () => {
    const w = aWorld()
    Object.assign(w.stores.llmCalls, {
      close() {
        throw new Error('the disk is full')
      },
    })
    expect(codeOf(await w.ask())).toBe('llm/not-recorded')
  })

  it('keeps what it was about within bounds, and says where it does not keep all', async () => {
    const w = aWorld()
    w.state.reply = () => ok({ text: 'x'.repeat(30_000), model: 'm', inputTokens: 1, outputTokens: 1, costUsd: '0.01' })
    await w.ask()
    const text = w.stores.llmCalls.last('deepseek')?.end?.answer ?? ''
    expect(text.length).toBeLessThan(20_100)
    expect(text).toContain('(30000 characters)')
  })
})

describe('the budgets', () => {
  it('hold whatever is asked, answered and interrupted, and no question is without its row', async () => {
    const step = fc.record({
      decision: fc.integer({ min: 1, max: 3 }),
      most: fc.integer({ min: 1, max: 9 }),
      cost: fc.integer({ min: 0, max: 9 }),
      how: fc.constantFrom('answers', 'breaks', 'never', 'restarts', 'hours'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const stores = createStores(openMemory())
        let w = aWorld({ stores, perDay: '0.3', perDecision: '0.15', failures: 100 })
        let asked = 0
        for (const { cost, decision, how, most } of steps) {
          if (how === 'restarts') {
            const { clock } = w
            asked += w.state.asked
            w = aWorld({ stores, perDay: '0.3', perDecision: '0.15', failures: 100 })
            w.clock.advance(clock.now() - NOON)
            continue
          }
          if (how === 'hours') {
            w.clock.advance(7 * HOUR)
            continue
          }
          w.state.costs = `0.0${most}`
          const paid = Math.min(cost, most)
          w.state.reply = () => {
            if (how === 'never') return new Promise(() => {})
            return how === 'breaks' ? fail('llm/unavailable', 'broken') : answer(`0.0${paid}`)
          }
          const reply = w.ask(`cfl_${decision}`)
          if (how === 'never') await new Promise((later) => setImmediate(later))
          else await reply
          const today = epochMs(Math.floor(w.clock.now() / DAY) * DAY)
          expect(Number(stores.llmCalls.spentSince(today).toFixed())).toBeLessThanOrEqual(0.3)
          expect(Number(stores.llmCalls.spentOn(`cfl_${decision}`).toFixed())).toBeLessThanOrEqual(0.15)
        }
        asked += w.state.asked
        const rows = [1, 2, 3].flatMap((n) => stores.llmCalls.ofDecision(`cfl_${n}`))
        expect(rows).toHaveLength(asked)
      }),
      { numRuns: 60, seed: 6 },
    )
  })
})

describe('a provider that keeps failing', () => {
  const down = (): LlmReply => fail('llm/unavailable', 'HTTP 503')
  // The breaker looks at the machine's clock itself.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }))
  afterEach(() => void vi.useRealTimers())
  const pass = (w: ReturnType<typeof aWorld>, ms: number): void => {
    w.clock.advance(ms)
    vi.setSystemTime(w.clock.now())
  }
  async function left(failures = 3) {
    const w = aWorld({ failures, perDecision: '100', perDay: '100' })
    w.state.reply = down
    for (let i = 0; i < failures; i++) await w.ask()
    return w
  }

  it('is left alone, and asked again when its time is over: one failure leaves it alone again, an answer ends it', async () => {
    const w = await left()
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: true }])
    pass(w, 59_000)
    expect(codeOf(await w.ask())).toBe('llm/left-alone')
    expect(w.state.asked).toBe(3)
    pass(w, 1_000)
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: false }])
    expect(codeOf(await w.ask())).toBe('llm/unavailable')
    expect(codeOf(await w.ask())).toBe('llm/left-alone')
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: true }])
    pass(w, 60_000)
    w.state.reply = () => answer('0.01')
    expect(codeOf(await w.ask())).toBe('ok')
    expect(codeOf(await w.ask())).toBe('ok')
    expect(w.stores.llmCalls.ofDecision('cfl_1')).toHaveLength(6)
  })

  it('may be tested with the button when its time is over', async () => {
    const w = await left()
    pass(w, 60_000)
    w.state.reply = () => answer('0.01')
    expect(await w.desk.test('deepseek')).toMatchObject({ ok: true })
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: false }])
  })

  it('is not asked after Kill by who waited behind the one question that finds out', async () => {
    const w = await left()
    pass(w, 60_000)
    const { promise, resolve } = Promise.withResolvers<LlmReply>()
    w.state.reply = () => promise
    const [first, second] = [w.ask(), w.ask()]
    w.state.mayAsk = false
    resolve(answer('0.01'))
    expect(codeOf(await first)).toBe('ok')
    expect(['llm/held-back', 'llm/left-alone']).toContain(codeOf(await second))
    expect(w.state.asked).toBe(4)
  })

  it('is not blamed for questions that were given up on; for those that took too long it is', async () => {
    const w = aWorld({ failures: 2, perDecision: '100', perDay: '100' })
    const giveUp = async (reason?: DOMException): Promise<LlmReply> => {
      const line = new AbortController()
      const { promise, resolve } = Promise.withResolvers<LlmReply>()
      w.state.reply = () => promise
      const asked = w.ask('cfl_1', line.signal)
      line.abort(reason)
      resolve(fail('llm/timeout', 'aborted'))
      return asked
    }
    for (let i = 0; i < 4; i++) expect(codeOf(await giveUp())).toBe('llm/timeout')
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: false }])
    expect(w.outcomes).toEqual([])
    for (let i = 0; i < 2; i++) await giveUp(new DOMException('late', 'TimeoutError'))
    expect(w.outcomes).toEqual([false, false])
    expect(w.desk.providers()).toMatchObject([{ isLeftAlone: true }])
  })
})

describe('what is spent', () => {
  it('counts by the days of the machine, however fast the market’s clock runs', async () => {
    let wall = NOON
    const w = aWorld({ perDay: '0.1', perDecision: '10', wallNow: () => wall })
    w.state.reply = () => answer('0.05')
    expect([codeOf(await w.ask()), codeOf(await w.ask())]).toEqual(['ok', 'ok'])
    w.clock.advance(30 * DAY)
    expect(codeOf(await w.ask())).toBe('llm/budget')
    wall = epochMs(NOON + DAY)
    expect(codeOf(await w.ask())).toBe('ok')
  })

  it('is what was reserved where a provider counts one side of an answer only', async () => {
    const w = aWorld()
    w.state.reply = () => ok({ text: '{}', model: 'm', inputTokens: 12, outputTokens: 0, costUsd: '0.0000036' })
    await w.ask()
    expect(w.stores.llmCalls.last('deepseek')?.end).toMatchObject({ settledUsd: '0.05', inputTokens: null })
  })
})
