import type { TradedPair } from '../../../shared/ids.ts'
import { type Amount, fraction, integer, minOf, ZERO } from '../../../shared/money.ts'
import type { Side } from '../../domain/order.ts'
import type { Market, Match } from './matching.ts'
import type { MarginPosition } from './venue.ts'

/** Below this part of the used margin the account's equity no longer carries its positions. Source: Kraken, liquidation level. */
const LIQUIDATION_LEVEL = fraction('0.4')

export const flat = (symbol: TradedPair): MarginPosition => ({ symbol, amount: ZERO, cost: ZERO, margin: ZERO })

/** How much a trade of this side can close of it. */
export function closable(position: MarginPosition | null, side: Side): Amount {
  if (position === null) return ZERO
  const isOpposite = side === 'sell' ? position.amount.gt(ZERO) : position.amount.lt(ZERO)
  return isOpposite ? (position.amount.abs() as Amount) : ZERO
}

/** What is left of `amount` to open with, once it has closed what it can. */
export const openingPart = (position: MarginPosition | null, side: Side, amount: Amount): Amount =>
  amount.minus(minOf(amount, closable(position, side))) as Amount

/**
 * The position after a trade: first it closes what stands against it, the rest opens. No base moves.
 *
 * Closing takes its share of cost and margin, cut after 24 decimals; the last close takes all that is left, so that the
 * sum of what was realized is exact. Source: realized = s·q·(x − e), design/1-domain.md.
 */
export function tradeOnMargin(
  position: MarginPosition,
  side: Side,
  trade: Match,
  leverage: number,
): { readonly position: MarginPosition; readonly realized: Amount } {
  const held = position.amount.abs() as Amount
  const closed = minOf(trade.amount, closable(position, side))
  const share = (whole: Amount): Amount =>
    closed.eq(ZERO) ? ZERO : closed.eq(held) ? whole : (whole.times(closed).div(held) as Amount)
  const costClosed = share(position.cost)
  const proceeds = trade.price.times(closed)
  // Selling closes a long: x − e. Buying closes a short: e − x.
  const realized = (side === 'sell' ? proceeds.minus(costClosed) : costClosed.minus(proceeds)) as Amount
  const opened = trade.amount.minus(closed) as Amount
  const notional = trade.price.times(opened) as Amount
  const signed = side === 'buy' ? trade.amount : trade.amount.neg()
  return {
    position: {
      symbol: position.symbol,
      amount: position.amount.plus(signed) as Amount,
      cost: position.cost.minus(costClosed).plus(notional) as Amount,
      margin: position.margin.minus(share(position.margin)).plus(marginOf(notional, leverage)) as Amount,
    },
    realized,
  }
}

/** What opening for `notional` binds, in quote, cut after 24 decimals. */
export const marginOf = (notional: Amount, leverage: number): Amount => notional.div(integer(leverage)) as Amount

/** What closing at the touch would bring, in quote, before fees. */
export function unrealizedAt(position: MarginPosition, market: Market): Amount {
  const isLong = position.amount.gt(ZERO)
  const value = position.amount.abs().times(isLong ? market.bid : market.ask)
  return (isLong ? value.minus(position.cost) : position.cost.minus(value)) as Amount
}

export const mustLiquidate = (equity: Amount, usedMargin: Amount): boolean =>
  usedMargin.gt(ZERO) && equity.lt(usedMargin.times(LIQUIDATION_LEVEL))

/** What the position was opened with, on average, as a whole number above 1: the leverage of an order that closes it. */
export function leverageOf(position: MarginPosition): number {
  if (!position.margin.gt(ZERO)) return 2
  return Math.max(2, Number(position.cost.div(position.margin).round(0, 1).toFixed()))
}
