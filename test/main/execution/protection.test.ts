import { describe, expect, it } from 'vitest'
import type { Position } from '../../../src/main/domain/position.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { price, toText } from '../../../src/shared/money.ts'
import { err } from '../../../src/shared/result.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { decided, signalOf } from '../../support/signal-builders.ts'

type Bench = ReturnType<typeof createEngineBench>

const refusing = (error: 'refused' | 'not_accepted') =>
  err({ kind: error, code: 'exchange/test', message: 'EOrder:made up' } as const)

/** A trade on BTC at 50,000 with its stop at 49,200 and its target at 51,600, approved and filled. */
async function inPosition(options: Parameters<typeof createEngineBench>[0] = {}, bias: 'long' | 'short' = 'long') {
  const bench = createEngineBench(options)
  bench.tick()
  const action = bias === 'long' ? 'BUY' : 'SELL'
  decided(bench.engine.bus, signalOf({ action, bias, at: bench.clock.now() }))
  const proposal = bench.stores.proposals.withStatus('pending').find(({ kind }) => kind === 'tactical')
  if (proposal === undefined) throw new Error('nothing tactical is proposed')
  bench.engine.approval.approve(proposal.id, proposal.hash)
  await bench.engine.executor.idle()
  const position = bench.stores.positions.recent(1)[0]
  if (position === undefined) throw new Error('no position was opened')
  return { bench, position }
}

const now = (bench: Bench, { id }: Position): Position => {
  const position = bench.stores.positions.get(id)
  if (position === null) throw new Error('the position is gone')
  return position
}
/** Type, amount and price of what rests at the exchange. */
async function resting(bench: Bench): Promise<string[]> {
  const open = await bench.exchange.openOrders()
  if (!open.ok) throw new Error(open.error.message)
  return open.value.map((order) => `${order.type} ${order.side} ${toText(order.amount)} at ${order.price?.toFixed()}`)
}
async function agrees(bench: Bench): Promise<void> {
  await bench.engine.executor.reconcile()
  expect(bench.engine.executor.blockedBecause()).toBeNull()
  expect(bench.bugs).toEqual([])
}

describe('a position', () => {
  it('has its stop at the exchange as soon as it is open', async () => {
    const { bench, position } = await inPosition()
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at 49200`])
    await agrees(bench)
  })

  it('has a snapshot of every change', async () => {
    const { bench, position } = await inPosition()
    const snapshots = () =>
      bench.sql.prepare('SELECT amount FROM position_snapshots WHERE position_id = ?').pluck().all(position.id)
    expect(snapshots()).toEqual([toText(position.amount)])
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 49_100 })
    expect(snapshots()).toEqual([toText(position.amount), '0'])
  })

  it('is closed by the exchange when its stop is reached, without an order of ours', async () => {
    const { bench, position } = await inPosition()
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 49_100 })
    expect(now(bench, position)).toMatchObject({ exitReason: 'stop', closedAt: expect.any(Number) })
    expect(bench.stores.orders.ofPosition(position.id).map(({ type, status }) => [type, status])).toEqual([
      ['stop', 'filled'],
    ])
    await agrees(bench)
  })

  it('is sold at its target only after its stop is known to be cancelled', async () => {
    const { bench, position } = await inPosition()
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 51_700 })
    expect(bench.stores.orders.ofPosition(position.id).map(({ type, status }) => [type, status])).toEqual([
      ['stop', 'cancelled'],
      ['market', 'filled'],
    ])
    expect(await resting(bench)).toEqual([])
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
    await agrees(bench)
  })

  it('moves its stop at the exchange when the trader does, without a moment unprotected', async () => {
    const { bench, position } = await inPosition()
    const modified = await bench.engine.executor.modify(position.id, { stop: price('49500'), target: price('52000') })
    expect(modified.ok).toBe(true)
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at 49500`])
    expect(bench.stores.orders.ofPosition(position.id)).toHaveLength(1)
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 51_700 })
    expect(now(bench, position).closedAt).toBeNull() // the target is further away now
  })

  it('has a stop that follows the price, and never back', async () => {
    const { bench, position } = await inPosition()
    await bench.pass(3_000, 1_000, { 'BTC/USDT': 51_000 })
    const followed = now(bench, position).stop
    expect(followed.gt(price('50000'))).toBe(true)
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at ${toText(followed)}`])
    await bench.pass(3_000, 1_000, { 'BTC/USDT': 50_600 })
    expect(toText(now(bench, position).stop)).toBe(toText(followed))
    await agrees(bench)
  })

  it('is closed at once, and somebody is woken, when the exchange refuses its stop', async () => {
    const { bench, position } = await inPosition({
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) => (intent.type === 'stop' ? refusing('refused') : exchange.submit(intent)),
      }),
    })
    expect(now(bench, position)).toMatchObject({ exitReason: 'unprotected', closedAt: expect.any(Number) })
    const alerts = bench.engine.bus.history('risk_alerts').map(({ payload }) => payload.code)
    expect(alerts).toContain('position/unprotected')
    await agrees(bench)
  })

  it('gets its stop in the end when the exchange was only too busy for it', async () => {
    let refusals = 2
    const { bench, position } = await inPosition({
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) =>
          intent.type === 'stop' && refusals-- > 0 ? refusing('not_accepted') : exchange.submit(intent),
      }),
    })
    await bench.pass(3_000)
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at 49200`])
    expect(now(bench, position).exitReason).toBeNull()
  })

  it('waits for the fate of a stop in doubt before it sells, so that never more is on sale than it holds', async () => {
    let isLost = false
    const { bench, position } = await inPosition({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async submit(intent) {
          if (intent.type !== 'stop') return exchange.submit(intent)
          isLost = true
          await exchange.submit(intent)
          return err({ kind: 'unknown', code: 'exchange/timeout', message: 'no answer' } as const)
        },
        find: async (id) =>
          isLost
            ? err({ kind: 'unreachable', code: 'exchange/unreachable', message: 'no answer' } as const)
            : exchange.find(id),
      }),
    })
    bench.engine.executor.exit(position, 'trader')
    await bench.engine.executor.idle()
    expect(bench.stores.orders.ofPosition(position.id)).toHaveLength(1)
    isLost = false
    await bench.pass(5_000)
    expect(now(bench, position)).toMatchObject({ exitReason: 'trader', closedAt: expect.any(Number) })
    await agrees(bench)
  })

  it('keeps its stop when somebody asks to cancel it by itself', async () => {
    const { bench, position } = await inPosition()
    const [stop] = bench.stores.orders.ofPosition(position.id)
    if (stop === undefined) throw new Error('there is no stop')
    expect(await bench.engine.executor.cancel(stop.id, 'by mistake')).toMatchObject({
      error: { code: 'order/protects' },
    })
    expect(await resting(bench)).toHaveLength(1)
  })

  it('gets another stop when its own vanished at the exchange', async () => {
    const { bench, position } = await inPosition()
    const [stop] = bench.stores.orders.ofPosition(position.id)
    if (stop === undefined) throw new Error('there is no stop')
    await bench.exchange.cancel(stop.clientOrderId)
    await bench.engine.executor.reconcile()
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at 49200`])
    expect(bench.stores.orders.ofPosition(position.id).map(({ status }) => status)).toEqual(['cancelled', 'open'])
  })
})

describe('an amendment that the exchange refuses', () => {
  it('leaves the stop where it is, and the wish with it', async () => {
    const { bench, position } = await inPosition({
      spoil: (exchange): Exchange => ({ ...exchange, amend: async () => refusing('refused') }),
    })
    await bench.engine.executor.modify(position.id, { stop: price('49500'), target: null })
    expect(toText(now(bench, position).stop)).toBe('49200')
    expect(await resting(bench)).toEqual([`stop-loss sell ${toText(position.amount)} at 49200`])
    const alerts = bench.engine.bus.history('risk_alerts').map(({ payload }) => payload.code)
    expect(alerts.filter((code) => code === 'exchange/test')).toHaveLength(1)
  })
})

describe('the dead-man switch of the exchange', () => {
  const watched = (asked: number[]) => ({
    spoil: (exchange: Exchange): Exchange => ({
      ...exchange,
      async cancelAllAfter(seconds: number) {
        asked.push(seconds)
        return exchange.cancelAllAfter(seconds)
      },
    }),
  })

  it('is armed while only the limit orders of a rebalance rest, and taken back when they are gone', async () => {
    const asked: number[] = []
    const bench = createEngineBench(watched(asked))
    await bench.engine.executor.reconcile()
    bench.engine.market.prices([
      { symbol: BTC_USDT, at: bench.clock.now(), bid: 50_000, ask: 50_010, last: 50_005 },
      { symbol: XRP_USDT, at: bench.clock.now(), bid: 2, ask: 2.001, last: 2.0005 },
    ])
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    bench.engine.approval.approve(forced.value.id, forced.value.hash)
    await bench.engine.executor.idle()
    expect(bench.stores.orders.live()).toHaveLength(1)
    bench.engine.executor.keepAlive()
    await bench.engine.executor.idle()
    expect(asked).toEqual([60])
    bench.engine.coordinator.halt('nothing new')
    await bench.engine.executor.cancelEntries('cancelled by the trader')
    bench.engine.executor.keepAlive()
    bench.engine.executor.keepAlive()
    await bench.engine.executor.idle()
    expect(asked.at(-1)).toBe(0)
    expect(asked.filter((seconds) => seconds === 0)).toHaveLength(1)
  })

  it('is never armed while a stop rests, which it would cancel', async () => {
    const asked: number[] = []
    const { bench } = await inPosition(watched(asked))
    bench.engine.executor.keepAlive()
    await bench.engine.executor.idle()
    // What an earlier life may have armed is taken back, once, before the stop is placed.
    expect(asked).toEqual([0])
  })
})

describe('a short position on margin', () => {
  it('sells what it does not own, protects itself with a buy stop, and repays what it borrowed', async () => {
    const { bench, position } = await inPosition(
      { set: ['risk.margin.enabled=true', 'risk.margin.leverage=2'] },
      'short',
    )
    expect(position).toMatchObject({ side: 'short', leverage: 2 })
    expect(toText(position.stop)).toBe('50800')
    expect(await resting(bench)).toEqual([`stop-loss buy ${toText(position.amount)} at 50800`])
    // No coins change hands on margin.
    expect(toText(bench.engine.books.of('tactical', BTC))).toBe('0')
    const before = bench.engine.tracker.equity()
    bench.tick({ 'BTC/USDT': 49_900 })
    const gained = before && bench.engine.tracker.equity()?.minus(before)
    const bagLoss = bench.engine.books.owned(BTC).times(price('100'))
    expect(gained && toText(gained)).toBe(toText(position.amount.times(price('100')).minus(bagLoss)))
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 48_300 })
    const closed = now(bench, position)
    expect(closed).toMatchObject({ exitReason: 'target', closedAt: expect.any(Number) })
    expect(closed.realized.gt(price('0'))).toBe(true)
    expect(toText(bench.engine.books.of('tactical', USDT))).toBe('0')
    await agrees(bench)
    bench.stores.messages.flush()
    expect(verifyDatabase(bench.database)).toEqual([])
  })
})

describe('the account', () => {
  it('shows an order that was placed elsewhere, voids a plan that counted on its money, and never touches it', async () => {
    const external = {
      exchangeId: 'O-BY-HAND',
      clientOrderId: null,
      symbol: BTC_USDT,
      side: 'buy' as const,
      type: 'limit',
      amount: price('0.01') as never,
      filled: price('0') as never,
      price: price('40000'),
      openedAt: 0 as never,
    }
    const touched: string[] = []
    const bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async openOrders() {
          const own = await exchange.openOrders()
          return own.ok ? { ok: true, value: [...own.value, external] } : own
        },
        async cancel(id) {
          touched.push(id)
          return exchange.cancel(id)
        },
      }),
    })
    bench.tick()
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    await bench.engine.executor.reconcile()
    expect(bench.engine.executor.externalOrders().orders.map(({ exchangeId }) => exchangeId)).toEqual(['O-BY-HAND'])
    expect(bench.stores.proposals.get(forced.value.id)?.status).toBe('voided')
    await bench.engine.executor.cancelEntries('test')
    expect(touched).toEqual([])
  })

  it('is brought to the exchange’s balances only at a person’s word, and only by the difference that was shown', async () => {
    let extra = price('0')
    const bench = createEngineBench({
      spoil: (exchange): Exchange => ({
        ...exchange,
        async balances() {
          const real = await exchange.balances()
          const held = real.ok ? real.value.get(USDT) : undefined
          if (!real.ok || held === undefined) return real
          return {
            ok: true,
            value: new Map([...real.value, [USDT, { ...held, spot: held.spot.plus(extra) as never }]]),
          }
        },
      }),
    })
    bench.tick()
    extra = price('250')
    await bench.engine.executor.reconcile()
    const shown = bench.engine.executor.difference()?.items ?? []
    expect(shown).toHaveLength(1)
    extra = price('251')
    expect(await bench.engine.executor.bookDifference('a deposit', shown)).toMatchObject({
      error: { code: 'reconcile/other-difference' },
    })
    extra = price('250')
    expect((await bench.engine.executor.bookDifference('a deposit', shown)).ok).toBe(true)
    expect(bench.engine.executor.blockedBecause()).toBeNull()
    expect(toText(bench.engine.books.of('core', USDT))).toBe('10250')
  })
})
