import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Amount, amount, type Decimal, toText } from '../../../src/shared/money.ts'
import { DAY } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT } from '../../support/money-arbitraries.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
type Bench = ReturnType<typeof createEngineBench>

/** 10,000 USDT, 0.01 BTC and 500 XRP in bags: 11,500 in all; a point of equity is kept. */
function opened(options: Parameters<typeof createEngineBench>[0] = {}): Bench {
  const bench = createEngineBench(options)
  bench.tick()
  bench.engine.rebalancer.check()
  bench.engine.tracker.snapshot(bench.engine.holdEquity(), '0')
  return bench
}
async function moved(bench: Bench, kind: 'deposit' | 'withdrawal', asset: typeof BTC, units: string): Promise<void> {
  bench.exchange.move(kind, asset, amount(units))
  await bench.engine.executor.reconcile()
}
const text = (value: Decimal | null): string => (value === null ? 'unknown' : toText(value.round(4)))
const standing = ({ engine }: Bench): string[] => [
  text(engine.tracker.equity()),
  text(engine.tracker.equityPeak()),
  text(engine.tracker.drawdown()),
  text(engine.tracker.todayPnl()?.amount ?? null),
]

describe('money that comes from outside', () => {
  it('is no profit, and raises the peak with it: what was lost before stays lost', async () => {
    const bench = opened()
    bench.tick({ 'BTC/USDT': 40_000 })
    expect(standing(bench)).toEqual(['11400', '11500', '0.0086', '-100'])
    await moved(bench, 'deposit', USDT, '5000')
    expect(standing(bench)).toEqual(['16400', '16500', '0.006', '-100'])
  })

  it('in coins counts with its price of then; what it does afterwards is profit or loss', async () => {
    const bench = opened()
    await moved(bench, 'deposit', BTC, '0.1')
    expect(standing(bench)).toEqual(['16500', '16500', '0', '0'])
    bench.tick({ 'BTC/USDT': 51_000 })
    expect(standing(bench).at(-1)).toBe('110')
  })

  it('that leaves is no loss, and no drawdown', async () => {
    const bench = opened()
    await moved(bench, 'withdrawal', USDT, '4000')
    expect(standing(bench)).toEqual(['7500', '7500', '0', '0'])
  })

  it('is remembered over a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-flows-'))
    folders.push(dir)
    const before = opened({ dir })
    await moved(before, 'withdrawal', USDT, '4000')
    const now = before.clock.now()
    await before.end()
    const after = createEngineBench({ dir, now })
    after.tick()
    expect(standing(after)).toEqual(['7500', '7500', '0', '0'])
    await after.end()
  })

  it('yesterday has nothing to do with today', async () => {
    const bench = opened()
    await moved(bench, 'deposit', USDT, '5000')
    bench.engine.tracker.snapshot(null, '0')
    bench.clock.advanceTo((bench.clock.now() + DAY) as never)
    bench.tick({ 'BTC/USDT': 51_000 })
    expect(standing(bench).at(-1)).toBe('10')
  })
})

describe('what just holding would be worth', () => {
  it('grows with what came from outside, and not with coins that only change their sleeve', async () => {
    const bench = opened({ set: ['portfolio.rebalancing.order_type=market'] })
    const held = () => Number(text(bench.engine.holdEquity()))
    const start = held()
    expect(start).toBeGreaterThan(11_450)
    expect(start).toBeLessThan(11_500)
    const released = bench.engine.executor.bags.release(
      { asset: 'XRP', amount: '100', reason: 'to trade with' },
      'release 100 XRP',
    )
    expect(released.ok).toBe(true)
    expect(held()).toBe(start)
    await moved(bench, 'deposit', USDT, '700')
    expect(held()).toBeCloseTo(start + 700, 3)
  })

  it('is gone on with from what older versions kept, which knew no bags', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-held-'))
    folders.push(dir)
    const before = opened({ dir })
    const held = before.engine.holdEquity()
    const { assets, rebalancer, core } = before.engine
    const ofCore = assets.map((asset) => [
      asset,
      toText(rebalancer.baseline()?.(asset).minus(core.bagOf(asset)) as Amount),
    ])
    before.sql.exec("DELETE FROM state WHERE name = 'just_held'")
    before.stores.state.set('hold_baseline', JSON.stringify(Object.fromEntries(ofCore)))
    const now = before.clock.now()
    await before.end()
    const after = createEngineBench({ dir, now })
    after.tick()
    expect(text(after.engine.holdEquity())).toBe(text(held))
    await after.end()
  })
})
