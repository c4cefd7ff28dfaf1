import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/main/adapters/generated/price-walk.ts'
import { ENDED } from '../../../src/main/domain/order.ts'
import type { Proposal } from '../../../src/main/domain/proposal.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import type { OrderId } from '../../../src/shared/ids.ts'
import { amount, sum, toText } from '../../../src/shared/money.ts'
import { err } from '../../../src/shared/result.ts'
import { after } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_USDT } from '../../support/money-arbitraries.ts'

const AT_MARKET = ['portfolio.rebalancing.order_type=market', 'portfolio.rebalancing.cooldown_minutes=0']
const unknown = () => err({ kind: 'unknown' as const, code: 'exchange/timeout', message: 'no answer in time' })

type Bench = ReturnType<typeof createEngineBench>

function propose(bench: Bench): Proposal {
  bench.tick()
  const forced = bench.engine.rebalancer.force()
  if (!forced.ok) throw new Error(forced.error.message)
  return forced.value
}

async function approveAndRun(bench: Bench, proposal: Proposal): Promise<void> {
  const approved = bench.engine.approval.approve(proposal.id, proposal.hash)
  if (!approved.ok) throw new Error(approved.error.message)
  await bench.engine.executor.idle()
}

const amountsTraded = async (bench: Bench): Promise<string[]> => {
  const orders = bench.stores.orders.recent(1_000)
  const found = await Promise.all(orders.map((order) => bench.exchange.find(order.clientOrderId)))
  return found.flatMap((answer) =>
    answer.ok && answer.value !== 'never-seen' ? answer.value.fills.map((fill) => toText(fill.amount)) : [],
  )
}

describe('the executor', () => {
  it('carries out an approved plan and leaves ledger and exchange equal', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    const proposal = propose(bench)
    await approveAndRun(bench, proposal)
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('completed')
    const balances = await bench.exchange.balances()
    for (const asset of [BTC, XRP, USDT]) {
      expect(toText(bench.engine.books.owned(asset))).toBe(
        balances.ok ? toText(balances.value.get(asset)?.spot ?? amount('0')) : '',
      )
    }
    expect(bench.bugs).toEqual([])
  })

  it('writes the intent down before the request leaves', async () => {
    const known: boolean[] = []
    const bench: Bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit(intent) {
          known.push(bench.stores.orders.get(intent.id)?.status === 'pending')
          return exchange.submit(intent)
        },
      }),
    })
    await approveAndRun(bench, propose(bench))
    expect(known).toEqual([true, true])
  })

  it('adopts an order that was accepted although no answer came', async () => {
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        async submit(intent) {
          await exchange.submit(intent)
          return unknown()
        },
      }),
    })
    const proposal = propose(bench)
    await approveAndRun(bench, proposal)
    expect(bench.stores.orders.live().map((order) => order.inDoubt)).toEqual([true])
    await bench.pass(60_000)
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('completed')
    expect(await amountsTraded(bench)).toHaveLength(2)
  })

  it('sends a new order only when the deadline has proven the first one absent', async () => {
    let attempts = 0
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        submit: async (intent) => (attempts++ === 0 ? unknown() : exchange.submit(intent)),
      }),
    })
    const proposal = propose(bench)
    await approveAndRun(bench, proposal)
    await bench.pass(14_000)
    expect(attempts).toBe(1)
    await bench.pass(60_000)
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('completed')
    const orders = bench.stores.orders.ofProposal(proposal.id)
    expect(orders.map((order) => order.status)).toEqual(['rejected', 'filled', 'filled'])
    expect(orders[0]?.reason).toBe('never-placed')
    expect(new Set(orders.map((order) => order.clientOrderId)).size).toBe(3)
  })

  it('halts after a refusal that says that nothing may be sent', async () => {
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        submit: async () => err({ kind: 'halt' as const, code: 'exchange/invalid-key', message: 'EAPI:Invalid key' }),
      }),
    })
    const proposal = propose(bench)
    await approveAndRun(bench, proposal)
    expect(bench.engine.coordinator.status().state).toBe('HALTED')
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('incomplete')
  })

  it('books a fill once, however often the exchange tells of it', async () => {
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        async find(id) {
          const found = await exchange.find(id)
          if (!found.ok || found.value === 'never-seen') return found
          return { ok: true, value: { ...found.value, fills: [...found.value.fills, ...found.value.fills] } }
        },
      }),
    })
    await approveAndRun(bench, propose(bench))
    await bench.engine.executor.reconcile()
    expect(bench.stores.fills.recent(100)).toHaveLength(2)
    expect(bench.engine.executor.blockedBecause()).toBeNull()
  })

  it('quotes a resting limit order again and goes to market with the rest', async () => {
    const bench = createEngineBench({ set: ['portfolio.rebalancing.cooldown_minutes=0'] })
    const proposal = propose(bench)
    const approved = bench.engine.approval.approve(proposal.id, proposal.hash)
    expect(approved.ok).toBe(true)
    // The ask stays above every bid that is quoted: nothing trades through it.
    for (let i = 0; i < 150; i++) {
      bench.clock.advanceTo((bench.clock.now() + 1_000) as never)
      bench.engine.market.prices([
        { symbol: 'BTC/USDT' as never, at: bench.clock.now(), bid: 50_000 + i, ask: 50_003 + i, last: 50_001.5 + i },
        {
          symbol: 'XRP/USDT' as never,
          at: bench.clock.now(),
          bid: 2 + i / 1e5,
          ask: 2.0002 + i / 1e5,
          last: 2.0001 + i / 1e5,
        },
      ])
      bench.clock.runDue()
      await bench.engine.executor.idle()
    }
    const orders = bench.stores.orders.ofProposal(proposal.id)
    const btc = orders.filter((order) => order.symbol === 'BTC/USDT')
    expect(btc.map((order) => `${order.type} ${order.status}`)).toEqual([
      'limit cancelled',
      'limit cancelled',
      'limit cancelled',
      'market filled',
    ])
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('completed')
  })

  it('cancels entry orders on a halt and lets nothing new through', async () => {
    const bench = createEngineBench()
    bench.engine.market.prices([
      { symbol: 'BTC/USDT' as never, at: bench.clock.now(), bid: 50_000, ask: 50_010, last: 50_005 },
      { symbol: 'XRP/USDT' as never, at: bench.clock.now(), bid: 2, ask: 2.001, last: 2.0005 },
    ])
    const forced = bench.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    await approveAndRun(bench, forced.value)
    expect(bench.stores.orders.live()).toHaveLength(1)
    bench.engine.coordinator.halt('killed by a test')
    expect(await bench.engine.executor.cancelEntries('killed')).toBe(1)
    await bench.pass(120_000)
    expect(bench.stores.orders.live()).toEqual([])
    expect(bench.stores.orders.recent(100)).toHaveLength(1)
    expect(bench.stores.proposals.get(forced.value.id)?.status).toBe('incomplete')
  })

  it.each([
    ['was placed all the same', true],
    ['never arrived', false],
  ] as const)(
    'does not place a leg again that the trader cancelled while it was in doubt and that %s',
    async (_, arrives) => {
      const bench = createEngineBench({
        set: ['portfolio.rebalancing.cooldown_minutes=0'],
        spoil: (exchange) => ({
          ...exchange,
          async submit(intent) {
            if (arrives) await exchange.submit(intent)
            return unknown()
          },
        }),
      })
      const wide = (): void =>
        bench.engine.market.prices([
          { symbol: BTC_USDT, at: bench.clock.now(), bid: 50_000, ask: 50_010, last: 50_005 },
          { symbol: XRP_USDT, at: bench.clock.now(), bid: 2, ask: 2.001, last: 2.0005 },
        ])
      wide()
      const forced = bench.engine.rebalancer.force()
      if (!forced.ok) throw new Error(forced.error.message)
      await approveAndRun(bench, forced.value)
      const [doubted] = bench.stores.orders.live()
      expect(doubted?.inDoubt).toBe(true)
      await bench.engine.executor.cancel(doubted?.id as OrderId, ENDED.byTrader)
      for (let seconds = 0; seconds < 30; seconds++) {
        bench.clock.advanceTo(after(bench.clock.now(), 1_000))
        wide()
        bench.clock.runDue()
        await bench.engine.executor.idle()
      }
      const receipt = doubted?.receipt
      const sameLeg = bench.stores.orders
        .ofProposal(forced.value.id)
        .filter((order) => isDeepStrictEqual(order.receipt, receipt))
      expect(sameLeg).toHaveLength(1)
    },
  )

  it('blocks new orders while the exchange holds something else than the ledger', async () => {
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        balances: async () => ({ ok: true, value: new Map([[BTC, { spot: amount('1'), earn: amount('0') }]]) }),
      }),
    })
    bench.tick()
    await bench.engine.executor.reconcile()
    expect(bench.engine.executor.blockedBecause()).toContain('BTC')
    expect(bench.engine.rebalancer.force()).toMatchObject({ ok: false, error: { code: 'rebalance/held-back' } })
  })

  it('looks again by itself until what was on its way has arrived', async () => {
    let isOld = true
    const bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange) => ({
        ...exchange,
        async balances() {
          return isOld
            ? { ok: true, value: new Map([[BTC, { spot: amount('1'), earn: amount('0') }]]) }
            : exchange.balances()
        },
      }),
    })
    bench.tick()
    await bench.engine.executor.reconcile()
    expect(bench.engine.executor.blockedBecause()).not.toBeNull()
    isOld = false
    await bench.pass(11_000)
    expect(bench.engine.executor.blockedBecause()).toBeNull()
  })

  it('trades every leg exactly once whatever answers are lost', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const random = createRandom(seed)
        const bench = createEngineBench({
          set: AT_MARKET,
          spoil: (exchange) => ({
            ...exchange,
            async submit(intent) {
              const dice = random()
              if (dice < 0.25) return unknown() // lost on the way there
              const answer = await exchange.submit(intent)
              return dice < 0.5 ? unknown() : answer // lost on the way back
            },
            async find(id) {
              return random() < 0.3
                ? err({ kind: 'unreachable' as const, code: 'exchange/unreachable', message: 'no answer' })
                : exchange.find(id)
            },
          }),
        })
        const proposal = propose(bench)
        await approveAndRun(bench, proposal)
        await bench.pass(600_000, 5_000)
        await bench.engine.executor.reconcile()
        await bench.pass(120_000, 5_000)
        const orders = bench.stores.orders.ofProposal(proposal.id)
        for (const [index, leg] of proposal.legs.entries()) {
          const own = orders.filter((order) => order.receipt.kind === 'proposal_leg' && order.receipt.leg === index)
          const traded = sum(own.map((order) => order.filled))
          expect(traded.lte(leg.amount)).toBe(true)
        }
        expect(bench.stores.orders.live()).toEqual([])
        expect(await amountsTraded(bench)).toHaveLength(bench.stores.fills.recent(100).length)
        expect(bench.engine.executor.blockedBecause()).toBeNull()
        expect(bench.bugs).toEqual([])
      }),
      { numRuns: 60, seed: 20_261_123 },
    )
  })
})
