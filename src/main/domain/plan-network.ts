import { baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, integer, type Money, ONE, sum, ZERO } from '../../shared/money.ts'
import { type Holding, holdingValue } from './allocation.ts'
import { sumOfParts } from './band.ts'
import type { Side } from './order.ts'
import type { Route } from './route.ts'

/** A route between two assets, named by their places in the network; values are in the account's quote. */
export type Market = {
  readonly route: Route
  readonly base: number
  readonly quote: number
  /** Fee and half spread, as a fraction of what is traded. */
  readonly costRate: Decimal
  /** Value of one unit of base at its own price. */
  readonly baseValue: Decimal
  /** Value of what one unit of base is traded for, before the fee. */
  readonly tradedValue: Decimal
  /** Value that leaves the quote asset for each unit bought, and that reaches it for each unit sold: fee included. */
  readonly paid: Decimal
  readonly received: Decimal
}

/** Assets and markets in an order of their own, so that no answer depends on the order of the question. */
export type Network = {
  readonly holdings: readonly Holding[]
  readonly values: readonly Money[]
  readonly total: Money
  readonly parts: readonly Decimal[]
  readonly allParts: Decimal
  /** What of each asset may be spent besides what trades bring. */
  readonly spendable: readonly Amount[]
  readonly markets: readonly Market[]
}

/** One trade of a plan; the amount is in base. */
export type Trade = { readonly market: Market; readonly side: Side; readonly amount: Amount }

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Markets of other assets and markets without a price are left out. */
export function networkOf(unordered: readonly Holding[], routes: readonly Route[]): Network {
  const holdings = [...unordered].sort((a, b) => byText(a.asset, b.asset))
  const places = new Map<string, number>(holdings.map(({ asset }, i) => [asset, i]))
  const markets = [...routes]
    .sort((a, b) => byText(a.rules.symbol, b.rules.symbol))
    .flatMap((route) => {
      const base = places.get(baseOf(route.rules.symbol))
      const quote = places.get(quoteOf(route.rules.symbol))
      if (base === undefined || quote === undefined || !route.price.gt(ZERO)) return []
      return [marketOf(route, base, quote, holdings)]
    })
  const values = holdings.map(holdingValue)
  return {
    holdings,
    values,
    total: sum(values),
    parts: holdings.map(({ parts }) => integer(parts)),
    allParts: sumOfParts(holdings),
    spendable: holdings.map(({ amount, sellable }) => (sellable?.lt(amount) ? sellable : amount)),
    markets,
  }
}

function marketOf(route: Route, base: number, quote: number, holdings: readonly Holding[]): Market {
  const tradedValue = route.price.times((holdings[quote] as Holding).price)
  return {
    route,
    base,
    quote,
    costRate: route.fee.plus(route.rules.halfSpread),
    baseValue: (holdings[base] as Holding).price,
    tradedValue,
    paid: tradedValue.times(ONE.plus(route.fee)),
    received: tradedValue.times(ONE.minus(route.fee)),
  }
}

export const symbolOf = (market: Market): TradedPair => market.route.rules.symbol
export const spends = ({ market, side }: Omit<Trade, 'amount'>): number => (side === 'buy' ? market.quote : market.base)
export const brings = ({ market, side }: Omit<Trade, 'amount'>): number => (side === 'buy' ? market.base : market.quote)

/** Which assets the markets connect: for each asset the first asset of its group. */
export function groupsOf(size: number, markets: readonly Market[]): number[] {
  const groups = Array.from({ length: size }, (_, i) => i)
  const find = (i: number): number => {
    let at = i
    while (groups[at] !== at) at = groups[at] as number
    return at
  }
  for (const { base, quote } of markets) {
    const [a, b] = [find(base), find(quote)]
    groups[Math.max(a, b)] = Math.min(a, b)
  }
  return groups.map((_, i) => find(i))
}

/** Every choice of markets that connects all assets and has none to spare. */
export function* spanningTrees({ holdings, markets }: Network): Generator<Market[]> {
  const size = holdings.length - 1
  const chosen: Market[] = []
  function* choose(from: number, groups: readonly number[]): Generator<Market[]> {
    if (chosen.length === size) {
      yield [...chosen]
      return
    }
    for (let i = from; i < markets.length; i++) {
      const market = markets[i] as Market
      const [base, quote] = [groups[market.base], groups[market.quote]]
      if (base === quote) continue // it would close a cycle
      chosen.push(market)
      yield* choose(
        i + 1,
        groups.map((group) => (group === quote ? (base as number) : group)),
      )
      chosen.pop()
    }
  }
  yield* choose(
    0,
    holdings.map((_, i) => i),
  )
}
