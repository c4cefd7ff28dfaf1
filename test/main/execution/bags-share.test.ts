import { describe, expect, it } from 'vitest'
import { ProfitShares } from '../../../src/main/execution/profit-shares.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import type { ClientOrderId } from '../../../src/shared/ids.ts'
import { decimal, toText, ZERO } from '../../../src/shared/money.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'
import { ALL, AT_TARGET, agrees, bagEntries, folder, gain, held, purchases, saved } from './bags-bench.ts'
import { alertsOf, type Bench, positionOf, trade } from './trade-bench.ts'

describe("the bags' share of a profit", () => {
  it('leaves the trade before the rest returns to core: a third in quote at once, two thirds saved', async () => {
    const bench = createEngineBench()
    await gain(bench)
    const { id } = positionOf(bench)
    expect(bagEntries(bench)).toEqual([
      `share ${id}, tactical -5.94872 USDT, savings 3.96581334 USDT, hodl 1.98290666 USDT`,
    ])
    expect([saved(bench, BTC), saved(bench, XRP), saved(bench, USDT)]).toEqual(['1.98290667', '1.98290667', '0'])
    expect(held(bench, 'core', USDT)).toBe('10053.53848') // 10,000 + 59.4872 − 5.94872
    expect(held(bench, 'hodl', USDT)).toBe('1.98290666')
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
    await agrees(bench)
  })

  it('accumulates below the least that can be bought', async () => {
    const bench = createEngineBench()
    await gain(bench)
    await bench.pass(MINUTE, 1_000)
    await trade(bench)
    await bench.pass(2_000, 1_000, AT_TARGET)
    expect(Number(saved(bench, BTC))).toBeGreaterThan(3.9)
    expect(purchases(bench)).toEqual([])
    expect(bagEntries(bench)).toHaveLength(2)
    await agrees(bench)
  })

  it('takes nothing of a loss', async () => {
    const bench = createEngineBench({ set: [ALL] })
    await trade(bench)
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 49_100 })
    expect(positionOf(bench).realized.lt(ZERO)).toBe(true)
    expect(bagEntries(bench)).toEqual([])
    expect(bench.stores.bagShares.ofPosition(positionOf(bench).id)).toEqual([])
    await agrees(bench)
  })

  it('is shared once, however often the exchange tells of the closing fill, and not again after a restart', async () => {
    const dir = folder()
    const twice = (exchange: Exchange): Exchange => ({
      ...exchange,
      async find(id) {
        const found = await exchange.find(id)
        if (!found.ok || found.value === 'never-seen') return found
        return { ok: true, value: { ...found.value, fills: [...found.value.fills, ...found.value.fills] } }
      },
    })
    const bench = createEngineBench({ dir, spoil: twice })
    await gain(bench)
    await agrees(bench)
    const now = bench.clock.now()
    await bench.end()
    const after = createEngineBench({ dir, now, spoil: twice })
    await after.engine.executor.resume()
    await after.pass(10_000)
    expect(bagEntries(after)).toHaveLength(1)
    expect(saved(after, BTC)).toBe('1.98290667')
    await agrees(after)
    await after.end()
  })

  it('is never written a second time for the same position, whoever asks', async () => {
    const bench = createEngineBench()
    await gain(bench)
    const { stores, engine } = bench
    const bags = { quote: USDT, assets: [BTC, XRP, USDT], sharePercent: decimal('10') }
    const shares = new ProfitShares({ bus: engine.bus, stores, books: engine.books, bags, onBagsChanged: () => {} })
    expect(shares.write(positionOf(bench))).toEqual({ entries: [], shares: [] })
    expect(bagEntries(bench)).toHaveLength(1)
  })

  it.each([
    ['profit', 51_000, 1],
    ['loss', 49_500, 0],
  ] as const)('of a %s is not changed by a fill that comes after the position was closed', async (_, price, shares) => {
    let isLate = false
    let hint: (id: ClientOrderId) => void = () => {}
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        onChange(listener) {
          hint = listener
          return exchange.onChange(listener)
        },
        async find(id) {
          const found = await exchange.find(id)
          const order = bench.stores.orders.byClientOrderId(id)
          if (!isLate || order?.type !== 'stop' || !found.ok || found.value === 'never-seen') return found
          const [exit] = bench.stores.fills.recent(1)
          if (exit === undefined) return found
          const fill = { ...exit, tradeId: 'late' as typeof exit.tradeId, clientOrderId: id }
          return { ok: true, value: { ...found.value, filled: fill.amount, fills: [fill] } }
        },
      }),
    })
    await trade(bench)
    bench.tick({ 'BTC/USDT': price })
    bench.engine.executor.exit(positionOf(bench), 'trader')
    await bench.engine.executor.idle()
    const before = positionOf(bench)
    expect([before.closedAt !== null, bagEntries(bench).length]).toEqual([true, shares])
    isLate = true
    hint(bench.stores.orders.ofPosition(before.id).find(({ type }) => type === 'stop')?.clientOrderId as ClientOrderId)
    await bench.engine.executor.idle()
    expect(alertsOf(bench)).toContain('order/late-fill')
    expect(positionOf(bench).realized.gt(ZERO)).toBe(true)
    expect(bagEntries(bench)).toHaveLength(shares)
    expect(bench.stores.bagShares.ofPosition(before.id)).toHaveLength(3 * shares)
  })
})
