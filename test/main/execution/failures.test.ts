import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/main/ports.ts'
import { price } from '../../../src/shared/money.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import {
  AT_MARKET,
  alertsOf,
  type Bench,
  isInOrder,
  NO_COOLDOWN,
  positionOf,
  quote,
  rebalance,
  restingAt,
  trade,
} from './trade-bench.ts'

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('execution while things fail around it', () => {
  it('goes on after the database took neither a fill nor the halt that followed', async () => {
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          const answer = await exchange.submit(intent)
          if (intent.receipt.kind === 'proposal_leg') bench.sql.pragma('query_only = ON')
          return answer
        },
      }),
    })
    await trade(bench)
    expect(bench.stores.positions.recent(1)).toEqual([])
    bench.sql.pragma('query_only = OFF')
    await bench.engine.executor.reconcile()
    expect(bench.engine.coordinator.status().state).toBe('HALTED')
    expect(positionOf(bench).closedAt).toBeNull()
    expect(await restingAt(bench)).toEqual(['stop-loss sell BTC/USDT'])
  })

  it('picks up an approved plan again that a failure left lying', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    bench.engine.approval.approve(forced.value.id, forced.value.hash)
    bench.sql.pragma('query_only = ON')
    await bench.engine.executor.idle()
    bench.sql.pragma('query_only = OFF')
    expect(bench.stores.orders.recent(10)).toEqual([])
    bench.engine.coordinator.resume()
    await bench.engine.executor.reconcile()
    expect(bench.stores.proposals.get(forced.value.id)?.status).toBe('completed')
  })

  it('asks the same thing once while an answer takes long, so that nothing waits behind twenty questions', async () => {
    let answer: (() => void) | null = null
    let isSlow = false
    const asked: string[] = []
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async balances() {
          asked.push('balances')
          if (isSlow && answer === null) await new Promise<void>((resolve) => (answer = resolve))
          return exchange.balances()
        },
        submit(intent) {
          asked.push(intent.receipt.kind)
          return exchange.submit(intent)
        },
      }),
    })
    await trade(bench)
    isSlow = true
    asked.length = 0
    void bench.engine.executor.reconcile()
    await aTurn()
    for (let times = 0; times < 20; times++) void bench.engine.executor.reconcile()
    bench.engine.executor.exit(positionOf(bench), 'trader')
    ;(answer as (() => void) | null)?.()
    await bench.engine.executor.idle()
    expect(asked).toEqual(['balances', 'position_exit', 'balances'])
  })

  it('answers the trader although something new is asked all the time', async () => {
    let isRestless = false
    const hints = new Set<(id: Parameters<Exchange['find']>[0]) => void>()
    const bench: Bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange): Exchange => ({
        ...exchange,
        async find(id) {
          await aTurn()
          if (isRestless) for (const hint of hints) hint(id)
          return exchange.find(id)
        },
        onChange(listener) {
          hints.add(listener)
          return exchange.onChange(listener)
        },
      }),
    })
    await trade(bench)
    quote(bench)
    await rebalance(bench)
    isRestless = true
    void bench.engine.executor.reconcile()
    const modified = bench.engine.executor.modify(positionOf(bench).id, { stop: null, target: price('52000') })
    const late = new Promise((resolve) => setTimeout(resolve, 1_000, 'no answer'))
    expect(await Promise.race([modified, late])).toMatchObject({ ok: true })
    isRestless = false
    await bench.engine.executor.idle()
  })

  it('sees to the other positions although a fill of one order cannot be booked', async () => {
    let isLarger = false
    const bench: Bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: (intent) =>
          exchange.submit(isLarger ? { ...intent, amount: intent.amount.plus(intent.amount) as never } : intent),
      }),
    })
    await trade(bench)
    isLarger = true
    await rebalance(bench)
    isLarger = false
    expect(alertsOf(bench)).toContain('order/overfilled')
    const [stop] = bench.stores.orders.ofPosition(positionOf(bench).id)
    if (stop !== undefined) await bench.exchange.cancel(stop.clientOrderId)
    expect(await isInOrder(bench)).toBe(false)
    expect(bench.engine.executor.difference()?.items.length).toBeGreaterThan(0)
    expect(await restingAt(bench)).toEqual(['stop-loss sell BTC/USDT'])
    expect(bench.bugs).toEqual([])
  })
})
