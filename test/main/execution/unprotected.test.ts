import { describe, expect, it } from 'vitest'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { price, toText } from '../../../src/shared/money.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { USDT } from '../../support/money-arbitraries.ts'
import {
  alertsOf,
  type Bench,
  isInOrder,
  positionOf,
  refusing,
  restingAt,
  trade,
  unknown,
  unreachable,
} from './trade-bench.ts'

describe('a position that cannot be protected or closed', () => {
  it('is told of when the exchange refuses to close it, and tried on with growing pauses', async () => {
    const bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) =>
          intent.receipt.kind === 'position_exit' ? refusing('refused') : exchange.submit(intent),
      }),
    })
    await trade(bench)
    bench.engine.executor.exit(positionOf(bench), 'trader')
    await bench.pass(60_000)
    expect(alertsOf(bench).filter((code) => code === 'position/not-closed')).toHaveLength(1)
    const attempts = bench.stores.orders.ofPosition(positionOf(bench).id).length - 1
    expect(attempts).toBeGreaterThan(3)
    expect(attempts).toBeLessThan(10)
  })

  it('is told of, once, when its market takes no orders any more', async () => {
    let isOpen = true
    const bench: Bench = createEngineBench({
      markets: (markets) => ({ ...markets, rules: (symbol) => (isOpen ? markets.rules(symbol) : null) }),
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          const answer = await exchange.submit(intent)
          isOpen = false
          return answer
        },
      }),
    })
    await trade(bench)
    await bench.pass(10_000)
    expect(alertsOf(bench).filter((code) => code === 'position/no-market')).toHaveLength(1)
    isOpen = true
    await bench.pass(2_000)
    expect(await restingAt(bench)).toEqual(['stop-loss sell BTC/USDT'])
  })

  it('is closed a moment after the cancel of its stop got no answer, not only at the next reconciliation', async () => {
    let isDark = false
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async cancel(id) {
          const answer = await exchange.cancel(id)
          return isDark ? unknown() : answer
        },
        find: async (id) => (isDark ? unreachable() : exchange.find(id)),
      }),
    })
    await trade(bench)
    isDark = true
    bench.engine.executor.exit(positionOf(bench), 'trader')
    await bench.engine.executor.idle()
    expect(await restingAt(bench)).toEqual([])
    isDark = false
    await bench.pass(2_000)
    expect(positionOf(bench).closedAt).not.toBeNull()
    expect(await isInOrder(bench)).toBe(true)
  })

  it('is not given up because the program was closed while its stop was placed', async () => {
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          if (intent.type !== 'stop') return exchange.submit(intent)
          void bench.engine.executor.close()
          return refusing('not_accepted')
        },
      }),
    })
    await trade(bench)
    expect(positionOf(bench).exitReason).toBeNull()
    expect(bench.stores.orders.ofPosition(positionOf(bench).id)).toHaveLength(1)
  })
})

describe('a stop that follows the price', () => {
  it('does not undo the tighter one that the trader has just set', async () => {
    const bench = createEngineBench()
    await trade(bench)
    const { id } = positionOf(bench)
    const modified = bench.engine.executor.modify(id, { stop: price('49900'), target: null })
    bench.engine.executor.moveStop(id, price('49600'))
    await modified
    await bench.engine.executor.idle()
    expect(toText(positionOf(bench).stop)).toBe('49900')
  })
})

describe('closing', () => {
  it('is written down before anything is asked, so that a crash forgets no wish', async () => {
    const bench = createEngineBench()
    await trade(bench)
    bench.engine.executor.exit(positionOf(bench), 'trader')
    expect(positionOf(bench).exitReason).toBe('trader')
    await bench.engine.executor.idle()
    expect(positionOf(bench).closedAt).not.toBeNull()
  })

  it('all of them on Kill includes a position that comes to light only afterwards', async () => {
    let isDark = true
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          const answer = await exchange.submit(intent)
          return intent.receipt.kind === 'proposal_leg' ? unknown() : answer
        },
        find: async (id) => (isDark ? unreachable() : exchange.find(id)),
      }),
    })
    await trade(bench)
    await bench.engine.killSwitch.kill('enough', { flatten: true })
    await bench.pass(2_000)
    expect(bench.stores.positions.recent(1)).toEqual([])
    isDark = false
    await bench.pass(30_000)
    expect(positionOf(bench)).toMatchObject({ exitReason: 'trader', closedAt: expect.any(Number) })
  })

  it('on margin beyond the money behind it leaves the debt with core, not with the next trade', async () => {
    const bench = createEngineBench({ set: ['risk.margin.enabled=true', 'risk.margin.leverage=5'] })
    await trade(bench)
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 38_000 })
    expect(positionOf(bench)).toMatchObject({ exitReason: 'stop', closedAt: expect.any(Number) })
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
    expect(await isInOrder(bench)).toBe(true)
    bench.stores.messages.flush()
    expect(verifyDatabase(bench.database)).toEqual([])
  })
})
