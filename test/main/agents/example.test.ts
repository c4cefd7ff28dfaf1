import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kind } from '../../../docs/examples/breakout.ts'
import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import { kind as decisionKind } from '../../../src/main/agents/kinds/trading-decision.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { taOf } from '../../support/signal-builders.ts'
import { BTC_USDT, XRP_USDT } from './candles.ts'
import { meansOf, shippedBlock } from './means.ts'
import { agentOf, closing, runnerOf, scheduledOf } from './running.ts'

const DOCS = join(import.meta.dirname, '../../../docs')
const EXAMPLE = readFileSync(join(DOCS, 'examples/breakout.ts'), 'utf8')
const GUIDE = readFileSync(join(DOCS, 'agents.md'), 'utf8')
const BLOCK = { timeframe_minutes: '1', candles: '3', confidence: '0.8' }

const clock = createSimulatedClock(epochMs(0))
const breakout = (block: object = BLOCK) =>
  scheduledOf('breakout', { title: kind.title, topic: kind.topic, agent: kind.block.parse(block).make(meansOf(clock)) })
/** A candle of the given close, which reaches one up and one down. */
const at = (minute: number, close: number, symbol = BTC_USDT) =>
  closing(minute, { symbol, close, high: close + 1, low: close - 1 })

describe('the example of the guide', () => {
  it('is at most 40 lines, and the guide shows all of it', () => {
    expect(EXAMPLE.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect(GUIDE).toContain(`\`\`\`ts\n${EXAMPLE}\`\`\``)
  })

  it('is silent until it has warmed up, and then says where the price broke out to', () => {
    const { runner, tell, bus, kept } = runnerOf([breakout()])
    const closes = [100, 102, 101, 102.5, 103.5, 104.6, 99, 99, 101]
    for (const [i, close] of closes.entries()) {
      tell([at(i + 1, close), at(i + 1, 100, XRP_USDT)])
      if (i < 3) expect(runner.statuses()[0]?.warmUp[0]).toEqual({ symbol: BTC_USDT, seen: i + 1, of: 4 })
    }
    const said = bus.history('opinions').map(({ payload }) => payload)
    const ofBtc = said.filter(({ symbol }) => symbol === BTC_USDT)
    // The fourth reaches 102.5 under a high of 103; only what closes outside has broken out.
    expect(ofBtc.map(({ at, bias, confidence, isNews }) => [at / MINUTE, bias, confidence, isNews])).toEqual([
      [4, 'neutral', 0, true],
      [5, 'neutral', 0, false],
      [6, 'long', 0.8, true],
      [7, 'short', 0.8, true],
      [8, 'neutral', 0, true],
      [9, 'neutral', 0, false],
    ])
    expect(ofBtc[2]).toMatchObject({
      reason: 'The close of 104.6 held against 100 to 104.5.',
      indicators: { high: 104.5, low: 100 },
    })
    expect(kept()).toHaveLength(4 + 1)
  })

  it('looks at the candles that its block asks for, or at the finest there are', () => {
    const hourly = { ...BLOCK, timeframe_minutes: '60' }
    const needsWith = (baseIntervalMs: number) =>
      kind.block
        .parse(hourly)
        .make(meansOf(clock, { baseIntervalMs }))
        .needs.map(({ intervalMs }) => intervalMs / MINUTE)
    expect([needsWith(MINUTE), needsWith(240 * MINUTE)]).toEqual([[60], [240]])
    const { tell, bus } = runnerOf([breakout(hourly)])
    for (let minute = 1; minute <= 240; minute++) {
      const hour = closing(minute / 60, { intervalMs: 60 * MINUTE })
      tell([at(minute, 100), ...(minute % 60 === 0 ? [hour] : [])])
    }
    expect(bus.history('opinions')).toHaveLength(1)
  })

  it('is a voice in decisions as soon as it has a weight there', () => {
    const weights = { technical_analysis: '0.5', breakout: '0.5' }
    const settings = { ...shippedBlock('trading_decision'), weights, act_from: '0.6', close_from: '0.6' }
    const decision = decisionKind.block.parse(settings)
    expect(decision.reads).toEqual(['technical_analysis', 'breakout'])
    const analyst = agentOf(({ symbol, now }) => taOf({ symbol, at: now, bias: 'long', confidence: 0.7 }))
    const { tell, bus } = runnerOf([
      scheduledOf('trading_decision', {
        topic: 'trading_signals',
        reads: decision.reads,
        agent: decision.make(meansOf(clock)),
      }),
      scheduledOf('technical_analysis', { topic: 'ta_signals', agent: analyst }),
      breakout(),
    ])
    for (const [i, close] of [100, 100, 100, 100, 102, 99].entries()) tell([at(i + 1, close)])
    const signals = bus.history('trading_signals').map(({ payload }) => payload)
    expect(signals.map(({ action, confidence }) => [action, Number(confidence.toFixed(12))])).toEqual([
      // Nothing but the analysis while the example has nothing to say.
      ['BUY', 0.7],
      ['BUY', 0.7],
      ['BUY', 0.7],
      ['BUY', 0.7],
      ['BUY', 0.75],
      // It closed at 99 where 99 was the lowest low of the three before: no breakout.
      ['BUY', 0.7],
    ])
    expect(signals[4]?.voices).toEqual([
      { name: 'technical_analysis', weight: 0.5, bias: 'long', confidence: 0.7 },
      { name: 'breakout', weight: 0.5, bias: 'long', confidence: 0.8 },
    ])
  })

  it('has a block that is checked like any other', () => {
    for (const [change, message] of [
      [{ candles: '1' }, 'expected a number from 2 to 1000'],
      [{ confidence: '1.1' }, 'expected a number from 0 to 1'],
      [{ colour: 'red' }, 'colour'],
    ] as const) {
      expect(kind.block.safeParse({ ...BLOCK, ...change }).error?.message).toContain(message)
    }
  })
})
