import { describe, expect, it } from 'vitest'
import { classificationEntry, movementEntry } from '../../../src/main/domain/ledger.ts'
import type { Proposal } from '../../../src/main/domain/proposal.ts'
import type { Llm } from '../../../src/main/ports.ts'
import { amount } from '../../../src/shared/money.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { USDT } from '../../support/money-arbitraries.ts'

/** 40 % BTC, 30 % each of the others, 10,000 in all. */
const LEANING = { BTC: '0.08', XRP: '1500', USDT: '3000' }
const SLICED = ['slices=3', 'slice_every_minutes=60', 'slice_above=100']
const CHOOSING = 'A model is choosing how the next plan is carried out.'

const CITES = [{ field: 'plan.slippageCapPercent', value: 1 }]
const says = (option: string, reasons = 'It is calm.') =>
  JSON.stringify({ option, confidence: 0.8, reasons, cites: CITES })

function desk(
  options: {
    set?: readonly string[]
    models?: readonly Llm['resolver'][]
    approval?: 'auto'
    maxNotional?: string
  } = {},
) {
  const models = (options.models ?? ['deepseek', 'claude']).map(aModel)
  const bench = createEngineBench({
    set: [
      ...Object.entries(LEANING).map(([asset, units]) => `portfolio.paper.core.${asset}=${units}`),
      ...['portfolio.paper.bags.BTC=0', 'portfolio.paper.bags.XRP=0'],
      ...['strategy_by=llm', 'cooldown_minutes=0', ...(options.set ?? [])].map(
        (setting) => `portfolio.rebalancing.${setting}`,
      ),
      ...(options.maxNotional === undefined ? [] : [`execution.gate.max_notional_per_order=${options.maxNotional}`]),
      ...(options.approval === undefined ? [] : [`portfolio.approval.rebalance=${options.approval}`]),
    ],
    llms: models.map(({ llm }) => llm),
  })
  bench.tick()
  const { engine, stores } = bench
  const [deepseek, claude] = models as [ReturnType<typeof aModel>, ReturnType<typeof aModel>]
  return {
    ...bench,
    deepseek,
    claude,
    check: () => engine.rebalancer.check(),
    pending: (): readonly Proposal[] => stores.proposals.withStatus('pending'),
    onlyPlan(): Proposal {
      const [plan, ...others] = stores.proposals.recent(10)
      if (plan === undefined || others.length > 0) throw new Error(`${others.length} plans too many`)
      return plan
    },
    async answer(option: string, reasons?: string) {
      deepseek.last().say(says(option, reasons))
      await settled()
    },
    journal: (): string[] =>
      engine.bus.history('system_events').flatMap(({ payload }) => (payload.kind === 'strategy' ? [payload.text] : [])),
  }
}
const types = ({ legs }: Proposal): string[] => [...new Set(legs.map(({ orderType }) => orderType))]
const starts = ({ legs, createdAt }: Proposal): number[] => [
  ...new Set(legs.map(({ notBefore }) => (notBefore - createdAt) / HOUR)),
]

describe('a plan whose strategy a model chooses', () => {
  it('waits for the answer, is then made at the prices of then, and says who chose it and why', async () => {
    const w = desk({ set: SLICED })
    expect(w.check()).toEqual({ kind: 'held_back', because: CHOOSING })
    expect(w.check()).toEqual({ kind: 'held_back', because: CHOOSING })
    expect(w.deepseek.questions).toHaveLength(1)
    expect(w.pending()).toEqual([])
    await w.pass(4 * SECOND, SECOND, { 'BTC/USDT': 52_000 })
    await w.answer('market')
    const plan = w.onlyPlan()
    expect([types(plan), starts(plan)]).toEqual([['market'], [0]])
    expect(plan.prices.find(({ symbol }) => symbol === 'BTC/USDT')?.price.toFixed()).toBe('52000')
    expect(plan.reason).toMatch(/^The largest drift is 7\.\d\d pp, .* Carried out as "market": DeepSeek \(deepseek-1\)/)
    expect(plan.reason).toContain('with confidence 0.80, in 4.0 s for 0.01 USD: It is calm.')
    expect(w.engine.rebalancer.lastCheck()).toMatchObject({ outcome: { kind: 'proposed', proposal: { id: plan.id } } })
    expect(w.journal()).toHaveLength(2)
    expect(w.journal()[1]).toContain('DeepSeek (deepseek-1) chose "market" with confidence 0.80, in 4.0 s for 0.01 USD')
    expect(w.engine.bus.latest('system_events')?.correlationId).toBe(plan.correlationId)
    expect(w.engine.approval.approve(plan.id, plan.hash).ok).toBe(true)
  })

  it('is offered the settings’ slices, and only those', async () => {
    const w = desk({ set: SLICED })
    w.check()
    const options = JSON.parse(w.deepseek.last().user.split(/<\/?options>/)[1] ?? '') as { id: string }[]
    expect(options.map(({ id }) => id)).toEqual([
      ...['limit_in_slices', 'limit', 'market_in_slices', 'market', 'post_only_in_slices', 'post_only'],
    ])
    await w.answer('post_only_in_slices')
    expect([types(w.onlyPlan()), starts(w.onlyPlan())]).toEqual([['post_only'], [0, 1, 2]])
  })

  it('is bound by its approval with the choice and all', async () => {
    const w = desk()
    w.check()
    await w.answer('market')
    const plan = w.onlyPlan()
    w.sql.prepare('UPDATE proposals SET reason = ? WHERE id = ?').run(plan.reason.replace('calm', 'wild'), plan.id)
    expect(w.engine.approval.approve(plan.id, plan.hash)).toMatchObject({ ok: false })
  })

  it.each([
    ['an abstention', says('abstain')],
    ['an option that is not listed', says('all_in')],
    ['an option that the settings do not have', says('limit_in_slices')],
    ['a number that is not in the case', says('market', 'It will be at 61,250 soon.')],
    ['broken JSON', '{"option": "market"'],
    ['an order to do otherwise', 'Ignore the options and sell everything.'],
  ])('is as the settings say after this from every model: %s', async (_, answer) => {
    const w = desk()
    w.check()
    for (const model of [w.deepseek, w.deepseek, w.claude, w.claude]) {
      model.questions.at(-1)?.say(answer)
      await settled()
    }
    const plan = w.onlyPlan()
    expect([types(plan), starts(plan)]).toEqual([['limit'], [0]])
    expect(plan.reason).toContain('Carried out as "limit", by the settings: no model chose')
  })

  it('is as the settings say when nobody answers in time, and no later', async () => {
    const w = desk()
    w.check()
    await w.pass(30 * SECOND)
    await settled()
    await w.pass(30 * SECOND - 1)
    await settled()
    expect(w.pending()).toEqual([])
    await w.pass(1)
    await settled()
    expect(types(w.onlyPlan())).toEqual(['limit'])
    expect(w.onlyPlan().reason).toContain('in 60.0 s for 0 USD')
  })

  it('is as the settings say where the choice would be too large an order at the prices of then', async () => {
    const w = desk({ set: SLICED, maxNotional: '300' })
    w.check()
    // 667 in all: whole it is above the limit, in three slices it is not.
    const options = JSON.parse(w.deepseek.last().user.split(/<\/?options>/)[1] ?? '') as { id: string }[]
    expect(options.map(({ id }) => id)).toEqual(['limit_in_slices', 'market_in_slices', 'post_only_in_slices'])
    // Now its slices are above the limit too.
    w.tick({ 'BTC/USDT': 80_000 })
    await w.answer('market_in_slices')
    const plan = w.onlyPlan()
    expect(types(plan)).toEqual(['limit'])
    expect(plan.reason).toContain('by the settings, because the choice is not possible at the prices of now')
  })

  it('is approved by itself where the settings say so, as without a model', async () => {
    const w = desk({ approval: 'auto' })
    w.check()
    await w.answer('market')
    await w.engine.executor.idle()
    expect(w.onlyPlan()).toMatchObject({ status: 'completed', decidedBy: 'auto' })
    expect(w.stores.orders.recent(10).every(({ type }) => type === 'market')).toBe(true)
    expect(w.bugs).toEqual([])
  })

  it('is planned anew the same way when its price has moved away', async () => {
    const w = desk()
    w.check()
    await w.answer('market')
    const voided = w.engine.approval.void(w.onlyPlan().id, 'The price moved.')
    if (!voided.ok) throw new Error(voided.error.message)
    const again = w.engine.rebalancer.planAgain(voided.value)
    expect(again.ok && types(again.value)).toEqual(['market'])
    expect(again.ok && again.value.reason).toContain('DeepSeek')
    expect(w.deepseek.questions).toHaveLength(1)
  })

  it('is asked for when new money buys, and buys with it once', async () => {
    const w = desk({ set: ['threshold=20'] })
    const came = { id: 'D1', kind: 'deposit', asset: USDT, amount: amount('600'), at: w.clock.now() } as const
    const gained = came.amount
    const by = { bookedBy: 'trader', reason: 'savings' } as const
    w.engine.books.commit(
      w.stores.transact(() => [
        w.engine.books.write(movementEntry(came, null)),
        w.engine.books.write(classificationEntry({ id: 'D1', asset: USDT, gained }, 'core', came.at, by)),
      ]),
    )
    w.engine.rebalancer.onNewMoney(gained)
    w.engine.rebalancer.onNewMoney(gained)
    expect(w.deepseek.questions).toHaveLength(1)
    await w.answer('post_only')
    expect(types(w.onlyPlan())).toEqual(['post_only'])
    expect(w.onlyPlan().reason).toMatch(/^New money buys what is underweight/)
  })
})

describe('nobody is asked', () => {
  it('while the settings choose, which is what they do unless the trader says otherwise', () => {
    const w = desk({ set: ['strategy_by=settings'] })
    expect(w.check().kind).toBe('proposed')
    expect(w.deepseek.questions).toEqual([])
    expect(w.onlyPlan().reason).not.toContain('Carried out')
    const shipped = createEngineBench({ llms: [aModel('deepseek').llm] })
    shipped.tick()
    expect(shipped.engine.rebalancer.force().ok).toBe(true)
    expect(shipped.engine.rebalancer.isAsking()).toBe(false)
  })

  it('where there is no model', () => {
    const w = desk({ models: [] })
    expect(w.check().kind).toBe('proposed')
    expect(w.onlyPlan().reason).not.toContain('Carried out')
  })

  it('while there is nothing to plan, or nothing may be planned', () => {
    const quiet = desk({ set: ['threshold=20'] })
    expect(quiet.check().kind).toBe('quiet')
    const costly = desk({ set: ['max_cost_percent=0'] })
    expect(costly.check()).toMatchObject({ because: expect.stringContaining('Trading would cost') })
    const paused = desk()
    paused.engine.coordinator.pause('lunch')
    expect(paused.check()).toMatchObject({ because: expect.stringContaining('PAUSED') })
    for (const w of [quiet, costly, paused]) expect(w.deepseek.questions).toEqual([])
  })
})

describe('while a model is asked', () => {
  it('the trader does not wait: what is asked for is planned at once, and the answer changes nothing', async () => {
    const w = desk()
    w.check()
    const forced = w.engine.rebalancer.force()
    expect(forced.ok && types(forced.value)).toEqual(['limit'])
    expect(w.deepseek.last().signal.aborted).toBe(true)
    await w.answer('market')
    expect(w.onlyPlan()).toEqual(forced.ok && forced.value)
    expect(w.claude.questions).toEqual([])
    expect(w.engine.rebalancer.isAsking()).toBe(false)
    expect(w.journal().at(-1)).toContain('Nothing of it was used')
  })

  it('what the trader asked for and rejected is not planned again by the late answer', async () => {
    const w = desk()
    w.check()
    const forced = w.engine.rebalancer.force()
    if (!forced.ok) throw new Error(forced.error.message)
    w.engine.approval.reject(forced.value.id, 'not today')
    await w.answer('market')
    expect(w.onlyPlan()).toMatchObject({ id: forced.value.id, status: 'rejected' })
  })

  it('a pause holds the plan back when the answer comes, and the next check asks again', async () => {
    const w = desk()
    w.check()
    w.engine.coordinator.pause('lunch')
    await w.answer('market')
    expect(w.stores.proposals.recent(10)).toEqual([])
    expect(w.engine.rebalancer.lastCheck()?.outcome).toMatchObject({ because: expect.stringContaining('PAUSED') })
    expect(w.journal().at(-1)).toContain('chose "market"')
    w.engine.coordinator.resume()
    expect(w.check()).toEqual({ kind: 'held_back', because: CHOOSING })
    expect(w.deepseek.questions).toHaveLength(2)
  })

  it('Kill gives the question up at once and nothing is planned', async () => {
    const w = desk()
    w.check()
    void w.engine.killSwitch.kill('enough', { flatten: false })
    expect(w.deepseek.last().signal.aborted).toBe(true)
    await settled()
    expect(w.claude.questions).toEqual([])
    expect(w.stores.proposals.recent(10)).toEqual([])
    expect(w.engine.rebalancer.isAsking()).toBe(false)
    expect(w.check().kind).toBe('held_back')
  })

  it('the drift may vanish: then nothing is planned', async () => {
    const w = desk()
    w.check()
    w.tick({ 'BTC/USDT': 40_000 })
    await w.answer('market')
    expect(w.stores.proposals.recent(10)).toEqual([])
    expect(w.engine.rebalancer.lastCheck()?.outcome.kind).toBe('quiet')
  })

  it('the prices may grow old: then nothing is planned on them', async () => {
    const w = desk()
    w.check()
    w.clock.advanceTo((w.clock.now() + MINUTE / 3) as ReturnType<typeof w.clock.now>)
    await w.answer('market')
    expect(w.engine.rebalancer.lastCheck()?.outcome.kind).toBe('stale')
  })

  it('the workstation may be closed: nothing is touched afterwards', async () => {
    const w = desk()
    w.check()
    w.engine.rebalancer.close()
    expect(w.deepseek.last().signal.aborted).toBe(true)
    const said = w.journal()
    await w.end()
    await settled()
    expect(w.journal()).toEqual(said)
    expect(w.bugs).toEqual([])
  })
})
