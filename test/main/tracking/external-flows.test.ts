import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { correctionEntry } from '../../../src/main/domain/ledger.ts'
import { type Amount, amount, type Decimal, money, toText } from '../../../src/shared/money.ts'
import { DAY, epochMs, HOUR } from '../../../src/shared/time.ts'
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

describe('money of which nobody knows what it was worth when it came or went', () => {
  /** Moved while the machine was off, and found ten hours later, when a coin costs 40,000. */
  async function late(kind: 'deposit' | 'withdrawal', units: string) {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-flows-'))
    folders.push(dir)
    const before = opened({ dir, set: ['portfolio.paper.core.BTC=0.1'] })
    before.exchange.move(kind, BTC, amount(units))
    const now = epochMs(before.clock.now() + 10 * HOUR)
    await before.end()
    const after = createEngineBench({ dir, now })
    await after.engine.executor.resume()
    return { after, dir, now }
  }
  const priced = ({ stores }: Bench): number =>
    [...stores.ledger.all()].filter(({ kind, prices }) => kind !== 'opening' && prices.size > 0).length

  it('is no loss and no drawdown all the same: it counts with the first price there is', async () => {
    const { after } = await late('withdrawal', '0.1')
    expect([priced(after), text(after.engine.tracker.equity())]).toEqual([0, 'unknown'])
    after.tick({ 'BTC/USDT': 40_000 })
    // 0.11 BTC lost 10,000 each before 0.1 of them left at 40,000: 16,500 − 1,100 − 4,000 of a peak of 12,500.
    expect(standing(after)).toEqual(['11400', '12500', '0.088', '-1100'])
    after.tick()
    expect(standing(after)).toEqual(['11500', '12500', '0.08', '-1000'])
    await after.end()
  })

  it('is no profit, and raises the peak', async () => {
    const { after } = await late('deposit', '1')
    after.tick()
    expect(standing(after)).toEqual(['66500', '66500', '0', '0'])
    await after.end()
  })

  it('keeps that worth over a restart, whatever the price is then', async () => {
    const { after, dir, now } = await late('withdrawal', '0.1')
    after.tick({ 'BTC/USDT': 40_000 })
    const then = standing(after)
    await after.end()
    const again = createEngineBench({ dir, now })
    again.tick({ 'BTC/USDT': 40_000 })
    expect(standing(again)).toEqual(then)
    again.tick()
    expect(standing(again)).toEqual(['11500', '12500', '0.08', '-1000'])
    await again.end()
  })

  it('is in the peak already where an older version booked it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-flows-'))
    folders.push(dir)
    const before = opened({ dir })
    before.stores.ledger.append({
      ...correctionEntry(BTC, amount('0.1'), before.clock.now(), 'counted'),
      prices: new Map(),
    })
    const now = before.clock.now()
    const last = before.stores.equity.last()
    if (last === null) throw new Error('there is no point of equity')
    before.stores.equity.add({ ...last, equity: money('16500'), peak: money('16500'), flows: null })
    before.exchange.move('deposit', BTC, amount('0.1'))
    await before.end()
    const after = createEngineBench({ dir, now })
    after.tick()
    expect([text(after.engine.tracker.equityPeak()), text(after.engine.tracker.drawdown())]).toEqual(['16500', '0'])
    await after.end()
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
