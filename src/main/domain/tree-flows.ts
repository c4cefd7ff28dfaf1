import { type Amount, type Decimal, type Money, quotient, ZERO } from '../../shared/money.ts'
import type { Market, Network, Trade } from './plan-network.ts'

/** What an asset is to be worth in the end: `fixed` + `share` × (value left ÷ all parts), in the account's quote. */
export type Goal = { readonly fixed: Decimal; readonly share: Decimal }

/** A whole number of lots must not lose one to the truncated 24th decimal of a division. */
const DECIMALS = 16
/** Directions settle at the second try; near zero a flow may deny both, and is nothing then. */
const TRIES = 5

/** An asset hanging on its parent by one market. */
type Branch = { readonly child: number; readonly parent: number; readonly market: Market }
type Line = { readonly at0: Decimal; readonly slope: Decimal }

/**
 * Amounts that bring every asset exactly to its goal over markets without a cycle, fees paid out of what is traded.
 *
 * Each leaf's need says what its one market must bring; it is taken off and its neighbour's need grows by what that
 * costs. All needs are lines in the value that is left, which the sum over all assets then settles. Work grows with the
 * number of assets.
 *
 * @param forest markets, at most one way between two assets.
 * @param goals  null for the one asset of each group that takes what the others leave; the first one if none is null.
 * @returns      trades in the order of `forest`, those of nothing left out; null when no amounts reach the goals.
 */
export function flowsOn(
  network: Network,
  forest: readonly Market[],
  goals: ReadonlyArray<Goal | null>,
): Trade[] | null {
  const branches = branchesOf(network, forest, goals)
  if (branches === null) return null
  let isBuy = directionsWithoutFees(network, branches, goals)
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const amounts = solve(network, branches, isBuy, goals)
    if (amounts === null) return null
    const isWrong = amounts.map((amount) => amount.lt(ZERO))
    if (attempt === TRIES || !isWrong.includes(true)) return tradesOf(forest, branches, amounts, isBuy)
    isBuy = isBuy.map((buys, i) => buys !== isWrong[i])
  }
  return null
}

/** Leaves first. Null when a group of assets has two that take what is left. */
function branchesOf(network: Network, forest: readonly Market[], goals: ReadonlyArray<Goal | null>): Branch[] | null {
  const at = network.holdings.map((): Market[] => [])
  for (const market of forest) {
    at[market.base]?.push(market)
    at[market.quote]?.push(market)
  }
  const seen = new Set<number>()
  const fromRoots: Branch[] = []
  const grow = (root: number): void => {
    seen.add(root)
    const open = [root]
    for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
      for (const market of at[parent] as Market[]) {
        const child = market.base === parent ? market.quote : market.base
        if (seen.has(child)) continue
        seen.add(child)
        fromRoots.push({ child, parent, market })
        open.push(child)
      }
    }
  }
  for (let i = 0; i < goals.length; i++) if (goals[i] === null && !seen.has(i)) grow(i)
  for (let i = 0; i < goals.length; i++) if (!seen.has(i)) grow(i)
  if (fromRoots.some(({ child }) => goals[child] === null)) return null
  return fromRoots.reverse()
}

/** Each direction as it would be if nothing cost anything. */
function directionsWithoutFees(
  { values, total, allParts }: Network,
  branches: readonly Branch[],
  goals: ReadonlyArray<Goal | null>,
): boolean[] {
  const perPart = allParts.gt(ZERO) ? total.div(allParts) : ZERO
  const needs = goals.map((goal, i) =>
    goal === null ? ZERO : goal.fixed.plus(goal.share.times(perPart)).minus(values[i] as Money),
  )
  return branches.map(({ child, parent, market }) => {
    const need = needs[child] as Decimal
    needs[parent] = (needs[parent] as Decimal).plus(need)
    return need.gt(ZERO) === (market.base === child)
  })
}

/** Units of base per branch; below zero where the direction is wrong. */
function solve(
  { values, allParts }: Network,
  branches: readonly Branch[],
  isBuy: readonly boolean[],
  goals: ReadonlyArray<Goal | null>,
): Decimal[] | null {
  const changes: Line[] = values.map(() => ({ at0: ZERO, slope: ZERO }))
  const flows = branches.map(({ child, parent, market }, i): Line => {
    const [base, quote] = isBuy[i] ? [market.baseValue, market.paid.neg()] : [market.baseValue.neg(), market.received]
    const [perUnit, parentPerUnit] = market.base === child ? [base, quote] : [quote, base]
    const goal = goals[child] as Goal
    const change = changes[child] as Line
    const flow = {
      at0: quotient(goal.fixed.minus(values[child] as Money).minus(change.at0), perUnit),
      slope: quotient(goal.share.minus(change.slope), perUnit),
    }
    const parentChange = changes[parent] as Line
    changes[parent] = {
      at0: parentChange.at0.plus(flow.at0.times(parentPerUnit)),
      slope: parentChange.slope.plus(flow.slope.times(parentPerUnit)),
    }
    return flow
  })
  // Goals where they are set, what trades leave elsewhere: together they are the value that is left, all parts of it.
  const children = new Set(branches.map(({ child }) => child))
  let at0: Decimal = ZERO
  let slope: Decimal = allParts
  for (const [i, change] of changes.entries()) {
    const goal = children.has(i) ? (goals[i] as Goal) : null
    at0 = at0.plus(goal === null ? (values[i] as Money).plus(change.at0) : goal.fixed)
    slope = slope.minus(goal === null ? change.slope : goal.share)
  }
  if (!slope.gt(ZERO)) return null
  const perPart = quotient(at0, slope)
  return flows.map((flow) => flow.at0.plus(flow.slope.times(perPart)).round(DECIMALS, 1))
}

function tradesOf(
  forest: readonly Market[],
  branches: readonly Branch[],
  amounts: readonly Decimal[],
  isBuy: readonly boolean[],
): Trade[] {
  const trades = new Map(
    branches.map(({ market }, i): [Market, Trade] => [
      market,
      { market, side: isBuy[i] ? 'buy' : 'sell', amount: amounts[i] as Amount },
    ]),
  )
  return forest.flatMap((market) => {
    const trade = trades.get(market)
    return trade?.amount.gt(ZERO) ? [trade] : []
  })
}
