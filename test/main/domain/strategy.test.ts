import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planRebalance } from '../../../src/main/domain/rebalance.ts'
import { readAnswer } from '../../../src/main/domain/resolution.ts'
import { fieldsOf } from '../../../src/main/domain/resolution-grounding.ts'
import {
  type Consulted,
  choiceSaid,
  offered,
  type PlannedStrategy,
  strategiesOf,
  strategyCase,
  strategySaid,
} from '../../../src/main/domain/strategy.ts'
import { asset, pair, quoteOf } from '../../../src/shared/ids.ts'
import { type Decimal, decimal, type Money, money, ONE, ZERO } from '../../../src/shared/money.ts'
import { type PlanCase, planCaseArb } from '../../support/plan-arbitraries.ts'
import { NOW } from '../../support/plan-checks.ts'
import { aRegime } from './conflict-case.ts'

const USDT = asset('USDT')
const HUNDRED = decimal('100')

/** What would be offered in this case, as the engine works it out. */
function offersOf({ holdings, routes, settings, request }: PlanCase, maxNotional: Money): readonly PlannedStrategy[] {
  const strategies = strategiesOf(settings)
  const planned = strategies.flatMap((strategy) => {
    const plan = planRebalance(holdings, routes, strategy.settings, NOW, request)
    return plan.ok ? [{ ...strategy, plan: plan.value }] : []
  })
  return offered(planned, strategies[0].id, maxNotional, holdings)
}
const market = (given: PlanCase) => ({
  why: 'drift',
  quote: USDT,
  holdings: given.holdings,
  touches: given.routes.map(({ rules, price }) => ({
    symbol: rules.symbol,
    bid: Number(price.toFixed()),
    ask: Number(price.toFixed()),
  })),
  regimes: [aRegime()],
  driftRiskPerDay: null,
})
const isSome = <T>(all: readonly T[]): all is readonly [T, ...T[]] => all.length > 0

describe('the strategies among which a model may choose', () => {
  it('are the order types, whole, and in slices only where the settings have slices; the settings’ own first', () => {
    const ids = (orderType: 'limit' | 'market' | 'post_only', slices: number) =>
      strategiesOf({
        orderType,
        slices,
        slippageCapPercent: ONE,
        sliceAbove: money('500'),
        sliceEveryMs: 60_000,
      }).map(({ id }) => id)
    expect(ids('limit', 1)).toEqual(['limit', 'market', 'post_only'])
    expect(ids('post_only', 6)).toEqual([
      ...['post_only_in_slices', 'post_only', 'limit_in_slices', 'limit', 'market_in_slices', 'market'],
    ])
  })

  it('are each inside the settings’ limits, whatever is held and whatever the limits are', () => {
    let withChoice = 0
    let withSlices = 0
    fc.assert(
      fc.property(planCaseArb(4), fc.constantFrom('50', '1000', '1000000'), (given, most) => {
        const { settings, holdings } = given
        const options = offersOf(given, money(most))
        if (options.length > 1) withChoice++
        const own = strategiesOf(settings)[0]
        for (const { id, plan, settings: its } of options) {
          // Nothing but the order type and the number of slices differs from what the trader set.
          expect({ ...its, orderType: null, slices: null }).toEqual({ ...settings, orderType: null, slices: null })
          expect([1, settings.slices]).toContain(its.slices)
          expect(plan.legs.length).toBeGreaterThan(0)
          const starts = new Set(plan.legs.map(({ notBefore }) => notBefore))
          if (starts.size > 1) withSlices++
          expect(starts.size).toBeLessThanOrEqual(settings.slices)
          for (const leg of plan.legs) {
            const allowed = leg.price.times(settings.slippageCapPercent).div(HUNDRED)
            expect(leg.worstPrice.minus(leg.price).abs().lte(allowed)).toBe(true)
            expect(leg.orderType).toBe(its.orderType)
            const unit: Decimal = holdings.find((holding) => holding.asset === quoteOf(leg.symbol))?.price ?? ZERO
            const worst = leg.side === 'buy' ? leg.worstPrice : leg.price
            expect(id === own.id || leg.amount.times(worst).times(unit).lte(decimal(most))).toBe(true)
          }
        }
      }),
      { numRuns: 400, seed: 4 },
    )
    expect(withChoice).toBeGreaterThan(50)
    expect(withSlices).toBeGreaterThan(20)
  })

  it('are different plans: what is too small to be sliced is not offered twice', () => {
    fc.assert(
      fc.property(planCaseArb(3), (given) => {
        const plans = offersOf(given, money('1000000')).map(({ plan }) =>
          plan.legs.map((leg) => `${leg.side} ${leg.symbol} ${leg.amount.toFixed()} ${leg.orderType} ${leg.notBefore}`),
        )
        expect(new Set(plans.map((plan) => plan.join())).size).toBe(plans.length)
      }),
      { numRuns: 200, seed: 4 },
    )
  })

  it('are all that an answer can choose, whatever its bytes; it may quote every value it was shown', () => {
    let chosen = 0
    const text = fc.string({ unit: 'binary' })
    const id = fc.constantFrom('limit', 'market', 'post_only', 'limit_in_slices', 'abstain', 'all_in', '__proto__')
    const field = fc.oneof(id, fc.constantFrom(0.5, -1, null), fc.jsonValue())
    const nearly = fc.record({
      option: field,
      confidence: fc.oneof(fc.constant(0.5), field),
      reasons: fc.oneof(id, field, text),
      cites: fc.oneof(fc.constant('sound'), field),
    })
    fc.assert(
      fc.property(
        planCaseArb(3),
        fc.array(fc.oneof(text, nearly, nearly, nearly), { minLength: 5 }),
        (given, answers) => {
          const options = offersOf(given, money('1000000'))
          if (!isSome(options)) return
          const about = strategyCase(options, market(given))
          const cites = [...fieldsOf(about)]
            .flatMap(([field, value]) => (value === null ? [] : [{ field, value }]))
            .slice(0, 12)
          const written = (answer: (typeof answers)[number]): string =>
            typeof answer === 'string'
              ? answer
              : JSON.stringify({ ...answer, cites: answer.cites === 'sound' ? cites : answer.cites })
          for (const answer of answers) {
            const read = readAnswer(written(answer), about)
            if (!read.ok || read.value.kind === 'abstain') continue
            chosen++
            expect(options.map((option) => option.id)).toContain(read.value.optionId)
          }
          const reasons = 'Because of what is cited.'
          const sound = JSON.stringify({ option: about.defaultOptionId, confidence: 1, reasons, cites })
          expect(readAnswer(sound, about)).toMatchObject({ ok: true, value: { optionId: about.options[0]?.id } })
        },
      ),
      { numRuns: 200, seed: 4 },
    )
    expect(chosen).toBeGreaterThan(20)
  })
})

describe('what is said of a choice', () => {
  const consulted: Consulted = {
    chosen: { optionId: 'market', by: 'claude', model: 'claude-1', confidence: 0.75, reasons: 'It\nmoves\u202e fast.' },
    tookMs: 3_240,
    cost: decimal('0.0005'),
    outcomes: ['deepseek failed: It is blank. (answer/blank)', 'claude chose market with confidence 0.75'],
  }
  const [own, market] = strategiesOf({
    orderType: 'limit',
    slices: 1,
    slippageCapPercent: ONE,
    sliceAbove: money('500'),
    sliceEveryMs: 60_000,
  })

  it('is who, what, why, how long and how much, in one line', () => {
    expect(market && strategySaid(consulted, market)).toBe(
      'Carried out as "market": Claude (claude-1) chose "market" with confidence 0.75, in 3.2 s for 0.0005 USD: It moves fast.',
    )
  })

  it('is that the settings apply, and why, where nobody chose or the choice is gone', () => {
    expect(strategySaid(consulted, own)).toContain('"limit", by the settings, because the choice is not possible')
    const nobody = { ...consulted, chosen: null }
    expect(strategySaid(nobody, own)).toContain(
      '"limit", by the settings: no model chose, in 3.2 s for 0.0005 USD (deep',
    )
  })

  it('cannot fill the screen', () => {
    const endless = { ...consulted, chosen: consulted.chosen && { ...consulted.chosen, reasons: 'a'.repeat(5_000) } }
    expect(choiceSaid(endless).length).toBeLessThan(600)
  })
})

it('a symbol with digits in its name may be cited', () => {
  const about = {
    facts: { symbol: pair('1INCH/USDT') },
    options: [{ id: 'a', text: '' }],
    defaultOptionId: 'a',
  }
  const cites = [{ field: 'symbol', value: '1INCH/USDT' }]
  const answer = JSON.stringify({ option: 'a', confidence: 1, reasons: 'It is calm.', cites })
  expect(readAnswer(answer, about).ok).toBe(true)
})
