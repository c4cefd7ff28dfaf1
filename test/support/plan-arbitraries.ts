import fc from 'fast-check'
import type { Holding } from '../../src/main/domain/allocation.ts'
import type { Band } from '../../src/main/domain/band.ts'
import type { PlanRequest, PlanSettings } from '../../src/main/domain/rebalance.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { asset, pair } from '../../src/shared/ids.ts'
import { amount, decimal, fraction, money, price, toText } from '../../src/shared/money.ts'
import { scaled } from './money-arbitraries.ts'

/** Everything that a plan is made of. */
export type PlanCase = {
  readonly holdings: readonly Holding[]
  readonly routes: readonly Route[]
  readonly settings: PlanSettings
  readonly request: PlanRequest
}

const NAMES = ['USDT', 'BTC', 'XRP', 'ETH', 'ADA', 'SOL', 'DOGE', 'LTC']

/** Decimal text of one to three significant digits somewhere between 10^low and 10^high. */
const anyMagnitude = (low: number, high: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: low, max: high }))
    .map(([digits, exponent]) => (exponent >= 0 ? `${digits}${'0'.repeat(exponent)}` : scaled(digits, -exponent)))

type Drawn = {
  readonly units: number
  readonly parts: number
  readonly at: string
  readonly earning: number
  /** The asset before it that it is traded against, where that is not the quote. */
  readonly against: number
}

const drawnArb: fc.Arbitrary<Drawn> = fc.record({
  units: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 20_000_000 }) }, fc.constant(0)),
  parts: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 0, max: 5 })),
  at: anyMagnitude(-4, 2),
  earning: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 100 })),
  against: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 6 })),
})

const termsArb = fc.record({
  lot: fc.integer({ min: 0, max: 8 }),
  minLots: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) }, fc.integer({ min: 1, max: 20_000 })),
  minCost: fc.oneof(fc.constant('0'), anyMagnitude(-2, -1), anyMagnitude(-2, 1)),
  fee: fc.integer({ min: 0, max: 100 }),
  halfSpread: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 })),
  skew: fc.oneof({ weight: 2, arbitrary: fc.constant(1_000) }, fc.integer({ min: 970, max: 1_030 })),
})
type Terms = typeof termsArb extends fc.Arbitrary<infer T> ? T : never

const bandArb: fc.Arbitrary<Band> = fc
  .record({
    kind: fc.constantFrom('absolute' as const, 'relative' as const),
    value: fc.integer({ min: 1, max: 2_000 }),
    own: fc.option(fc.integer({ min: 1, max: 2_000 })),
  })
  .map(({ kind, value, own }) => ({
    kind,
    value: decimal(scaled(value, 2)),
    byAsset: new Map(own === null ? [] : [[asset('BTC'), decimal(scaled(own, 2))]]),
  }))

const modeArb: fc.Arbitrary<NonNullable<PlanRequest['mode']>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'full' as const }) },
  fc.constant({ kind: 'buy_only' as const, quote: asset('USDT') }),
  fc
    .integer({ min: 0, max: 2_000_000 })
    .map((fresh) => ({ kind: 'cash_flow' as const, quote: asset('USDT'), freshQuote: amount(scaled(fresh, 2)) })),
)

const settingsArb: fc.Arbitrary<PlanSettings> = fc
  .record({
    slices: fc.constantFrom(1, 1, 2, 6),
    sliceAbove: fc.constantFrom('0', '500'),
    toBand: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, bandArb),
    cap: fc.integer({ min: 0, max: 300 }),
  })
  .map(({ slices, sliceAbove, toBand, cap }) => ({
    orderType: 'limit',
    slippageCapPercent: decimal(scaled(cap, 2)),
    slices,
    sliceAbove: money(sliceAbove),
    sliceEveryMs: 60_000,
    ...(toBand === null ? {} : { rebalanceTo: 'band' as const, band: toBand }),
  }))

function holdingOf(drawn: Drawn, i: number, isLimited: boolean): Holding {
  const at = i === 0 ? '1' : drawn.at
  // About as much value in each asset, so that none is negligible.
  const units = decimal(scaled(drawn.units, 3)).div(decimal(at)).round(8, 0)
  const sellable = units.times(decimal(scaled(100 - drawn.earning, 2))).round(8, 0)
  return {
    asset: asset(NAMES[i] as string),
    amount: amount(toText(units)),
    price: price(at),
    parts: drawn.parts,
    ...(isLimited ? { sellable: amount(toText(sellable)) } : {}),
  }
}

function routeOf(base: Holding, quote: Holding, terms: Terms): Route | null {
  const fair = base.price.div(quote.price)
  const skewed = quote.asset === 'USDT' ? fair : fair.times(decimal(scaled(terms.skew, 3)))
  const at = price(toText(skewed.round(10)))
  if (at.eq(decimal('0'))) return null
  // A lot is never worth more than a few units of the quote.
  const lot = amount(terms.lot === 0 ? '1' : scaled(1, terms.lot))
  const isCoarse = lot.times(base.price).gt(decimal('5'))
  const fineLot = isCoarse ? amount('0.00000001') : lot
  return {
    price: at,
    fee: fraction(scaled(terms.fee, 4)),
    rules: {
      symbol: pair(`${base.asset}/${quote.asset}`),
      lot: fineLot,
      tick: price('0.0000000001'),
      minAmount: amount(toText(fineLot.times(decimal(String(terms.minLots))))),
      minCost: amount(toText(decimal(terms.minCost).div(quote.price).round(8))),
      takerFee: fraction(scaled(terms.fee, 4)),
      makerFee: fraction(scaled(terms.fee, 4)),
      halfSpread: fraction(scaled(terms.halfSpread, 4)),
    },
  }
}

/**
 * Portfolios of two to `most` assets with random amounts, prices, fees, spreads, lots, minimums and markets that connect
 * them, and whatever may be asked of a plan.
 */
export const planCaseArb = (most: number): fc.Arbitrary<PlanCase> =>
  fc
    .record({
      drawn: fc.array(drawnArb, { minLength: 2, maxLength: most }),
      terms: fc.array(termsArb, { minLength: 2 * most, maxLength: 2 * most }),
      crosses: fc.array(fc.tuple(fc.nat(most), fc.nat(most)), { maxLength: most }),
      isLimited: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
      settings: settingsArb,
      mode: modeArb,
      isForced: fc.boolean(),
      hasMinimums: fc.integer({ min: 0, max: 3 }).map((one) => one > 0),
    })
    .map(({ drawn, terms, crosses, isLimited, settings, mode, isForced, hasMinimums }) => {
      const all = drawn.map((one, i) => holdingOf(one, i, isLimited))
      const holdings = all.some(({ parts }) => parts > 0) ? all : all.map((one) => ({ ...one, parts: 1 }))
      const pairs = new Map<string, [Holding, Holding]>()
      const add = (base: Holding | undefined, quote: Holding | undefined) => {
        if (base === undefined || quote === undefined || base === quote) return
        const key = [base.asset, quote.asset].sort().join()
        if (!pairs.has(key)) pairs.set(key, [base, quote])
      }
      for (const [i, one] of drawn.entries()) if (i > 0) add(holdings[i], holdings[one.against % i])
      for (const [a, b] of crosses) add(holdings[Math.max(a, b)], holdings[Math.min(a, b)])
      const routes = [...pairs.values()].flatMap(([base, quote], i) => {
        const own = terms[i % terms.length] as Terms
        const route = routeOf(base, quote, hasMinimums ? own : { ...own, minLots: 1, minCost: '0' })
        return route === null ? [] : [route]
      })
      return { holdings, routes, settings, request: { mode, isForced } }
    })
