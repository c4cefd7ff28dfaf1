import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'

const AT_MARKET = ['portfolio.rebalancing.order_type=market', 'portfolio.rebalancing.cooldown_minutes=0']

const AUTO = ['portfolio.approval.rebalance=auto', 'portfolio.approval.auto_max_value=10000']

function pending(set: readonly string[] = AT_MARKET) {
  const bench = createEngineBench({ set })
  bench.tick()
  const forced = bench.engine.rebalancer.force()
  if (!forced.ok) throw new Error(forced.error.message)
  return { ...bench, proposal: forced.value }
}
const codeOf = (result: { ok: boolean; error?: { code: string } }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '')

describe('a proposal waiting for a decision', () => {
  it('is sent once, however often it is approved', async () => {
    const { engine, stores, proposal } = pending()
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('ok')
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/not-pending')
    await engine.executor.idle()
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/not-pending')
    expect(stores.orders.recent(100)).toHaveLength(proposal.legs.length)
  })

  it('is refused under another hash than the one shown, and still waits', () => {
    const { engine, stores, proposal } = pending()
    expect(codeOf(engine.approval.approve(proposal.id, 'another'))).toBe('proposal/changed')
    expect(stores.proposals.get(proposal.id)?.status).toBe('pending')
    expect(stores.orders.recent(100)).toEqual([])
  })

  it('must be planned again once a price has moved by more than half a percent', () => {
    const bench = pending()
    bench.tick({ 'BTC/USDT': 50_250 })
    expect(bench.engine.approval.blockedBecause(bench.proposal)).toBeNull()
    bench.tick({ 'BTC/USDT': 50_251 })
    expect(bench.engine.approval.blockedBecause(bench.proposal)).toContain('planned again')
    expect(codeOf(bench.engine.approval.approve(bench.proposal.id, bench.proposal.hash))).toBe('proposal/price-moved')
    expect(bench.stores.proposals.get(bench.proposal.id)).toMatchObject({ status: 'voided' })
  })

  it('cannot be approved on stale prices', () => {
    const bench = pending()
    bench.clock.advanceTo((bench.clock.now() + 10_001) as never)
    expect(codeOf(bench.engine.approval.approve(bench.proposal.id, bench.proposal.hash))).toBe('proposal/stale-price')
  })

  it('expires after fifteen minutes and is then nobody’s to approve', async () => {
    const bench = pending()
    await bench.pass(15 * MINUTE - 1_000)
    expect(bench.stores.proposals.get(bench.proposal.id)?.status).toBe('pending')
    await bench.pass(1_000)
    expect(bench.stores.proposals.get(bench.proposal.id)).toMatchObject({ status: 'expired' })
    expect(codeOf(bench.engine.approval.approve(bench.proposal.id, bench.proposal.hash))).toBe('proposal/not-pending')
  })

  it('keeps the reason it was rejected with, and nothing is sent', async () => {
    const { engine, stores, proposal } = pending()
    expect(codeOf(engine.approval.reject(proposal.id, 'fees too high today'))).toBe('ok')
    await engine.executor.idle()
    expect(stores.proposals.get(proposal.id)).toMatchObject({ status: 'rejected', note: 'fees too high today' })
    expect(stores.orders.recent(100)).toEqual([])
    expect(codeOf(engine.approval.reject(proposal.id, 'again'))).toBe('proposal/not-pending')
  })

  it('is held back while the coordinator is paused', () => {
    const { engine, proposal } = pending()
    engine.coordinator.pause('lunch')
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/held-back')
    engine.coordinator.resume()
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('ok')
  })

  it('is the only one: no other rebalance is proposed while it waits, is executed, or has just finished', async () => {
    const bench = pending(['portfolio.rebalancing.order_type=market'])
    expect(bench.engine.rebalancer.check()).toMatchObject({ kind: 'held_back' })
    bench.engine.approval.approve(bench.proposal.id, bench.proposal.hash)
    await bench.engine.executor.idle()
    bench.tick({ 'XRP/USDT': 4 })
    expect(bench.engine.rebalancer.check()).toMatchObject({ kind: 'held_back' })
    await bench.pass(31 * MINUTE, MINUTE, { 'XRP/USDT': 4 })
    expect(bench.engine.rebalancer.check()).toMatchObject({ kind: 'proposed' })
  })

  it('is approved at once where the settings say auto', async () => {
    const { engine, stores, proposal } = pending([...AT_MARKET, ...AUTO])
    await engine.executor.idle()
    expect(stores.proposals.get(proposal.id)).toMatchObject({ status: 'completed', decidedBy: 'auto' })
  })
})
