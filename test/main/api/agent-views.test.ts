import { describe, expect, it } from 'vitest'
import type { AgentOutput } from '../../../src/main/agents/agent.ts'
import type { AgentStatus, LastRun } from '../../../src/main/agents/agent-runner.ts'
import { agentView, outputView } from '../../../src/main/api/agent-views.ts'
import type { Opinion } from '../../../src/main/domain/signal.ts'
import { AgentOutputView, AgentView } from '../../../src/shared/contract/agent-views.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { moodOf, regimeOf, signalOf, taOf } from '../../support/signal-builders.ts'
import { BTC_USDT, XRP_USDT } from '../agents/candles.ts'

const NOON = 1_700_000_000_000 - (1_700_000_000_000 % HOUR)

const run = (change: Partial<LastRun> = {}): LastRun => ({
  at: epochMs(NOON),
  latencyMs: 0.25,
  output: null,
  messageId: null,
  problem: null,
  ...change,
})
const spoken = (output: AgentOutput): LastRun => run({ output, messageId: 'msg_1' as MessageId })
const status = (change: Partial<AgentStatus> = {}): AgentStatus => ({
  name: 'technical_analysis',
  title: 'Technical analysis',
  topic: 'ta_signals',
  everyMs: 5 * MINUTE,
  isOn: true,
  nextRunAt: epochMs(NOON),
  warmUp: [],
  running: [],
  last: new Map(),
  runs: 0,
  failures: 0,
  ...change,
})
const cold = { symbol: BTC_USDT, seen: 3, of: 400 }
const warm = { symbol: BTC_USDT, seen: 400, of: 400 }
const opinion: Opinion = {
  symbol: BTC_USDT,
  at: epochMs(NOON),
  bias: 'short',
  confidence: 0.5,
  reason: 'It broke out.',
  indicators: { high: 123.4567891 },
  isNews: true,
}
/** What is shown of the only thing that an agent said. */
const shownOf = (output: AgentOutput) => {
  const view = agentView(status({ last: new Map([[output.symbol, spoken(output)]]) }), null)
  expect(AgentView.safeParse(view).error).toBeUndefined()
  return view.said[0]
}

describe('the card of an agent', () => {
  it.each<[AgentView['state'], Partial<AgentStatus>]>([
    ['off', { isOn: false }],
    ['warming_up', { warmUp: [cold] }],
    ['warming_up', { warmUp: [cold], last: new Map([[BTC_USDT, run()]]) }],
    ['warming_up', { warmUp: [warm, { ...cold, symbol: XRP_USDT }] }],
    ['waiting', { warmUp: [warm] }],
    ['waiting', {}],
    ['asking', { running: [BTC_USDT], warmUp: [warm] }],
    ['asking', { running: [BTC_USDT], last: new Map([[BTC_USDT, run({ problem: 'HTTP 500' })]]) }],
    ['silent', { last: new Map([[BTC_USDT, run()]]) }],
    ['ready', { last: new Map([[BTC_USDT, spoken(taOf())]]) }],
    ['ready', { last: new Map([[BTC_USDT, spoken(taOf())]]), warmUp: [warm, { ...cold, symbol: XRP_USDT }] }],
    [
      'failed',
      {
        last: new Map([
          [BTC_USDT, spoken(taOf())],
          [XRP_USDT, run({ problem: 'HTTP 500' })],
        ]),
      },
    ],
  ])('says that it is %s', (state, change) => {
    const view = agentView(status(change), null)
    expect(view.state).toBe(state)
    expect(AgentView.safeParse(view).error).toBeUndefined()
  })

  it('says when it runs next; not when it is off', () => {
    expect(agentView(status({ nextRunAt: epochMs(NOON + HOUR) }), null).nextRunAt).toBe(NOON + HOUR)
    expect(agentView(status({ isOn: false, nextRunAt: null }), null).nextRunAt).toBeNull()
  })

  it('says when it ran last, on whatever symbol, how often it spoke and failed, and why it does', () => {
    const last = new Map([
      [BTC_USDT, run({ at: epochMs(NOON + 1), problem: 'HTTP 500' })],
      [XRP_USDT, run({ at: epochMs(NOON) })],
    ])
    const view = agentView(status({ last, runs: 3, failures: 2 }), null)
    expect(view).toMatchObject({ lastRunAt: NOON + 1, problem: 'HTTP 500', runs: 3, failures: 2, said: [] })
    expect(agentView(status(), null)).toMatchObject({ lastRunAt: null, problem: null })
  })

  it('says how far it has warmed up, where it has to', () => {
    expect(agentView(status({ warmUp: [cold] }), null).warmUp).toEqual([{ symbol: 'BTC/USDT', seen: 3, of: 400 }])
    expect(agentView(status({ warmUp: [{ symbol: BTC_USDT, seen: 0, of: 0 }] }), null).warmUp).toEqual([])
  })

  it('shows what technical analysis said, with the values it used to six digits', () => {
    expect(shownOf(taOf({ indicators: { atr: 412.345678, obv: -1_234_567_890, rsi: 61 } }))).toEqual({
      symbol: 'BTC/USDT',
      at: taOf().at,
      latencyMs: 0.25,
      word: 'long',
      bias: 'long',
      confidence: 0.72,
      text: 'Trend up, momentum rising.',
      values: [
        { name: 'atr', value: '412.346' },
        { name: 'obv', value: '-1234570000' },
        { name: 'rsi', value: '61' },
      ],
      voices: [],
      items: [],
      problems: [],
    })
  })

  it('shows a regime in words, where it points, and what it makes of sizes', () => {
    expect(shownOf(regimeOf({ regime: 'trending_bear', sizeMultiplier: 0.75 }))).toMatchObject({
      word: 'trending bear',
      bias: 'short',
      text: 'Trades are sized × 0.75.',
      values: [{ name: 'choppiness', value: '40' }],
    })
    expect(shownOf(regimeOf({ regime: 'breakout_potential' }))).toMatchObject({
      word: 'breakout potential',
      bias: 'neutral',
    })
  })

  it('shows a mood with the newest of what it was made of, and what could not be reached', () => {
    const items = Array.from({ length: 14 }, (_, i) => ({
      source: i % 2 === 0 ? 'CoinDesk' : 'fear_greed',
      text: `<b>Item ${i}</b>`,
      at: epochMs(NOON - i),
      score: 0.1,
    }))
    const said = shownOf(moodOf({ items, score: 0.345, problems: ['Decrypt cannot be reached.'] }))
    expect(said).toMatchObject({
      text: 'Score 0.34 of 14 items from 2 sources.',
      problems: ['Decrypt cannot be reached.'],
    })
    expect(said?.items).toEqual(items.slice(0, 12))
    expect(shownOf(moodOf({ items: [], confidence: 0, bias: 'neutral' }))).toMatchObject({
      word: 'neutral',
      text: 'There was nothing to go by: no opinion.',
    })
  })

  it('shows a decision with its exits and the voices that made it', () => {
    expect(shownOf(signalOf())).toMatchObject({
      word: 'BUY',
      text: signalOf().reason,
      values: [
        { name: 'entry', value: '50000' },
        { name: 'atr', value: '400' },
        { name: 'stop', value: '49200' },
        { name: 'target', value: '51600' },
      ],
      voices: [{ name: 'technical_analysis', bias: 'long', confidence: 0.85, weight: 1 }],
    })
    const waiting = signalOf({ action: 'HOLD', stop: null, target: null, voices: [] })
    expect(shownOf(waiting)?.values.map(({ name }) => name)).toEqual(['entry', 'atr'])
  })

  it('shows an opinion of any kind with its reason', () => {
    expect(shownOf(opinion)).toMatchObject({
      word: 'short',
      bias: 'short',
      text: 'It broke out.',
      values: [{ name: 'high', value: '123.457' }],
    })
  })
})

describe('the history of an agent', () => {
  it.each<[AgentOutput, string, string]>([
    [taOf(), 'long', 'Trend up, momentum rising.'],
    [regimeOf(), 'trending bull', 'Trades are sized × 1.'],
    [moodOf(), 'long', 'There was nothing to go by: no opinion.'],
    [signalOf(), 'BUY', signalOf().reason],
    [opinion, 'short', 'It broke out.'],
  ])('is told from what was written down', (output, word, text) => {
    const row = { symbol: output.symbol, at: output.at, latencyMs: 1.5, output: JSON.stringify(output) }
    const view = outputView(row)
    expect(view).toEqual({
      symbol: output.symbol,
      at: output.at,
      latencyMs: 1.5,
      word,
      bias: output === opinion ? 'short' : 'long',
      confidence: output.confidence,
      text,
    })
    expect(AgentOutputView.safeParse(view).success).toBe(true)
  })
})
