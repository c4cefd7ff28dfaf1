import fc from 'fast-check'
import type { Holding } from '../../src/main/domain/allocation.ts'
import type { Leg } from '../../src/main/domain/proposal.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { asset, baseOf, pair, quoteOf } from '../../src/shared/ids.ts'
import { amount, fraction, price, toFloat } from '../../src/shared/money.ts'
import { scaled } from './money-arbitraries.ts'

/** So few lots in all that every combination of them can be tried. */
export type SmallCase = { readonly holdings: readonly Holding[]; readonly routes: readonly Route[] }

const NAMES = ['USDT', 'BTC', 'XRP', 'ETH']
const FINE = '0.00000001'

const marketArb = fc.record({
  /** What a lot is worth: much against the 60 to 120 of all. */
  lot: fc.constantFrom(4, 5, 6, 8, 10),
  minLots: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 4 })),
  minCost: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 20 })),
  fee: fc.integer({ min: 0, max: 100 }),
  halfSpread: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
})

/** Two to four assets, a market of each with the first and up to `crosses` between the others. */
export const smallCaseArb: fc.Arbitrary<SmallCase> = fc
  .record({
    size: fc.integer({ min: 2, max: 4 }),
    values: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 4, maxLength: 4 }),
    parts: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 0, max: 3 })), {
      minLength: 4,
      maxLength: 4,
    }),
    at: fc.array(fc.constantFrom('0.25', '0.5', '1', '2', '4'), { minLength: 4, maxLength: 4 }),
    markets: fc.array(marketArb, { minLength: 6, maxLength: 6 }),
    crosses: fc.subarray([
      [2, 1],
      [3, 1],
      [3, 2],
    ] as [number, number][]),
  })
  .map(({ size, values, parts, at, markets, crosses }) => {
    const holdings = NAMES.slice(0, size).map((name, i): Holding => {
      const own = i === 0 ? '1' : (at[i] as string)
      return {
        asset: asset(name),
        amount: amount(scaled(Math.round((values[i] as number) / Number(own)), 1)),
        price: price(own),
        parts: i === 0 ? 1 : (parts[i] as number),
      }
    })
    const star = holdings.slice(1).map((_, i): [number, number] => [i + 1, 0])
    const pairs = [...star, ...crosses.filter((one) => one.every((place) => place < size))]
    const routes = pairs.map(([b, q], i): Route => {
      const [base, quote] = [holdings[b] as Holding, holdings[q] as Holding]
      const terms = markets[i] as (typeof markets)[number]
      const lot = terms.lot / toFloat(base.price)
      return {
        price: price(String(toFloat(base.price) / toFloat(quote.price))),
        fee: fraction(scaled(terms.fee, 4)),
        rules: {
          symbol: pair(`${base.asset}/${quote.asset}`),
          lot: amount(String(lot)),
          tick: price(FINE),
          minAmount: amount(String(lot * terms.minLots)),
          minCost: amount(String(terms.minCost / toFloat(quote.price))),
          takerFee: fraction('0'),
          makerFee: fraction('0'),
          halfSpread: fraction(scaled(terms.halfSpread, 4)),
        },
      }
    })
    return { holdings, routes }
  })

/** One market in plain numbers; values are in the account's quote. */
type Way = {
  readonly base: number
  readonly quote: number
  /** Per lot: value of base, value of quote, what is charged of the quote, and what it costs with the half spread. */
  readonly baseValue: number
  readonly quoteValue: number
  readonly fee: number
  readonly cost: number
  readonly minLots: number
}

const TINY = 1e-9

function waysOf({ holdings, routes }: SmallCase): Way[] {
  return routes.map(({ rules, price: at, fee }) => {
    const base = holdings.findIndex((one) => one.asset === baseOf(rules.symbol))
    const quote = holdings.findIndex((one) => one.asset === quoteOf(rules.symbol))
    const lot = toFloat(rules.lot)
    const quoteValue = lot * toFloat(at) * toFloat((holdings[quote] as Holding).price)
    return {
      base,
      quote,
      baseValue: lot * toFloat((holdings[base] as Holding).price),
      quoteValue,
      fee: quoteValue * toFloat(fee),
      cost: quoteValue * (toFloat(fee) + toFloat(rules.halfSpread)),
      minLots: Math.max(
        Math.ceil(toFloat(rules.minAmount) / lot - TINY),
        Math.ceil(toFloat(rules.minCost) / (lot * toFloat(at)) - TINY),
      ),
    }
  })
}

function scoreOf(parts: readonly number[], values: readonly number[], cost: number): number {
  const total = values.reduce((a, b) => a + b, 0)
  const all = parts.reduce((a, b) => a + b, 0)
  return cost + values.reduce((off, value, i) => off + Math.abs(value - (total * (parts[i] as number)) / all), 0) / 2
}

/** What the legs cost and what they leave where it should not be; in quote. */
export function scoreOfLegs({ holdings, routes }: SmallCase, legs: readonly Leg[]): number {
  const values = holdings.map((one) => toFloat(one.amount) * toFloat(one.price))
  let cost = 0
  for (const leg of legs) {
    const base = holdings.findIndex((one) => one.asset === baseOf(leg.symbol))
    const quote = holdings.findIndex((one) => one.asset === quoteOf(leg.symbol))
    const route = routes.find(({ rules }) => rules.symbol === leg.symbol)
    const traded = toFloat(leg.amount) * toFloat(leg.price) * toFloat((holdings[quote] as Holding).price)
    const rate = toFloat(route?.fee ?? leg.fee)
    const sign = leg.side === 'buy' ? 1 : -1
    values[base] = (values[base] as number) + sign * toFloat(leg.amount) * toFloat((holdings[base] as Holding).price)
    values[quote] = (values[quote] as number) - sign * traded - traded * rate
    cost += traded * (rate + toFloat(route?.rules.halfSpread ?? leg.fee))
  }
  return scoreOf(
    holdings.map(({ parts }) => parts),
    values,
    cost,
  )
}

/**
 * The least that any combination of whole lots on all markets scores, tried one after the other in floats, under the
 * rules of a plan: no trade below its market's minimum, nothing spent that is not there, trades that can be put in an
 * order in which they fund each other, nothing bought beyond its target or sold below it. What value passes through may
 * miss its target by the lots of its trades.
 */
export function leastScore(given: SmallCase): number {
  const { holdings } = given
  const ways = waysOf(given)
  const parts = holdings.map((one) => one.parts)
  const start = holdings.map((one) => toFloat(one.amount) * toFloat(one.price))
  const offTarget = scoreOf(parts, start, 0)
  const all = parts.reduce((a, b) => a + b, 0)
  const values = [...start]
  const lots = ways.map(() => 0)
  let least = Number.POSITIVE_INFINITY

  const isAllowed = (): boolean => {
    const total = values.reduce((a, b) => a + b, 0)
    for (const [i, value] of values.entries()) {
      if (value < -TINY) return false
      let allowed = 0
      let comes = false
      let goes = false
      for (const [w, way] of ways.entries()) {
        const traded = lots[w] as number
        if (traded === 0 || (way.base !== i && way.quote !== i)) continue
        allowed += way.quoteValue
        if ((way.base === i) === traded > 0) comes = true
        else goes = true
      }
      const limit = comes && goes ? allowed + TINY : TINY
      const [drift, change] = [value - (total * (parts[i] as number)) / all, value - (start[i] as number)]
      if (Math.min(drift, change) > limit || Math.min(-drift, -change) > limit) return false
    }
    return true
  }
  const hasOrder = (): boolean => {
    let left = ways.flatMap(({ base, quote }, w) => {
      const traded = lots[w] as number
      return traded === 0 ? [] : [traded > 0 ? { from: quote, to: base } : { from: base, to: quote }]
    })
    while (left.length > 0) {
      const waiting = left.filter(({ from }) => left.some(({ to }) => to === from))
      if (waiting.length === left.length) return false
      left = waiting
    }
    return true
  }
  const tryFrom = (w: number, cost: number): void => {
    if (cost >= least) return
    const way = ways[w]
    if (way === undefined) {
      const score = scoreOf(parts, values, cost)
      if (score < least && isAllowed() && hasOrder()) least = score
      return
    }
    const { base, quote, baseValue, quoteValue, fee } = way
    const [wasBase, wasQuote] = [values[base] as number, values[quote] as number]
    const most = Math.ceil(offTarget / quoteValue) + 1
    for (let traded = -most; traded <= most; traded++) {
      if (traded !== 0 && Math.abs(traded) < way.minLots) continue
      lots[w] = traded
      values[base] = wasBase + traded * baseValue
      values[quote] = wasQuote - traded * quoteValue - Math.abs(traded) * fee
      tryFrom(w + 1, cost + Math.abs(traded) * way.cost)
    }
    lots[w] = 0
    values[base] = wasBase
    values[quote] = wasQuote
  }
  tryFrom(0, 0)
  return least
}
