import type { Asset, TradedPair } from '../../shared/ids.ts'
import { amount, fraction, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { LegType } from '../domain/order.ts'
import type { Leg, PriceUsed, Proposal, StoppedLeg, TradePlan, WeightChange } from '../domain/proposal.ts'
import { exactText, oneOf, shownText } from './columns.ts'
import { fieldsOf, float, listOf, numberIn, textIn } from './json.ts'
import { SIDES } from './orders.ts'

const LEG_TYPES: readonly LegType[] = ['market', 'limit', 'post_only']

export const legsToJson = (legs: readonly Leg[]): string =>
  JSON.stringify(
    legs.map((leg) => ({
      symbol: leg.symbol,
      side: leg.side,
      amount: exactText(leg.amount),
      price: exactText(leg.price),
      worstPrice: exactText(leg.worstPrice),
      orderType: leg.orderType,
      fee: exactText(leg.fee),
      feeAsset: leg.feeAsset,
      notBefore: leg.notBefore,
    })),
  )
export const legsFromJson = (text: string): Leg[] =>
  listOf(text, 'legs', (leg) => ({
    symbol: textIn(leg, 'symbol') as TradedPair,
    side: oneOf(SIDES, leg.side),
    amount: amount(textIn(leg, 'amount')),
    price: price(textIn(leg, 'price')),
    worstPrice: price(textIn(leg, 'worstPrice')),
    orderType: oneOf(LEG_TYPES, leg.orderType),
    fee: amount(textIn(leg, 'fee')),
    feeAsset: textIn(leg, 'feeAsset') as Asset,
    notBefore: epochMs(numberIn(leg, 'notBefore')),
  }))

export const weightsToJson = (weights: readonly WeightChange[]): string =>
  JSON.stringify(
    weights.map((weight) => ({
      asset: weight.asset,
      before: shownText(weight.before),
      after: shownText(weight.after),
      target: shownText(weight.target),
    })),
  )
export const weightsFromJson = (text: string): WeightChange[] =>
  listOf(text, 'weights', (weight) => ({
    asset: textIn(weight, 'asset') as Asset,
    before: fraction(textIn(weight, 'before')),
    after: fraction(textIn(weight, 'after')),
    target: fraction(textIn(weight, 'target')),
  }))

export const pricesToJson = (prices: readonly PriceUsed[]): string =>
  JSON.stringify(prices.map((used) => ({ symbol: used.symbol, price: exactText(used.price), at: used.at })))
export const pricesFromJson = (text: string): PriceUsed[] =>
  listOf(text, 'prices', (used) => ({
    symbol: textIn(used, 'symbol') as TradedPair,
    price: price(textIn(used, 'price')),
    at: epochMs(numberIn(used, 'at')),
  }))

export const bagsToJson = (bags: Proposal['bags']): string =>
  JSON.stringify(bags.map((bag) => ({ asset: bag.asset, amount: exactText(bag.amount) })))
export const bagsFromJson = (text: string): Proposal['bags'] =>
  listOf(text, 'bags', (bag) => ({ asset: textIn(bag, 'asset') as Asset, amount: amount(textIn(bag, 'amount')) }))

export const tradeToJson = (trade: TradePlan): string =>
  JSON.stringify({
    symbol: trade.symbol,
    entry: exactText(trade.entry),
    stop: exactText(trade.stop),
    target: exactText(trade.target),
    confidence: float(trade.confidence),
    leverage: trade.leverage,
  })
export function tradeFromJson(text: string): TradePlan {
  const trade = fieldsOf(JSON.parse(text), 'trade')
  return {
    symbol: textIn(trade, 'symbol') as TradedPair,
    entry: price(textIn(trade, 'entry')),
    stop: price(textIn(trade, 'stop')),
    target: price(textIn(trade, 'target')),
    confidence: numberIn(trade, 'confidence'),
    leverage: trade.leverage === undefined ? 1 : numberIn(trade, 'leverage'), // absent before there was margin
  }
}

export function approvedLegsFromJson(text: string): number[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new Error('expected approved_legs to be a list')
  return value.map((index) => {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new Error(`expected approved_legs to hold indexes, found ${JSON.stringify(index)}`)
    }
    return index as number
  })
}

export const stoppedToJson = (stopped: readonly StoppedLeg[]): string => JSON.stringify(stopped)
export const stoppedFromJson = (text: string): StoppedLeg[] =>
  listOf(text, 'stopped_legs', (stopped) => ({ leg: numberIn(stopped, 'leg'), because: textIn(stopped, 'because') }))
