import { describe, expect, it } from 'vitest'
import { solveLinear } from '../../../src/main/adapters/yalps/linear-solver.ts'
import type { Holding } from '../../../src/main/domain/allocation.ts'
import { absoluteBand, type Band } from '../../../src/main/domain/band.ts'
import type { LinearSolver } from '../../../src/main/domain/linear-program.ts'
import { type Plan, type PlanRequest, type PlanSettings, planRebalance } from '../../../src/main/domain/rebalance.ts'
import { amount, type Decimal, decimal, money, sum, toText } from '../../../src/shared/money.ts'
import type { Result } from '../../../src/shared/result.ts'
import { BTC, USDT } from '../../support/money-arbitraries.ts'
import { holdingOf, routeOf } from '../../support/routes-in-floats.ts'
import { NOON } from '../../support/trading-builders.ts'

const SETTINGS: PlanSettings = {
  orderType: 'limit',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('1000000'),
  slices: 1,
  sliceEveryMs: 0,
}
const MARKETS = [routeOf('BTC/USDT', '50000'), routeOf('XRP/USDT', '0.5')]
const FREE = MARKETS.map((route) => ({ ...route, fee: decimal('0') }))
/** Of 10,000 in all so many percent in each. */
const sleeve = (btc: number, xrp: number, usdt: number): Holding[] => [
  holdingOf('BTC', toText(decimal(String(btc)).div(decimal('500'))), '50000'),
  holdingOf('XRP', String(200 * xrp), '0.5'),
  holdingOf('USDT', String(100 * usdt), '1'),
]

const asked = (holdings: readonly Holding[], settings: Partial<PlanSettings>, request: PlanRequest): Result<Plan> =>
  planRebalance(holdings, MARKETS, { ...SETTINGS, ...settings }, NOON, { solve: solveLinear, ...request })
function planOf(
  holdings: readonly Holding[],
  { routes = FREE, ...settings }: Partial<PlanSettings> & { routes?: typeof MARKETS } = {},
  request: PlanRequest = {},
): Plan {
  const plan = planRebalance(holdings, routes, { ...SETTINGS, ...settings }, NOON, { solve: solveLinear, ...request })
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}
const percent = (weight: Decimal): string => weight.times(decimal('100')).toFixed(3, 1)
const weightsAfter = ({ weights }: Plan): string[] => weights.map(({ after }) => percent(after))
const traded = ({ legs }: Plan): string[] => legs.map((leg) => `${leg.side} ${toText(leg.amount)} ${leg.symbol}`)

describe('a plan to the band', () => {
  const to = (band: Band) => ({ rebalanceTo: 'band' as const, band })
  const FIVE_PP = to(absoluteBand(decimal('5')))

  it('brings what is outside just inside, and lets alone what is inside already', () => {
    expect(weightsAfter(planOf(sleeve(45, 28.5, 26.5), FIVE_PP))).toEqual(['38.333', '28.500', '33.167'])
  })

  it('ends inside all bands where that takes every asset to an edge at once', () => {
    const relative = { kind: 'relative', value: decimal('14.48'), byAsset: new Map() } as const
    const holdings = [
      { ...holdingOf('BTC', '108678.68150684', '0.0584'), parts: 2 },
      holdingOf('XRP', '32245.19268292', '0.41'),
      holdingOf('USDT', '15700.189', '1'),
    ]
    const routes = [routeOf('BTC/USDT', '0.0584'), routeOf('XRP/USDT', '0.41')]
    const { weights } = planOf(holdings, { ...to(relative), routes })
    for (const { after, target } of weights) {
      expect(
        after
          .minus(target)
          .abs()
          .lt(target.times(decimal('0.1448'))),
      ).toBe(true)
    }
  })

  it('does not move what is inside away from its target, though that would be a cheaper way for the others', () => {
    const { weights } = planOf(sleeve(60, 37, 3), { ...FIVE_PP, routes: MARKETS })
    const xrp = weights.find(({ asset }) => asset === 'XRP')
    expect(xrp?.after.lte(xrp.before.times(decimal('1.01')))).toBe(true)
    expect(weights.every(({ after, target }) => after.minus(target).abs().lt(decimal('0.05')))).toBe(true)
  })

  it('costs less than the plan to the targets', () => {
    const [band, target] = [FIVE_PP, {}].map((to) => planOf(sleeve(45, 30, 25), { ...to, routes: MARKETS }).cost)
    expect(band?.lt(target ?? decimal('0'))).toBe(true)
  })

  it('of 5 % of the target is a third as wide at thirds', () => {
    const relative = to({ kind: 'relative', value: decimal('5'), byAsset: new Map() })
    expect(weightsAfter(planOf(sleeve(40, 32, 28), relative))).toEqual(['35.000', '32.000', '33.000'])
  })

  it('may be of another width for one asset, and moves no other beyond its target for it', () => {
    const narrowBtc = to({ ...absoluteBand(decimal('6')), byAsset: new Map([[BTC, decimal('2')]]) })
    expect(weightsAfter(planOf(sleeve(40, 30, 30), narrowBtc))).toEqual(['35.333', '31.333', '33.333'])
  })

  it('does nothing when all is inside', () => {
    expect(planOf(sleeve(38, 31, 31), FIVE_PP).legs).toEqual([])
  })

  it('asked for by the trader goes to the targets when all is inside already', () => {
    const forced = planOf(sleeve(38, 31, 31), FIVE_PP, { isForced: true })
    expect(weightsAfter(forced)).toEqual(['33.333', '33.333', '33.333'])
  })

  it('is short of nothing because value passes through an asset that stays below its target inside its band', () => {
    const narrowBtc = to({ kind: 'relative', value: decimal('13.08'), byAsset: new Map([[BTC, decimal('0.04')]]) })
    const holdings = [
      holdingOf('BTC', '1.40083568', '4960'),
      holdingOf('XRP', '43913.6987', '0.405'),
      holdingOf('USDT', '10361.631', '1'),
    ]
    const routes = [routeOf('BTC/USDT', '4960', '0.0057'), routeOf('XRP/USDT', '0.405', '0.0022', '0.003')]
    expect(weightsAfter(planOf(holdings, { ...narrowBtc, routes }))).toEqual(['33.320', '37.124', '29.556'])
  })

  it('of a band narrower than a lot ends as near to the targets as lots allow', () => {
    const narrow = to({ kind: 'relative', value: decimal('0.07'), byAsset: new Map() })
    const lots = FREE.map((route) => ({ ...route, rules: { ...route.rules, lot: amount('0.001') } }))
    // A lot of BTC is 0.5 % of the whole.
    expect(weightsAfter(planOf(sleeve(40, 30, 30), { ...narrow, routes: lots }))).toEqual([
      '33.500',
      '33.333',
      '33.167',
    ])
  })

  it('without an answer of the solver takes every asset the same fraction of its way', () => {
    const none: LinearSolver = () => null
    // BTC is 11.667 pp over and may be 5: four sevenths of the way.
    expect(weightsAfter(planOf(sleeve(45, 28.5, 26.5), FIVE_PP, { solve: none }))).toEqual([
      '38.333',
      '31.262',
      '30.405',
    ])
  })
})

describe('a plan with nothing sold', () => {
  const buyOnly: PlanRequest = { mode: { kind: 'buy_only', quote: USDT } }
  const fresh = (units: string): PlanRequest => ({
    mode: { kind: 'cash_flow', quote: USDT, freshQuote: amount(units) },
  })

  it('spends the quote above its target on what is underweight, to one and the same weight', () => {
    expect(weightsAfter(planOf(sleeve(20, 20, 60), {}, buyOnly))).toEqual(['33.333', '33.333', '33.333'])
    expect(traded(planOf(sleeve(40, 10, 50), {}, buyOnly))).toEqual(['buy 3333.33333333 XRP/USDT'])
  })

  it('buys the most underweight first when that is not enough', () => {
    expect(traded(planOf(sleeve(30, 10, 60), {}, fresh('1500')))).toEqual(['buy 3000 XRP/USDT'])
    expect(weightsAfter(planOf(sleeve(25, 10, 65), {}, fresh('2000')))).toEqual(['27.500', '27.500', '45.000'])
  })

  it('spends new money only, and that no further than down to the quote’s target', () => {
    expect(weightsAfter(planOf(sleeve(20, 20, 60), {}, fresh('1000')))).toEqual(['25.000', '25.000', '50.000'])
    expect(weightsAfter(planOf(sleeve(30, 30, 40), {}, fresh('4000')))).toEqual(['33.333', '33.333', '33.333'])
  })

  it('pays the fees out of the new money too', () => {
    const { legs } = planOf(sleeve(20, 20, 60), { routes: MARKETS }, fresh('1000'))
    const spent = legs.map((leg) => leg.amount.times(leg.price).plus(leg.fee))
    expect(spent.map((one) => one.toFixed(2, 1))).toEqual(['500.00', '500.00'])
    expect(sum(spent).lte(decimal('1000'))).toBe(true)
  })

  it('does nothing when what is overweight is not the quote', () => {
    for (const request of [buyOnly, fresh('500')]) expect(planOf(sleeve(60, 20, 20), {}, request).legs).toEqual([])
  })

  it('leaves an asset alone that has no market against the quote', () => {
    const routes = [FREE[0] as (typeof FREE)[number], routeOf('XRP/BTC', '0.00001', '0')]
    expect(traded(planOf(sleeve(20, 20, 60), { routes }, buyOnly))).toEqual(['buy 0.02666666 BTC/USDT'])
  })
})

describe('what cannot be sold', () => {
  const earning = (units: string): Holding[] =>
    sleeve(60, 20, 20).map((holding) => (holding.asset === BTC ? { ...holding, sellable: amount(units) } : holding))

  it('counts as owned and stays; the rest goes to what is most underweight', () => {
    // 0.12 BTC are 60 %; 0.04 may be sold: 2,000 USDT, half for XRP.
    const plan = planOf(earning('0.04'))
    expect(weightsAfter(plan)).toEqual(['40.000', '30.000', '30.000'])
  })

  it('is no hindrance when enough is left that can', () => {
    expect(weightsAfter(planOf(earning('0.08')))).toEqual(['33.333', '33.333', '33.333'])
  })

  it('all of it: nothing is done', () => {
    expect(planOf(earning('0')).legs).toEqual([])
  })
})

describe('a plan that costs more than its drift is worth', () => {
  const drifted = sleeve(40, 30, 30)

  it('is not made, and says what it would cost and what that is worth', () => {
    // 666.67 and 333.33 traded at 0.4 % to bring 666.67 back.
    const refused = asked(drifted, { maxCostPercent: decimal('0.5') }, {})
    expect(refused.ok ? null : refused.error).toEqual({
      code: 'rebalance/not-worth-it',
      message: 'Trading would cost 4.00 to bring 666.67 back to target; that is worth 3.33 at most (0.5 %).',
    })
  })

  it('is made when it costs less, when there is no limit, and when the trader wants it', () => {
    expect(asked(drifted, { maxCostPercent: decimal('0.61') }, {}).ok).toBe(true)
    expect(asked(drifted, {}, {}).ok).toBe(true)
    expect(asked(drifted, { maxCostPercent: decimal('0.5') }, { isForced: true }).ok).toBe(true)
  })

  it('is no plan without trades', () => {
    expect(asked(sleeve(33, 33, 34), { maxCostPercent: decimal('0') }, {}).ok).toBe(false)
    const even = [holdingOf('BTC', '0.02', '50000'), holdingOf('XRP', '2000', '0.5'), holdingOf('USDT', '1000', '1')]
    expect(asked(even, { maxCostPercent: decimal('0') }, {}).ok).toBe(true)
  })
})
