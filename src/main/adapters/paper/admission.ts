import { type Amount, type Decimal, floorToStep, maxOf, type Price, toText, ZERO } from '../../../shared/money.ts'
import { err } from '../../../shared/result.ts'
import type { MarketRules } from '../../domain/market.ts'
import { isImmediate, type Market, touchOf } from './matching.ts'
import type { VenueOrder, VenueRefusal, VenueRequest } from './venue.ts'

/** Kraken offers no more on the pairs we trade. */
const MAX_LEVERAGE = 5

export const refuse = (code: VenueRefusal['code'], message: string): { ok: false; error: VenueRefusal } =>
  err({ code, message })

type Sized = Pick<VenueOrder, 'symbol' | 'side' | 'type' | 'amount' | 'limitPrice' | 'trigger' | 'timeInForce'>

const isMultiple = (value: Decimal, step: Decimal): boolean => floorToStep(value, step).eq(value)

/** Lot, tick, minimum amount and minimum cost. Null when nothing is wrong. */
export function sizeRefusal(order: Sized, rules: MarketRules, market: Market | null) {
  if (order.amount.lt(rules.minAmount) || !order.amount.gt(ZERO)) {
    return refuse('venue/minimum-amount', `The amount is below the minimum of ${toText(rules.minAmount)}.`)
  }
  if (!isMultiple(order.amount, rules.lot)) {
    return refuse('venue/lot', `The amount is not a multiple of ${toText(rules.lot)}.`)
  }
  for (const price of [order.limitPrice, order.trigger]) {
    if (price !== null && (!price.gt(ZERO) || !isMultiple(price, rules.tick))) {
      return refuse('venue/tick', `The price is not a multiple of ${toText(rules.tick)}.`)
    }
  }
  const price = priceForMinimum(order, market)
  if (price !== null && order.amount.times(price).lt(rules.minCost)) {
    return refuse('venue/minimum-cost', `The cost is below the minimum of ${toText(rules.minCost)}.`)
  }
  return null
}

/** What the order is worth per unit: the worst price of one that trades at once says little, the touch says more. */
function priceForMinimum(order: Sized, market: Market | null): Price | null {
  const own = order.limitPrice ?? order.trigger
  if (!isImmediate(order) || market === null) return own
  const touch = touchOf(order.side, market)
  return own === null ? touch : maxOf(own, touch)
}

/** Combinations that mean nothing, and margin where it is not allowed. `closable` is what the order could reduce. */
export function kindRefusal(request: VenueRequest, closable: Amount, allowsMargin: boolean) {
  const { leverage } = request
  if (!Number.isInteger(leverage) || leverage < 1 || leverage > MAX_LEVERAGE) {
    return refuse('venue/leverage', `Leverage must be a whole number from 1 to ${MAX_LEVERAGE}.`)
  }
  if (leverage > 1 && !allowsMargin) return refuse('venue/leverage', 'This account may not trade on margin.')
  if (request.reduceOnly && !closable.gt(ZERO)) {
    return refuse('venue/reduce-only', 'There is no position on margin that this order would reduce.')
  }
  if (request.postOnly && (request.type !== 'limit' || request.timeInForce === 'IOC')) {
    return refuse('venue/post-only', 'Only a limit order that may rest can be post-only.')
  }
  return null
}

/** @throws when a type comes without its price: that is the caller's mistake, not the trader's. */
export function assertComplete(request: VenueRequest): void {
  if ((request.type === 'limit') !== (request.limitPrice !== null)) {
    throw new Error(`a ${request.type} order with limit price ${String(request.limitPrice)}`)
  }
  if ((request.type === 'stop-loss') !== (request.trigger !== null)) {
    throw new Error(`a ${request.type} order with trigger ${String(request.trigger)}`)
  }
}
