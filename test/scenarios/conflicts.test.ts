import { describe, expect, it } from 'vitest'
import { CONFLICT_TYPES, type ConflictType } from '../../src/main/domain/conflict.ts'
import { conflictReport } from '../../src/main/replay-conflicts.ts'
import { HOUR, MINUTE } from '../../src/shared/time.ts'
import { type Bench, trade } from '../main/execution/trade-bench.ts'
import { createEngineBench } from '../support/engine-bench.ts'
import { XRP_USDT } from '../support/money-arbitraries.ts'
import { inStep, say, signal, signals } from '../support/said.ts'
import { moodOf, regimeOf, taOf } from '../support/signal-builders.ts'

/** How each of the six comes about, as the market and the agents bring it about. */
const SCENARIOS: Readonly<Record<ConflictType, () => Promise<Bench>>> = {
  async regime_incompatible() {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    signal(bench)
    return bench
  },
  async ta_vs_sentiment() {
    const bench = createEngineBench()
    say(bench, 'ta_signals', taOf({ confidence: 0.6 }))
    say(bench, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
    signal(bench)
    return bench
  },
  async correlated_symbols() {
    const bench = createEngineBench()
    inStep(bench)
    signals(bench, { confidence: 0.8 }, { symbol: XRP_USDT, entry: 2, atr: 0.016, confidence: 0.85 })
    return bench
  },
  async rebalance_vs_signal() {
    const bench = createEngineBench({ set: ['risk.margin.enabled=true'] })
    bench.tick()
    bench.engine.rebalancer.check()
    signal(bench, { action: 'SELL', bias: 'short' })
    return bench
  },
  async risk_modified() {
    const bench = createEngineBench({ set: ['risk.max_exposure_percent=5'] })
    signal(bench)
    return bench
  },
  async regime_change_in_position() {
    const bench = createEngineBench()
    await trade(bench)
    bench.tick()
    say(bench, 'regime_updates', regimeOf({ regime: 'trending_bear' }))
    return bench
  },
}

describe('the six disagreements', () => {
  it.each(CONFLICT_TYPES)('%s comes up, is decided by default, scored and counted', async (type) => {
    const bench = await SCENARIOS[type]()
    const before = conflictReport(bench.stores, bench.engine.scorer)
    expect(before.byType).toEqual({ ...Object.fromEntries(CONFLICT_TYPES.map((each) => [each, 0])), [type]: 1 })
    expect(before.cases[0]).toMatchObject({ type, by: null, applied: null, earned: {} })

    await bench.pass(10 * MINUTE, MINUTE)
    await bench.pass(26 * HOUR, 30 * MINUTE, { 'BTC/USDT': 50_700, 'XRP/USDT': 2.02 })
    const [conflict] = bench.stores.conflicts.recent(1)
    const after = conflictReport(bench.stores, bench.engine.scorer)
    expect(after.cases).toHaveLength(1)
    expect(after.cases[0]).toMatchObject({ by: 'default', decided: conflict?.defaultOptionId })
    // A wait has ended in another option by now, and every option has its score.
    expect(after.cases[0]?.applied).not.toBe('wait')
    expect(Object.keys(after.cases[0]?.earned ?? {}).sort()).toEqual(conflict?.options.map(({ id }) => id).sort())
    expect(Object.values(after.cases[0]?.earned ?? {})).not.toContain(null)
    expect(after.byResolver).toMatchObject([{ by: 'default', answers: 1 }])
    expect(bench.bugs).toEqual([])
  })
})
