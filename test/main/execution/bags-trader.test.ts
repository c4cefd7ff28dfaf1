import { describe, expect, it } from 'vitest'
import { bagHandlers } from '../../../src/main/api/bag-handlers.ts'
import { releasePhrase } from '../../../src/shared/contract/release-phrase.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, decimal, toText } from '../../../src/shared/money.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'
import { type Bench, isInOrder, NO_COOLDOWN, quote, rebalance, trade } from './trade-bench.ts'

/** 10,000 USDT and 0.2 BTC in core, 0.01 BTC and 500 XRP in the bags. */
const benchWith = (...set: string[]): Bench => createEngineBench({ set: ['portfolio.paper.core.BTC=0.2', ...set] })
const held = (bench: Bench, account: 'core' | 'hodl', asset: Asset): string =>
  toText(bench.engine.books.of(account, asset))
const events = (bench: Bench): string[] =>
  bench.engine.bus
    .history('system_events')
    .filter(({ payload }) => payload.kind === 'bag')
    .map(({ payload }) => payload.text)
const wish = (asset: string, amount: string) => ({ asset, amount, reason: 'for the children' })
const release = (bench: Bench, asset: string, amount: string, confirmation = releasePhrase(amount, asset)) =>
  bench.engine.executor.bags.release(wish(asset, amount), confirmation)
const codeOf = (result: ReturnType<typeof release>): string => (result.ok ? 'done' : result.error.code)

describe('the trader', () => {
  it('adds to a bag from core, with a reason, and everybody hears of it', async () => {
    const bench = benchWith()
    expect(bench.engine.executor.bags.add(wish('BTC', '0.05'))).toEqual({ ok: true, value: BTC })
    expect([held(bench, 'core', BTC), held(bench, 'hodl', BTC)]).toEqual(['0.15', '0.06'])
    const [entry] = bench.stores.ledger.recent(1)
    expect(entry).toMatchObject({ kind: 'bag', bookedBy: 'trader', reason: 'for the children' })
    expect(events(bench)).toEqual(['0.05 BTC went from core into the BTC bag, by the trader: for the children'])
    expect(await isInOrder(bench)).toBe(true)
  })

  it('adds all that core has, and not a unit more', () => {
    const bench = benchWith()
    expect(codeOf(bench.engine.executor.bags.add(wish('BTC', '0.20000000000001')))).toBe('bag/not-in-core')
    expect(held(bench, 'hodl', BTC)).toBe('0.01')
    expect(codeOf(bench.engine.executor.bags.add(wish('BTC', '0.2')))).toBe('done')
    const refused = bench.engine.executor.bags.add(wish('BTC', '0.00000001'))
    expect(refused).toMatchObject({
      error: { message: expect.stringContaining('Core has 0 BTC that no open order is going to spend') },
    })
  })

  it('does not add what an open order of core is going to spend', async () => {
    const bench = createEngineBench({ set: [NO_COOLDOWN] })
    quote(bench)
    await rebalance(bench)
    const [resting] = bench.stores.orders.live()
    if (resting === undefined) throw new Error('nothing rests')
    expect(resting).toMatchObject({ side: 'buy', type: 'limit' })
    // With its fee of 0.4 %.
    const spent = resting.amount.times(resting.limitPrice).times(decimal('1.004'))
    const free = bench.engine.books.of('core', USDT).minus(spent)
    const tooMuch = toText(free.plus(decimal('0.00000001')))
    expect(codeOf(bench.engine.executor.bags.add(wish('USDT', tooMuch)))).toBe('bag/not-in-core')
    expect(codeOf(bench.engine.executor.bags.add(wish('USDT', toText(free))))).toBe('done')
  })

  it('takes out of a bag only with the phrase, typed exactly', () => {
    const bench = benchWith()
    const typed = [
      '',
      'release 500 xrp',
      'release 500.0 XRP',
      ' release 500 XRP',
      'release 500 XRP.',
      'release 499 XRP',
    ]
    expect(typed.map((text) => codeOf(release(bench, 'XRP', '500', text)))).toEqual(typed.map(() => 'bag/confirmation'))
    expect(release(bench, 'XRP', '500', 'yes')).toMatchObject({
      error: { message: 'Nothing was released. To take it out of the bag, type: release 500 XRP' },
    })
    expect(held(bench, 'hodl', XRP)).toBe('500')
    expect(codeOf(release(bench, 'XRP', '500', 'release 500 XRP'))).toBe('done')
    expect([held(bench, 'core', XRP), held(bench, 'hodl', XRP)]).toEqual(['500', '0'])
    expect(bench.stores.ledger.recent(1)[0]).toMatchObject({ bookedBy: 'trader', reason: 'for the children' })
    expect(events(bench)).toEqual(['500 XRP went out of the XRP bag to core, by the trader: for the children'])
  })

  it('takes out all that a bag holds, and not a unit more', () => {
    const bench = benchWith()
    expect(release(bench, 'BTC', '0.010000001')).toMatchObject({
      error: { code: 'bag/not-in-bag', message: 'The BTC bag holds 0.01: release that or less.' },
    })
    expect(codeOf(release(bench, 'USDT', '0.01'))).toBe('bag/not-in-bag')
    expect(codeOf(release(bench, 'BTC', '0.01'))).toBe('done')
    expect(held(bench, 'hodl', BTC)).toBe('0')
  })

  it('is told which bags there are', () => {
    const bench = benchWith()
    const unknown = {
      error: { code: 'bag/unknown-asset', message: 'There is no bag for DOGE. There are: BTC, XRP, USDT.' },
    }
    expect(bench.engine.executor.bags.add(wish('DOGE', '1'))).toMatchObject(unknown)
    expect(release(bench, 'DOGE', '1')).toMatchObject(unknown)
  })

  it('reaches both desks through the contract', () => {
    const bench = benchWith()
    const handlers = bagHandlers(bench.engine.executor.bags)
    expect(handlers['bag.add'](wish('BTC', '0.05'))).toMatchObject({ ok: true })
    const released = handlers['bag.release']({ ...wish('BTC', '0.06'), confirmation: 'release 0.06 BTC' })
    expect(released).toEqual({ ok: true, value: { text: 'Out of the BTC bag: it belongs to core now.' } })
    expect(held(bench, 'hodl', BTC)).toBe('0')
  })
})

describe('a proposal that waits while a bag changes', () => {
  const pending = (bench: Bench) => bench.stores.proposals.withStatus('pending')

  it.each([
    ['add', '0.05 BTC went from core into the BTC bag.'],
    ['release', '0.01 BTC went out of the BTC bag to core.'],
  ] as const)('is voided by the trader’s %s, and says why', (kind, because) => {
    const bench = benchWith(NO_COOLDOWN)
    bench.tick()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    const moved = kind === 'add' ? bench.engine.executor.bags.add(wish('BTC', '0.05')) : release(bench, 'BTC', '0.01')
    expect(moved.ok).toBe(true)
    const after = bench.stores.proposals.get(forced.value.id)
    expect(after).toMatchObject({ status: 'voided', note: `${because} The plan was made for other bags.` })
    // A fresh one takes its place, made for the bags of now.
    const [fresh] = pending(bench)
    expect(fresh?.id).not.toBe(forced.value.id)
    const bag = fresh?.bags.find(({ asset }) => asset === BTC)?.amount
    expect(bag === undefined ? '0' : toText(bag)).toBe(held(bench, 'hodl', BTC))
  })

  it('is voided when a deposit is put into a bag, and stays when it is core’s', async () => {
    const bench = benchWith(NO_COOLDOWN)
    bench.tick()
    for (const units of ['0.03', '0.05']) bench.exchange.move('deposit', BTC, amount(units))
    await bench.engine.executor.reconcile()
    const [first = '', second = ''] = bench.stores.movements.waiting().map(({ id }) => id)
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    const { id } = forced.value
    const decision = { reason: 'mine', confirmation: '' }
    expect(bench.engine.movements.classify(first, { ...decision, sleeve: 'core' }).ok).toBe(true)
    expect(bench.stores.proposals.get(id)?.status).toBe('pending')
    expect(bench.engine.movements.classify(second, { ...decision, sleeve: 'hodl' }).ok).toBe(true)
    expect(bench.stores.proposals.get(id)).toMatchObject({
      status: 'voided',
      note: 'The deposit of 0.05 BTC was given to the BTC bag. The plan was made for other bags.',
    })
  })

  it('is voided when a withdrawal came out of a bag', async () => {
    const bench = benchWith(NO_COOLDOWN)
    bench.tick()
    bench.exchange.move('withdrawal', BTC, amount('0.01'))
    await bench.engine.executor.reconcile()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    const [movement] = bench.stores.movements.waiting()
    const confirmation = releasePhrase('0.01', BTC)
    const taken = bench.engine.movements.classify(movement?.id ?? '', { sleeve: 'hodl', reason: 'rent', confirmation })
    expect([taken.ok, held(bench, 'hodl', BTC)]).toEqual([true, '0'])
    expect(bench.stores.proposals.get(forced.value.id)?.status).toBe('voided')
  })

  it('is voided when a bag grows by its share of a profit', async () => {
    const bench = createEngineBench({ set: [NO_COOLDOWN] })
    await trade(bench)
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    const { id } = forced.value
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 51_700 })
    const note = 'The USDT bag has grown by its share of a profit. The plan was made for other bags.'
    expect(bench.stores.proposals.get(id)).toMatchObject({ status: 'voided', note })
  })

  it('is voided when a bag grows by a purchase', async () => {
    const set = [
      'portfolio.bags.profit_share_percent=100',
      'portfolio.targets.USDT=0',
      'portfolio.rebalancing.threshold=90',
    ]
    const bench = createEngineBench({ set: [NO_COOLDOWN, ...set] })
    await trade(bench)
    bench.engine.coordinator.pause('a test')
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 51_700 })
    bench.engine.coordinator.resume()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    await bench.pass(6 * MINUTE, 30_000, { 'BTC/USDT': 51_700 })
    expect(bench.stores.proposals.get(forced.value.id)).toMatchObject({
      status: 'voided',
      note: 'The BTC bag has grown by a purchase. The plan was made for other bags.',
    })
  })

  it('stays when a wish was refused: the bags are as they were', () => {
    const bench = benchWith(NO_COOLDOWN)
    bench.tick()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    expect(bench.engine.executor.bags.add(wish('BTC', '1')).ok).toBe(false)
    expect(pending(bench).map(({ id }) => id)).toEqual([forced.value.id])
  })
})
