import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../../src/main/adapters/deepseek/deepseek.ts'
import { Strategist } from '../../../src/main/coordinator/strategist.ts'
import type { Case } from '../../../src/main/domain/case.ts'
import type { Consulted } from '../../../src/main/domain/strategy.ts'
import type { Llm } from '../../../src/main/ports.ts'
import { decimal, toText } from '../../../src/shared/money.ts'
import * as replies from '../../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../../servers/llm/server.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { NOON } from '../domain/conflict-case.ts'

const TEMPLATE = readFileSync(join(import.meta.dirname, '../../../config/prompts/strategy.md'), 'utf8')
const ASK_LIMIT = 30_000
const ABOUT: Case = {
  facts: { plan: { why: 'drift', riskOfWaitingOneDay: '182.50 USDT' }, trades: [{ trade: 'sell BTC/USDT' }] },
  options: [
    { id: 'limit', text: 'All at once: limit orders. Fees of 1.60 USDT.' },
    { id: 'limit_in_slices', text: 'In 6 slices, 240 minutes apart: limit orders. Fees of 1.60 USDT.' },
  ],
  defaultOptionId: 'limit',
}
const SLICES =
  '{"option": "limit_in_slices", "confidence": 0.8, "reasons": "The spread is small, slices are calm.", "cites": [{"field": "plan.why", "value": "drift"}]}'
const CITES = [{ field: 'plan.why', value: 'drift' }]
const ABSTAIN = '{"option": "abstain", "confidence": 0.1, "reasons": "It could go either way.", "cites": []}'

function aStrategist(llms: readonly Llm[]) {
  const clock = createManualClock(NOON)
  const state = { mayAsk: true }
  const strategist = new Strategist({
    clock,
    llms,
    askTimeLimitMs: ASK_LIMIT,
    promptTemplate: TEMPLATE,
    templateHash: 'a'.repeat(64),
    mayAsk: () => state.mayAsk,
  })
  return { strategist, clock, state, choose: () => strategist.choose(ABOUT) }
}
const summed = ({ chosen, tookMs, cost, outcomes }: Consulted) => ({
  option: chosen?.optionId ?? null,
  by: chosen?.by ?? null,
  tookMs,
  cost: toText(cost),
  asked: outcomes.map((outcome) => outcome.split(' ')[0]),
})

describe('how a plan is carried out', () => {
  it('is chosen by the first model that answers, with its time and its price', async () => {
    const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
    const w = aStrategist([deepseek.llm, claude.llm])
    const choice = w.choose()
    w.clock.advance(4_000)
    deepseek.last().say(SLICES)
    expect(await choice).toMatchObject({
      chosen: { optionId: 'limit_in_slices', by: 'deepseek', model: 'deepseek-1', confidence: 0.8 },
      tookMs: 4_000,
    })
    expect(claude.questions).toEqual([])
    expect(w.clock.waiting()).toBe(0)
  })

  it('is asked with the facts, the options and what applies without an answer', () => {
    const deepseek = aModel('deepseek')
    void aStrategist([deepseek.llm]).choose()
    const { user } = deepseek.last()
    expect(user).toContain('182.50 USDT')
    expect(user).toContain('In 6 slices, 240 minutes apart')
    expect(user).toContain('"limit" applies')
    expect(user).not.toContain('{{')
  })

  it.each([
    ['that is no JSON', 'Slices, I think.'],
    ['with an option that is not listed', SLICES.replace('limit_in_slices', 'market')],
    ['with a number that is not in the case', SLICES.replace('slices are calm', '7 slices are calm')],
  ])('is asked once more after an answer %s, with what was wrong, and then the next model', async (_, answer) => {
    const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
    const w = aStrategist([deepseek.llm, claude.llm])
    const choice = w.choose()
    deepseek.last().say(answer)
    await settled()
    expect(deepseek.questions).toHaveLength(2)
    expect(deepseek.last().user).toContain('<problem>')
    deepseek.last().say(answer)
    await settled()
    expect(deepseek.questions).toHaveLength(2)
    claude.last().say(SLICES)
    expect(summed(await choice)).toEqual({
      option: 'limit_in_slices',
      by: 'claude',
      tookMs: 0,
      cost: '0.03',
      asked: ['deepseek', 'deepseek', 'claude'],
    })
  })

  it('is nobody’s choice when all abstain, and that is not asked twice', async () => {
    const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
    const choice = aStrategist([deepseek.llm, claude.llm]).choose()
    deepseek.last().say(ABSTAIN)
    await settled()
    claude.last().say(ABSTAIN)
    expect(summed(await choice)).toMatchObject({ option: null, cost: '0.02', asked: ['deepseek', 'claude'] })
  })

  it('never takes longer than the time of all questions together', async () => {
    const models = [aModel('deepseek'), aModel('claude')] as const
    const w = aStrategist(models.map(({ llm }) => llm))
    let consulted: Consulted | null = null
    void w.choose().then((result) => {
      consulted = result
    })
    for (const model of models) {
      w.clock.advance(ASK_LIMIT - 1)
      // The worst that a model can do: to be wrong at the last moment, and then silent.
      model.last().say('?')
      await settled()
      w.clock.advance(ASK_LIMIT)
      expect(model.last().signal.aborted).toBe(true)
      await settled()
    }
    expect(consulted).toMatchObject({ chosen: null, tookMs: 4 * ASK_LIMIT - 2 })
    expect(w.clock.waiting()).toBe(0)
  })

  it('is left to the settings at once when the question is given up, and nobody else is asked', async () => {
    const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
    const w = aStrategist([deepseek.llm, claude.llm])
    const choice = w.choose()
    w.strategist.abandon()
    expect(deepseek.last().signal.aborted).toBe(true)
    expect(await choice).toMatchObject({ chosen: null })
    expect(claude.questions).toEqual([])
  })

  it('is asked of nobody while nothing may be traded', async () => {
    const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
    const w = aStrategist([deepseek.llm, claude.llm])
    const choice = w.choose()
    w.state.mayAsk = false
    deepseek.last().say(ABSTAIN)
    expect(await choice).toMatchObject({ chosen: null })
    expect(await w.choose()).toMatchObject({ chosen: null, outcomes: [] })
    expect([deepseek.questions.length, claude.questions.length]).toEqual([1, 0])
  })

  it('survives a model that throws', async () => {
    const broken: Llm = { resolver: 'deepseek', ask: () => Promise.reject(new Error('sk-canary')) }
    const consulted = await aStrategist([broken]).choose()
    expect(consulted.chosen).toBeNull()
    expect(JSON.stringify(consulted)).not.toContain('canary')
  })
})

describe('with the real libraries', () => {
  let server: LlmServer
  beforeEach(async () => {
    server = await startLlmServer()
  })
  afterEach(() => server.close())

  const terms = () => ({
    apiKey: 'sk-canary-7f3a9b1c5d2e8f60',
    baseUrl: server.url,
    model: 'asked-for',
    timeLimitMs: 5_000,
    maxOutputTokens: 900,
    usdPerMillionInput: decimal('0.3'),
    usdPerMillionOutput: decimal('1'),
  })
  const chosen = () => aStrategist([createDeepSeek(terms()), createClaude(terms())]).choose()

  it('DeepSeek’s answer is read, priced and named', async () => {
    server.script('deepseek', replies.right({ option: 'limit_in_slices', reasons: 'Calm.', cites: CITES }))
    const consulted = await chosen()
    expect(consulted.chosen).toMatchObject({
      optionId: 'limit_in_slices',
      by: 'deepseek',
      model: 'deepseek-flash-0923',
    })
    expect(toText(consulted.cost)).toBe('0.0005')
    expect(server.requests[0]?.prompt).toContain('240 minutes apart')
  })

  it('Claude answers where DeepSeek is down, and the default applies where both are', async () => {
    server.script('deepseek', replies.status(500, 'sorry'), replies.rateLimited())
    server.script('claude', replies.fencedRight({ option: 'limit', reasons: 'Calm.', cites: CITES }), replies.resets())
    expect(summed(await chosen())).toMatchObject({ option: 'limit', by: 'claude' })
    expect(summed(await chosen())).toMatchObject({ option: null, asked: ['deepseek', 'claude'] })
  })

  it('what a model invents, or repeats of its key, goes nowhere', async () => {
    server.script('deepseek', replies.inventedNumbers(), replies.unknownOption())
    server.script('claude', replies.repeatsKey({ option: 'limit', cites: CITES }))
    const consulted = await chosen()
    expect(summed(consulted)).toMatchObject({ option: 'limit', asked: ['deepseek', 'deepseek', 'claude'] })
    expect(JSON.stringify(consulted)).not.toContain('canary')
  })
})
