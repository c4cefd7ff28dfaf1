import { integer, type Money, maxOf, ZERO } from '../../shared/money.ts'
import { filledOf } from './execution.ts'
import { isFinal, type Order } from './order.ts'
import type { Position } from './position.ts'
import type { Proposal } from './proposal.ts'
import { type Commitment, highestPrice } from './risk-rules.ts'

/**
 * What a trade that waits for a decision, or is being carried out, still takes up; null for a rebalance. What a living
 * order needs has been lent already: it is not among core's quote any more.
 *
 * @param orders of this proposal.
 * @param open   positions.
 */
export function commitmentOf(
  { id, trade, legs }: Proposal,
  orders: readonly Order[],
  open: readonly Position[],
): Commitment | null {
  const [leg] = legs
  if (trade === null || leg === undefined) return null
  const left = maxOf(leg.amount.minus(filledOf(orders)), ZERO)
  const cost = left.times(highestPrice(leg.price, leg.worstPrice))
  const isLent = orders.some((order) => !isFinal(order.status) || order.inDoubt)
  const fee = cost.times(leg.fee).div(leg.amount.times(leg.price))
  return {
    symbol: trade.symbol,
    cost: cost as Money,
    cash: (isLent ? ZERO : cost.div(integer(trade.leverage)).plus(fee)) as Money,
    isPosition: open.some(({ proposalId }) => proposalId === id),
  }
}
