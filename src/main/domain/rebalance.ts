import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  ceilToStep,
  type Decimal,
  decimal,
  floorToStep,
  type Money,
  type Price,
  shown,
  sum,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type EpochMs, epochMs } from '../../shared/time.ts'
import { allocationOf, type Holding, isOutsideBand } from './allocation.ts'
import { type Band, halfWidths } from './band.ts'
import { type CheapestPlan, cheapestBuys, cheapestIntoBands, cheapestToTargets } from './cheapest-plan.ts'
import type { LinearSolver } from './linear-program.ts'
import type { LegType, Side } from './order.ts'
import { type Network, networkOf, symbolOf } from './plan-network.ts'
import type { Leg, WeightChange } from './proposal.ts'
import type { Route } from './route.ts'
import { inSlices, type SlicedTrade } from './slices.ts'
import { offTarget, outcomeOf } from './whole-lots.ts'

export type PlanSettings = {
  readonly orderType: LegType
  /** How far a leg's price may be from the plan's, in percent. */
  readonly slippageCapPercent: Decimal
  /** Plans worth more than this (quote) are cut into slices. */
  readonly sliceAbove: Money
  /** 1 sends everything at once. */
  readonly slices: number
  readonly sliceEveryMs: number
  /** The targets themselves (unless it says otherwise), or the cheapest point inside all bands. */
  readonly rebalanceTo?: 'target' | 'band'
  /** What `rebalanceTo: band` means. */
  readonly band?: Band
  /** Most that a plan may cost, in percent of the value it brings back to target; no limit without it. */
  readonly maxCostPercent?: Decimal
}

/** What is asked of one plan. */
export type PlanRequest = {
  /** `full` sells what is overweight; the others spend the account's quote only. */
  readonly mode?:
    | { readonly kind: 'full' }
    /** Spends quote above its target. */
    | { readonly kind: 'buy_only'; readonly quote: Asset }
    /** Spends new money, in units of the quote, and that no further than down to the quote's target. */
    | { readonly kind: 'cash_flow'; readonly quote: Asset; readonly freshQuote: Amount }
  /** By the trader: whatever it costs, and to the targets when all assets are inside their bands already. */
  readonly isForced?: boolean
  /** Finds the markets to use among more than a few assets, and the cheapest point inside the bands. */
  readonly solve?: LinearSolver
}

export type Plan = {
  readonly legs: readonly Leg[]
  /** In quote, at the plan's prices. */
  readonly fees: Money
  /** Fees, half spreads, and the value that whole lots leave where it was not wanted; in quote. */
  readonly cost: Money
  /** What the cheapest way costs at least, before rounding; null where that was not found out. */
  readonly atLeast: Money | null
  /** What the worst prices of all legs may cost on top; in quote, at the plan's prices of the assets. */
  readonly slippageBound: Money
  /** Wanted, and left out because a market does not take so little. */
  readonly folded: ReadonlyArray<{ readonly symbol: TradedPair; readonly side: Side; readonly amount: Amount }>
  /** Value that is above target before and not after; in quote. */
  readonly broughtBack: Money
  readonly weights: readonly WeightChange[]
}

const PERCENT = decimal('0.01')
const noSolver: LinearSolver = () => null

/**
 * Trades that bring each weight to its target at the lowest cost, after fees, rounded down to the lot.
 *
 * @param holdings core sleeve only, in units of each asset, with prices in the account's quote.
 * @param routes   active markets with a fresh price; a cross pair without one is simply left out.
 * @returns        legs in the order in which they fund each other, sells before the buys that need them, none when there
 *                 is nothing to do. Where targets cannot be reached (amounts that cannot be sold, trades below a market's
 *                 minimum) the nearest point that can. Errors: `rebalance/no-route` when markets do not connect the
 *                 assets, `rebalance/not-worth-it` when the plan costs more than the drift is worth by `maxCostPercent`.
 * Source: design, "Rebalancing".
 */
export function planRebalance(
  holdings: readonly Holding[],
  routes: readonly Route[],
  settings: PlanSettings,
  now: EpochMs,
  request: PlanRequest = {},
): Result<Plan> {
  const network = networkOf(holdings, routes)
  const found = tradesFor(network, settings, request)
  if (found === null) {
    return fail('rebalance/no-route', 'The active markets do not connect all assets: nothing can be planned.')
  }
  const before = offTarget(network, outcomeOf(network, []))
  const broughtBack = before.minus(offTarget(network, found.outcome)) as Money
  const { maxCostPercent } = settings
  if (maxCostPercent !== undefined && request.isForced !== true && found.trades.length > 0) {
    const worth = broughtBack.times(maxCostPercent).times(PERCENT) as Money
    if (found.cost.gt(worth)) return notWorthIt(found.cost, broughtBack, maxCostPercent, worth)
  }
  const legs = slicesOf(network, found, settings).map((trade) => legOf(trade, settings, now))
  const after = allocationOf(applyLegs(holdings, legs))
  return ok({
    legs,
    fees: sum(legs.map((leg) => leg.fee.times(priceOf(holdings, leg.feeAsset)) as Money)),
    cost: found.cost,
    atLeast: found.atLeast,
    slippageBound: sum(legs.map((leg) => slippageOf(leg, holdings))),
    folded: found.folded.map(({ market, side, amount }) => ({ symbol: symbolOf(market), side, amount })),
    broughtBack,
    weights: allocationOf(holdings).map(({ asset, weight, target }, i) => ({
      asset,
      before: weight,
      after: (after[i] as (typeof after)[number]).weight,
      target,
    })),
  })
}

function tradesFor(network: Network, settings: PlanSettings, request: PlanRequest): CheapestPlan | null {
  const { mode = { kind: 'full' }, solve = noSolver, isForced = false } = request
  if (mode.kind === 'buy_only') return cheapestBuys(network, mode.quote, network.total as Decimal as Amount)
  if (mode.kind === 'cash_flow') return cheapestBuys(network, mode.quote, mode.freshQuote)
  const { rebalanceTo, band } = settings
  if (rebalanceTo !== 'band' || band === undefined) return cheapestToTargets(network, solve)
  const isOutside = isOutsideBand(network.holdings, band)
  return isForced && !isOutside
    ? cheapestToTargets(network, solve)
    : cheapestIntoBands(network, halfWidths(band, network.holdings), solve)
}

const notWorthIt = (cost: Money, broughtBack: Money, maxPercent: Decimal, worth: Decimal) =>
  fail(
    'rebalance/not-worth-it',
    `Trading would cost ${shown(cost, 2)} to bring ${shown(broughtBack, 2)} back to target; that is worth ${shown(worth, 2)} at most (${maxPercent.toFixed()} %).`,
  )

function slicesOf(network: Network, { trades }: CheapestPlan, settings: PlanSettings): SlicedTrade[] {
  const value = sum(trades.map(({ market, amount }) => amount.times(market.tradedValue)))
  return inSlices(network, trades, value.gt(settings.sliceAbove) ? settings.slices : 1)
}

function legOf({ market, side, amount, slice }: SlicedTrade, settings: PlanSettings, now: EpochMs): Leg {
  const { rules, price, fee } = market.route
  return {
    symbol: rules.symbol,
    side,
    amount,
    price,
    worstPrice: worstPrice(side, price, settings.slippageCapPercent, rules.tick),
    orderType: settings.orderType,
    fee: amount.times(price).times(fee) as Amount,
    feeAsset: quoteOf(rules.symbol),
    notBefore: epochMs(now + slice * settings.sliceEveryMs),
  }
}

/** What a leg's worst price may cost more than its price; in quote. */
const slippageOf = (leg: Leg, holdings: readonly Holding[]): Money =>
  leg.worstPrice
    .minus(leg.price)
    .abs()
    .times(leg.amount)
    .times(priceOf(holdings, quoteOf(leg.symbol))) as Money

/** The price at which execution stops, rounded to the tick towards the safer side, but never better than the plan's. */
export function worstPrice(side: Side, price: Price, capPercent: Decimal, tick: Price): Price {
  const room = price.times(capPercent).times(PERCENT)
  if (side === 'buy') {
    const worst = floorToStep(price.plus(room) as Price, tick)
    return worst.lt(price) ? price : worst
  }
  const worst = ceilToStep(price.minus(room) as Price, tick)
  return worst.gt(price) ? price : worst
}

/** The holdings if every leg were executed at its price and fee. */
export function applyLegs(holdings: readonly Holding[], legs: readonly Leg[]): Holding[] {
  const amounts = new Map<Asset, Amount>(holdings.map((holding) => [holding.asset, holding.amount]))
  const add = (asset: Asset, change: Decimal): void => {
    amounts.set(asset, (amounts.get(asset) ?? ZERO).plus(change) as Amount)
  }
  for (const leg of legs) {
    const cost = leg.amount.times(leg.price)
    add(baseOf(leg.symbol), leg.side === 'buy' ? leg.amount : leg.amount.neg())
    add(quoteOf(leg.symbol), leg.side === 'buy' ? cost.neg() : cost)
    add(leg.feeAsset, leg.fee.neg())
  }
  return holdings.map((holding) => ({ ...holding, amount: amounts.get(holding.asset) ?? ZERO }))
}

const priceOf = (holdings: readonly Holding[], asset: Asset): Price =>
  holdings.find((holding) => holding.asset === asset)?.price ?? (ZERO as Decimal as Price)
