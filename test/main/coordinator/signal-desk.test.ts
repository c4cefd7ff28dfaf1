import { describe, expect, it } from 'vitest'
import type { Conflict } from '../../../src/main/domain/conflict.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { XRP_USDT } from '../../support/money-arbitraries.ts'
import { inStep, say, signal, signals } from '../../support/said.ts'
import { moodOf, regimeOf, taOf } from '../../support/signal-builders.ts'
import { type Bench, positionOf, trade } from '../execution/trade-bench.ts'

const ON_XRP = { symbol: XRP_USDT, entry: 2, atr: 0.016 } as const

const conflicts = ({ engine }: Bench): readonly Conflict[] => engine.conflicts.pending()
const types = (bench: Bench): string[] => conflicts(bench).map(({ type }) => type)
const proposed = ({ stores }: Bench): string[] =>
  stores.proposals
    .withStatus('pending')
    .flatMap(({ trade: plan, legs }) => (plan === null ? [] : `${plan.symbol} ${legs[0]?.amount.toFixed()}`))
const choose = (bench: Bench, optionId: string): void => {
  const [conflict] = conflicts(bench)
  if (conflict === undefined) throw new Error('there is no conflict')
  expect(bench.engine.conflicts.decide(conflict.id, optionId).ok).toBe(true)
}

describe('a signal that somebody disagrees with', () => {
  it('is held back until it is decided, at the size that was chosen', () => {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    signal(bench)
    signal(bench)
    expect(types(bench)).toEqual(['regime_incompatible'])
    expect(proposed(bench)).toEqual([])
    choose(bench, 'half_size')
    expect(proposed(bench)).toEqual(['BTC/USDT 0.023'])
    expect(bench.stores.proposals.recent(1)[0]?.conflictId).toBe(bench.stores.conflicts.recent(1)[0]?.id)
  })

  it('goes on to the next who disagrees, and what is left of its size with it', () => {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    say(bench, 'ta_signals', taOf({ confidence: 0.6 }))
    say(bench, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
    signal(bench)
    choose(bench, 'half_size')
    expect(types(bench)).toEqual(['ta_vs_sentiment'])
    choose(bench, 'half_size')
    expect(types(bench)).toEqual([])
    expect(proposed(bench)).toEqual(['BTC/USDT 0.0115'])
  })

  it('waits for the mood to turn, once', () => {
    const bench = createEngineBench()
    say(bench, 'ta_signals', taOf({ confidence: 0.6 }))
    say(bench, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
    signal(bench)
    choose(bench, 'wait')
    say(bench, 'sentiment_updates', moodOf({ bias: 'neutral', confidence: 0.1 }))
    expect(proposed(bench)).toEqual(['BTC/USDT 0.046'])

    const gloomy = createEngineBench()
    say(gloomy, 'ta_signals', taOf({ confidence: 0.6 }))
    say(gloomy, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
    signal(gloomy)
    choose(gloomy, 'wait')
    say(gloomy, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.6 }))
    expect(proposed(gloomy)).toEqual([])
    expect(types(gloomy)).toEqual([])
  })

  it('is dropped after a wait when the decision has changed its mind meanwhile', () => {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    signal(bench)
    choose(bench, 'wait')
    signal(bench, { action: 'HOLD', bias: 'neutral' })
    say(bench, 'regime_updates', regimeOf())
    expect(proposed(bench)).toEqual([])
    expect(bench.stores.conflicts.recent(1)[0]?.waited?.optionId).toBe('abort')
  })
})

describe('two signals of one moment', () => {
  it('that are one bet are asked about together, and the surer one is kept by default', () => {
    const bench = createEngineBench()
    inStep(bench)
    signals(bench, { confidence: 0.8 }, { ...ON_XRP, confidence: 0.85 })
    expect(types(bench)).toEqual(['correlated_symbols'])
    expect(conflicts(bench)[0]?.defaultOptionId).toBe('only_xrp')
    choose(bench, 'only_xrp')
    expect(proposed(bench)).toEqual(['XRP/USDT 1150'])
  })

  it('may both be traded, each at half of its size', () => {
    const bench = createEngineBench()
    inStep(bench)
    signals(bench, { confidence: 0.8 }, { ...ON_XRP, confidence: 0.85 })
    choose(bench, 'both_half')
    expect(proposed(bench)).toEqual(['BTC/USDT 0.023', 'XRP/USDT 575'])
  })

  it('are two where little is known of how they move', () => {
    const bench = createEngineBench()
    signals(bench, { confidence: 0.8 }, { ...ON_XRP, confidence: 0.85 })
    expect(types(bench)).toEqual([])
    expect(proposed(bench)).toHaveLength(2)
  })
})

describe('a signal and the account’s own rules', () => {
  it('waits for a rebalance that buys what it would sell, however that ends', () => {
    const bench = createEngineBench({ set: ['risk.margin.enabled=true'] })
    bench.tick()
    bench.engine.rebalancer.check()
    const [plan] = bench.stores.proposals.withStatus('pending')
    expect(plan?.legs.map(({ side, symbol }) => `${side} ${symbol}`)).toContain('buy BTC/USDT')
    signal(bench, { action: 'SELL', bias: 'short' })
    expect(types(bench)).toEqual(['rebalance_vs_signal'])
    choose(bench, 'wait')
    expect(proposed(bench)).toEqual([])
    if (plan === undefined) throw new Error('nothing is planned')
    expect(bench.engine.approval.reject(plan.id, 'a test').ok).toBe(true)
    expect(types(bench)).toEqual([])
    expect(proposed(bench)).toHaveLength(1)
  })

  it('is asked about when the limits leave less than half of it, once', () => {
    const bench = createEngineBench({ set: ['risk.max_exposure_percent=5'] })
    signal(bench)
    expect(types(bench)).toEqual(['risk_modified'])
    expect(proposed(bench)).toEqual([])
    choose(bench, 'proceed')
    expect(types(bench)).toEqual([])
    expect(proposed(bench)).toHaveLength(1)
  })
})

describe('a regime that turns against a position', () => {
  it('moves its stop closer, closes half or all of it, as was chosen', async () => {
    for (const [optionId, check] of [
      ['tighten_stop', (bench: Bench) => expect(Number(positionOf(bench).stop.toFixed())).toBeGreaterThan(49_200)],
      ['close_half', (bench: Bench) => expect(positionOf(bench).amount.toFixed()).toBe('0.023')],
      ['close', (bench: Bench) => expect(positionOf(bench).closedAt).not.toBeNull()],
      ['keep', (bench: Bench) => expect(positionOf(bench).amount.toFixed()).toBe('0.046')],
    ] as const) {
      const bench = createEngineBench()
      await trade(bench)
      bench.tick()
      say(bench, 'regime_updates', regimeOf({ regime: 'trending_bear' }))
      expect(types(bench)).toEqual(['regime_change_in_position'])
      choose(bench, optionId)
      await bench.engine.executor.idle()
      check(bench)
    }
  })

  it('is asked about once at a time, and left as it is when a wait has changed nothing', async () => {
    const bench = createEngineBench()
    await trade(bench)
    bench.tick()
    say(bench, 'regime_updates', regimeOf({ regime: 'trending_bear' }))
    say(bench, 'regime_updates', regimeOf({ regime: 'volatile_bear' }))
    expect(types(bench)).toEqual(['regime_change_in_position'])
    choose(bench, 'wait')
    say(bench, 'regime_updates', regimeOf({ regime: 'volatile_bear', isNews: false }))
    expect(bench.stores.conflicts.recent(1)[0]?.waited?.optionId).toBe('keep')
    await bench.engine.executor.idle()
    expect(positionOf(bench).exitReason).toBeNull()
  })
})
