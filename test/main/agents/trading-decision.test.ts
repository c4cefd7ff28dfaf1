import { describe, expect, it } from 'vitest'
import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import type { AgentOutput, AgentView } from '../../../src/main/agents/agent.ts'
import { kind } from '../../../src/main/agents/kinds/trading-decision.ts'
import type { TradingSignal } from '../../../src/main/domain/signal.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { epochMs, HOUR } from '../../../src/shared/time.ts'
import { moodOf, regimeOf, taOf } from '../../support/signal-builders.ts'
import { viewOf, XRP_USDT } from './candles.ts'
import { meansOf, shippedBlock } from './means.ts'

const BLOCK = {
  ...shippedBlock('trading_decision'),
  weights: { technical_analysis: '2', regime_detection: '1', sentiment: '1' },
  act_from: '0.6',
  close_from: '0.5',
}
const means = meansOf(createSimulatedClock(epochMs(0)), { exits: { stopAtrMultiple: 2, rewardToRisk: 1.5 } })
const decision = () => kind.block.parse(BLOCK).make(means)

type Heard = Readonly<Record<string, AgentOutput>>
const hearing = (heard: Heard, change: Partial<AgentView> = {}): AgentView =>
  viewOf({
    said: (name) => {
      const output = heard[name]
      return output === undefined ? null : { output, messageId: `msg_${name}` as MessageId }
    },
    ...change,
  })
const decided = (heard: Heard, change: Partial<AgentView> = {}): TradingSignal =>
  decision().run(hearing(heard, change)) as TradingSignal
const LONG = { technical_analysis: taOf({ confidence: 0.8, close: 50_000, indicators: { atr: 400 } }) }
const SHORT = { technical_analysis: taOf({ bias: 'short', confidence: 0.8, close: 50_000, indicators: { atr: 400 } }) }

describe('the trading decision', () => {
  it('buys with a stop so many ranges below the entry, and the target as much farther above', () => {
    expect(decided(LONG)).toMatchObject({
      action: 'BUY',
      bias: 'long',
      entry: 50_000,
      atr: 400,
      stop: 49_200,
      target: 51_200,
      taMessageId: 'msg_technical_analysis',
      reason: 'BUY: long with confidence 0.80 (technical_analysis long 0.80).',
    })
  })

  it('sells with both the other way round, and names neither when it waits or closes', () => {
    expect(decided(SHORT)).toMatchObject({ action: 'SELL', stop: 50_800, target: 48_800 })
    expect(decided(SHORT, { held: ['long'] })).toMatchObject({ action: 'CLOSE', stop: null, target: null })
    const unsure = { technical_analysis: taOf({ confidence: 0.59 }) }
    expect(decided(unsure)).toMatchObject({ action: 'HOLD', bias: 'long', stop: null, target: null })
  })

  it('weighs what each of them says; a regime by where it points', () => {
    const { voices } = decided({
      ...LONG,
      regime_detection: regimeOf({ regime: 'volatile_bear', confidence: 0.5 }),
      sentiment: moodOf({ bias: 'neutral', confidence: 0.4 }),
    })
    expect(voices).toEqual([
      { name: 'technical_analysis', weight: 0.5, bias: 'long', confidence: 0.8 },
      { name: 'regime_detection', weight: 0.25, bias: 'short', confidence: 0.5 },
      { name: 'sentiment', weight: 0.25, bias: 'neutral', confidence: 0.4 },
    ])
  })

  it('goes by those who speak: who is silent leaves his share to the others', () => {
    const silent = moodOf({ bias: 'short', confidence: 0 })
    expect(decided({ ...LONG, sentiment: silent })).toMatchObject({ action: 'BUY', confidence: 0.8 })
    expect(decided({ ...LONG, somebody: taOf({ bias: 'short' }) })).toMatchObject({ action: 'BUY', confidence: 0.8 })
  })

  it.each<[string, Heard]>([
    ['technical analysis is silent, because nobody else knows the price', { sentiment: moodOf({ confidence: 1 }) }],
    ['there is no range to make a stop of', { technical_analysis: taOf({ indicators: {} }) }],
    ['nothing has moved', { technical_analysis: taOf({ indicators: { atr: 0 } }) }],
  ])('says nothing while %s', (_, heard) => {
    expect(decision().run(hearing(heard))).toBeNull()
  })

  it('is news when action or direction change, on each symbol by itself', () => {
    const agent = decision()
    const news = (heard: Heard, change: Partial<AgentView> = {}): boolean => {
      const signal = agent.run(hearing(heard, { now: epochMs(HOUR), ...change })) as TradingSignal
      return signal.isNews
    }
    const surer = { technical_analysis: taOf({ confidence: 0.9 }) }
    const unsure = { technical_analysis: taOf({ confidence: 0.3 }) }
    expect([news(LONG), news(LONG), news(surer)]).toEqual([true, false, false])
    expect(news(LONG, { symbol: XRP_USDT })).toBe(true)
    expect([news(unsure), news(unsure)]).toEqual([true, false])
    expect(news({ technical_analysis: taOf({ bias: 'short', confidence: 0.3 }) })).toBe(true)
    expect([news(LONG, { held: ['short'] }), news(LONG)]).toEqual([true, true])
  })

  it('listens to everybody who has a weight, and looks at no candles of its own', () => {
    expect(kind.block.parse(BLOCK).reads).toEqual(['technical_analysis', 'regime_detection', 'sentiment'])
    const agent = decision()
    agent.observe(XRP_USDT, { openTime: epochMs(0), intervalMs: 1, open: 1, high: 1, low: 1, close: 1, volume: 0 })
    expect([agent.needs, agent.seen(XRP_USDT)]).toEqual([[], 0])
  })
})
