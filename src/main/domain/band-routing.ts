import { type Decimal, decimal, integer, type Money, maxOf, minOf, sum, toFloat, ZERO } from '../../shared/money.ts'
import type { LinearProgram, LinearSolver } from './linear-program.ts'
import { groupsOf, type Network, spanningTrees } from './plan-network.ts'
import { cheapestPaths, marketColumns, type Routing, routingOn, scaledTo, usedMarkets } from './routing.ts'
import type { Goal } from './tree-flows.ts'
import type { Outcome } from './whole-lots.ts'

/** Where an asset may end: at a value that stays as it is, or at a number of parts. */
type Bounds = { readonly low: Goal; readonly high: Goal; readonly stays: Goal; readonly kept: Goal | null }

/** Of all there is: solver and goal agree when they are no further apart. */
const SAME = 1e-5
/** What one unit of value outside its band costs the solver: more than any way to bring it inside. */
const OUTSIDE = 1_000_000
/** Inside means inside: the edge itself would ask for the next rebalance. */
const AT_LEAST_INSIDE = decimal('0.000000001')
const TWO = decimal('2')
const ONE = integer(1)

/**
 * Ways to the cheapest point inside all bands, cheapest first, in exact amounts. The solver says in floats which markets
 * to use and which edge each asset stops at; the amounts that lead there are exact. No asset is moved beyond its target,
 * nor sold because it was below it and the fees of others lift its share.
 * Without an answer of the solver every asset goes the same fraction of its way to the target, just far enough.
 *
 * @param halves half width of each asset's band, as a number of parts.
 * @returns      [] when the markets do not connect the assets.
 */
export function bandRoutings(network: Network, halves: readonly Decimal[], solve: LinearSolver): Routing[] {
  const bounds = boundsOf(network, halves)
  const routing = solvedRouting(network, bounds, solve(programOf(network, bounds)))
  return routing === null ? [proportional(network, halves)].filter((found) => found !== null) : [routing]
}

/** How much value is outside its band after all; in quote. */
export function outsideBands(network: Network, halves: readonly Decimal[], { values, total }: Outcome): Money {
  const beyond = values.map((value, i) => {
    const drift = value
      .times(network.allParts)
      .minus((network.parts[i] as Decimal).times(total))
      .abs()
    return maxOf(ZERO as Decimal, drift.minus((halves[i] as Decimal).times(total)))
  })
  return sum(beyond).times(decimal('0.5')).div(network.allParts) as Money
}

const isOver = ({ values, parts, total, allParts }: Network, i: number): boolean =>
  (values[i] as Decimal).times(allParts).gte((parts[i] as Decimal).times(total))

function boundsOf(network: Network, halves: readonly Decimal[]): Bounds[] {
  const { allParts, total, values, parts, holdings, spendable } = network
  const fees = mostCost(network, halves)
  const inner = innerHalves(network, halves)
  return holdings.map(({ amount, price }, i): Bounds => {
    const [part, value, half] = [parts[i] as Decimal, values[i] as Decimal, inner[i] as Decimal]
    const at = (share: Decimal): Goal => ({ fixed: ZERO, share: maxOf(ZERO as Decimal, share) })
    const locked = amount.minus(spendable[i] as Decimal).times(price)
    const kept = locked.gt(ZERO) ? { fixed: locked, share: ZERO } : null
    const stays = { fixed: value, share: ZERO }
    if (isOver(network, i)) return { low: at(part), high: at(part.plus(half)), stays, kept }
    // So near its target that the fees alone may bring it there: not bought, lest it end beyond.
    const isNear = value.plus(fees).times(allParts).gte(part.times(total))
    return { low: at(part.minus(half)), high: isNear ? stays : at(part), stays, kept }
  })
}

/** Narrower by all that rounding to lots may miss, also that of trades which the value of others passes through. */
function innerHalves(network: Network, halves: readonly Decimal[]): Decimal[] {
  const { markets, total, allParts } = network
  // A cross market's price may be off that of its two assets: by the dearer of both.
  const lots = sum(markets.map(({ route, paid, baseValue }) => route.rules.lot.times(maxOf(paid, baseValue))))
  // Of what is left when the fees are paid.
  const left = total.minus(mostCost(network, halves))
  const margin = lots
    .div(left.gt(ZERO) ? left : total)
    .plus(AT_LEAST_INSIDE)
    .times(allParts)
  return halves.map((half) => maxOf(ZERO as Decimal, half.minus(margin)))
}

/** More than any plan can cost: everything outside its band moved by the dearest market, there and back. */
function mostCost(network: Network, halves: readonly Decimal[]): Decimal {
  const dearest = network.markets.reduce<Decimal>((most, { costRate }) => maxOf(most, costRate), ZERO)
  const outcome = { amounts: [], values: network.values, total: network.total }
  return outsideBands(network, halves, outcome).times(TWO).times(dearest).times(TWO)
}

/** Columns: markets, value left per part, then what each asset is above its high and below its low end. */
function programOf(network: Network, bounds: readonly Bounds[]): LinearProgram {
  const { total, values, holdings } = network
  const size = holdings.length
  const start = values.map((value) => scaledTo(total, value))
  const rows = [
    ...bounds.map(({ high }, i) => ({ max: scaledTo(total, high.fixed) - (start[i] as number) })),
    ...bounds.map(({ low }, i) => ({ min: scaledTo(total, low.fixed) - (start[i] as number) })),
    ...bounds.map(({ kept }, i) => ({ min: scaledTo(total, kept?.fixed ?? ZERO) - (start[i] as number) })),
    // What is inside its band is not moved away from its target, though it would have room.
    ...bounds.map((_, i) => (isOver(network, i) ? { max: 0 } : { min: 0 })),
    // All that is left is left somewhere.
    { min: -start.reduce((a, b) => a + b, 0), max: -start.reduce((a, b) => a + b, 0) },
  ]
  const fourfold = (at: readonly (readonly [number, number])[]): [number, number][] => [
    ...at.flatMap(([i, by]): [number, number][] => [
      [i, by],
      [size + i, by],
      [2 * size + i, by],
      [3 * size + i, by],
    ]),
    [4 * size, at.reduce((total, [, by]) => total + by, 0)],
  ]
  const perPart: [number, number][] = [
    ...bounds.map(({ high }, i): [number, number] => [i, -toFloat(high.share)]),
    ...bounds.map(({ low }, i): [number, number] => [size + i, -toFloat(low.share)]),
    [4 * size, -toFloat(network.allParts)],
  ]
  return {
    rows,
    columns: [
      ...marketColumns(network).map(({ cost, at }) => ({ cost, at: fourfold(at) })),
      { cost: 0, at: perPart },
      ...bounds.map((_, i) => ({ cost: OUTSIDE, at: [[i, -1]] as const })),
      ...bounds.map((_, i) => ({ cost: OUTSIDE, at: [[size + i, 1]] as const })),
    ],
  }
}

function solvedRouting(
  network: Network,
  bounds: readonly Bounds[],
  solution: readonly number[] | null,
): Routing | null {
  if (solution === null) return null
  const used = usedMarkets(network.markets, solution).map(({ market }) => market)
  const groups = groupsOf(network.holdings.length, used)
  // Without a cycle every market joins two groups that were apart.
  if (used.length !== network.holdings.length - new Set(groups).size) return null
  const goals = stoppingPoints(network, bounds, solution)
  for (const group of new Set(groups)) {
    const members = [...groups.keys()].filter((i) => groups[i] === group)
    const free = members.filter((i) => goals[i] === null)
    if (free.length > 1) return null
    // All at their ends: the one that takes what is left over must be one that it does not push out of its band.
    if (free.length === 0) goals[leastPushed(network, bounds, goals, members)] = null
  }
  return routingOn(network, used, goals)
}

/** Of assets that are all at their ends the first that may be further inside: the ends come to less, or more, than all. */
function leastPushed(
  { total, values, allParts }: Network,
  bounds: readonly Bounds[],
  goals: readonly (Goal | null)[],
  members: readonly number[],
): number {
  const level = total.div(allParts)
  const worth = (i: number): Decimal => {
    const { fixed, share } = goals[i] as Goal
    return fixed.plus(share.times(level))
  }
  const left = sum(members.map((i) => values[i] as Money)).minus(sum(members.map(worth)))
  const isAt = (i: number, end: 'low' | 'high'): boolean => goals[i] === bounds[i]?.[end]
  const inside = members.find((i) => (left.gt(ZERO) ? isAt(i, 'low') : isAt(i, 'high')))
  return inside ?? (members.at(-1) as number)
}

/** The end of its band, or the amount that cannot be sold, at which the solver leaves each asset; null for none of them. */
function stoppingPoints(network: Network, bounds: readonly Bounds[], solution: readonly number[]): (Goal | null)[] {
  const finals = network.values.map((value) => scaledTo(network.total, value))
  const columns = marketColumns(network)
  for (const [column, { at }] of columns.entries()) {
    for (const [i, by] of at) finals[i] = (finals[i] as number) + by * (solution[column] as number)
  }
  const perPart = solution[columns.length] as number
  const isAt = (i: number, { fixed, share }: Goal): boolean =>
    Math.abs(scaledTo(network.total, fixed) + toFloat(share) * perPart - (finals[i] as number)) < SAME
  return bounds.map(({ low, high, stays, kept }, i) => {
    const ends = isOver(network, i) ? [high, stays, low, kept] : [low, stays, high, kept]
    return ends.find((end) => end !== null && isAt(i, end)) ?? null
  })
}

/** Every asset the same fraction of its way to the target, so far that the last one is inside its band. */
function proportional(network: Network, halves: readonly Decimal[]): Routing | null {
  const { values, parts, total, allParts } = network
  const inner = innerHalves(network, halves)
  const way = values.reduce<Decimal>((most, value, i) => {
    const drift = value
      .times(allParts)
      .minus((parts[i] as Decimal).times(total))
      .abs()
    const isOutside = drift.gt(ZERO) && drift.gte((halves[i] as Decimal).times(total))
    return isOutside ? maxOf(most, ONE.minus((inner[i] as Decimal).times(total).div(drift))) : most
  }, ZERO)
  const fraction = minOf(ONE, way)
  const goals = values.map((value, i): Goal => {
    const stays = value.times(allParts).div(total).times(ONE.minus(fraction))
    return { fixed: ZERO, share: stays.plus((parts[i] as Decimal).times(fraction)) }
  })
  const few = values.length <= 4 ? [...spanningTrees(network)] : [cheapestPaths(network)]
  return cheapest(few.map((tree) => routingOn(network, tree, goals)))
}

const cheapest = (all: readonly (Routing | null)[]): Routing | null =>
  all.reduce((best, one) => (one !== null && (best === null || one.cost.lt(best.cost)) ? one : best), null)
