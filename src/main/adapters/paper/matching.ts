import { type Amount, type Fraction, fromFloat, minOf, ONE, type Price, ZERO } from '../../../shared/money.ts'
import type { Side } from '../../domain/order.ts'
import type { VenueOrder, VenueTick } from './venue.ts'

/** A tick in exact decimals, with what is still on offer of it; null is as much as anybody wants. */
export type Market = {
  readonly bid: Price
  readonly ask: Price
  readonly last: Price
  readonly bidLeft: Amount | null
  readonly askLeft: Amount | null
}

/** How much of an order trades now, and where. */
export type Match = { readonly amount: Amount; readonly price: Price; readonly isMaker: boolean }

type Wanted = Pick<
  VenueOrder,
  'side' | 'type' | 'timeInForce' | 'limitPrice' | 'trigger' | 'isTriggered' | 'amount' | 'filled'
>

export const marketAt = (tick: VenueTick, bidLeft: Amount | null, askLeft: Amount | null): Market => ({
  bid: fromFloat(tick.bid) as Price,
  ask: fromFloat(tick.ask) as Price,
  last: fromFloat(tick.last) as Price,
  bidLeft,
  askLeft,
})

/** Where an order of this side trades at once. */
export const touchOf = (side: Side, market: Market): Price => (side === 'buy' ? market.ask : market.bid)

/** Market orders and immediate-or-cancel limits: what does not trade on arrival is over. */
export const isImmediate = (order: Pick<Wanted, 'type' | 'timeInForce'>): boolean =>
  order.type === 'market' || (order.type === 'limit' && order.timeInForce === 'IOC')

export const hasReachedTrigger = (order: Pick<Wanted, 'side' | 'trigger'>, last: Price): boolean =>
  order.trigger !== null && (order.side === 'sell' ? last.lte(order.trigger) : last.gte(order.trigger))

/**
 * An order that takes: on arrival, amended, or a triggered stop. What trades at once (market, triggered, immediate-or-
 * cancel) trades at the touch plus slippage; a limit order that crosses the touch and may rest trades at the touch.
 * Null when that would be beyond its limit, or nothing is on offer.
 */
export function matchTaking(order: Wanted, market: Market, slippage: Fraction): Match | null {
  if (order.type === 'stop-loss' && !order.isTriggered) return null
  const touch = touchOf(order.side, market)
  const slipped = order.type === 'stop-loss' || isImmediate(order)
  const factor = order.side === 'buy' ? ONE.plus(slippage) : ONE.minus(slippage)
  const price = slipped ? (touch.times(factor) as Price) : touch
  return isWithin(order, price) ? matchAt(order, market, price, false) : null
}

/** A resting limit order: trades at its own price, as maker, once the market trades through it. */
export function matchResting(order: Wanted, market: Market): Match | null {
  const limit = order.limitPrice
  if (limit === null) return null
  const isThrough =
    order.side === 'buy'
      ? market.last.lt(limit) || market.ask.lte(limit)
      : market.last.gt(limit) || market.bid.gte(limit)
  return isThrough ? matchAt(order, market, limit, true) : null
}

function isWithin(order: Wanted, price: Price): boolean {
  if (order.limitPrice === null) return true
  return order.side === 'buy' ? price.lte(order.limitPrice) : price.gte(order.limitPrice)
}

function matchAt(order: Wanted, market: Market, price: Price, isMaker: boolean): Match | null {
  const remaining = order.amount.minus(order.filled) as Amount
  const left = order.side === 'buy' ? market.askLeft : market.bidLeft
  const amount = left === null ? remaining : minOf(remaining, left)
  return amount.gt(ZERO) ? { amount, price, isMaker } : null
}
