import type { Holding } from '../../src/main/domain/allocation.ts'
import type { LinearSolver } from '../../src/main/domain/linear-program.ts'
import type { Leg } from '../../src/main/domain/proposal.ts'
import { type Plan, type PlanSettings, planRebalance } from '../../src/main/domain/rebalance.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { type Asset, baseOf, quoteOf } from '../../src/shared/ids.ts'
import {
  type Decimal,
  decimal,
  integer,
  maxOf,
  minOf,
  money,
  sum,
  toFloat,
  toText,
  ZERO,
} from '../../src/shared/money.ts'
import { type EpochMs, epochMs } from '../../src/shared/time.ts'
import type { PlanCase } from './plan-arbitraries.ts'
import { leastScore, type SmallCase, scoreOfLegs } from './plan-brute-force.ts'

export const NOW: EpochMs = epochMs(1_700_000_000_000)
const HALF = decimal('0.5')
const TEN = decimal('10')
const HUNDRED = decimal('100')
/** What the last of 24 decimals of a division may come to. */
const LAST_DIGIT = decimal('0.000000000001')
/** A lot more or less is also its fee more or less, and a cross market's price is off by up to 3 %. */
const WITH_FEES = decimal('1.05')

export type Checked = {
  readonly problems: readonly string[]
  readonly legs: number
  readonly isRefused: boolean
}

/** Plans one portfolio and looks for anything that a plan may not do; reckoned from the legs alone. */
export function checkPlan(given: PlanCase, solve: LinearSolver): Checked {
  const { holdings, routes, settings } = given
  const request = { ...given.request, solve }
  const result = planRebalance(holdings, routes, settings, NOW, request)
  const turned = planRebalance([...holdings].reverse(), [...routes].reverse(), settings, NOW, request)
  if (!result.ok) {
    const isExpected = result.error.code === 'rebalance/no-route' && !isConnected(given)
    return { problems: isExpected ? [] : [`refused: ${result.error.code}`], legs: 0, isRefused: true }
  }
  const plan = result.value
  const problems = [
    ...(turned.ok && legsText(turned.value) === legsText(plan)
      ? []
      : ['another plan when the same is listed backwards']),
    ...keepsValue(given, plan),
    ...keepsToMarkets(given, plan),
    ...isFunded(given, plan),
    ...staysOnItsSide(given, plan),
    ...reaches(given, plan),
    ...costsWhatItSays(given, plan),
  ]
  return { problems, legs: plan.legs.length, isRefused: false }
}

const legsText = (plan: Plan): string =>
  JSON.stringify([
    plan.legs.map((leg) => [leg.symbol, leg.side, leg.amount, leg.price, leg.worstPrice, leg.fee, leg.notBefore]),
    plan.folded,
    plan.cost,
  ])

function isConnected({ holdings, routes }: PlanCase): boolean {
  const reached = new Set([holdings[0]?.asset])
  for (let size = 0; size !== reached.size; ) {
    size = reached.size
    for (const { rules } of routes) {
      const [base, quote] = [baseOf(rules.symbol), quoteOf(rules.symbol)]
      if (reached.has(base) || reached.has(quote)) reached.add(base).add(quote)
    }
  }
  return reached.size === holdings.length
}

type Amounts = Map<Asset, Decimal>
const amountsOf = (holdings: readonly Holding[]): Amounts => new Map(holdings.map((one) => [one.asset, one.amount]))
const priceOf = (holdings: readonly Holding[], of: Asset): Decimal =>
  holdings.find((one) => one.asset === of)?.price ?? ZERO
const worthOf = (holdings: readonly Holding[], amounts: Amounts): Decimal =>
  sum(holdings.map((one) => (amounts.get(one.asset) ?? ZERO).times(one.price)))

function carryOut(amounts: Amounts, leg: Leg): void {
  const cost = leg.amount.times(leg.price)
  const add = (of: Asset, change: Decimal) => amounts.set(of, (amounts.get(of) ?? ZERO).plus(change))
  add(baseOf(leg.symbol), leg.side === 'buy' ? leg.amount : leg.amount.neg())
  add(quoteOf(leg.symbol), leg.side === 'buy' ? cost.neg() : cost)
  add(leg.feeAsset, leg.fee.neg())
}
function after({ holdings }: PlanCase, plan: Pick<Plan, 'legs'>): Amounts {
  const amounts = amountsOf(holdings)
  for (const leg of plan.legs) carryOut(amounts, leg)
  return amounts
}
const spentBy = (leg: Leg): Asset => (leg.side === 'buy' ? quoteOf(leg.symbol) : baseOf(leg.symbol))
const broughtBy = (leg: Leg): Asset => (leg.side === 'buy' ? baseOf(leg.symbol) : quoteOf(leg.symbol))

/** Value before = value after + fees + what a market's price differs from that of its two assets, to the last digit. */
function keepsValue(given: PlanCase, plan: Plan): string[] {
  const { holdings } = given
  const lost = sum(
    plan.legs.map((leg) => {
      const base = leg.amount.times(priceOf(holdings, baseOf(leg.symbol)))
      const quote = leg.amount.times(leg.price).times(priceOf(holdings, quoteOf(leg.symbol)))
      return leg.side === 'buy' ? quote.minus(base) : base.minus(quote)
    }),
  )
  const before = worthOf(holdings, amountsOf(holdings))
  const rest = worthOf(holdings, after(given, plan)).plus(plan.fees).plus(lost)
  return before.eq(rest) ? [] : [`value before ${toText(before)}, after with fees ${toText(rest)}`]
}

function keepsToMarkets({ routes }: PlanCase, plan: Plan): string[] {
  return plan.legs.flatMap((leg) => {
    const route = routes.find(({ rules }) => rules.symbol === leg.symbol)
    if (route === undefined) return [`${leg.symbol} is not a market`]
    const { rules } = route
    return [
      ...(leg.amount.gt(ZERO) && leg.amount.gte(rules.minAmount) ? [] : [`${leg.symbol}: below the minimum amount`]),
      ...(leg.amount.times(leg.price).gte(rules.minCost) ? [] : [`${leg.symbol}: below the minimum cost`]),
      ...(leg.amount.div(rules.lot).round(0, 0).times(rules.lot).eq(leg.amount)
        ? []
        : [`${leg.symbol}: not whole lots`]),
      ...(leg.fee.eq(leg.amount.times(leg.price).times(route.fee)) ? [] : [`${leg.symbol}: another fee`]),
    ]
  })
}

/** No step spends what is not there or not sellable, and none waits for what a later one of its time brings. */
function isFunded(given: PlanCase, plan: Plan): string[] {
  const { holdings, request } = given
  const free: Amounts = new Map(holdings.map((one) => [one.asset, one.sellable ?? one.amount]))
  const problems: string[] = []
  for (const [i, leg] of plan.legs.entries()) {
    carryOut(free, leg)
    if ((free.get(spentBy(leg)) ?? ZERO).lt(ZERO)) problems.push(`${leg.symbol}: spends what is not there`)
    const later = plan.legs.slice(i + 1).filter((other) => other.notBefore === leg.notBefore)
    if (later.some((other) => broughtBy(other) === spentBy(leg))) problems.push(`${leg.symbol}: before what funds it`)
    if ((plan.legs[i + 1]?.notBefore ?? leg.notBefore) < leg.notBefore) problems.push('legs out of time')
  }
  const { mode } = request
  if (mode === undefined || mode.kind === 'full') return problems
  if (plan.legs.some((leg) => spentBy(leg) !== mode.quote)) problems.push('something is sold although it should not be')
  const spent = sum(plan.legs.map((leg) => leg.amount.times(leg.price).plus(leg.fee)))
  if (mode.kind === 'cash_flow' && plan.legs.every((leg) => quoteOf(leg.symbol) === mode.quote)) {
    if (spent.gt(mode.freshQuote)) problems.push('more than the new money is spent')
  }
  return problems
}

type Side = { readonly drift: Decimal; readonly tolerance: Decimal; readonly change: Decimal }

/** Per asset: value above its target afterwards, the lots of the markets that touch it, and what it has gained. */
function sides(given: PlanCase, plan: Pick<Plan, 'legs'>): Side[] {
  const { holdings, routes } = given
  const amounts = after(given, plan)
  const total = worthOf(holdings, amounts)
  const parts = integer(holdings.reduce((all, one) => all + one.parts, 0))
  return holdings.map((one) => {
    const has = amounts.get(one.asset) ?? ZERO
    const touching = new Set(
      plan.legs.filter((leg) => spentBy(leg) === one.asset || broughtBy(leg) === one.asset).map((leg) => leg.symbol),
    )
    const lots = routes
      .filter(({ rules }) => touching.has(rules.symbol))
      .map(({ rules, price }) => rules.lot.times(price).times(priceOf(holdings, quoteOf(rules.symbol))))
    const isPassed =
      plan.legs.some((leg) => spentBy(leg) === one.asset) && plan.legs.some((leg) => broughtBy(leg) === one.asset)
    return {
      drift: has.times(one.price).minus(total.times(integer(one.parts)).div(parts)),
      tolerance: isPassed ? sum(lots) : ZERO,
      change: has.minus(one.amount).times(one.price),
    }
  })
}

/** Nothing is bought beyond its target or sold below it; where value passes through, by no more than the lots. */
const staysOnItsSide = (given: PlanCase, plan: Plan): string[] =>
  sides(given, plan).flatMap(({ drift, tolerance, change }, i) => {
    const name = given.holdings[i]?.asset
    const limit = tolerance.plus(LAST_DIGIT)
    if (minOf(drift, change).gt(limit)) return [`${name} is bought beyond its target`]
    return maxOf(drift, change).lt(limit.neg()) ? [`${name} is sold below its target`] : []
  })

const isLimited = ({ holdings }: PlanCase): boolean =>
  holdings.some(({ amount, sellable }) => sellable?.lt(amount) === true)

/** Within the lots of the plan's trades of the targets, or inside all bands, wherever nothing stands against it. */
function reaches(given: PlanCase, plan: Plan): string[] {
  const { holdings, routes, settings, request } = given
  if (isLimited(given) || plan.folded.length > 0 || (request.mode ?? { kind: 'full' }).kind !== 'full') return []
  const drifts = sides(given, plan).map(({ drift }) => drift.abs())
  const total = worthOf(holdings, after(given, plan))
  if (!total.gt(ZERO)) return []
  const lotValue = ({ rules, price }: Route): Decimal =>
    rules.lot.times(price).times(priceOf(holdings, quoteOf(rules.symbol)))
  const traded = new Set(plan.legs.map((leg) => leg.symbol))
  const lots = sum(routes.filter(({ rules }) => traded.has(rules.symbol)).map(lotValue))
  // What is wanted and less than a lot is not traded at all.
  const most = maxOf(lots, sum(routes.map(lotValue)))
    .times(WITH_FEES)
    .plus(LAST_DIGIT)
  const { band } = settings
  if (settings.rebalanceTo === 'band' && band !== undefined && !wasInside(given)) {
    // What was below its target is not sold because the fees of others lift its share, and what was above it not bought
    // because a favourable cross price has made the whole larger: then the others have less, or more.
    const isLifted =
      total.gt(worthOf(holdings, amountsOf(holdings))) ||
      sides(given, plan).some(({ drift, change }) => drift.gt(ZERO) && change.abs().lte(most))
    return drifts.flatMap((drift, i) => {
      const half = halfWidth(given, i)
        .times(total)
        .plus(isLifted ? plan.cost : ZERO)
      // A band not much wider than the lots is missed by them.
      const limit = half.lt(most.times(TEN)) ? half.plus(most) : half
      return drift.lt(limit) ? [] : [`${holdings[i]?.asset} is not inside its band`]
    })
  }
  if (settings.rebalanceTo === 'band' && request.isForced !== true) return []
  return drifts.flatMap((drift, i) => (drift.lte(most) ? [] : [`${holdings[i]?.asset} is ${toText(drift)} off`]))
}

/** As a share of the whole. */
function halfWidth({ holdings, settings }: PlanCase, i: number): Decimal {
  const band = settings.band
  const one = holdings[i]
  if (band === undefined || one === undefined) throw new Error('no band')
  const percent = band.byAsset.get(one.asset) ?? band.value
  if (band.kind === 'absolute') return percent.div(HUNDRED)
  const all = holdings.map(({ parts }) => parts)
  const part = one.parts > 0 ? one.parts : Math.min(...all.filter((parts) => parts > 0))
  return percent
    .times(integer(part))
    .div(integer(all.reduce((a, b) => a + b, 0)))
    .div(HUNDRED)
}
function wasInside(given: PlanCase): boolean {
  const { holdings } = given
  const total = worthOf(holdings, amountsOf(holdings))
  return sides(given, { legs: [] }).every(({ drift }, i) => drift.abs().lt(halfWidth(given, i).times(total)))
}

/** So that no minimum makes a dearer way the better one. */
const takesAnyLot = ({ rules, price }: Route): boolean =>
  rules.minAmount.lte(rules.lot) && rules.minCost.lte(rules.lot.times(price))

function costsWhatItSays(given: PlanCase, plan: Plan): string[] {
  const { holdings, routes } = given
  const quoteValue = (leg: Leg): Decimal => priceOf(holdings, quoteOf(leg.symbol)).times(leg.amount)
  const spread = (leg: Leg): Decimal =>
    routes.find(({ rules }) => rules.symbol === leg.symbol)?.rules.halfSpread ?? ZERO
  const charged = plan.fees.plus(sum(plan.legs.map((leg) => quoteValue(leg).times(leg.price).times(spread(leg)))))
  const slippage = sum(plan.legs.map((leg) => quoteValue(leg).times(leg.worstPrice.minus(leg.price).abs())))
  const drifts = sum(sides(given, plan).map(({ drift }) => drift.abs())).times(HALF)
  const problems: string[] = []
  if (plan.cost.lt(charged)) problems.push('the cost is less than fees and half spreads')
  if (plan.cost.minus(charged).gt(drifts.plus(LAST_DIGIT)))
    problems.push('rounding costs more than all that is off target')
  if (!slippage.eq(plan.slippageBound)) problems.push('another slippage bound')
  const total = toFloat(worthOf(holdings, amountsOf(holdings)))
  if (plan.atLeast !== null && plan.folded.length === 0 && !isLimited(given)) {
    if (toFloat(plan.cost) < toFloat(plan.atLeast) - 1e-8 * total) problems.push('cheaper than the cheapest way')
    const lots = sum(
      routes.map(({ rules, price }) => rules.lot.times(price).times(priceOf(holdings, quoteOf(rules.symbol)))),
    )
    const isTooDear = toFloat(charged) > toFloat(plan.atLeast.plus(lots)) + 1e-8 * total
    if (isTooDear && routes.every(takesAnyLot)) problems.push('dearer than the cheapest way')
  }
  return problems
}

const AT_ONCE: PlanSettings = {
  orderType: 'limit',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('1000000'),
  slices: 1,
  sliceEveryMs: 0,
}
/** Of some hundred: what floats may differ by, and what is not worth another lot. */
const SAME_SCORE = 0.001

/** Whether the best of all combinations of lots is better than the plan, or cheaper than what it says is the least. */
export function checkSmall(given: SmallCase, solve: LinearSolver): string[] {
  const { holdings, routes } = given
  const result = planRebalance(holdings, routes, AT_ONCE, NOW, { solve })
  if (!result.ok) return [`refused: ${result.error.code}`]
  const { legs, atLeast } = result.value
  const [score, least] = [scoreOfLegs(given, legs), leastScore(given)]
  return [
    ...(score > least + SAME_SCORE ? [`${score} is worse than ${least}`] : []),
    ...(score < least - SAME_SCORE ? [`${score} is better than what is allowed, ${least}`] : []),
    ...(atLeast !== null && toFloat(atLeast) > least + SAME_SCORE
      ? [`${least} is less than ${toText(atLeast)} at least`]
      : []),
  ]
}
