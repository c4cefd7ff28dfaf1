import {
  baseOf,
  type CorrelationId,
  type OrderId,
  type PositionId,
  type ProposalId,
  quoteOf,
  type TradedPair,
} from '../../shared/ids.ts'
import { type Amount, type Decimal, integer, type Money, type Price, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { ExitReason, Fill, Side } from './order.ts'

/** A tactical holding with its stop and target. Short only on margin. */
export type Position = {
  readonly id: PositionId
  readonly proposalId: ProposalId
  readonly symbol: TradedPair
  readonly entryOrderId: OrderId
  readonly side: 'long' | 'short'
  /** 1 is spot. */
  readonly leverage: number
  /** Base units still held (long) or owed (short). */
  readonly amount: Amount
  /** Σ price × amount of what is still held, in quote, without fees. */
  readonly cost: Money
  /** Entry fees of what is still held. */
  readonly openFees: Money
  /** From closes so far, fees of the part closed deducted. */
  readonly realized: Money
  /** Where it is to be stopped; the order that rests at the exchange follows it. */
  readonly stop: Price
  readonly target: Price
  readonly openedAt: EpochMs
  readonly closedAt: EpochMs | null
  /** Why it is to be closed, or was; null while it is simply held. Orders of the position say how far that is. */
  readonly exitReason: ExitReason | null
  /** Not more than so much is to be held (base): what is above it is sold; null where nothing says so. */
  readonly keep: Amount | null
  readonly correlationId: CorrelationId
}

/** The side of the orders that make and that close a position. */
export const entrySideOf = (position: Position): Side => (position.side === 'long' ? 'buy' : 'sell')
export const exitSideOf = (position: Position): Side => (position.side === 'long' ? 'sell' : 'buy')

export const averageEntry = (position: Position): Price | null =>
  position.amount.gt(ZERO) ? (position.cost.div(position.amount) as Price) : null

/** What changing `from` into `to` brings, in quote: a long gains what it rises by, a short what it falls by. */
const gainOf = (position: Position, from: Decimal, to: Decimal): Decimal =>
  position.side === 'long' ? to.minus(from) : from.minus(to)

/** s·q·(m − e) − open fees, with s = +1 for a long and −1 for a short. Source: design, "Positions and P&L". */
export const unrealized = (position: Position, mark: Price): Money =>
  gainOf(position, position.cost, position.amount.times(mark)).minus(position.openFees) as Money

/** Quote that stands behind a position on margin: what it cost ÷ leverage. 0 for spot, which is paid in full. */
export const marginOf = (position: Position): Money =>
  position.leverage > 1 ? (position.cost.div(integer(position.leverage)) as Money) : ZERO

/**
 * A fill's fee in the quote of its market. A fee charged in base is worth `fee × price`; any other asset's fee has no
 * price here. @throws for such a fee: no exchange of ours charges one.
 */
function feeInQuote(fill: Fill): Money {
  if (fill.feeAsset === quoteOf(fill.symbol)) return fill.fee as Decimal as Money
  if (fill.feeAsset === baseOf(fill.symbol)) return fill.fee.times(fill.price) as Money
  throw new Error(`${fill.tradeId}: a fee in ${fill.feeAsset} on ${fill.symbol}`)
}

/**
 * What a fill of the entry makes of it. On spot a fee in base is kept back from the coins bought: they are not there to
 * be sold, and selling them would reach into those of another sleeve. On margin nothing is delivered: it is an expense.
 */
export function addEntryFill(position: Position, fill: Fill): Position {
  const isKeptBack = position.leverage === 1 && fill.feeAsset === baseOf(fill.symbol)
  const held = isKeptBack ? fill.amount.minus(fill.fee) : fill.amount
  return {
    ...position,
    amount: position.amount.plus(held) as Amount,
    cost: position.cost.plus(fill.price.times(held)) as Money,
    openFees: position.openFees.plus(feeInQuote(fill)) as Money,
  }
}

/** A part of `whole` as large as the part of the position that a fill closes; all of it when it closes the last. */
const shareOf = (position: Position, fill: Fill, whole: Money): Money =>
  fill.amount.gte(position.amount) ? whole : (whole.times(fill.amount).div(position.amount) as Decimal as Money)

/** s·q_c·(x − e): what closing `fill.amount` of it brings before fees, in quote; below zero for a loss. */
export const grossOfClosing = (position: Position, fill: Fill): Amount =>
  gainOf(position, shareOf(position, fill, position.cost), fill.price.times(fill.amount)) as Amount

/**
 * Closes `fill.amount` of it: realized = s·q_c·(x − e) − exit fee − the entry fee's share of the part closed. More than
 * there is leaves an amount below zero, for somebody to see: it happened all the same.
 */
export function addExitFill(position: Position, fill: Fill): Position {
  const fees = shareOf(position, fill, position.openFees)
  const gain = grossOfClosing(position, fill).minus(fees).minus(feeInQuote(fill))
  return {
    ...position,
    amount: position.amount.minus(fill.amount) as Amount,
    cost: position.cost.minus(shareOf(position, fill, position.cost)) as Money,
    openFees: position.openFees.minus(fees) as Money,
    realized: position.realized.plus(gain) as Money,
    closedAt: fill.amount.gte(position.amount) ? fill.at : null,
  }
}

/** Which of its two exits a price has reached; the stop is looked at first. */
export function exitReached(position: Position, mark: Price): 'stop' | 'target' | null {
  const isLong = position.side === 'long'
  if (isLong ? mark.lte(position.stop) : mark.gte(position.stop)) return 'stop'
  if (isLong ? mark.gte(position.target) : mark.lte(position.target)) return 'target'
  return null
}
