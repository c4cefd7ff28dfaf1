import { type Asset, baseOf, quoteOf } from '../../shared/ids.ts'
import { type Amount, type Decimal, decimal, integer, type Money, type Price, ZERO } from '../../shared/money.ts'
import type { Holding } from './allocation.ts'
import type { MarketRules } from './market.ts'
import type { Side } from './order.ts'

/** A market one could trade on now: its rules and its price, quote per base. */
export type Route = { readonly rules: MarketRules; readonly price: Price; readonly fee: Decimal }

export type RoutedTrade = { readonly route: Route; readonly side: Side; readonly amount: Amount }
export type Solution = { readonly trades: readonly RoutedTrade[]; readonly cost: Money }

/** Amounts are rounded to 20 decimals; anything this small is zero. */
const NOTHING = decimal('0.00000000000000000001')

/**
 * The cheapest trades after which every holding's value is its exact share of what is left after fees.
 *
 * With costs in proportion to the amounts traded, an optimum uses no more markets than it takes to connect the assets
 * (a basic solution of the linear programme), so every tree of markets over the assets is solved, in each combination
 * of directions, and the cheapest one with no negative amount wins. Cost is fee plus half the spread, in quote.
 *
 * @param holdings  every asset with its price in the account's quote.
 * @param routes    markets between these assets with a fresh price.
 * @returns         exact amounts, not yet rounded to lots, ordered so that a trade comes after those that bring what it
 *                  spends; null when the markets do not connect the assets. Equal costs: fewer trades, then symbols in
 *                  alphabetical order. The work doubles with each market: meant for up to five assets.
 */
export function cheapestRoute(holdings: readonly Holding[], routes: readonly Route[]): Solution | null {
  const sorted = [...routes].sort((a, b) => (a.rules.symbol < b.rules.symbol ? -1 : 1))
  let best: Solution | null = null
  for (const tree of spanningTrees(holdings, sorted)) {
    for (let directions = 0; directions < 1 << tree.length; directions++) {
      const sides = tree.map((_, i): Side => ((directions >> i) & 1 ? 'buy' : 'sell'))
      const amounts = solve(holdings, tree, sides)
      if (amounts === null) continue
      const trades = tree
        .map((route, i): RoutedTrade => ({ route, side: sides[i] as Side, amount: amounts[i] as Amount }))
        .filter((trade) => trade.amount.gt(NOTHING))
      const candidate = { trades, cost: costOf(holdings, trades) }
      if (best === null || isCheaper(candidate, best)) best = candidate
    }
  }
  return best && { ...best, trades: inFundingOrder(best.trades) }
}

function isCheaper(a: Solution, b: Solution): boolean {
  const difference = a.cost.minus(b.cost)
  if (difference.abs().gt(NOTHING)) return difference.lt(ZERO)
  return a.trades.length < b.trades.length
}

/** What a trade spends and what it brings. */
const spends = (trade: { route: Route; side: Side }): Asset =>
  trade.side === 'buy' ? quoteOf(trade.route.rules.symbol) : baseOf(trade.route.rules.symbol)
const brings = (trade: { route: Route; side: Side }): Asset =>
  trade.side === 'buy' ? baseOf(trade.route.rules.symbol) : quoteOf(trade.route.rules.symbol)

/** Sells before buys, and every trade after those that bring the asset it spends. */
function inFundingOrder(trades: readonly RoutedTrade[]): RoutedTrade[] {
  const waiting = [...trades].sort((a, b) => (a.side === b.side ? 0 : a.side === 'sell' ? -1 : 1))
  const ordered: RoutedTrade[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex(
      (trade) => !waiting.some((other) => other !== trade && brings(other) === spends(trade)),
    )
    // A tree has no cycles, so there is always one that waits for nothing.
    ordered.push(...waiting.splice(next, 1))
  }
  return ordered
}

/** Fee and half spread of the trades, in the account's quote. */
export function costOf(holdings: readonly Holding[], trades: readonly RoutedTrade[]): Money {
  let cost: Decimal = ZERO
  for (const { route, amount } of trades) {
    const quotePrice = holdings.find((holding) => holding.asset === quoteOf(route.rules.symbol))?.price ?? ZERO
    cost = cost.plus(amount.times(route.price).times(route.fee.plus(route.rules.halfSpread)).times(quotePrice))
  }
  return cost as Money
}

/** Every choice of (assets − 1) markets that connects all assets. */
function* spanningTrees(holdings: readonly Holding[], routes: readonly Route[]): Generator<Route[]> {
  const size = holdings.length - 1
  const chosen: Route[] = []
  function* choose(from: number, groups: ReadonlyMap<Asset, Asset>): Generator<Route[]> {
    if (chosen.length === size) {
      yield [...chosen]
      return
    }
    for (let i = from; i < routes.length; i++) {
      const route = routes[i] as Route
      const base = groups.get(baseOf(route.rules.symbol))
      const quote = groups.get(quoteOf(route.rules.symbol))
      if (base === undefined || quote === undefined || base === quote) continue // not ours, or it would close a cycle
      const joined = new Map([...groups].map(([asset, group]) => [asset, group === quote ? base : group]))
      chosen.push(route)
      yield* choose(i + 1, joined)
      chosen.pop()
    }
  }
  yield* choose(0, new Map(holdings.map((holding) => [holding.asset, holding.asset])))
}

/**
 * Amounts per market such that p_i·(a_i + Σ c_ie·q_e) = t_i·V for every asset i, with V the value that is left.
 * Null when the equations have no solution or one with a negative amount (the direction is wrong).
 */
function solve(holdings: readonly Holding[], tree: readonly Route[], sides: readonly Side[]): Amount[] | null {
  const n = holdings.length
  // Rows: one equation per asset. Columns: q_e for each market, then V ÷ Σ parts, then the right-hand side.
  const rows = holdings.map((holding) => {
    const row: Decimal[] = tree.map((route, i) => changeOf(holding.asset, route, sides[i] as Side).times(holding.price))
    row.push(integer(-holding.parts), holding.amount.times(holding.price).neg())
    return row
  })
  // Elimination by multiplying across: exact, and a division costs as much as twenty multiplications.
  for (let column = 0; column < n; column++) {
    const pivot = rows.findIndex((row, i) => i >= column && !(row[column] as Decimal).eq(ZERO))
    if (pivot < 0) return null
    ;[rows[column], rows[pivot]] = [rows[pivot] as Decimal[], rows[column] as Decimal[]]
    const lead = rows[column] as Decimal[]
    const leading = lead[column] as Decimal
    for (let i = 0; i < n; i++) {
      const row = rows[i] as Decimal[]
      const factor = row[column] as Decimal
      if (i === column || factor.eq(ZERO)) continue
      // Columns left of this one are zero already, but for the row's own.
      for (let j = 0; j <= n; j++) row[j] = (row[j] as Decimal).times(leading).minus(factor.times(lead[j] as Decimal))
    }
  }
  const isNegative = (i: number): boolean => {
    const row = rows[i] as Decimal[]
    return (row[n] as Decimal).lt(ZERO) !== (row[i] as Decimal).lt(ZERO) && !(row[n] as Decimal).eq(ZERO)
  }
  if (tree.some((_, i) => isNegative(i))) return null
  return tree.map((_, i) => {
    const row = rows[i] as Decimal[]
    // An amount that is whole lots must not lose one to the truncated 24th decimal of the division.
    return (row[n] as Decimal).div(row[i] as Decimal).round(20, 1) as Amount
  })
}

/** How one unit of base traded changes the holding of `asset`; the fee is paid in the market's quote. */
function changeOf(asset: Asset, route: Route, side: Side): Decimal {
  if (asset === baseOf(route.rules.symbol)) return integer(side === 'buy' ? 1 : -1)
  if (asset !== quoteOf(route.rules.symbol)) return ZERO
  const fee = route.price.times(route.fee)
  return side === 'buy' ? route.price.plus(fee).neg() : route.price.minus(fee)
}
