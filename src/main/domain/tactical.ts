import { baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  ceilToStep,
  type Decimal,
  decimal,
  floorToStep,
  fromFloat,
  type Money,
  maxOf,
  minOf,
  ONE,
  type Price,
  sum,
  toText,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { MarketRules } from './market.ts'
import type { Position } from './position.ts'
import type { TradingSignal } from './signal.ts'

export type RiskLimits = {
  readonly minimumConfidence: number
  readonly riskPerTradePercent: Decimal
  readonly maxPositionPercent: Decimal
  readonly maxExposurePercent: Decimal
  readonly maxPositionsPerSymbol: number
  readonly maxPositions: number
  readonly stopAtrMultiple: Decimal
  readonly stopMinPercent: Decimal
  readonly stopMaxPercent: (symbol: TradedPair) => Decimal
  readonly rewardToRisk: Decimal
}

export type TacticalContext = {
  readonly equity: Money
  /** Core's quote that is not spoken for: what can be lent. */
  readonly freeQuote: Amount
  readonly open: readonly Position[]
  readonly price: Price
  /** The most that may be paid, quote per base. */
  readonly worstPrice: Price
  readonly rules: MarketRules
  /** Regime's factor on the size, 0 to 1. */
  readonly sizeMultiplier: number
  /** The chosen option's factor, 0 to 1. */
  readonly sizeFactor: number
}

export type SizedTrade = { readonly amount: Amount; readonly stop: Price; readonly target: Price }

const HUNDRED = decimal('100')

/**
 * Size, stop and target of a long trade, inside every limit; smaller limits shrink it, none enlarges it.
 *
 * Amount = equity × risk ÷ stop distance, capped by position and exposure limits and by the quote that is free, times
 * the regime's and the option's factors. Errors `risk/…`: `confidence`, `positions`, `too-small`.
 * Source: design, "Risk engine".
 */
export function sizeTrade(signal: TradingSignal, context: TacticalContext, limits: RiskLimits): Result<SizedTrade> {
  if (!(signal.confidence >= limits.minimumConfidence)) {
    return fail('risk/confidence', `${signal.confidence} is below the minimum of ${limits.minimumConfidence}.`)
  }
  const onSymbol = context.open.filter((position) => position.symbol === signal.symbol).length
  if (onSymbol >= limits.maxPositionsPerSymbol || context.open.length >= limits.maxPositions) {
    return fail('risk/positions', `There are ${context.open.length} positions open, ${onSymbol} on ${signal.symbol}.`)
  }
  const percentOf = (whole: Decimal, percent: Decimal): Decimal => whole.times(percent).div(HUNDRED)
  const wantedDistance = fromFloat(signal.atr).times(limits.stopAtrMultiple)
  const distance = minOf(
    maxOf(wantedDistance, percentOf(context.price, limits.stopMinPercent)),
    percentOf(context.price, limits.stopMaxPercent(signal.symbol)),
  )
  const exposure = sum(context.open.map((position) => position.cost))
  const room = percentOf(context.equity, limits.maxExposurePercent).minus(exposure)
  const feeFactor = ONE.plus(context.rules.takerFee)
  const byCap = [
    percentOf(context.equity, limits.riskPerTradePercent).div(distance),
    percentOf(context.equity, limits.maxPositionPercent).div(context.price),
    room.div(context.price),
    // At the worst price, so that the loan always covers the purchase.
    context.freeQuote.div(context.worstPrice.times(feeFactor)),
  ].reduce((least, value) => minOf(least, value))
  const factor = fromFloat(context.sizeMultiplier).times(fromFloat(context.sizeFactor))
  const amount = floorToStep((byCap.gt(ZERO) ? byCap : ZERO).times(factor) as Amount, context.rules.lot)
  if (amount.lt(context.rules.minAmount) || amount.times(context.price).lt(context.rules.minCost)) {
    return fail(
      'risk/too-small',
      `${toText(amount)} ${baseOf(signal.symbol)} for ${quoteOf(signal.symbol)} is below the market's minimum.`,
    )
  }
  // Towards the entry, unless that would come closer than the least distance; the target keeps its ratio to the real stop.
  const { price, rules } = context
  const inward = ceilToStep(price.minus(distance) as Price, rules.tick)
  const isTooClose = price.minus(inward).lt(percentOf(price, limits.stopMinPercent))
  const stop = isTooClose ? floorToStep(price.minus(distance) as Price, rules.tick) : inward
  const target = ceilToStep(price.plus(price.minus(stop).times(limits.rewardToRisk)) as Price, rules.tick)
  return ok({ amount, stop, target })
}
