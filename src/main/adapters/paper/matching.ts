import { quoteOf } from '../../../shared/ids.ts'
import { type Amount, type Fraction, fromFloat, ONE, type Price } from '../../../shared/money.ts'
import type { MarketRules, Tick } from '../../domain/market.ts'
import type { OrderType, Side } from '../../domain/order.ts'

/** Where an order would trade now and what that costs. */
export type Match = { readonly price: Price; readonly fee: Amount }

type Wanted = { readonly side: Side; readonly type: OrderType; readonly amount: Amount; readonly limitPrice: Price }

const feeOf = (price: Price, amount: Amount, rate: Fraction): Amount => price.times(amount).times(rate) as Amount

/**
 * An order on arrival: a market order trades at the touch plus slippage, a limit order that crosses the touch trades
 * there. Null when it would have to trade beyond its limit (a market order is then over, a limit order rests).
 */
export function matchOnArrival(order: Wanted, tick: Tick, rules: MarketRules, slippage: Fraction): Match | null {
  const touch = fromFloat(order.side === 'buy' ? tick.ask : tick.bid) as Price
  const slipped = (order.side === 'buy' ? touch.times(ONE.plus(slippage)) : touch.times(ONE.minus(slippage))) as Price
  const price = order.type === 'market' ? slipped : touch
  const isWithin = order.side === 'buy' ? price.lte(order.limitPrice) : price.gte(order.limitPrice)
  return isWithin ? { price, fee: feeOf(price, order.amount, rules.takerFee) } : null
}

/** A resting limit order: trades at its own price, as maker, once the market trades through it. */
export function matchResting(order: Wanted, tick: Tick, rules: MarketRules): Match | null {
  const limit = order.limitPrice
  const last = fromFloat(tick.last)
  const isThrough =
    order.side === 'buy'
      ? last.lt(limit) || fromFloat(tick.ask).lte(limit)
      : last.gt(limit) || fromFloat(tick.bid).gte(limit)
  return isThrough ? { price: limit, fee: feeOf(limit, order.amount, rules.makerFee) } : null
}

export const feeAssetOf = (rules: MarketRules) => quoteOf(rules.symbol)
