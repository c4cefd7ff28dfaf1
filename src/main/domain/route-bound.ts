import { type Decimal, decimal, type Money, sum, ZERO } from '../../shared/money.ts'
import type { Side } from './order.ts'
import type { Market, Network } from './plan-network.ts'
import type { Goal } from './tree-flows.ts'

/** A market and the direction in which a plan uses it. */
export type DirectedMarket = { readonly market: Market; readonly side: Side }

type Line = { readonly at0: Decimal; readonly slope: Decimal }

/** No market is traded on for more than this many times all there is. */
const MOST = decimal('2')
/** What the last decimals of divisions may make of a zero. */
const NOISE = decimal('0.000000000000000001')

/**
 * What reaching the goals costs at least, whichever markets are used: a proof that does not rest on how the tree was
 * found. The tree sets a price for value at each asset (the dual solution); a market on which value could be moved for
 * less than the difference of the two prices lowers the bound by all that could be moved on it.
 *
 * @param tree  connects all assets. The cheapest tree gives its own cost, any other one less than its cost.
 * @returns     in quote; null when the tree sets no prices.
 * Source: weak duality of linear programming.
 */
export function lowerBound(network: Network, tree: readonly DirectedMarket[], goals: readonly Goal[]): Money | null {
  const prices = pricesOn(network, tree, goals)
  if (prices === null) return null
  const most = network.total.times(MOST)
  let bound: Decimal = sum(
    goals.map((goal, i) => (prices[i] as Decimal).times(goal.fixed.minus(network.values[i] as Money))),
  )
  for (const market of network.markets) {
    for (const side of ['buy', 'sell'] as const) {
      const saved = savedPerUnit(market, side, prices)
      if (saved.gt(NOISE)) bound = bound.minus(saved.times(most).div(market.tradedValue))
    }
  }
  return bound as Money
}

/** What one unit of base moves in value by the prices, less what the trade costs. */
function savedPerUnit({ base, quote, ...market }: Market, side: Side, prices: readonly Decimal[]): Decimal {
  const [atBase, atQuote] = [prices[base] as Decimal, prices[quote] as Decimal]
  const cost = market.costRate.times(market.tradedValue)
  const moved =
    side === 'buy'
      ? atBase.times(market.baseValue).minus(atQuote.times(market.paid))
      : atQuote.times(market.received).minus(atBase.times(market.baseValue))
  return moved.minus(cost)
}

/** Prices of value per asset by which no market of the tree saves anything, and by which the whole is worth nothing. */
function pricesOn(network: Network, tree: readonly DirectedMarket[], goals: readonly Goal[]): Decimal[] | null {
  const lines = network.holdings.map((): Line | null => null)
  lines[0] = { at0: ZERO, slope: decimal('1') }
  const waiting = [...tree]
  const near = network.holdings.map((): DirectedMarket[] => [])
  for (const directed of waiting) {
    near[directed.market.base]?.push(directed)
    near[directed.market.quote]?.push(directed)
  }
  const open = [0]
  for (let known = open.pop(); known !== undefined; known = open.pop()) {
    for (const directed of near[known] as DirectedMarket[]) {
      const other = directed.market.base === known ? directed.market.quote : directed.market.base
      if (lines[other] !== null) continue
      lines[other] = acrossFrom(lines[known] as Line, directed, other === directed.market.base)
      open.push(other)
    }
  }
  if (lines.includes(null)) return null
  const set = lines as Line[]
  const slope = sum(set.map((line, i) => line.slope.times((goals[i] as Goal).share)))
  if (!slope.gt(ZERO)) return null
  const at = sum(set.map((line, i) => line.at0.times((goals[i] as Goal).share)))
    .div(slope)
    .neg()
  return set.map((line) => line.at0.plus(line.slope.times(at)))
}

/** The price at one end of a market from that at the other. */
function acrossFrom(from: Line, { market, side }: DirectedMarket, isToBase: boolean): Line {
  const cost = market.costRate.times(market.tradedValue)
  const atQuote = side === 'buy' ? market.paid : market.received
  const [mine, other] = isToBase ? [market.baseValue, atQuote] : [atQuote, market.baseValue]
  const addsCost = (side === 'buy') === isToBase
  const at0 = from.at0.times(other)
  return {
    at0: (addsCost ? at0.plus(cost) : at0.minus(cost)).div(mine),
    slope: from.slope.times(other).div(mine),
  }
}
