import { describe, expect, it } from 'vitest'
import type { Holding } from '../../../src/main/domain/allocation.ts'
import { type Plan, type PlanSettings, planRebalance, worstPrice } from '../../../src/main/domain/rebalance.ts'
import type { Route } from '../../../src/main/domain/route.ts'
import { amount, decimal, fraction, money, price, sum, toText } from '../../../src/shared/money.ts'
import { BTC_USDT, rulesOf, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { holdingOf, routeOf } from '../../support/routes-in-floats.ts'
import { NOON } from '../../support/trading-builders.ts'

const settings: PlanSettings = {
  orderType: 'market',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('500'),
  slices: 1,
  sliceEveryMs: 0,
}

function planOf(holdings: readonly Holding[], routes: readonly Route[], changed: Partial<PlanSettings> = {}): Plan {
  const plan = planRebalance(holdings, routes, { ...settings, ...changed }, NOON)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}
const traded = ({ legs }: Plan): string[] => legs.map((leg) => `${leg.side} ${toText(leg.amount)} ${leg.symbol}`)
const markets = ({ legs }: Plan): string[] => legs.map((leg) => `${leg.side} ${leg.symbol}`)

const MARKETS = [routeOf('BTC/USDT', '50000'), routeOf('XRP/USDT', '0.5'), routeOf('XRP/BTC', '0.00001')]
const WITHOUT_CROSS = MARKETS.slice(0, 2)
/** 10,000 in BTC, 500 in XRP, 3,000 in USDT. */
const LEANING = [holdingOf('BTC', '0.2', '50000'), holdingOf('XRP', '1000', '0.5'), holdingOf('USDT', '3000', '1')]

describe('a rebalance plan', () => {
  it('brings the worked example of 37.44 / 31.46 / 31.10 % to thirds with one sell and one buy', () => {
    const plan = planOf(
      [holdingOf('BTC', '0.0345', '44492.75'), holdingOf('XRP', '2150', '0.60'), holdingOf('USDT', '1275', '1')],
      [routeOf('BTC/USDT', '44492.75'), routeOf('XRP/USDT', '0.60')],
    )
    expect(markets(plan)).toEqual(['sell BTC/USDT', 'buy XRP/USDT'])
    expect(plan.weights.map(({ before }) => before.times(decimal('100')).toFixed(2, 1))).toEqual([
      '37.44',
      '31.46',
      '31.10',
    ])
    // 168.34 and 76.66 traded at 0.4 %.
    expect(plan.fees.toFixed(2, 1)).toBe('0.98')
    for (const { after, target } of plan.weights) expect(after.minus(target).abs().lt(decimal('0.0000002'))).toBe(true)
  })

  it('buys exact thirds from cash after fees: 3008 USDT become 0.02 BTC, 2000 XRP and 1000 USDT', () => {
    const cash = [holdingOf('BTC', '0', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '3008', '1')]
    const plan = planOf(cash, MARKETS)
    expect(traded(plan)).toEqual(['buy 0.02 BTC/USDT', 'buy 2000 XRP/USDT'])
    expect([toText(plan.fees), toText(plan.cost), plan.atLeast && toText(plan.atLeast)]).toEqual(['8', '8', '8'])
  })

  it('trades an overweight BTC against an underweight XRP directly, because one fee is less than two', () => {
    const plan = planOf(LEANING, MARKETS)
    expect(markets(plan)).toContain('buy XRP/BTC')
    expect(plan.fees.lt(planOf(LEANING, WITHOUT_CROSS).fees)).toBe(true)
  })

  it('goes through the quote when the cross pair costs more than both legs, its half spread included', () => {
    for (const [fee, halfSpread] of [
      ['0.0081', '0'],
      ['0.004', '0.0041'],
    ] as const) {
      const dear = [...WITHOUT_CROSS, routeOf('XRP/BTC', '0.00001', fee, halfSpread)]
      expect(markets(planOf(LEANING, dear))).toEqual(['sell BTC/USDT', 'buy XRP/USDT'])
    }
  })

  it('does without a cross pair that has no fresh price, and says so when a pair is missing that it needs', () => {
    expect(markets(planOf(LEANING, WITHOUT_CROSS))).toEqual(['sell BTC/USDT', 'buy XRP/USDT'])
    const plan = planRebalance(LEANING, MARKETS.slice(0, 1), settings, NOON)
    expect(plan.ok ? '' : plan.error.code).toBe('rebalance/no-route')
  })

  it('of equally cheap ways takes that of fewer trades, then that whose symbols come first', () => {
    const free = MARKETS.map((route) => ({ ...route, fee: fraction('0') }))
    const holdings = [holdingOf('BTC', '0.4', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '10000', '1')]
    expect(traded(planOf(holdings, free))).toEqual(['buy 20000 XRP/BTC'])
    const even = [holdingOf('BTC', '0.6', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '0', '1')]
    expect(markets(planOf(even, free))).toEqual(['sell BTC/USDT', 'buy XRP/BTC'])
    expect(markets(planOf([...even].reverse(), [...free].reverse()))).toEqual(['sell BTC/USDT', 'buy XRP/BTC'])
  })

  it('does nothing with an empty sleeve or one that is at its targets', () => {
    const empty = LEANING.map((holding) => ({ ...holding, amount: amount('0') }))
    const even = [holdingOf('BTC', '0.02', '50000'), holdingOf('XRP', '2000', '0.5'), holdingOf('USDT', '1000', '1')]
    for (const holdings of [empty, even]) expect(traded(planOf(holdings, MARKETS))).toEqual([])
  })

  it('sells all of an asset whose target is zero', () => {
    const holdings = [
      holdingOf('BTC', '0.01', '50000'),
      holdingOf('XRP', '700', '0.5', 0),
      holdingOf('USDT', '200', '1'),
    ]
    expect(traded(planOf(holdings, WITHOUT_CROSS))).toContain('sell 700 XRP/USDT')
  })

  it('cuts a large plan into slices that add up to the whole', () => {
    const whole = planOf(LEANING, MARKETS)
    const sliced = planOf(LEANING, MARKETS, { slices: 6, sliceEveryMs: 14_400_000 })
    for (const leg of whole.legs) {
      const parts = sliced.legs.filter((part) => part.symbol === leg.symbol)
      expect(parts.map((part) => part.notBefore - NOON)).toEqual([0, 1, 2, 3, 4, 5].map((slice) => slice * 14_400_000))
      expect(toText(sum(parts.map((part) => part.amount)))).toBe(toText(leg.amount))
    }
    expect(planOf(LEANING, MARKETS, { slices: 6, sliceAbove: money('100000') }).legs).toEqual(whole.legs)
  })

  it('says what the worst prices of all legs may cost, cross pairs in the account’s quote', () => {
    const holdings = [holdingOf('BTC', '0.4', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '10000', '1')]
    const free = MARKETS.map((route) => ({ ...route, fee: fraction('0') }))
    // 20,000 XRP bought for up to 1 % more than 0.2 BTC.
    expect(toText(planOf(holdings, free).slippageBound)).toBe('100')
  })
})

describe('what a market does not take', () => {
  const rules = { minAmount: amount('20'), lot: amount('1') }
  const coarse = (overrides: Partial<typeof rules>): Route[] => [
    routeOf('BTC/USDT', '50000', '0'),
    { ...routeOf('XRP/USDT', '0.5', '0'), rules: rulesOf(XRP_USDT, { ...rules, ...overrides }) },
  ]
  /** 15 XRP are missing. */
  const short = [holdingOf('BTC', '0.002', '50000'), holdingOf('XRP', '185', '0.5'), holdingOf('USDT', '107.5', '1')]

  it('is folded away and said, not sent', () => {
    const plan = planOf(short, coarse({}))
    expect(plan.legs).toEqual([])
    expect(plan.folded.map((trade) => [trade.symbol, trade.side, toText(trade.amount)])).toEqual([
      ['XRP/USDT', 'buy', '15'],
    ])
    expect(toText(plan.broughtBack)).toBe('0')
  })

  it('is what is below the smallest amount or the smallest cost; what is exactly as much is taken', () => {
    expect(traded(planOf(short, coarse({ minAmount: amount('15') })))).toEqual(['buy 15 XRP/USDT'])
    const atCost = (minCost: string): Route[] =>
      coarse({ minAmount: amount('1') }).map((route) => ({
        ...route,
        rules: { ...route.rules, minCost: amount(minCost) },
      }))
    expect(traded(planOf(short, atCost('7.5')))).toEqual(['buy 15 XRP/USDT'])
    expect(traded(planOf(short, atCost('7.51')))).toEqual([])
  })

  it('is less than a whole lot: amounts are rounded down, and what is less than one is nobody’s wish', () => {
    expect(traded(planOf(short, coarse({ lot: amount('10'), minAmount: amount('10') })))).toEqual(['buy 10 XRP/USDT'])
    const plan = planOf(short, coarse({ lot: amount('100'), minAmount: amount('100') }))
    expect([plan.legs, plan.folded]).toEqual([[], []])
  })

  it('with lots that are large against the whole, is made up for by lots of other trades', () => {
    const large = (route: Route, lot: string): Route => ({
      ...route,
      rules: { ...route.rules, lot: amount(lot), minAmount: amount(lot), minCost: amount('0') },
    })
    const holdings = [holdingOf('USDT', '29.5', '1'), holdingOf('BTC', '91.6', '0.25'), holdingOf('XRP', '0', '1', 3)]
    const routes = [
      large(routeOf('BTC/USDT', '0.25', '0.0099', '0.0021'), '20'),
      large(routeOf('XRP/USDT', '1', '0.0004', '0.0011'), '4'),
      large(routeOf('XRP/BTC', '4', '0.0089', '0.0029'), '5'),
    ]
    expect(traded(planOf(holdings, routes))).toEqual(['sell 20 BTC/USDT', 'buy 5 XRP/BTC', 'buy 24 XRP/USDT'])
  })

  it('takes the purchase with it that it would have paid for', () => {
    // BTC over by 20 USDT, XRP under by as much; a BTC sell below 50 USDT is not taken.
    const holdings = [
      holdingOf('BTC', '0.0024', '50000'),
      holdingOf('XRP', '160', '0.5'),
      holdingOf('USDT', '100', '1'),
    ]
    const routes = [
      { ...routeOf('BTC/USDT', '50000', '0'), rules: rulesOf(BTC_USDT, { minCost: amount('50') }) },
      routeOf('XRP/USDT', '0.5', '0'),
    ]
    expect(traded(planOf(holdings, routes))).toEqual([])
  })

  it('goes another way when there is one, though it is dearer', () => {
    const cross = { ...routeOf('XRP/BTC', '0.00001'), rules: rulesOf(XRP_BTC, { minAmount: amount('1000000') }) }
    expect(markets(planOf(LEANING, [...WITHOUT_CROSS, cross]))).toEqual(['sell BTC/USDT', 'buy XRP/USDT'])
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
