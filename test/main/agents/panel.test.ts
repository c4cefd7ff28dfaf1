import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { AgentMeans } from '../../../src/main/agents/agent.ts'
import { kind } from '../../../src/main/agents/kinds/trading-decision.ts'
import { Panel } from '../../../src/main/agents/panel.ts'
import type { PanelCase } from '../../../src/main/domain/panel.ts'
import type { TradingSignal } from '../../../src/main/domain/signal.ts'
import type { PanelModel, WantedModel } from '../../../src/main/ports.ts'
import { asset, type MessageId } from '../../../src/shared/ids.ts'
import { toText } from '../../../src/shared/money.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { regimeOf, taOf } from '../../support/signal-builders.ts'
import { BTC_USDT, viewOf } from './candles.ts'
import { shippedBlock } from './means.ts'
import { createTestQuestions } from './test-questions.ts'

const CONFIG = join(import.meta.dirname, '../../../config')
const promptTemplate = readFileSync(join(CONFIG, 'prompts/panel.md'), 'utf8')
const CASE: PanelCase = { symbol: BTC_USDT, price: 50_000, voices: [], indicators: {}, regime: null, held: [] }
const vote = (bias: string, confidence: number): string => JSON.stringify({ bias, confidence, reason: 'Because.' })

/** A model that says the next of these each time it is asked; `hangs` never ends, whatever its signal says. */
function memberOf(name: string, ...script: readonly string[]) {
  const prompts: string[] = []
  const member: PanelModel = {
    name,
    async ask({ user }) {
      const reply = script[prompts.length] ?? script.at(-1) ?? ''
      prompts.push(user)
      if (reply === 'hangs') return new Promise(() => {})
      if (reply === 'is down') return fail('llm/unavailable', `${name} cannot be reached.`)
      return ok({ text: reply, model: `${name}-1`, inputTokens: 9, outputTokens: 1, costUsd: '0.001' })
    },
  }
  return { member, prompts }
}

function panelOf(clock: ManualClock, members: readonly PanelModel[]) {
  const { questions, calls, permit } = createTestQuestions(clock)
  const told: string[] = []
  const panel = new Panel({
    agent: 'trading_decision',
    members,
    weight: 0.3,
    timeLimitMs: 20 * SECOND,
    promptTemplate,
    questions,
    tell: (text) => told.push(text),
  })
  const hear = (signal = new AbortController().signal) => panel.hear(CASE, signal)
  return { hear, calls, permit, told, questions }
}
const aClock = () => createManualClock(1_000_000)

describe('a panel of models', () => {
  it('has one voice for each model, of equal weight', async () => {
    const { hear } = panelOf(aClock(), [
      memberOf('a', vote('long', 0.7)).member,
      memberOf('b', vote('short', 0.6)).member,
      memberOf('c', vote('neutral', 0.5)).member,
    ])
    const voices = await hear()
    expect(voices.map(({ name, bias, confidence }) => [name, bias, confidence])).toEqual([
      ['model a', 'long', 0.7],
      ['model b', 'short', 0.6],
      ['model c', 'neutral', 0.5],
    ])
    for (const { weight } of voices) expect(weight).toBeCloseTo(0.1)
  })

  it('asks all at once, and goes without those that have not answered when the time is up', async () => {
    const clock = aClock()
    const hanging = [memberOf('a', 'hangs'), memberOf('b', 'hangs')]
    const { hear, calls } = panelOf(clock, [
      ...hanging.map(({ member }) => member),
      memberOf('c', vote('long', 0.7)).member,
    ])
    const heard = hear()
    expect(hanging.map(({ prompts }) => prompts.length)).toEqual([1, 1])
    clock.advance(20 * SECOND)
    expect((await heard).map(({ name }) => name)).toEqual(['model c'])
    expect(calls.map(({ name, outcome }) => [name, outcome.split(':')[0]])).toEqual([
      ['c', 'used'],
      ['a', 'llm/timeout'],
      ['b', 'llm/timeout'],
    ])
  })

  it('tells a model once what was wrong with its answer; one that does not learn has no voice', async () => {
    const [learns, stubborn] = [memberOf('a', 'Buy!', vote('long', 0.7)), memberOf('b', 'Buy!')]
    const { hear } = panelOf(aClock(), [learns.member, stubborn.member])
    expect((await hear()).map(({ name }) => name)).toEqual(['model a'])
    expect(learns.prompts[1]).toContain('It is not one JSON object and nothing else')
    expect(stubborn.prompts).toHaveLength(2)
  })

  it('says once that a model has no voice, and once that it has one again', async () => {
    const { member } = memberOf('a', vote('long', 0.7), 'is down', 'is down', vote('long', 0.7), vote('long', 0.7))
    const { hear, told } = panelOf(aClock(), [member])
    for (let round = 0; round < 5; round++) await hear()
    expect(told).toEqual([
      'The model a of the panel has no voice (llm/unavailable): a cannot be reached.',
      'The model a of the panel answers again.',
    ])
  })

  it('is not asked while the program is halted', async () => {
    const { member, prompts } = memberOf('a', vote('long', 0.7))
    const { hear, permit, told } = panelOf(aClock(), [member])
    permit.isGiven = false
    expect(await hear()).toEqual([])
    expect([prompts, told]).toEqual([[], []])
  })

  it('that is interrupted has not failed', async () => {
    const [off, { member }] = [new AbortController(), memberOf('a', 'hangs')]
    const { hear, told, permit, questions } = panelOf(aClock(), [member])
    const cutOff = hear(off.signal)
    off.abort()
    expect(await cutOff).toEqual([])
    const killed = hear()
    permit.isGiven = false
    questions.abandon()
    expect(await killed).toEqual([])
    expect(told).toEqual([])
  })

  it('needs a prompt that has a place for the case', () => {
    const { questions } = createTestQuestions(aClock())
    const deps = { agent: 'x', members: [], weight: 1, timeLimitMs: 1, questions, tell() {} }
    expect(() => new Panel({ ...deps, promptTemplate: '# System\nx' })).toThrow('panel.md')
  })
})

describe('the trading decision', () => {
  const BLOCK = shippedBlock('trading_decision')
  const { time_limit_seconds } = parse(readFileSync(join(CONFIG, 'agents.yaml'), 'utf8'), { schema: 'failsafe' }).agents
    .trading_decision
  const view = (confidence = 0.7) => {
    const outputs = {
      technical_analysis: taOf({ confidence, indicators: { atr: 400, rsi: 63 } }),
      regime_detection: regimeOf({ regime: 'trending_bull', confidence: 0.5 }),
    }
    return viewOf({
      said(name) {
        const output = outputs[name as keyof typeof outputs]
        return output === undefined ? null : { output, messageId: `msg_${name}` as MessageId }
      },
      held: ['long'],
    })
  }

  function decisionWith(members: readonly PanelModel[], enabled: boolean) {
    const clock = aClock()
    const wanted: (readonly WantedModel[])[] = []
    const { questions, permit } = createTestQuestions(clock)
    const means: AgentMeans = {
      name: 'trading_decision',
      clock,
      baseIntervalMs: MINUTE,
      exits: { stopAtrMultiple: 2, rewardToRisk: 2 },
      quote: asset('USDT'),
      openNews: () => [],
      llms: [],
      openModels(models) {
        wanted.push(models)
        return members
      },
      questions,
      tell() {},
      prompts: { sentiment: '', panel: promptTemplate },
    }
    const block = kind.block.parse({ ...BLOCK, panel: { ...BLOCK.panel, enabled: String(enabled) } })
    return { agent: block.make(means), asksForMs: block.asksForMs, wanted, clock, permit }
  }
  const namesIn = (signal: TradingSignal): string[] => signal.voices.map(({ name }) => name)

  it('asks no model as shipped, and answers at once', () => {
    expect(BLOCK.panel.enabled).toBe('false')
    const { agent, wanted, asksForMs } = decisionWith([memberOf('a', vote('long', 1)).member], false)
    expect(namesIn(agent.run(view()) as TradingSignal)).toEqual(['technical_analysis', 'regime_detection'])
    expect([wanted, asksForMs]).toEqual([[], 0])
  })

  it('answers at once when no model of its panel can be asked', () => {
    const { agent } = decisionWith([], true)
    expect(namesIn(agent.run(view()) as TradingSignal)).toEqual(['technical_analysis', 'regime_detection'])
  })

  it('hears its panel on what the agents say, and weighs it with them', async () => {
    const { member, prompts } = memberOf('a', vote('short', 0.9))
    const { agent, asksForMs } = decisionWith([member], true)
    const signal = (await agent.run(view())) as TradingSignal
    const alone = decisionWith([], true).agent.run(view()) as TradingSignal
    expect(namesIn(signal)).toEqual(['technical_analysis', 'regime_detection', 'model a'])
    expect([signal.bias, alone.bias]).toEqual(['long', 'long'])
    expect(signal.confidence).toBeLessThan(alone.confidence)
    expect(asksForMs).toBe(20 * SECOND)
    expect(Number(time_limit_seconds) * SECOND).toBeGreaterThan(asksForMs)
    for (const shown of ['"price": 50000', '"rsi": 63', '"regime": "trending_bull"', '"held": [\n    "long"', '0.7']) {
      expect(prompts[0]).toContain(shown)
    }
  })

  it('asks nobody where the agents have no direction that could be agreed with', async () => {
    const { member, prompts } = memberOf('a', vote('long', 1))
    const { agent } = decisionWith([member], true)
    const undecided = { ...view(), said: (name: string) => (name === 'technical_analysis' ? view(0).said(name) : null) }
    expect(await agent.run(undecided)).toMatchObject({ action: 'HOLD', voices: [] })
    expect(await agent.run(viewOf())).toBeNull()
    expect(prompts).toEqual([])
  })

  it('is made at once, by the agents alone, while the program is halted', () => {
    const { agent, permit } = decisionWith([memberOf('a', vote('long', 1)).member], true)
    permit.isGiven = false
    expect(namesIn(agent.run(view()) as TradingSignal)).toEqual(['technical_analysis', 'regime_detection'])
  })

  it('is made without models that are too slow for it', async () => {
    const { agent, clock } = decisionWith([memberOf('a', 'hangs').member], true)
    const signal = agent.run(view()) as Promise<TradingSignal>
    clock.advance(20 * SECOND)
    expect(namesIn(await signal)).toEqual(['technical_analysis', 'regime_detection'])
  })

  it('calls what a panel says again no news, and what it changes news', async () => {
    const { member } = memberOf('a', vote('long', 0.9), vote('long', 0.8), vote('short', 1))
    const { agent } = decisionWith([member], true)
    const run = async (confidence?: number) => ((await agent.run(view(confidence))) as TradingSignal).isNews
    expect([await run(), await run(), await run(0.62)]).toEqual([true, false, true])
  })

  it('wants the models of its settings as they stand there', () => {
    const { wanted } = decisionWith([], true)
    const terms = (name: string) => wanted[0]?.find((model) => model.name === name)
    expect(wanted[0]?.map(({ name, keyEnv, timeLimitMs }) => [name, keyEnv, timeLimitMs])).toEqual([
      ['deepseek', 'DEEPSEEK_API_KEY', 20 * SECOND],
      ['local', '', 20 * SECOND],
    ])
    expect(terms('local')).toMatchObject({ baseUrl: 'http://127.0.0.1:11434/v1', model: 'llama3.1' })
    const deepseek = terms('deepseek')
    expect(deepseek && [toText(deepseek.usdPerMillionInput), toText(deepseek.usdPerMillionOutput)]).toEqual([
      '0.3',
      '1.2',
    ])
  })
})
