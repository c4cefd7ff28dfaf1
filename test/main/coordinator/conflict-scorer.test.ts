import { describe, expect, it } from 'vitest'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { ConflictId } from '../../../src/shared/ids.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { settled } from '../../support/hand-model.ts'
import { say, signal } from '../../support/said.ts'
import { decided, regimeOf, signalOf } from '../../support/signal-builders.ts'
import { type Bench, trade } from '../execution/trade-bench.ts'
import { inFolder } from '../persistence/builders.ts'

const asked = (bench: Bench): ConflictId => {
  say(bench, 'regime_updates', regimeOf({ regime: 'choppy', at: bench.clock.now() }))
  signal(bench)
  const [conflict] = bench.engine.conflicts.pending()
  if (conflict === undefined) throw new Error('there is no conflict')
  return conflict.id
}
const scoresIn = ({ stores }: Bench, id: ConflictId): Record<string, string | null> | null => {
  const scores = stores.conflictScores.of(id)
  return scores && Object.fromEntries([...scores].map(([option, earned]) => [option, earned?.toFixed(2) ?? null]))
}
const told = ({ engine }: Bench): string[] => engine.bus.history('conflicts').map(({ payload }) => payload.kind)

describe('the score of a conflict', () => {
  it('is known when its trade would have ended, whatever was decided', async () => {
    const bench = createEngineBench()
    const id = asked(bench)
    bench.engine.conflicts.decide(id, 'abort')
    await bench.pass(1_000)
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy', at: bench.clock.now() }))
    await bench.pass(MINUTE, MINUTE)
    expect(scoresIn(bench, id)).toBeNull()
    await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 60_000 })
    // 0.046 BTC from 50,000 to 60,000 less 0.004 of both.
    const scores = scoresIn(bench, id)
    expect(scores).toMatchObject({ abort: '0.00', wait: '0.00' })
    expect(Number(scores?.proceed)).toBeGreaterThan(400)
    expect(Number(scores?.half_size)).toBeCloseTo(Number(scores?.proceed) / 2, 1)
    expect(told(bench)).toEqual(['detected', 'resolved', 'scored'])
    const trader = bench.engine.scorer.resolvers().get('trader')
    expect(trader).toMatchObject({ answers: 1 })
    expect([trader?.earned.toFixed(), trader?.byDefault.toFixed()]).toEqual(['0', '0'])
    expect(verifyDatabase(bench.database)).toEqual([])
  })

  it('is taken after a day where nothing has ended, at the price of then', async () => {
    const bench = createEngineBench()
    const id = asked(bench)
    bench.engine.conflicts.decide(id, 'proceed')
    await bench.pass(23 * HOUR, HOUR, { 'BTC/USDT': 50_100 })
    expect(scoresIn(bench, id)).toBeNull()
    await bench.pass(2 * HOUR, HOUR, { 'BTC/USDT': 50_100 })
    const scores = scoresIn(bench, id)
    // It rose by less than the fees.
    expect(Number(scores?.proceed)).toBeLessThan(0)
    // After four hours a wait ends by itself, in nothing.
    expect(scores).toMatchObject({ abort: '0.00', wait: '0.00' })
  })

  it('counts a wait from where it would have ended', async () => {
    const bench = createEngineBench()
    const id = asked(bench)
    bench.engine.conflicts.decide(id, 'abort')
    await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 50_400 })
    say(bench, 'regime_updates', regimeOf({ regime: 'trending_bull', at: bench.clock.now() }))
    await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 60_000 })
    const scores = scoresIn(bench, id)
    expect(Number(scores?.wait)).toBeGreaterThan(300)
    expect(Number(scores?.wait)).toBeLessThan(Number(scores?.proceed))
  })

  it('of a position counts what comes of it from the moment of the question', async () => {
    const bench = createEngineBench()
    await trade(bench)
    bench.tick()
    say(bench, 'regime_updates', regimeOf({ regime: 'trending_bear', at: bench.clock.now() }))
    const [conflict] = bench.engine.conflicts.pending()
    if (conflict === undefined) throw new Error('there is no conflict')
    bench.engine.conflicts.decide(conflict.id, 'keep')
    await bench.pass(1_000)
    say(bench, 'regime_updates', regimeOf({ regime: 'volatile_bear', at: bench.clock.now() }))
    await bench.pass(2 * MINUTE, MINUTE, { 'BTC/USDT': 48_000 })
    const scores = scoresIn(bench, conflict.id)
    expect(Number(scores?.keep)).toBeLessThan(Number(scores?.close_half))
    expect(Number(scores?.close_half)).toBeLessThan(Number(scores?.close))
    expect(scores?.wait).toBe(scores?.keep)
  })

  it('waits for a decision, so that nobody decides by it', async () => {
    const bench = createEngineBench({ set: ['orchestration.conflicts.default_after_seconds=300'] })
    const id = asked(bench)
    await bench.pass(1_000)
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy', at: bench.clock.now() }))
    await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 60_000 })
    expect(scoresIn(bench, id)).toBeNull()
    await bench.pass(10 * MINUTE, MINUTE)
    await settled()
    expect(bench.stores.conflicts.get(id)?.resolution?.by).toBe('default')
    expect(scoresIn(bench, id)).not.toBeNull()
  })

  it('does not take the word that opened it for the end of a wait', async () => {
    const bench = createEngineBench({ set: ['risk.max_exposure_percent=5'] })
    signal(bench)
    const [conflict] = bench.engine.conflicts.pending()
    expect(conflict?.type).toBe('risk_modified')
    expect(bench.stores.conflictScores.followed()).toMatchObject([{ afterWait: null }])
    await bench.pass(1_000)
    signal(bench)
    expect(bench.stores.conflictScores.followed()).toMatchObject([{ afterWait: { optionId: 'abort' } }])
  })

  it('counts a wait with the same trade, whatever was really done meanwhile', async () => {
    const ends = await Promise.all(
      ['abort', 'proceed'].map(async (decided) => {
        const bench = createEngineBench()
        const id = asked(bench)
        bench.engine.conflicts.decide(id, decided)
        await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 50_400 })
        say(bench, 'regime_updates', regimeOf({ regime: 'trending_bull', at: bench.clock.now() }))
        await bench.pass(MINUTE, MINUTE, { 'BTC/USDT': 60_000 })
        return scoresIn(bench, id)?.wait
      }),
    )
    expect(Number(ends[0])).toBeGreaterThan(300)
    expect(ends[1]).toBe(ends[0])
  })

  it('is not made up where no price was known', () => {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    decided(bench.engine.bus, signalOf({ at: bench.clock.now() }))
    expect(bench.engine.conflicts.pending()).toHaveLength(1)
    expect(bench.stores.conflictScores.followed()).toEqual([])
  })

  it('is the same where the program ended in between', () =>
    inFolder(async (dir) => {
      const bench = createEngineBench({ dir })
      const id = asked(bench)
      bench.engine.conflicts.decide(id, 'proceed')
      await bench.pass(MINUTE, MINUTE)
      await bench.end()
      const next = createEngineBench({ dir, now: epochMs(bench.clock.now() + 1_000) })
      say(next, 'regime_updates', regimeOf({ regime: 'choppy', at: next.clock.now() }))
      await next.pass(MINUTE, MINUTE, { 'BTC/USDT': 60_000 })
      expect(Number(scoresIn(next, id)?.proceed)).toBeGreaterThan(400)
      expect(next.engine.scorer.resolvers().get('trader')?.answers).toBe(1)
      await next.end()
      const last = createEngineBench({ dir, now: epochMs(next.clock.now() + 1_000) })
      expect(last.engine.scorer.resolvers()).toEqual(next.engine.scorer.resolvers())
      await last.end()
    }))
})
