import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kind as breakout } from '../../../docs/examples/breakout.ts'
import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import { AGENT_KINDS } from '../../../src/main/agent-kinds.ts'
import type { AgentKind, AgentTopic } from '../../../src/main/agents/agent.ts'
import type { ScheduledAgent } from '../../../src/main/agents/agent-runner.ts'
import type { Candle } from '../../../src/main/domain/market.ts'
import { Timeframes } from '../../../src/main/market-data/timeframes.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, fromCloses, market, retimed, walk, XRP_USDT } from './candles.ts'
import { meansOf, shippedBlock } from './means.ts'
import { runnerOf, scheduledOf } from './running.ts'

const EVERY_MINUTES: Readonly<Record<string, number>> = {
  technical_analysis: 1,
  regime_detection: 5,
  sentiment: 30,
  breakout: 5,
  trading_decision: 60,
}
const TOPICS: readonly AgentTopic[] = [
  'ta_signals',
  'regime_updates',
  'sentiment_updates',
  'opinions',
  'trading_signals',
]

/** Every agent there is, at the settings that are shipped, and the guide's, all of them heard by the decision. */
function everybody(): ScheduledAgent[] {
  const blockOf = (name: string): object => {
    if (name === 'breakout') return { timeframe_minutes: '15', candles: '20', confidence: '0.7' }
    const own = shippedBlock(name)
    return name === 'trading_decision' ? { ...own, weights: { ...(own.weights as object), breakout: '0.2' } } : own
  }
  const kinds: [string, AgentKind][] = [...AGENT_KINDS, ['breakout', breakout]]
  return kinds.map(([name, { topic, block }]) => {
    const everyMinutes = EVERY_MINUTES[name]
    if (everyMinutes === undefined) throw new Error(`say how often ${name} runs`)
    const { reads, make } = block.parse(blockOf(name))
    const agent = make(meansOf(createSimulatedClock(epochMs(0)), { name }))
    return scheduledOf(name, { topic, reads, agent, everyMs: everyMinutes * MINUTE })
  })
}

type Published = { readonly at: number; readonly topic: AgentTopic; readonly bytes: string }

/** All that is published while these minutes close, with the candles of every width that are made of them. */
function play(minutes: readonly Candle[]): readonly Published[] {
  const { bus, tell } = runnerOf(everybody())
  const timeframes = new Timeframes(() => {})
  const published: (Published & { readonly message: unknown })[] = []
  for (const topic of TOPICS) {
    bus.on(
      topic,
      (message) => {
        published.push({ at: message.timestamp, topic, bytes: JSON.stringify(message), message })
      },
      { name: 'test', whenFull: 'reject' },
    )
  }
  for (const [i, candle] of minutes.entries()) {
    const other = { ...(minutes[i - 7] ?? candle), openTime: candle.openTime }
    const closed = [{ symbol: BTC_USDT, candle }, ...(i % 5 === 0 ? [] : [{ symbol: XRP_USDT, candle: other }])]
    tell(timeframes.add(closed))
  }
  return published.map(({ message, ...first }) => {
    // Who said it may not change it afterwards either.
    if (JSON.stringify(message) !== first.bytes) throw new Error(`it is not what it was: ${first.bytes}`)
    return first
  })
}

/** Until the slowest of them has warmed up. */
const PAST = fromCloses(walk(1_900, { seed: 5, drift: 0.0002 }))
const RUNS = { seed: 20_261_123, numRuns: 15 }

describe('all agents together, whatever the market does', () => {
  it('say no other bytes when the future is cut off, wherever it is', () => {
    const spoken = new Set<AgentTopic>()
    fc.assert(
      fc.property(market, fc.double({ min: 0, max: 1, noNaN: true }), (future, share) => {
        const minutes = retimed([...PAST, ...future])
        const cut = PAST.length - 200 + Math.floor(share * (future.length + 200))
        const whole = play(minutes)
        const known = play(minutes.slice(0, cut))
        expect(known).toEqual(whole.filter(({ at }) => at <= cut * MINUTE))
        for (const { topic } of known) spoken.add(topic)
      }),
      RUNS,
    )
    expect([...spoken].toSorted()).toEqual(TOPICS.toSorted())
  })

  it('say the same bytes of the same candles', () => {
    fc.assert(
      fc.property(market, (future) => {
        const minutes = retimed([...PAST, ...future])
        expect(play(minutes)).toEqual(play(minutes))
      }),
      { ...RUNS, numRuns: 4 },
    )
  })
})
