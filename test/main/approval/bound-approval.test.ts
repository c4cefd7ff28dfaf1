import { describe, expect, it } from 'vitest'
import { correctionEntry } from '../../../src/main/domain/ledger.ts'
import type { Proposal } from '../../../src/main/domain/proposal.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { amount, toText } from '../../../src/shared/money.ts'
import { err } from '../../../src/shared/result.ts'
import { DAY, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'

const AT_MARKET = ['portfolio.rebalancing.order_type=market', 'portfolio.rebalancing.cooldown_minutes=0']
type Bench = ReturnType<typeof createEngineBench>

function forced(bench: Bench): Proposal {
  bench.tick()
  const made = bench.engine.rebalancer.force()
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}
const start = (set: readonly string[] = [], spoil?: (exchange: Exchange) => Exchange) => {
  const bench = createEngineBench({ set: [...AT_MARKET, ...set], ...(spoil && { spoil }) })
  return { ...bench, bench, proposal: forced(bench) }
}
const codeOf = (result: { ok: boolean; error?: { code: string } }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '')
const pendingOf = ({ stores }: Bench): readonly Proposal[] => stores.proposals.withStatus('pending')

describe('an approval that does not fit the facts any more', () => {
  it('is refused when a price has moved, and a fresh plan at the new price waits at once', () => {
    const { bench, engine, stores, proposal } = start()
    bench.tick({ 'XRP/USDT': 2.1 })
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/price-moved')
    expect(stores.proposals.get(proposal.id)).toMatchObject({ status: 'voided' })
    const [fresh, ...others] = pendingOf(bench)
    expect(others).toEqual([])
    expect(fresh?.prices.map(({ price }) => toText(price))).toContain('2.1')
    expect(fresh?.details?.trigger).toBe('forced')
    expect(codeOf(engine.approval.approve(fresh?.id ?? proposal.id, fresh?.hash ?? ''))).toBe('ok')
  })

  it('is refused when core has less than the plan needs, and the fresh plan does with what is there', () => {
    const { bench, engine, stores, proposal } = start()
    const lost = correctionEntry(USDT, amount('9000').neg() as never, bench.clock.now(), 'a theft')
    engine.books.commit(stores.transact(() => [engine.books.write(lost)]))
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/balance')
    const [fresh] = pendingOf(bench)
    expect(fresh?.coreValue.toFixed()).toBe('1000')
  })

  it('is refused without a fresh plan when prices are stale: the plan waits for them', () => {
    const { bench, engine, stores, proposal } = start()
    bench.clock.advanceTo((bench.clock.now() + 10_001) as never)
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash))).toBe('proposal/stale-price')
    expect(stores.proposals.get(proposal.id)).toMatchObject({ status: 'pending' })
  })

  it('ends quietly when the drift that it was made for is gone', () => {
    const bench = createEngineBench({
      set: [
        ...AT_MARKET,
        'portfolio.paper.core.BTC=0.06',
        'portfolio.paper.core.XRP=1500',
        'portfolio.paper.core.USDT=3000',
      ],
    })
    bench.tick({ 'XRP/USDT': 3 })
    const outcome = bench.engine.rebalancer.check()
    if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome))
    bench.tick()
    const { id, hash } = outcome.proposal
    expect(codeOf(bench.engine.approval.approve(id, hash))).toBe('proposal/price-moved')
    expect(pendingOf(bench)).toEqual([])
    expect(bench.engine.rebalancer.lastCheck()?.outcome.kind).toBe('quiet')
  })
})

describe('an approval of some legs', () => {
  it('sends those and no others, and what was left out stays as it is', async () => {
    const { bench, engine, stores, proposal } = start()
    const xrp = proposal.legs.findIndex(({ symbol }) => symbol === 'XRP/USDT')
    expect(proposal.legs.length).toBe(2)
    expect(codeOf(engine.approval.approve(proposal.id, proposal.hash, [xrp]))).toBe('ok')
    await engine.executor.idle()
    expect(stores.orders.recent(10).map(({ symbol }) => symbol)).toEqual(['XRP/USDT'])
    expect(stores.proposals.get(proposal.id)).toMatchObject({ status: 'completed', approvedLegs: [xrp] })
    expect(bench.engine.books.of('core', BTC).toFixed()).toBe('0')
  })

  it('is refused for legs that the plan does not have, and nothing is sent', async () => {
    const { engine, stores, proposal } = start()
    for (const legs of [[2], [0, 0], []]) {
      expect(codeOf(engine.approval.approve(proposal.id, proposal.hash, legs))).toBe('proposal/no-such-leg')
    }
    await engine.executor.idle()
    expect(stores.orders.recent(10)).toEqual([])
    expect(stores.proposals.get(proposal.id)?.status).toBe('pending')
  })
})

describe('automatic approval', () => {
  const AUTO = ['portfolio.approval.rebalance=auto']

  it('leaves to the trader what is worth more than its limit', async () => {
    const limited = start([...AUTO, 'portfolio.approval.auto_max_value=6000'])
    await limited.engine.executor.idle()
    expect(limited.stores.proposals.get(limited.proposal.id)?.status).toBe('pending')
    const allowed = start([...AUTO, 'portfolio.approval.auto_max_value=7000'])
    await allowed.engine.executor.idle()
    expect(allowed.stores.proposals.get(allowed.proposal.id)).toMatchObject({ status: 'completed', decidedBy: 'auto' })
  })

  it('stops at its number a day, and begins anew at midnight UTC', async () => {
    const limits = ['portfolio.approval.auto_max_value=1000000', 'portfolio.approval.auto_max_per_day=2']
    const { bench, engine, stores } = start([...AUTO, ...limits])
    await engine.executor.idle()
    const firstDay = Math.floor(bench.clock.now() / DAY)
    await bench.pass(5 * MINUTE, MINUTE, { 'XRP/USDT': 3 })
    engine.rebalancer.check()
    await engine.executor.idle()
    bench.tick({ 'XRP/USDT': 5 })
    expect(engine.rebalancer.check().kind).toBe('proposed')
    await bench.pass(DAY, 60 * MINUTE, { 'XRP/USDT': 5 })
    engine.rebalancer.check()
    await engine.executor.idle()
    const days = stores.proposals
      .recent(100)
      .flatMap(({ decidedBy, decidedAt }) =>
        decidedBy === 'auto' ? [Math.floor(Number(decidedAt) / DAY) - firstDay] : [],
      )
    expect(days).toEqual([1, 0, 0])
  })
})

describe('a plan of which a leg failed', () => {
  const refusing = (exchange: Exchange): Exchange => ({
    ...exchange,
    submit: (intent) =>
      intent.symbol === 'XRP/USDT' && isRefusing
        ? Promise.resolve(err({ kind: 'refused', code: 'exchange/refused', message: 'no XRP today' }))
        : exchange.submit(intent),
  })
  let isRefusing = true

  it('says which and why, and resuming plans the rest from what is held: nothing is traded twice', async () => {
    isRefusing = true
    const { bench, engine, stores, proposal } = start([], refusing)
    engine.approval.approve(proposal.id, proposal.hash)
    await engine.executor.idle()
    const stopped = stores.proposals.get(proposal.id)
    const xrp = proposal.legs.findIndex(({ symbol }) => symbol === 'XRP/USDT')
    expect(stopped).toMatchObject({
      status: 'incomplete',
      stoppedLegs: [{ leg: xrp, because: 'refused: no XRP today' }],
    })
    const bought = engine.books.of('core', BTC)
    expect(bought.gt(amount('0'))).toBe(true)

    isRefusing = false
    bench.tick()
    const resumed = engine.rebalancer.resume(proposal.id)
    if (!resumed.ok) throw new Error(resumed.error.message)
    expect(resumed.value.details).toMatchObject({ trigger: 'resumed', resumes: proposal.id })
    expect(resumed.value.legs.map(({ symbol, side }) => `${side} ${symbol}`)).toEqual(['buy XRP/USDT'])
    expect(codeOf(engine.approval.approve(resumed.value.id, resumed.value.hash))).toBe('ok')
    await engine.executor.idle()
    expect(engine.books.of('core', BTC).toFixed()).toBe(bought.toFixed())
    expect(engine.books.of('core', XRP).gt(amount('1000'))).toBe(true)
    expect(codeOf(engine.rebalancer.resume(proposal.id))).toBe('proposal/not-resumable')
  })

  it('can be resumed within the pause after a rebalance, for it is the same one', async () => {
    isRefusing = true
    const { bench, engine, proposal } = start(['portfolio.rebalancing.cooldown_minutes=30'], refusing)
    engine.approval.approve(proposal.id, proposal.hash)
    await engine.executor.idle()
    bench.tick()
    expect(codeOf(engine.rebalancer.force())).toBe('rebalance/held-back')
    expect(codeOf(engine.rebalancer.resume(proposal.id))).toBe('ok')
  })

  it('is not resumed when it was completed, or is unknown', async () => {
    const { engine, proposal } = start()
    expect(codeOf(engine.rebalancer.resume(proposal.id))).toBe('proposal/not-resumable')
    engine.approval.approve(proposal.id, proposal.hash)
    await engine.executor.idle()
    expect(codeOf(engine.rebalancer.resume(proposal.id))).toBe('proposal/not-resumable')
    expect(codeOf(engine.rebalancer.resume('prp_nowhere' as never))).toBe('proposal/not-resumable')
  })
})
