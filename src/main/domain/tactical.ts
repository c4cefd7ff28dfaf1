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
  /** 1: spot, long only. Above it trades are on margin, long or short. */
  readonly leverage: number
}

export type TacticalContext = {
  readonly equity: Money
  /** Core's quote that is not spoken for: what can be lent. */
  readonly freeQuote: Amount
  readonly open: readonly Position[]
  readonly price: Price
  /** The most that may be paid (long), the least that may be taken (short), quote per base. */
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
 * Size, stop and target of a trade, inside every limit; smaller limits shrink it, none enlarges it.
 *
 * Amount = equity × risk ÷ stop distance, capped by position and exposure limits and by the quote that is free, times
 * the regime's and the option's factors. Errors `risk/…`: `confidence`, `positions`, `too-small`,
 * `spot-short` (nothing can be sold short without margin).
 * Source: design, "Risk engine".
 */
export function sizeTrade(signal: TradingSignal, context: TacticalContext, limits: RiskLimits): Result<SizedTrade> {
  if (!(signal.confidence >= limits.minimumConfidence)) {
    return fail('risk/confidence', `${signal.confidence} is below the minimum of ${limits.minimumConfidence}.`)
  }
  const isLong = signal.bias === 'long'
  if (!isLong && limits.leverage === 1) {
    return fail('risk/spot-short', 'Spot cannot be sold short: that takes margin.')
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
  const cashPerValue = ONE.div(fromFloat(limits.leverage)).plus(context.rules.takerFee)
  const byCap = [
    percentOf(context.equity, limits.riskPerTradePercent).div(distance),
    percentOf(context.equity, limits.maxPositionPercent).div(context.price),
    room.div(context.price),
    // At the worst price, so that the loan always covers the purchase, or the money behind it and the fee.
    context.freeQuote.div(maxOf(context.worstPrice, context.price).times(cashPerValue)),
  ].reduce((least, value) => minOf(least, value))
  const factor = fromFloat(context.sizeMultiplier).times(fromFloat(context.sizeFactor))
  const amount = floorToStep((byCap.gt(ZERO) ? byCap : ZERO).times(factor) as Amount, context.rules.lot)
  if (amount.lt(context.rules.minAmount) || amount.times(context.price).lt(context.rules.minCost)) {
    return fail(
      'risk/too-small',
      `${toText(amount)} ${baseOf(signal.symbol)} for ${quoteOf(signal.symbol)} is below the market's minimum.`,
    )
  }
  return ok({ amount, ...exits(isLong, distance, context, limits) })
}

/**
 * Stop and target on the tick. The stop is rounded towards the entry, unless that would come closer than the least
 * distance; the target keeps its ratio to the real stop.
 */
function exits(isLong: boolean, distance: Decimal, { price, rules }: TacticalContext, limits: RiskLimits) {
  const least = price.times(limits.stopMinPercent).div(HUNDRED)
  const away = (by: Decimal): Price => (isLong ? price.minus(by) : price.plus(by)) as Price
  const up = (value: Price): Price => ceilToStep(value, rules.tick)
  const down = (value: Price): Price => floorToStep(value, rules.tick)
  const inward = isLong ? up(away(distance)) : down(away(distance))
  const isTooClose = price.minus(inward).abs().lt(least)
  const outward = isLong ? down(away(distance)) : up(away(distance))
  const stop = isTooClose ? outward : inward
  const gain = price.minus(stop).abs().times(limits.rewardToRisk)
  const target = isLong ? up(price.plus(gain) as Price) : down(price.minus(gain) as Price)
  return { stop, target }
}
