import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Holding, totalValue } from '../../../src/main/domain/allocation.ts'
import type { Leg } from '../../../src/main/domain/proposal.ts'
import {
  applyLegs,
  type Plan,
  type PlanSettings,
  planRebalance,
  worstPrice,
} from '../../../src/main/domain/rebalance.ts'
import { cheapestRoute, costOf, type Route } from '../../../src/main/domain/route.ts'
import { baseOf, quoteOf } from '../../../src/shared/ids.ts'
import { amount, type Decimal, decimal, money, price, sum, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, portfolioArb, rulesOf, USDT, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'

const settings: PlanSettings = {
  orderType: 'market',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('500'),
  slices: 1,
  sliceEveryMs: 0,
}
const NOW = epochMs(1_700_000_000_000)
const RUNS = { numRuns: 400, seed: 20_261_123 }

function planOf(holdings: readonly Holding[], routes: readonly Route[], changed: Partial<PlanSettings> = {}): Plan {
  const plan = planRebalance(holdings, routes, { ...settings, ...changed }, NOW)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

const example = {
  holdings: [
    { asset: BTC, amount: amount('0.2'), price: price('50000'), parts: 1 },
    { asset: XRP, amount: amount('1000'), price: price('0.5'), parts: 1 },
    { asset: USDT, amount: amount('3000'), price: price('1'), parts: 1 },
  ],
  routes: [
    { rules: rulesOf(BTC_USDT), price: price('50000'), fee: decimal('0.004') },
    { rules: rulesOf(XRP_USDT), price: price('0.5'), fee: decimal('0.004') },
    { rules: rulesOf(XRP_BTC), price: price('0.00001'), fee: decimal('0.004') },
  ],
}

describe('a rebalance plan', () => {
  it('buys exact thirds from cash after fees: 3008 USDT become 0.02 BTC, 2000 XRP and 1000 USDT', () => {
    const cash = [
      { asset: BTC, amount: amount('0'), price: price('50000'), parts: 1 },
      { asset: XRP, amount: amount('0'), price: price('0.5'), parts: 1 },
      { asset: USDT, amount: amount('3008'), price: price('1'), parts: 1 },
    ]
    const plan = planOf(cash, example.routes)
    expect(plan.legs.map((leg) => [leg.symbol, leg.side, toText(leg.amount)])).toEqual([
      ['BTC/USDT', 'buy', '0.02'],
      ['XRP/USDT', 'buy', '2000'],
    ])
    expect(toText(plan.fees)).toBe('8')
  })

  it('trades an overweight BTC against an underweight XRP directly, because one fee is less than two', () => {
    const plan = planOf(example.holdings, example.routes)
    expect(plan.legs.map((leg) => `${leg.side} ${leg.symbol}`)).toContain('buy XRP/BTC')
    const through = planOf(example.holdings, example.routes.slice(0, 2))
    expect(plan.fees.lt(through.fees)).toBe(true)
  })

  it('goes through the quote when the cross pair costs more than both legs', () => {
    const dear = example.routes.map((route) =>
      route.rules.symbol === XRP_BTC ? { ...route, fee: decimal('0.0081') } : route,
    )
    const plan = planOf(example.holdings, dear)
    expect(plan.legs.map((leg) => leg.symbol)).not.toContain('XRP/BTC')
  })

  it('counts half the spread as a cost of the route', () => {
    const wide = example.routes.map((route) =>
      route.rules.symbol === XRP_BTC
        ? { ...route, rules: rulesOf(XRP_BTC, { halfSpread: decimal('0.0041') as never }) }
        : route,
    )
    expect(planOf(example.holdings, wide).legs.map((leg) => leg.symbol)).not.toContain('XRP/BTC')
  })

  it('says so when the markets do not connect the assets', () => {
    const plan = planRebalance(example.holdings, example.routes.slice(0, 1), settings, NOW)
    expect(plan.ok ? '' : plan.error.code).toBe('rebalance/no-route')
  })

  it('conserves value to the last digit: before = after + fees + what a cross price differs from its legs', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        const { legs, fees } = planOf(holdings, routes)
        const after = totalValue(applyLegs(holdings, legs))
        const skew = sum(legs.map((leg) => lostToCrossPrice(leg, holdings)))
        expect(toText(totalValue(holdings))).toBe(toText(after.plus(fees).plus(skew)))
      }),
      RUNS,
    )
  })

  it('leaves every weight within a lot of its target when no leg was below a minimum', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        const solution = cheapestRoute(holdings, routes)
        const plan = planOf(holdings, routes)
        if (solution === null || plan.legs.length < solution.trades.length) return
        const after = applyLegs(holdings, plan.legs)
        const total = totalValue(after)
        // One lot of each traded market, in quote: more than rounding down two amounts can move any holding.
        const lots = sum(holdings.map((holding) => holding.price.times(decimal('0.00000002'))))
        for (const holding of after) {
          const miss = holding.amount
            .times(holding.price)
            .minus(total.div(decimal('3')))
            .abs()
          expect(miss.lte(lots)).toBe(true)
        }
      }),
      RUNS,
    )
  })

  it('is never dearer than any other pair of trades that reaches the targets', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        const best = cheapestRoute(holdings, routes)
        const withoutCross = cheapestRoute(
          holdings,
          routes.filter((route) => route.rules.symbol !== XRP_BTC),
        )
        if (best === null || withoutCross === null) throw new Error('no route')
        expect(best.cost.lte(withoutCross.cost.plus(decimal('0.000000000001')))).toBe(true)
        expect(toText(best.cost)).toBe(toText(costOf(holdings, best.trades)))
      }),
      RUNS,
    )
  })

  it('never spends more of an asset than there is when legs are carried out in their order', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        const { legs } = planOf(holdings, routes)
        for (let done = 1; done <= legs.length; done++) {
          for (const holding of applyLegs(holdings, legs.slice(0, done))) {
            // Rounding down a sell by less than a lot may leave the buy it funds short by as much; execution shrinks it.
            expect(holding.amount.times(holding.price).gte(decimal('-0.01'))).toBe(true)
          }
        }
      }),
      RUNS,
    )
  })

  it('sends no leg below a minimum and none that is not whole lots', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        for (const leg of planOf(holdings, routes).legs) {
          const rules = routes.find((route) => route.rules.symbol === leg.symbol)?.rules
          if (rules === undefined) throw new Error('a leg on no market')
          expect(leg.amount.gte(rules.minAmount)).toBe(true)
          expect(leg.amount.times(leg.price).gte(rules.minCost)).toBe(true)
          expect(toText(leg.amount.div(rules.lot))).toMatch(/^\d+$/)
        }
      }),
      RUNS,
    )
  })

  it('answers the same to the same question', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings, routes }) => {
        const shuffled = [...routes].reverse()
        expect(JSON.stringify(planOf(holdings, shuffled))).toBe(JSON.stringify(planOf(holdings, routes)))
      }),
      { ...RUNS, numRuns: 100 },
    )
  })

  it('cuts a large plan into slices that add up to the whole', () => {
    const whole = planOf(example.holdings, example.routes)
    const sliced = planOf(example.holdings, example.routes, { slices: 6, sliceEveryMs: 14_400_000 })
    for (const leg of whole.legs) {
      const parts = sliced.legs.filter((part) => part.symbol === leg.symbol)
      expect(parts).toHaveLength(6)
      expect(toText(sum(parts.map((part) => part.amount)))).toBe(toText(leg.amount))
    }
    expect(new Set(sliced.legs.map((leg) => leg.notBefore - NOW)).size).toBe(6)
  })
})

describe('the worst price of a leg', () => {
  it('is rounded to the tick towards the plan, so that rounding never allows more than the cap', () => {
    expect(toText(worstPrice('buy', price('100.03'), decimal('1'), price('0.1')))).toBe('101')
    expect(toText(worstPrice('sell', price('100.03'), decimal('1'), price('0.1')))).toBe('99.1')
  })

  it('is the plan’s own price when the tick is wider than the cap', () => {
    expect(toText(worstPrice('buy', price('0.0000135'), decimal('1'), price('0.000001')))).toBe('0.0000135')
  })
})

/** Value that a trade on a cross pair moves because its price is not the ratio of the two legs' prices. */
function lostToCrossPrice(leg: Leg, holdings: readonly Holding[]): Decimal {
  const priceOf = (asset: string): Decimal => holdings.find((holding) => holding.asset === asset)?.price ?? decimal('0')
  const base = leg.amount.times(priceOf(baseOf(leg.symbol)))
  const quote = leg.amount.times(leg.price).times(priceOf(quoteOf(leg.symbol)))
  return leg.side === 'buy' ? quote.minus(base) : base.minus(quote)
}
