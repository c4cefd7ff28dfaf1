import fc from 'fast-check'
import type { Holding } from '../../src/main/domain/allocation.ts'
import type { MarketRules } from '../../src/main/domain/market.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { type Asset, asset, pair, type TradedPair } from '../../src/shared/ids.ts'
import { type Amount, amount, decimal, type Fraction, fraction, type Price, price } from '../../src/shared/money.ts'

/** Scaled integers as decimal text: 12345 with 2 places is 123.45. */
export function scaled(units: number | bigint, places: number): string {
  const text = String(units).padStart(places + 1, '0')
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
}

export const amountArb = (maxUnits: number, places: number): fc.Arbitrary<Amount> =>
  fc.integer({ min: 0, max: maxUnits }).map((units) => amount(scaled(units, places)))

export const BTC = asset('BTC')
export const XRP = asset('XRP')
export const USDT = asset('USDT')
export const BTC_USDT = pair('BTC/USDT')
export const XRP_USDT = pair('XRP/USDT')
export const XRP_BTC = pair('XRP/BTC')

export function rulesOf(symbol: TradedPair, overrides: Partial<MarketRules> = {}): MarketRules {
  return {
    symbol,
    lot: amount('0.00000001'),
    tick: price('0.00000001'),
    minAmount: amount(symbol === BTC_USDT ? '0.00005' : '2'),
    minCost: amount(symbol === XRP_BTC ? '0.00002' : '0.5'),
    takerFee: fraction('0.004'),
    makerFee: fraction('0.0025'),
    halfSpread: fraction('0'),
    ...overrides,
  }
}

export type Case = { readonly holdings: readonly Holding[]; readonly routes: readonly Route[] }

const holding = (of: Asset, units: Amount, at: Price): Holding => ({ asset: of, amount: units, price: at, parts: 1 })

/** BTC, XRP, USDT with random amounts, prices and fee; the cross pair off by up to a few percent, or missing. */
export const portfolioArb: fc.Arbitrary<Case> = fc
  .record({
    btc: fc.integer({ min: 0, max: 200_000_000 }),
    xrp: fc.integer({ min: 0, max: 2_000_000_000 }),
    usdt: fc.integer({ min: 0, max: 2_000_000_000 }),
    btcPrice: fc.integer({ min: 100_000, max: 15_000_000 }),
    xrpPrice: fc.integer({ min: 1_000, max: 500_000 }),
    crossSkew: fc.option(fc.integer({ min: 970, max: 1_030 })),
    feeUnits: fc.integer({ min: 0, max: 100 }),
  })
  .filter(({ btc, xrp, usdt }) => btc + xrp + usdt > 0)
  .map(({ btc, xrp, usdt, btcPrice, xrpPrice, crossSkew, feeUnits }) => {
    const fee: Fraction = fraction(scaled(feeUnits, 4))
    const btcAt = price(scaled(btcPrice, 2))
    const xrpAt = price(scaled(xrpPrice, 5))
    const routes: Route[] = [
      { rules: rulesOf(BTC_USDT, { takerFee: fee }), price: btcAt, fee },
      { rules: rulesOf(XRP_USDT, { takerFee: fee }), price: xrpAt, fee },
    ]
    if (crossSkew !== null) {
      const cross = xrpAt
        .div(btcAt)
        .times(decimal(scaled(crossSkew, 3)))
        .round(10)
      routes.push({ rules: rulesOf(XRP_BTC, { takerFee: fee }), price: cross as Price, fee })
    }
    return {
      holdings: [
        holding(BTC, amount(scaled(btc, 8)), btcAt),
        holding(XRP, amount(scaled(xrp, 5)), xrpAt),
        holding(USDT, amount(scaled(usdt, 5)), price('1')),
      ],
      routes: routes.filter((route) => route.price.gt(decimal('0'))),
    }
  })
