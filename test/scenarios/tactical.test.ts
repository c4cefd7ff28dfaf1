import { describe, expect, it } from 'vitest'
import type { RegimeOutput, TradingSignal } from '../../src/main/domain/signal.ts'
import { amount, type Decimal, decimal, toText, ZERO } from '../../src/shared/money.ts'
import { MINUTE } from '../../src/shared/time.ts'
import { createEngineBench } from '../support/engine-bench.ts'
import { USDT } from '../support/money-arbitraries.ts'
import { decided, regimeOf, signalOf } from '../support/signal-builders.ts'

type Bench = ReturnType<typeof createEngineBench>

/** The engine with prices, after the market has been called `name` and technical analysis has spoken. */
function afterSignal(name: RegimeOutput['regime'], changed: Partial<TradingSignal> = {}): Bench {
  const bench = createEngineBench()
  bench.tick()
  const at = bench.clock.now()
  const indicators = { choppiness: 66 }
  bench.engine.bus.publish('regime_updates', regimeOf({ at, regime: name, indicators }), { source: 'test' })
  decided(bench.engine.bus, signalOf({ at, ...changed }))
  return bench
}

async function approve(bench: Bench): Promise<void> {
  const proposal = bench.stores.proposals.withStatus('pending').find(({ kind }) => kind === 'tactical')
  if (proposal === undefined) throw new Error('nothing tactical is proposed')
  const approved = bench.engine.approval.approve(proposal.id, proposal.hash)
  if (!approved.ok) throw new Error(approved.error.message)
  await bench.engine.executor.idle()
}

describe('a tactical trade, from the opinion to the repaid loan', () => {
  it('is proposed at once where no conflict stands against it, and opens a position on borrowed quote', async () => {
    const bench = afterSignal('trending_bull')
    expect(bench.engine.conflicts.pending()).toEqual([])
    const coreBefore = bench.engine.core.amountOf(USDT)
    await approve(bench)
    const [position] = bench.engine.tracker.openPositions()
    expect(position).toMatchObject({ symbol: 'BTC/USDT', closedAt: null })
    expect(position && [toText(position.stop), toText(position.target)]).toEqual(['49200', '51600'])
    // What core has lent still counts as core's: trading causes no drift.
    expect(toText(bench.engine.core.amountOf(USDT))).toBe(toText(coreBefore))
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
  })

  it.each([
    ['target', 51_700],
    ['stop', 49_100],
  ] as const)('is closed when its %s is reached, and all that is left goes back to core', async (reason, price) => {
    const bench = afterSignal('trending_bull')
    await approve(bench)
    const [position] = bench.engine.tracker.openPositions()
    await bench.pass(2_000, 1_000, { 'BTC/USDT': price })
    const closed = position && bench.stores.positions.get(position.id)
    expect(closed).toMatchObject({ exitReason: reason })
    expect(closed?.closedAt).not.toBeNull()
    expect(bench.engine.tracker.openPositions()).toEqual([])
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
    const gain = bench.engine.books.of('core', USDT).minus(amount('10000'))
    const shared = bench.engine.books.of('savings', USDT).plus(bench.engine.books.of('hodl', USDT))
    expect(toText(gain.plus(shared))).toBe(toText(closed?.realized ?? ZERO))
    await bench.engine.executor.reconcile()
    expect(bench.engine.executor.blockedBecause()).toBeNull()
    expect(bench.bugs).toEqual([])
  })

  it('meets a conflict in a choppy market, which aborts by default when nobody answers', async () => {
    const bench = afterSignal('choppy')
    expect(bench.engine.conflicts.pending()).toHaveLength(1)
    expect(bench.stores.proposals.withStatus('pending')).toEqual([])
    await bench.pass(6 * MINUTE, 10_000)
    expect(bench.engine.conflicts.pending()).toEqual([])
    expect(bench.stores.conflicts.recent(1)[0]?.resolution).toMatchObject({ by: 'default', optionId: 'abort' })
    expect(bench.stores.proposals.recent(10)).toEqual([])
  })

  it('goes on at half its size when the trader says so', async () => {
    const amountAfter = async (optionId: string): Promise<Decimal> => {
      const bench = afterSignal('choppy')
      const [conflict] = bench.engine.conflicts.pending()
      if (conflict === undefined) throw new Error('no conflict')
      expect(bench.engine.conflicts.decide(conflict.id, optionId)).toMatchObject({ ok: true })
      const [proposal] = bench.stores.proposals.withStatus('pending')
      expect(proposal).toMatchObject({
        kind: 'tactical',
        conflictId: conflict.id,
        correlationId: conflict.correlationId,
      })
      return proposal?.legs[0]?.amount ?? ZERO
    }
    const whole = await amountAfter('proceed')
    const half = await amountAfter('half_size')
    // Rounded down to the lot.
    expect(toText(whole.div(decimal('2')).round(8, 0))).toBe(toText(half))
  })

  it('is not proposed twice on one symbol, nor on a bearish signal, nor below the least confidence', () => {
    const twice = afterSignal('trending_bull')
    decided(twice.engine.bus, signalOf({ at: twice.clock.now() }))
    expect(twice.stores.proposals.withStatus('pending')).toHaveLength(1)
    for (const changed of [{ bias: 'short' as const }, { confidence: 0.59 }, { isNews: false }]) {
      expect(afterSignal('trending_bull', changed).stores.proposals.recent(10)).toEqual([])
    }
  })
})
