import { describe, expect, it } from 'vitest'
import { ENDED } from '../../../src/main/domain/order.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { integer, ZERO } from '../../../src/shared/money.ts'
import { HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { settled } from '../../support/hand-model.ts'
import { BTC_USDT } from '../../support/money-arbitraries.ts'
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
  unknown,
  wait,
} from './trade-bench.ts'

type Submit = Exchange['submit']

describe('an order of which exchange and database know different things', () => {
  it('is cancelled when it was written off and rests all the same, because nobody would look at it again', async () => {
    let isHidden = true
    const bench: Bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          await exchange.submit(intent)
          return unknown()
        },
        find: async (id) => (isHidden ? { ok: true, value: 'never-seen' } : exchange.find(id)),
        openOrders: async () => (isHidden ? { ok: true, value: [] } : exchange.openOrders()),
      }),
    })
    quote(bench)
    await rebalance(bench)
    await wait(bench, 180)
    expect(bench.stores.orders.live()).toEqual([])
    expect((await restingAt(bench)).length).toBeGreaterThan(0)
    isHidden = false
    expect(await isInOrder(bench)).toBe(true)
    expect(await restingAt(bench)).toEqual([])
    expect(alertsOf(bench)).toContain('order/resurfaced')
  })

  it('is cancelled as soon as it appears, and not quoted again, when the trader cancelled it on its way', async () => {
    let arrive: (() => ReturnType<Submit>) | null = null
    const bench: Bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          arrive ??= () => exchange.submit(intent)
          return unknown()
        },
      }),
    })
    quote(bench)
    const proposal = await rebalance(bench)
    const [doubted] = bench.stores.orders.live()
    if (doubted === undefined) throw new Error('nothing was sent')
    await bench.engine.executor.cancel(doubted.id, ENDED.byTrader)
    await (arrive as (() => ReturnType<Submit>) | null)?.()
    await wait(bench, 4)
    expect(await restingAt(bench)).toEqual([])
    await wait(bench, 60)
    const ofLeg = bench.stores.orders.ofProposal(proposal.id).filter(({ symbol }) => symbol === doubted.symbol)
    expect(ofLeg.map(({ status, reason }) => [status, reason])).toEqual([['cancelled', ENDED.byTrader]])
  })

  it('is over when somebody made it smaller and all of that is filled', async () => {
    const half: (submit: Submit) => Submit = (submit) => (intent) =>
      submit({ ...intent, amount: intent.amount.div(integer(2)).round(8, 0) as never })
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange): Exchange => ({ ...exchange, submit: half(exchange.submit) }),
    })
    bench.tick()
    const proposal = await rebalance(bench)
    expect(bench.stores.orders.live()).toEqual([])
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('incomplete')
    expect(await isInOrder(bench)).toBe(true)
  })

  it('counts as cancelled, and somebody is told, when it was accepted and is nowhere to be found a minute later', async () => {
    const bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async () => ({ ok: true, value: { exchangeId: 'O-GONE' } }),
      }),
    })
    quote(bench)
    const proposal = await rebalance(bench)
    await wait(bench, 60)
    expect(bench.stores.orders.live()).toHaveLength(1)
    await wait(bench, 60)
    expect(alertsOf(bench)).toContain('order/vanished')
    await wait(bench, 900)
    expect(bench.stores.orders.live()).toEqual([])
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('incomplete')
  })

  it('says that the kill switch ended an entry, which wrote nothing down before it cancelled', async () => {
    const bench: Bench = createEngineBench({ set: [NO_COOLDOWN] })
    quote(bench)
    await rebalance(bench)
    expect(await restingAt(bench)).toHaveLength(1)
    const killed = bench.engine.killSwitch.kill('enough', { flatten: false })
    await settled()
    await wait(bench, 2)
    expect(await killed).toEqual({ cancelled: 1, failed: 0 })
    expect(bench.stores.orders.recent(1)[0]).toMatchObject({ status: 'cancelled', reason: ENDED.killed })
  })

  it('has its late fill found when balances differ, however long ago it was placed', async () => {
    let isLate = false
    const bench: Bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async find(id) {
          const found = await exchange.find(id)
          if (!isLate || !found.ok || found.value === 'never-seen' || found.value.trigger === null) return found
          return { ok: true, value: { ...found.value, status: 'cancelled', filled: ZERO, fills: [] } }
        },
      }),
    })
    await trade(bench)
    await bench.pass(HOUR, MINUTE)
    isLate = true
    const at = bench.clock.now()
    bench.exchange.onTicks([{ symbol: BTC_USDT, at, bid: 49_100, ask: 49_100, last: 49_100 }])
    bench.engine.executor.exit(positionOf(bench), 'trader')
    await bench.pass(2_000)
    expect(positionOf(bench).closedAt).toBeNull()
    isLate = false
    expect(await isInOrder(bench)).toBe(true)
    expect(positionOf(bench).closedAt).not.toBeNull()
  })
})
