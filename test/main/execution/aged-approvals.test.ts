import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/main/app.ts'
import { ordersOfLeg } from '../../../src/main/domain/execution.ts'
import { boundText, type Proposal } from '../../../src/main/domain/proposal.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { amount, price, toText } from '../../../src/shared/money.ts'
import { after, DAY, epochMs, HOUR } from '../../../src/shared/time.ts'
import { forgetful } from '../../support/crash-naive.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { XRP_BTC } from '../../support/money-arbitraries.ts'
import { legOf, proposalOf } from '../../support/trading-builders.ts'
import {
  AT_MARKET,
  alertsOf,
  type Bench,
  NO_COOLDOWN,
  quote,
  rebalance,
  unknown,
  unreachable,
  wait,
} from './trade-bench.ts'

/** As it stands in the database after a crash between approval and first order. */
function approvedBefore(bench: Bench, changes: Partial<Proposal>): Proposal {
  const now = bench.clock.now()
  const draft = proposalOf({ createdAt: now, expiresAt: after(now, HOUR), ...changes })
  const legs = draft.legs.map((leg) => ({ ...leg, notBefore: now }))
  const proposal = { ...draft, legs, status: 'approved', decidedAt: now, decidedBy: 'trader' } as const
  const sealed = { ...proposal, hash: sha256(boundText(proposal)) }
  bench.stores.proposals.insert(sealed)
  return sealed
}
const statusOf = (bench: Bench, { id }: Proposal): string | undefined => bench.stores.proposals.get(id)?.status

describe('what was approved', () => {
  it('is not carried out days later, when an order that never arrived is found out about', async () => {
    let isDark = true
    const bench: Bench = createEngineBench({
      set: AT_MARKET,
      spoil: (exchange): Exchange => ({
        ...exchange,
        submit: async (intent) => (isDark ? unknown() : exchange.submit(intent)),
        find: async (id) => (isDark ? unreachable() : exchange.find(id)),
      }),
    })
    bench.tick()
    const proposal = await rebalance(bench)
    bench.clock.advanceTo(after(bench.clock.now(), 3 * DAY))
    isDark = false
    await bench.pass(30_000)
    expect(bench.stores.orders.ofProposal(proposal.id).map(({ reason }) => reason)).toEqual(['never-placed'])
    expect(statusOf(bench, proposal)).toBe('incomplete')
  })

  it('is gone on with after a restart as soon as there are prices', async () => {
    const bench = createEngineBench()
    const leg = {
      amount: amount('0.01'),
      price: price('50000'),
      worstPrice: price('50500'),
      orderType: 'market',
    } as const
    const proposal = approvedBefore(bench, { legs: [legOf(leg)] })
    await bench.engine.executor.resume()
    expect(statusOf(bench, proposal)).toBe('approved')
    await bench.pass(3_000)
    expect(statusOf(bench, proposal)).toBe('completed')
  })

  it('is not sent while its worth cannot be told: it would pass every limit as if it were nothing', async () => {
    const bench = createEngineBench({ set: ['portfolio.paper.core.XRP=100000'] })
    const leg = { symbol: XRP_BTC, side: 'sell', amount: amount('90000'), price: price('0.00004') } as const
    const proposal = approvedBefore(bench, {
      legs: [legOf({ ...leg, worstPrice: price('0.0000399'), orderType: 'market' })],
    })
    bench.engine.market.prices([{ symbol: XRP_BTC, at: bench.clock.now(), bid: 0.00004, ask: 0.00004, last: 0.00004 }])
    await bench.engine.executor.resume()
    expect(bench.stores.orders.recent(10)).toEqual([])
    expect(alertsOf(bench)).toEqual(['gate/stale-price'])
    expect(statusOf(bench, proposal)).toBe('incomplete')
  })

  it('is not sent when what is left to pay with is less than the market takes', async () => {
    const bench = createEngineBench({ set: ['portfolio.paper.core.USDT=2'] })
    const leg = { amount: amount('0.01'), price: price('50000'), worstPrice: price('50500') }
    const proposal = approvedBefore(bench, { legs: [legOf({ ...leg, orderType: 'market' })] })
    bench.tick()
    await bench.engine.executor.resume()
    expect(bench.stores.orders.recent(10)).toEqual([])
    expect(bench.stores.proposals.get(proposal.id)).toMatchObject({
      status: 'incomplete',
      stoppedLegs: [{ leg: 0, because: '0.00003984 is below the minimum of BTC/USDT.' }],
    })
  })

  it('is not sent when what is written down was changed since', async () => {
    const bench = createEngineBench()
    const leg = { amount: amount('0.01'), price: price('50000'), worstPrice: price('50500') }
    const proposal = approvedBefore(bench, { legs: [legOf({ ...leg, orderType: 'market' })] })
    bench.sql.prepare("UPDATE proposals SET legs = replace(legs, '0.01', '0.11') WHERE id = ?").run(proposal.id)
    bench.tick()
    await bench.engine.executor.resume()
    expect(bench.stores.orders.recent(10)).toEqual([])
    expect(alertsOf(bench)).toEqual(['gate/approval'])
    expect(statusOf(bench, proposal)).toBe('incomplete')
  })

  it('is not sent once more while an order of it is alive, even by an executor that forgets it', async () => {
    const bench = createEngineBench({
      set: [NO_COOLDOWN],
      stores: (stores) => forgetful('resell-gated', stores, epochMs(Number.MAX_SAFE_INTEGER)),
    })
    quote(bench)
    const proposal = await rebalance(bench)
    const sent = bench.stores.orders.ofProposal(proposal.id)
    expect(sent.map(({ status, filled }) => [status, toText(filled)])).toContainEqual(['open', '0'])
    for (const [index, leg] of proposal.legs.entries()) {
      expect(ordersOfLeg(sent, index).map((order) => toText(order.amount))).toEqual([toText(leg.amount)])
    }
    expect(new Set(alertsOf(bench))).toEqual(new Set(['gate/approval']))
  })

  it('is void when nothing of it began in time', async () => {
    const bench = createEngineBench()
    const proposal = approvedBefore(bench, { legs: [legOf({ amount: amount('0.01') })] })
    bench.clock.advanceTo(proposal.expiresAt)
    bench.tick()
    await bench.engine.executor.resume()
    expect(bench.stores.proposals.get(proposal.id)).toMatchObject({ status: 'voided', stoppedLegs: [] })
    expect(bench.stores.orders.recent(10)).toEqual([])
  })

  it('is not gone on with once Kill was pressed, even where the fate of its order is learnt after Resume', async () => {
    let isDark = false
    const bench: Bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange): Exchange => ({
        ...exchange,
        find: async (id) => (isDark ? unreachable() : exchange.find(id)),
      }),
    })
    quote(bench)
    const proposal = await rebalance(bench)
    const before = bench.stores.orders.recent(10).length
    isDark = true
    await bench.engine.killSwitch.kill('enough', { flatten: false })
    await wait(bench, 2)
    bench.engine.killSwitch.resume()
    bench.engine.coordinator.resume()
    isDark = false
    await wait(bench, 60)
    expect(bench.stores.orders.recent(10)).toHaveLength(before)
    expect(statusOf(bench, proposal)).toBe('incomplete')
  })
})
