import {
  baseOf,
  type CorrelationId,
  type OrderId,
  type PositionId,
  type ProposalId,
  quoteOf,
  type TradedPair,
} from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, type Price, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Fill } from './order.ts'

/** A tactical holding with its stop and target. Long only: spot cannot be sold short. */
export type Position = {
  readonly id: PositionId
  readonly proposalId: ProposalId
  readonly symbol: TradedPair
  readonly entryOrderId: OrderId
  /** Base units still held. */
  readonly amount: Amount
  /** Σ price × amount of what is still held, in quote, without fees. */
  readonly cost: Money
  /** Entry fees of what is still held. */
  readonly openFees: Money
  /** From closes so far, fees of the part closed deducted. */
  readonly realized: Money
  readonly stop: Price
  readonly target: Price
  readonly openedAt: EpochMs
  readonly closedAt: EpochMs | null
  /** The order that is closing it, while there is one. */
  readonly exitOrderId: OrderId | null
  readonly exitReason: 'stop' | 'target' | 'trader' | null
  readonly correlationId: CorrelationId
}

export const averageEntry = (position: Position): Price | null =>
  position.amount.gt(ZERO) ? (position.cost.div(position.amount) as Price) : null

/** s·q·(m − e) − open fees, for s = +1. Source: design, "Positions and P&L". */
export const unrealized = (position: Position, mark: Price): Money =>
  position.amount.times(mark).minus(position.cost).minus(position.openFees) as Money

/**
 * A fill's fee in the quote of its market. A fee charged in base is worth `fee × price`; any other asset's fee has no
 * price here. @throws for such a fee: no exchange of ours charges one.
 */
function feeInQuote(fill: Fill): Money {
  if (fill.feeAsset === quoteOf(fill.symbol)) return fill.fee as Decimal as Money
  if (fill.feeAsset === baseOf(fill.symbol)) return fill.fee.times(fill.price) as Money
  throw new Error(`${fill.tradeId}: a fee in ${fill.feeAsset} on ${fill.symbol}`)
}

export const addEntryFill = (position: Position, fill: Fill): Position => ({
  ...position,
  amount: position.amount.plus(fill.amount) as Amount,
  cost: position.cost.plus(fill.price.times(fill.amount)) as Money,
  openFees: position.openFees.plus(feeInQuote(fill)) as Money,
})

/** Closes `fill.amount` of it: realized = q_c·(x − e) − exit fee − the entry fee's share of the part closed. */
export function addExitFill(position: Position, fill: Fill): Position {
  const isLast = fill.amount.gte(position.amount)
  const share = <T extends Money>(whole: T): T =>
    isLast ? whole : (whole.times(fill.amount).div(position.amount) as Decimal as T)
  const cost = share(position.cost)
  const fees = share(position.openFees)
  const gain = fill.price.times(fill.amount).minus(cost).minus(fees).minus(feeInQuote(fill))
  return {
    ...position,
    amount: position.amount.minus(fill.amount) as Amount,
    cost: position.cost.minus(cost) as Money,
    openFees: position.openFees.minus(fees) as Money,
    realized: position.realized.plus(gain) as Money,
    closedAt: isLast ? fill.at : null,
  }
}

/** Which of its two exits a price has reached; the stop is looked at first. */
export function exitReached(position: Position, mark: Price): 'stop' | 'target' | null {
  if (mark.lte(position.stop)) return 'stop'
  if (mark.gte(position.target)) return 'target'
  return null
}
