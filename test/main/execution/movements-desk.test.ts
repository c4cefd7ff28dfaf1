import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSlices } from '../../../src/main/api/slices.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, sum, toText } from '../../../src/shared/money.ts'
import { DAY, epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, USDT } from '../../support/money-arbitraries.ts'
import { AT_MARKET, alertsOf, type Bench, isInOrder, NO_COOLDOWN, quote, rebalance } from './trade-bench.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'triplegain-movements-'))
  folders.push(made)
  return made
}

const balanceOf = ({ engine }: Bench, account: 'core' | 'hodl' | 'unclassified', asset: Asset): string =>
  toText(engine.books.of(account, asset))
const waitingOf = ({ stores }: Bench): string[] => stores.movements.waiting().map(({ id }) => id)
const eventsOf = ({ engine }: Bench): string[] =>
  engine.bus.history('system_events').flatMap(({ payload }) => (payload.kind === 'movement' ? [payload.text] : []))

/** 10,000 USDT in core, a bag of 0.01 BTC, and what was moved: found. */
async function found(
  kind: 'deposit' | 'withdrawal' | 'reward',
  asset: Asset,
  units: string,
  set: readonly string[] = [],
) {
  const bench = createEngineBench({ set })
  bench.tick()
  bench.exchange.move(kind, asset, amount(units))
  await bench.engine.executor.reconcile()
  const [id = ''] = waitingOf(bench)
  const classify = (sleeve: 'core' | 'hodl', confirmation = '') => {
    const answer = bench.engine.movements.classify(id, { sleeve, reason: 'because', confirmation })
    return answer.ok ? answer.value.sleeve : answer.error.code
  }
  return { bench, id, classify }
}

describe('a deposit', () => {
  it('goes to the sleeve that the trader names, at the trader’s word, once', async () => {
    const { bench, id, classify } = await found('deposit', BTC, '0.5')
    expect(classify('hodl')).toBe('hodl')
    expect([balanceOf(bench, 'hodl', BTC), balanceOf(bench, 'unclassified', BTC)]).toEqual(['0.51', '0'])
    expect(classify('core')).toBe('movement/decided')
    expect(bench.engine.movements.classify('nobody', { sleeve: 'core', reason: 'x', confirmation: '' })).toMatchObject({
      ok: false,
      error: { code: 'movement/unknown' },
    })
    const [entry] = bench.stores.ledger.recent(1)
    expect([entry?.kind, entry?.reference, entry?.reason, entry?.bookedBy]).toEqual([
      'classification',
      id,
      'because',
      'trader',
    ])
    expect(bench.stores.movements.get(id)).toMatchObject({ sleeve: 'hodl', decidedBy: 'trader', reason: 'because' })
    expect(eventsOf(bench)).toHaveLength(2)
    expect(await isInOrder(bench)).toBe(true)
  })

  it('makes the rebalancer look as soon as it is core’s, and only then', async () => {
    const { bench, classify } = await found('deposit', BTC, '0.5')
    const checks = () => bench.engine.rebalancer.checkCount()
    const before = checks()
    expect(classify('core')).toBe('core')
    expect(checks()).toBe(before + 1)
    const other = await found('deposit', BTC, '0.5')
    const beforeOther = other.bench.engine.rebalancer.checkCount()
    other.classify('hodl')
    expect(other.bench.engine.rebalancer.checkCount()).toBe(beforeOther)
  })

  it('is core’s 24 h after it was found, if nobody said anything, and somebody is told', async () => {
    const { bench, id } = await found('deposit', BTC, '0.5')
    await bench.pass(DAY - MINUTE, HOUR)
    await bench.engine.executor.reconcile()
    expect(waitingOf(bench)).toEqual([id])
    await bench.pass(MINUTE, MINUTE)
    await bench.engine.executor.reconcile()
    expect([waitingOf(bench), balanceOf(bench, 'core', BTC)]).toEqual([[], '0.5'])
    expect(bench.stores.movements.get(id)).toMatchObject({ sleeve: 'core', decidedBy: 'default', reason: null })
    expect(bench.stores.ledger.recent(1)[0]).toMatchObject({ bookedBy: 'engine', reason: null })
    expect(alertsOf(bench)).toContain('movement/defaulted')
  })

  it('waits as long as the configuration says', async () => {
    const { bench } = await found('reward', BTC, '0.5', ['portfolio.movements.default_after_hours=2'])
    await bench.pass(2 * HOUR, HOUR)
    await bench.engine.executor.reconcile()
    expect(waitingOf(bench)).toEqual([])
  })

  it('is defaulted by a restart that comes after its time, and not before', async () => {
    const dir = folder()
    const first = createEngineBench({ dir })
    first.tick()
    first.exchange.move('deposit', BTC, amount('0.5'))
    await first.engine.executor.reconcile()
    const at = first.clock.now()
    await first.end()
    const second = createEngineBench({ dir, now: epochMs(at + DAY - 1) })
    second.tick()
    await second.engine.executor.resume()
    expect([waitingOf(second), balanceOf(second, 'unclassified', BTC)]).toEqual([['paper-movement-1'], '0.5'])
    await second.end()
    const third = createEngineBench({ dir, now: epochMs(at + DAY) })
    third.tick()
    await third.engine.executor.resume()
    expect([waitingOf(third), balanceOf(third, 'core', BTC)]).toEqual([[], '0.5'])
    expect(await isInOrder(third)).toBe(true)
    await third.end()
  })

  it('made while the machine was off is found at the start, once, over every restart', async () => {
    const dir = folder()
    const first = createEngineBench({ dir })
    first.tick()
    first.exchange.move('deposit', BTC, amount('0.5'))
    await first.engine.executor.reconcile()
    const at = first.clock.now()
    first.exchange.move('withdrawal', USDT, amount('400'))
    first.exchange.move('to_earning', BTC, amount('0.2'))
    await first.end()
    for (let start = 1; start <= 3; start++) {
      const bench = createEngineBench({ dir, now: epochMs(at + start * 7 * HOUR) })
      bench.tick()
      await bench.engine.executor.resume()
      expect(bench.engine.executor.blockedBecause()).toBeNull()
      expect(waitingOf(bench)).toEqual(['paper-movement-1', 'paper-movement-2'])
      expect(toText(bench.engine.books.of('earning', BTC))).toBe('0.2')
      expect([...bench.stores.ledger.all()].filter(({ kind }) => kind === 'earn')).toHaveLength(1)
      expect(bench.bugs).toEqual([])
      await bench.end()
    }
  })
})

describe('a withdrawal', () => {
  it('is taken out of core, or out of a bag at the typed word only', async () => {
    const core = await found('withdrawal', USDT, '4000')
    expect(core.classify('core')).toBe('core')
    expect([balanceOf(core.bench, 'core', USDT), balanceOf(core.bench, 'unclassified', USDT)]).toEqual(['6000', '0'])
    const bag = await found('withdrawal', BTC, '0.004')
    expect(bag.classify('hodl')).toBe('movement/confirmation')
    expect(bag.classify('hodl', 'release 0.005 BTC')).toBe('movement/confirmation')
    expect(bag.classify('hodl', 'release 0.004 BTC')).toBe('hodl')
    expect(balanceOf(bag.bench, 'hodl', BTC)).toBe('0.006')
    expect(await isInOrder(bag.bench)).toBe(true)
  })

  it('takes no sleeve below zero', async () => {
    const { bench, classify } = await found('withdrawal', BTC, '0.004')
    expect(classify('core')).toBe('movement/below-zero')
    expect([balanceOf(bench, 'core', BTC), balanceOf(bench, 'unclassified', BTC)]).toEqual(['0', '-0.004'])
    const usdt = await found('withdrawal', USDT, '4000')
    expect(usdt.classify('hodl', 'release 4000 USDT')).toBe('movement/below-zero')
  })

  it('takes nothing of core that open orders are going to spend', async () => {
    const bench = createEngineBench({ set: [NO_COOLDOWN] })
    quote(bench)
    bench.exchange.move('deposit', USDT, amount('5000'))
    await bench.engine.executor.reconcile()
    const deposit = waitingOf(bench)[0] ?? ''
    bench.engine.movements.classify(deposit, { sleeve: 'hodl', reason: 'savings', confirmation: '' })
    await rebalance(bench)
    expect(bench.stores.orders.live().map(({ side }) => side)).toEqual(['buy'])
    bench.exchange.move('withdrawal', USDT, amount('8000'))
    await bench.engine.executor.reconcile()
    const [id = ''] = waitingOf(bench)
    const toCore = () => bench.engine.movements.classify(id, { sleeve: 'core', reason: 'rent', confirmation: '' })
    // 10,000 in core, of which the open order may spend a third.
    expect(toCore()).toMatchObject({ ok: false, error: { code: 'movement/below-zero' } })
    await bench.engine.executor.cancelEntries('enough')
    expect(toCore().ok).toBe(true)
    expect(balanceOf(bench, 'core', USDT)).toBe('2000')
  })

  it('that core cannot bear goes on waiting after its time, and the trader is told once', async () => {
    const { bench, id } = await found('withdrawal', BTC, '0.004')
    await bench.pass(DAY, HOUR)
    for (let times = 0; times < 3; times++) await bench.engine.executor.reconcile()
    expect(waitingOf(bench)).toEqual([id])
    expect(alertsOf(bench).filter((code) => code === 'movement/waits')).toHaveLength(1)
    bench.engine.movements.classify(id, { sleeve: 'hodl', reason: 'mine', confirmation: 'release 0.004 BTC' })
    expect([waitingOf(bench), balanceOf(bench, 'hodl', BTC)]).toEqual([[], '0.006'])
  })

  it('that nobody has classified cannot be spent once more', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    await rebalance(bench)
    const held = bench.engine.books.of('core', BTC)
    bench.exchange.move('withdrawal', BTC, held.minus(amount('0.001')) as never)
    await bench.engine.executor.reconcile()
    bench.tick({ 'BTC/USDT': 100_000 })
    await rebalance(bench)
    const sales = bench.stores.orders.recent(100).filter(({ symbol, side }) => symbol === BTC_USDT && side === 'sell')
    expect(sum(sales.map(({ filled }) => filled)).lte(amount('0.001'))).toBe(true)
    expect(await isInOrder(bench)).toBe(true)
  })
})

describe('a decision on a movement', () => {
  it('is written down together with its entry, or not at all', async () => {
    const { bench, id } = await found('deposit', BTC, '0.5')
    bench.sql.exec("CREATE TRIGGER full BEFORE INSERT ON ledger_lines BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    expect(() => bench.engine.movements.classify(id, { sleeve: 'core', reason: 'x', confirmation: '' })).toThrow('full')
    expect([waitingOf(bench), balanceOf(bench, 'unclassified', BTC)]).toEqual([[id], '0.5'])
    bench.sql.exec('DROP TRIGGER full')
    expect(bench.engine.movements.classify(id, { sleeve: 'core', reason: 'x', confirmation: '' }).ok).toBe(true)
  })
})

describe('the portfolio on the screen', () => {
  it('shows what waits first, what was decided after it, and what earns', async () => {
    const { bench, classify } = await found('deposit', BTC, '0.5')
    classify('hodl')
    bench.exchange.move('withdrawal', USDT, amount('400'))
    bench.exchange.move('to_earning', BTC, amount('0.2'))
    await bench.engine.executor.reconcile()
    const slices = createSlices({
      engine: bench.engine,
      stores: bench.stores,
      markets: { rules: () => null, symbols: [] },
      clock: bench.clock,
      mode: 'paper',
      market: 'simulated',
      version: 'x',
      dataDir: '',
      speed: () => 1,
      hasKey: { deepseek: false, claude: false },
      modelNames: { deepseek: 'deepseek-flash', claude: 'claude-sonnet' },
      startedAt: bench.clock.now(),
    })
    const { assets, movements } = slices.portfolio()
    expect(movements.map(({ id, kind, value, sleeve, decidedBy }) => [id, kind, value, sleeve, decidedBy])).toEqual([
      ['paper-movement-2', 'withdrawal', '400.00', null, null],
      ['paper-movement-1', 'deposit', '25000.00', 'hodl', 'trader'],
    ])
    expect(assets.map(({ asset, hodl, unclassified, earning }) => [asset, hodl, unclassified, earning])).toEqual([
      ['BTC', '0.51', '0', '0.2'],
      ['XRP', '500', '0', '0'],
      ['USDT', '0', '-400', '0'],
    ])
  })
})
