import { type Asset, baseOf, quoteOf } from '../../shared/ids.ts'
import {
  type Amount,
  ceilToStep,
  type Decimal,
  decimal,
  floorToStep,
  type Money,
  type Price,
  sum,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type EpochMs, epochMs } from '../../shared/time.ts'
import { allocationOf, type Holding } from './allocation.ts'
import type { LegType, Side } from './order.ts'
import type { Leg, WeightChange } from './proposal.ts'
import { cheapestRoute, type Route, type RoutedTrade } from './route.ts'

export type PlanSettings = {
  readonly orderType: LegType
  /** How far a leg's price may be from the plan's, in percent. */
  readonly slippageCapPercent: Decimal
  /** Plans worth more than this (quote) are cut into slices. */
  readonly sliceAbove: Money
  /** 1 sends everything at once. */
  readonly slices: number
  readonly sliceEveryMs: number
}

export type Plan = {
  readonly legs: readonly Leg[]
  /** In quote, at the plan's prices. */
  readonly fees: Money
  readonly weights: readonly WeightChange[]
}

const HUNDRED = decimal('100')

/**
 * Trades that bring each weight to its target at the lowest cost, after fees, rounded down to the lot.
 *
 * @param holdings core sleeve only, in units of each asset, with prices in the account's quote.
 * @param routes   active markets with a fresh price; a cross pair without one is simply left out.
 * @returns        legs in the order in which they fund each other, sells before the buys that need them; legs below a
 *                 market's minimum are folded away. Error `rebalance/no-route` when markets do not connect the assets.
 * Source: design, "Rebalancing".
 */
export function planRebalance(
  holdings: readonly Holding[],
  routes: readonly Route[],
  settings: PlanSettings,
  now: EpochMs,
): Result<Plan> {
  const solution = cheapestRoute(holdings, routes)
  if (solution === null) {
    return fail('rebalance/no-route', 'The active markets do not connect all assets: nothing can be planned.')
  }
  const value = sum(solution.trades.map((trade) => valueInQuote(holdings, trade)))
  const slices = value.gt(settings.sliceAbove) ? settings.slices : 1
  const legs: Leg[] = []
  for (let slice = 0; slice < slices; slice++) {
    const notBefore = epochMs(now + slice * settings.sliceEveryMs)
    for (const trade of solution.trades) {
      const leg = legOf(trade, slice, slices, settings, notBefore)
      if (leg !== null) legs.push(leg)
    }
  }
  const after = applyLegs(holdings, legs)
  const before = allocationOf(holdings)
  return ok({
    legs,
    fees: sum(legs.map((leg) => leg.fee.times(priceOf(holdings, leg.feeAsset)) as Money)),
    weights: allocationOf(after).map((allocation, i) => ({
      asset: allocation.asset,
      before: (before[i] as (typeof before)[number]).weight,
      after: allocation.weight,
      target: allocation.target,
    })),
  })
}

/** One slice of a trade: an equal share of whole lots, the last one takes what is left. Null below the minimums. */
function legOf(
  trade: RoutedTrade,
  slice: number,
  slices: number,
  settings: PlanSettings,
  notBefore: EpochMs,
): Leg | null {
  const { rules, price, fee } = trade.route
  const whole = floorToStep(trade.amount, rules.lot)
  const share = floorToStep(whole.div(decimal(String(slices))) as Amount, rules.lot)
  const amount = slice < slices - 1 ? share : (whole.minus(share.times(decimal(String(slices - 1)))) as Amount)
  const cost = amount.times(price) as Amount
  if (amount.lt(rules.minAmount) || cost.lt(rules.minCost) || !amount.gt(ZERO)) return null
  return {
    symbol: rules.symbol,
    side: trade.side,
    amount,
    price,
    worstPrice: worstPrice(trade.side, price, settings.slippageCapPercent, rules.tick),
    orderType: settings.orderType,
    fee: cost.times(fee) as Amount,
    feeAsset: quoteOf(rules.symbol),
    notBefore,
  }
}

/** The price at which execution stops, rounded to the tick towards the safer side, but never better than the plan's. */
export function worstPrice(side: Side, price: Price, capPercent: Decimal, tick: Price): Price {
  const room = price.times(capPercent).div(HUNDRED)
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

const valueInQuote = (holdings: readonly Holding[], trade: RoutedTrade): Money =>
  trade.amount.times(trade.route.price).times(priceOf(holdings, quoteOf(trade.route.rules.symbol))) as Money
