import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/main/ports.ts'
import { toText } from '../../../src/shared/money.ts'
import { DAY, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, XRP } from '../../support/money-arbitraries.ts'
import { ALL, AT_TARGET, agrees, folder, gain, held, heldBack, purchases, saved } from './bags-bench.ts'
import { alertsOf, type Bench, positionOf, refusing, trade, unknown, unreachable } from './trade-bench.ts'

describe('a purchase for a bag', () => {
  it('is made as soon as there is enough, with its fee inside the savings', async () => {
    const bench = createEngineBench({ set: [ALL] })
    await gain(bench)
    const [order, ...others] = purchases(bench)
    // 19.82906667 / (52,217 × 1.004) = 0.000378236…, filled at the touch of 51,700 for 19.554491.
    expect(others).toEqual([])
    expect(order).toMatchObject({ symbol: 'BTC/USDT', side: 'buy', type: 'market', sleeve: 'hodl', status: 'filled' })
    expect(order && [toText(order.amount), toText(order.limitPrice)]).toEqual(['0.00037823', '52217'])
    expect(held(bench, 'hodl', BTC)).toBe('0.01037823')
    // 19.82906667 − 19.554491 − 0.078217964
    expect(order && toText(order.cost)).toBe('19.554491')
    expect(saved(bench, BTC)).toBe('0.196357706')
    expect([saved(bench, XRP), heldBack(bench, XRP)]).toEqual(['19.82906667', null])
    await agrees(bench)
  })

  it('is written down before it is sent, like any other order', async () => {
    const known: (string | undefined)[] = []
    const bench: Bench = createEngineBench({
      set: [ALL],
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit(intent) {
          if (intent.receipt.kind === 'bag_purchase') known.push(bench.stores.orders.get(intent.id)?.status)
          return exchange.submit(intent)
        },
      }),
    })
    await gain(bench)
    expect(known).toEqual(['pending'])
  })

  it('is never more than one may cost, and the next one comes after a pause', async () => {
    const set = [ALL, 'portfolio.bags.minimum_purchase.BTC=5', 'portfolio.bags.minimum_purchase.XRP=8']
    const bench = createEngineBench({ set: [...set, 'portfolio.bags.max_purchase=8'] })
    await gain(bench)
    const costs = () => purchases(bench).map((order) => Number(toText(order.cost)))
    const at = () => purchases(bench).map(({ symbol, createdAt }) => `${symbol} ${Math.floor(createdAt / MINUTE) % 60}`)
    expect(at().toSorted()).toEqual(['BTC/USDT 0', 'XRP/USDT 0'])
    await bench.pass(4 * MINUTE + 50_000, 10_000, AT_TARGET)
    expect(purchases(bench)).toHaveLength(2)
    expect(heldBack(bench, BTC)).toBe('the next attempt is at 00:05 UTC')
    await bench.pass(20 * MINUTE, 10_000, AT_TARGET)
    // Of 19.83 twice up to 8 for BTC and for XRP: what is left is below the least.
    expect(at().toSorted()).toEqual(['BTC/USDT 0', 'BTC/USDT 5', 'XRP/USDT 0', 'XRP/USDT 5'])
    expect(costs().every((cost) => cost > 7.8 && cost < 8)).toBe(true)
    expect(heldBack(bench, BTC)).toBeNull()
    await agrees(bench)
  })

  it('keeps within what a UTC day may cost, and goes on the next day', async () => {
    const set = ['minimum_purchase.BTC=3', 'minimum_purchase.XRP=19.9', 'max_purchase=20', 'max_purchase_per_day=20']
    const bench = createEngineBench({
      set: [ALL, ...set.map((each) => `portfolio.bags.${each}`), 'portfolio.bags.max_purchase=19.9'],
    })
    await gain(bench)
    expect(purchases(bench)).toHaveLength(1)
    await bench.pass(MINUTE, 10_000)
    await trade(bench)
    await bench.pass(2_000, 1_000, AT_TARGET)
    await bench.pass(10 * MINUTE, MINUTE, AT_TARGET)
    expect(purchases(bench)).toHaveLength(1)
    expect(heldBack(bench, BTC)).toBe('the purchases of this UTC day are at their limit of 20')
    await bench.pass(DAY - 20 * MINUTE, 10 * MINUTE, AT_TARGET)
    expect(purchases(bench)).toHaveLength(1)
    await bench.pass(20 * MINUTE, MINUTE, AT_TARGET)
    const days = purchases(bench).map(({ symbol, createdAt }) => `${symbol} ${new Date(createdAt).getUTCDate()}`)
    expect(days.length).toBeGreaterThan(1)
    expect(days.filter((day) => day.endsWith(' 1'))).toEqual(['BTC/USDT 1'])
    await agrees(bench)
  })

  it('waits for the market’s own least', async () => {
    const bench = createEngineBench({ set: [ALL, 'execution.markets.BTC/USDT.min_cost=100'] })
    await gain(bench)
    expect(purchases(bench)).toEqual([])
    expect(heldBack(bench, BTC)).toBe('19.82906667 buys less than the least that BTC/USDT takes')
  })

  it.each([
    ['killed', 'the kill switch is on'],
    ['paused', 'the coordinator is PAUSED'],
  ] as const)('is not made while %s, and made when that is over', async (how, because) => {
    const bench = createEngineBench({ set: [ALL] })
    await trade(bench)
    if (how === 'killed') await bench.engine.killSwitch.kill('a test', { flatten: false })
    else bench.engine.coordinator.pause('a test')
    await bench.pass(10_000, 1_000, AT_TARGET)
    expect(positionOf(bench).closedAt).not.toBeNull()
    expect(saved(bench, BTC)).toBe('19.82906667')
    expect(purchases(bench)).toEqual([])
    expect(heldBack(bench, BTC)).toBe(because)
    if (how === 'killed') bench.engine.killSwitch.resume()
    bench.engine.coordinator.resume()
    await bench.pass(5 * MINUTE, 10_000, AT_TARGET)
    expect(purchases(bench).map(({ status }) => status)).toEqual(['filled'])
    await agrees(bench)
  })

  it('is not made at a stale price, and says so', async () => {
    const bench = createEngineBench({ set: [ALL] })
    await trade(bench)
    bench.engine.coordinator.pause('a test')
    await bench.pass(2_000, 1_000, AT_TARGET)
    bench.engine.coordinator.resume()
    bench.clock.advanceTo((bench.clock.now() + 30_000) as never)
    bench.engine.executor.buyForBags()
    await bench.engine.executor.idle()
    expect(purchases(bench)).toEqual([])
    expect(heldBack(bench, BTC)).toBe('there is no fresh price of BTC/USDT')
  })

  it('waking nobody, waits when the gate refuses it, says why, and tries again', async () => {
    const bench = createEngineBench({ set: [ALL, 'execution.gate.max_orders_per_minute=1'] })
    await gain(bench)
    expect(purchases(bench)).toEqual([])
    expect(heldBack(bench, BTC)).toBe('More than 1 orders in a minute; the next attempt is at 00:05 UTC')
    expect(alertsOf(bench)).not.toContain('gate/rate')
    await bench.pass(6 * MINUTE, 10_000, AT_TARGET)
    expect(purchases(bench).map(({ status }) => status)).toEqual(['filled'])
  })

  it('that the exchange refuses is tried again after a pause, not at once', async () => {
    let refusals = 1
    const bench = createEngineBench({
      set: [ALL],
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) =>
          intent.receipt.kind === 'bag_purchase' && refusals-- > 0 ? refusing('refused') : exchange.submit(intent),
      }),
    })
    await gain(bench)
    await bench.pass(4 * MINUTE, 10_000, AT_TARGET)
    expect(purchases(bench).map(({ status }) => status)).toEqual(['rejected'])
    await bench.pass(2 * MINUTE, 10_000, AT_TARGET)
    expect(purchases(bench).map(({ status }) => status)).toEqual(['filled', 'rejected'])
    await agrees(bench)
  })

  it('in doubt is alone until its fate is known, counts as open for the kill switch, and is bought once', async () => {
    const bench = createEngineBench({
      set: [ALL],
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          const answer = await exchange.submit(intent)
          return intent.receipt.kind === 'bag_purchase' ? unknown() : answer
        },
      }),
    })
    await trade(bench)
    await bench.pass(1_000, 1_000, AT_TARGET)
    const [doubted] = purchases(bench)
    expect(doubted?.inDoubt).toBe(true)
    expect(bench.engine.executor.openEntries()).toEqual([doubted?.clientOrderId])
    for (let i = 0; i < 3; i++) bench.engine.executor.buyForBags()
    expect(await bench.engine.executor.cancelEntries('a test')).toBe(1)
    await bench.pass(10 * MINUTE, 10_000, AT_TARGET)
    expect(purchases(bench).map(({ status }) => status)).toEqual(['filled'])
    expect(bench.engine.executor.openEntries()).toEqual([])
    await agrees(bench)
  })

  it('is not joined by another of its asset while the exchange cannot be asked about it', async () => {
    let isSilent = true
    const set = ['minimum_purchase.BTC=5', 'minimum_purchase.XRP=8', 'max_purchase=8']
    const bench = createEngineBench({
      set: [ALL, ...set.map((each) => `portfolio.bags.${each}`)],
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) =>
          intent.receipt.kind === 'bag_purchase' && intent.symbol === BTC_USDT ? unknown() : exchange.submit(intent),
        async find(id) {
          const order = bench.stores.orders.byClientOrderId(id)
          const isAsked = order?.receipt.kind === 'bag_purchase' && order.symbol === BTC_USDT
          return isSilent && isAsked ? unreachable() : exchange.find(id)
        },
      }),
    })
    await trade(bench)
    await bench.pass(12 * MINUTE, 10_000, AT_TARGET)
    const symbols = () => purchases(bench).map(({ symbol }) => symbol)
    expect(symbols().filter((symbol) => symbol === BTC_USDT)).toHaveLength(1)
    expect(heldBack(bench, BTC)).toBeNull()
    isSilent = false
    await bench.pass(12 * MINUTE, 10_000, AT_TARGET)
    expect(symbols().filter((symbol) => symbol === BTC_USDT).length).toBeGreaterThan(1)
  })

  it.each([
    ['had arrived', true, ['filled']],
    ['never arrived', false, ['filled', 'rejected']],
  ] as const)('that was in doubt when the program ended and %s is bought once', async (_, arrives, statuses) => {
    const dir = folder()
    const bench = createEngineBench({
      dir,
      set: [ALL],
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          if (intent.receipt.kind !== 'bag_purchase') return exchange.submit(intent)
          if (arrives) await exchange.submit(intent)
          return unknown()
        },
      }),
    })
    await trade(bench)
    await bench.pass(1_000, 1_000, AT_TARGET)
    expect(purchases(bench).map(({ inDoubt }) => inDoubt)).toEqual([true])
    const now = bench.clock.now()
    await bench.end()
    const after = createEngineBench({ dir, now, set: [ALL] })
    after.tick(AT_TARGET)
    await after.engine.executor.resume()
    await after.pass(10 * MINUTE, 15_000, AT_TARGET)
    expect(purchases(after).map(({ status }) => status)).toEqual(statuses)
    expect(held(after, 'hodl', BTC)).toBe('0.01037823')
    expect(saved(after, BTC)).toBe('0.196357706')
    await agrees(after)
    await after.end()
  })

  it('that a restart found nobody waiting for is made at the next portfolio check', async () => {
    const dir = folder()
    const bench = createEngineBench({ dir, set: [ALL] })
    await trade(bench)
    bench.engine.coordinator.pause('a test')
    await bench.pass(2_000, 1_000, AT_TARGET)
    const now = bench.clock.now()
    await bench.end()
    const after = createEngineBench({ dir, now, set: [ALL] })
    after.tick(AT_TARGET)
    await after.engine.executor.resume()
    after.engine.coordinator.resume()
    await after.pass(59 * MINUTE, MINUTE, AT_TARGET)
    expect(purchases(after)).toEqual([])
    await after.pass(2 * MINUTE, MINUTE, AT_TARGET)
    expect(purchases(after).map(({ status }) => status)).toEqual(['filled'])
    await agrees(after)
    await after.end()
  })

  it('happens the same way twice', async () => {
    const life = async () => {
      const bench = createEngineBench({
        set: [ALL, 'portfolio.bags.minimum_purchase.XRP=8', 'portfolio.bags.max_purchase=15'],
      })
      await gain(bench)
      await bench.pass(30 * MINUTE, MINUTE, AT_TARGET)
      expect(purchases(bench).length).toBeGreaterThan(0)
      const { orders, ledger } = bench.stores
      return JSON.stringify([orders.recent(100), ledger.recent(100).map((entry) => ({ ...entry, prices: null }))])
    }
    expect(await life()).toBe(await life())
  })
})
