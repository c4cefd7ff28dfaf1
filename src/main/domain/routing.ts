import { type Decimal, decimal, type Money, sum, toFloat, ZERO } from '../../shared/money.ts'
import type { LinearProgram, LinearSolver } from './linear-program.ts'
import { groupsOf, type Market, type Network, spanningTrees, type Trade } from './plan-network.ts'
import { type DirectedMarket, lowerBound } from './route-bound.ts'
import { flowsOn, type Goal } from './tree-flows.ts'

/** A way to the goals, in exact amounts not yet rounded to lots. */
export type Routing = {
  readonly trades: readonly Trade[]
  /** Fees and half spreads. */
  readonly cost: Money
  /** What any way to the goals costs at least; null when that was not found out. */
  readonly atLeast: Money | null
}

/** With so few assets every choice of markets is solved; there are at most 16. */
const FEW_ASSETS = 4

/**
 * Ways to the goals, cheapest first.
 *
 * With costs in proportion to the amounts traded a cheapest way needs no more markets than it takes to connect the assets
 * (a basic solution of the linear program). Of a few assets all those choices are solved exactly. Of more the solver names
 * one in floats, its amounts are exact, and the bound says how much too dear it can be; where that is not nothing, or
 * there is no answer, the tree of the cheapest ways to the best connected asset is a way too.
 *
 * @returns [] when the markets do not connect the assets.
 */
export function routings(network: Network, goals: readonly Goal[], solve: LinearSolver): Routing[] {
  if (network.holdings.length <= FEW_ASSETS) {
    const all = [...spanningTrees(network)].flatMap((tree) => routingOn(network, tree, goals) ?? [])
    all.sort((a, b) => a.cost.cmp(b.cost))
    const atLeast = all[0]?.cost ?? null
    return all.map((routing) => ({ ...routing, atLeast }))
  }
  const directed = treeOf(network, solve(treeProgram(network, goals)))
  const solved = directed === null ? null : solvedRouting(network, directed, goals)
  if (solved?.atLeast && solved.cost.minus(solved.atLeast).lte(network.total.times(NEGLIGIBLE))) return [solved]
  const fallback = routingOn(network, cheapestPaths(network), goals)
  return [solved, fallback].filter((routing) => routing !== null).sort((a, b) => a.cost.cmp(b.cost))
}

/** Of the whole: what the solver's floats may be off by without anybody looking for something better. */
const NEGLIGIBLE = decimal('0.000000001')

function solvedRouting(network: Network, directed: readonly DirectedMarket[], goals: readonly Goal[]): Routing | null {
  const tree = directed.map(({ market }) => market)
  const routing = routingOn(network, tree, goals)
  if (routing === null) return null
  const sides = new Map(routing.trades.map(({ market, side }) => [market, side]))
  const asTraded = directed.map(({ market, side }) => ({ market, side: sides.get(market) ?? side }))
  return { ...routing, atLeast: lowerBound(network, asTraded, goals) }
}

export function routingOn(
  network: Network,
  forest: readonly Market[],
  goals: ReadonlyArray<Goal | null>,
): Routing | null {
  const trades = flowsOn(network, forest, goals)
  return trades && { trades, cost: costOf(trades), atLeast: null }
}

/** Fees and half spreads, in the account's quote. */
export const costOf = (trades: readonly Trade[]): Money =>
  sum(trades.map(({ market, amount }) => amount.times(market.tradedValue).times(market.costRate) as Money))

/** What the floats are scaled to: all there is, and a cost of everything. */
const WHOLE = 10_000
/** Far below any fee: of equally cheap ways the one that moves less and whose symbols come first. */
const TIE = 1e-6
/** Of the whole; so that no market of the tree is left at zero, where the tree could not be told. */
const NUDGE = 1e-7
/** Below this a column is not used: far below what NUDGE moves. */
const UNUSED = 1e-6

/** Columns: each market bought, each market sold, in value; at the end the value that is left per part. */
export function marketColumns({ markets }: Network): LinearProgram['columns'] {
  return markets.flatMap((market, i) => {
    const traded = toFloat(market.tradedValue)
    const base = toFloat(market.baseValue) / traded
    const cost = toFloat(market.costRate) * WHOLE + TIE * (1 + i / markets.length)
    return [
      {
        cost,
        at: [
          [market.base, base],
          [market.quote, -toFloat(market.paid) / traded],
        ] as const,
      },
      {
        cost,
        at: [
          [market.base, -base],
          [market.quote, toFloat(market.received) / traded],
        ] as const,
      },
    ]
  })
}

export const scaledTo = (whole: Money, value: Decimal): number => (toFloat(value) / toFloat(whole)) * WHOLE

function treeProgram(network: Network, goals: readonly Goal[]): LinearProgram {
  const { total, values } = network
  return {
    rows: goals.map(({ fixed }, i) => {
      const missing = scaledTo(total, fixed.minus(values[i] as Money))
      const equal = missing - NUDGE * WHOLE * (0.5 + ((i * Math.SQRT1_2) % 1))
      return { min: equal, max: equal }
    }),
    columns: [...marketColumns(network), { cost: 0, at: goals.map(({ share }, i) => [i, -toFloat(share)] as const) }],
  }
}

/** The markets that the solver uses; null unless they connect all assets with none to spare. */
function treeOf({ holdings, markets }: Network, solution: readonly number[] | null): DirectedMarket[] | null {
  if (solution === null) return null
  const used = usedMarkets(markets, solution)
  const isTree =
    used.length === holdings.length - 1 &&
    groupsOf(
      holdings.length,
      used.map(({ market }) => market),
    ).every((group) => group === 0)
  return isTree ? used : null
}

export const usedMarkets = (markets: readonly Market[], solution: readonly number[]): DirectedMarket[] =>
  markets.flatMap((market, i) => {
    const isUsed = (column: number): boolean => (solution[column] as number) > UNUSED
    return [
      ...(isUsed(2 * i) ? [{ market, side: 'buy' as const }] : []),
      ...(isUsed(2 * i + 1) ? [{ market, side: 'sell' as const }] : []),
    ]
  })

/** The tree of the cheapest ways from every asset to the one with the most markets. */
export function cheapestPaths({ holdings, markets }: Network): Market[] {
  const near = holdings.map((_, i) => markets.filter(({ base, quote }) => base === i || quote === i))
  const most = Math.max(...near.map((some) => some.length))
  const costs = near.map(
    (some, i) => (near.findIndex(({ length }) => length === most) === i && some ? ZERO : null) as Decimal | null,
  )
  const by = holdings.map((): Market | null => null)
  const open = new Set(holdings.keys())
  for (;;) {
    let nearest: number | null = null
    for (const i of open) {
      const [cost, least] = [costs[i] ?? null, nearest === null ? null : (costs[nearest] as Decimal)]
      if (cost !== null && (least === null || cost.lt(least))) nearest = i
    }
    if (nearest === null) return by.filter((market) => market !== null)
    open.delete(nearest)
    for (const market of near[nearest] as Market[]) {
      const other = market.base === nearest ? market.quote : market.base
      const cost = (costs[nearest] as Decimal).plus(market.costRate)
      const known = costs[other] ?? null
      if (!open.has(other) || (known !== null && !cost.lt(known))) continue
      costs[other] = cost
      by[other] = market
    }
  }
}
