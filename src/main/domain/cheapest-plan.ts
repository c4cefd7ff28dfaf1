import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, minOf, sum, ZERO } from '../../shared/money.ts'
import { bandRoutings, outsideBands } from './band-routing.ts'
import { inFundingOrder } from './funding-order.ts'
import type { LinearSolver } from './linear-program.ts'
import { betterLots } from './lot-search.ts'
import { goalsOf } from './plan-goals.ts'
import { groupsOf, type Market, type Network, symbolOf, type Trade } from './plan-network.ts'
import { costOf, type Routing, routingOn, routings } from './routing.ts'
import { type Fitted, fitToLots, type Outcome, offTarget, outcomeOf } from './whole-lots.ts'

/** Trades in whole lots, in the order in which they fund each other, and what they cost. */
export type CheapestPlan = Fitted & {
  /** Fees, half spreads, and the value that whole lots leave where it was not wanted. */
  readonly cost: Money
  /** What any way costs at least, before rounding; null where that was not found out. */
  readonly atLeast: Money | null
}

/** What makes one plan better than another. */
type Aim = {
  /** Value that is not where it should be. */
  readonly miss: (outcome: Outcome) => Money
  /** Better whole lots than those rounded down; null where there are none near. */
  readonly better: typeof betterLots
}

type Choice = CheapestPlan & { readonly score: Decimal; readonly names: string }

/** Costs are compared to so many decimals: what is beyond comes from divisions. */
const DECIMALS = 12
const NOTHING: Routing = { trades: [], cost: ZERO, atLeast: ZERO }

/** The cheapest way to the targets; null when the markets do not connect the assets. */
export function cheapestToTargets(network: Network, solve: LinearSolver): CheapestPlan | null {
  if (!isConnected(network)) return null
  const aim: Aim = { miss: (outcome) => offTarget(network, outcome), better: betterLots }
  const untouched = new Set<number>()
  for (;;) {
    const goals = goalsOf(network, untouched)
    if (goals === null) return bestOf(network, [NOTHING], aim)
    const plan = bestFolded(network, (among) => routings(among, goals, solve), aim)
    if (plan === null) return null
    const isShared = goals.some(({ fixed }) => !fixed.eq(ZERO))
    const backwards = isShared ? soldThoughShort(network, plan.outcome) : []
    if (backwards.every((i) => untouched.has(i))) return plan
    for (const i of backwards) untouched.add(i)
  }
}

/** The cheapest way to a point inside all bands; null when the markets do not connect the assets. */
export function cheapestIntoBands(
  network: Network,
  halves: readonly Decimal[],
  solve: LinearSolver,
): CheapestPlan | null {
  if (!isConnected(network)) return null
  const aim: Aim = { miss: (outcome) => outsideBands(network, halves, outcome), better: () => null }
  if (!network.total.gt(ZERO)) return bestOf(network, [NOTHING], aim)
  return bestFolded(network, (among) => bandRoutings(among, halves, solve), aim)
}

/**
 * The nearest point to the targets that can be reached by buying with one asset, nothing else being spent; assets without
 * a market against it stay as they are.
 *
 * @param most how much of it may be spent.
 */
export function cheapestBuys(network: Network, quote: Asset, most: Amount): CheapestPlan {
  const hub = network.holdings.findIndex(({ asset }) => asset === quote)
  const star = cheapestOfEach(
    network.markets.filter((market) => market.base === hub || market.quote === hub),
    hub,
  )
  const limited: Network = {
    ...network,
    markets: [...star.values()],
    spendable: network.spendable.map((amount, i) => (i === hub ? minOf(amount, most) : ZERO)),
  }
  const untouched = new Set([...network.holdings.keys()].filter((i) => i !== hub && !star.has(i)))
  for (;;) {
    const goals = goalsOf(limited, untouched)
    const routing = goals === null ? NOTHING : (routingOn(limited, limited.markets, goals) ?? NOTHING)
    const spent = routing.trades.map(({ market, side }) => ({
      other: market.base === hub ? market.quote : market.base,
      isBuying: (market.base === hub) === (side === 'sell'),
    }))
    const wrong = spent.filter(({ isBuying }) => !isBuying)
    if (wrong.length === 0) {
      return bestOf(limited, [routing], {
        miss: (outcome) => offTarget(network, outcome),
        better: () => null,
      }) as Choice
    }
    for (const { other } of wrong) untouched.add(other)
  }
}

function cheapestOfEach(markets: readonly Market[], hub: number): Map<number, Market> {
  const best = new Map<number, Market>()
  for (const market of markets) {
    const other = market.base === hub ? market.quote : market.base
    const known = best.get(other)
    if (known === undefined || market.costRate.lt(known.costRate)) best.set(other, market)
  }
  return best
}

const isConnected = ({ holdings, markets }: Network): boolean =>
  groupsOf(holdings.length, markets).every((group) => group === 0)

/** The best plan; where it had to leave trades out, also the best one without the markets that would not take them. */
function bestFolded(network: Network, find: (among: Network) => readonly Routing[], aim: Aim): CheapestPlan | null {
  const best = bestOf(network, find(network), aim)
  if (best === null || best.folded.length === 0) return best
  const closed = new Set(best.folded.map(({ market }) => market))
  const others = { ...network, markets: network.markets.filter((market) => !closed.has(market)) }
  const second = isConnected(others) ? bestOf(network, find(others), aim) : null
  return second !== null && isBetter(second, best) ? { ...second, atLeast: best.atLeast } : best
}

/** The least of cost and miss; then fewer trades, then symbols in alphabetical order. Routings come cheapest first. */
function bestOf(network: Network, candidates: readonly Routing[], aim: Aim): Choice | null {
  let best: Choice | null = null
  for (const routing of candidates) {
    // Rounding and leaving out can only add to what the exact amounts cost, but for the fees of what is left out.
    if (best !== null && routing.cost.gt(best.score)) break
    const fitted = fitToLots(network, routing.trades)
    const better = aim.better(network, fitted.trades)
    const fits = better === null ? [fitted] : [fitted, refitted(network, fitted, better)]
    for (const fit of fits) {
      const choice = choiceOf(network, routing, fit, aim)
      if (best === null || isBetter(choice, best)) best = choice
    }
  }
  return best
}

/** Other lots, made sure of exactly. */
function refitted(network: Network, { folded }: Fitted, trades: readonly Trade[]): Fitted {
  const isTraded = (market: Market): boolean => trades.some((trade) => trade.market === market)
  return { ...fitToLots(network, trades), folded: folded.filter(({ market }) => !isTraded(market)) }
}

function choiceOf(network: Network, routing: Routing, fitted: Fitted, { miss }: Aim): Choice {
  const trades = inFundingOrder(fitted.trades)
  const charged = costOf(trades)
  const missed = miss(fitted.outcome)
  const wanted = miss(outcomeOf(network, routing.trades))
  const left = sum(fitted.folded.map(({ market, amount }) => amount.times(market.tradedValue)))
  const rounding = missed.minus(wanted).minus(left).round(DECIMALS, 0)
  return {
    ...fitted,
    trades,
    cost: (rounding.gt(ZERO) ? charged.plus(rounding) : charged) as Money,
    atLeast: routing.atLeast,
    score: charged.plus(missed).round(DECIMALS, 1),
    names: trades
      .map(({ market }) => symbolOf(market))
      .sort()
      .join(),
  }
}

function isBetter(a: Choice, b: Choice): boolean {
  const difference = a.score.cmp(b.score)
  if (difference !== 0) return difference < 0
  if (a.trades.length !== b.trades.length) return a.trades.length < b.trades.length
  return a.names < b.names
}

/** What was below its target and has become less. */
function soldThoughShort(network: Network, { amounts }: Outcome): number[] {
  return [...network.holdings.keys()].filter((i) => {
    const isShort = (network.values[i] as Decimal)
      .times(network.allParts)
      .lt((network.parts[i] as Decimal).times(network.total))
    return isShort && (amounts[i] as Decimal).lt((network.holdings[i] as { amount: Decimal }).amount)
  })
}
