import type { ExternalOrderView, OrderView } from '../../shared/contract/views.ts'
import { toText } from '../../shared/money.ts'
import { assertNever } from '../../shared/result.ts'
import { after, SECOND } from '../../shared/time.ts'
import { averagePrice, isFinal, type Order, originOf } from '../domain/order.ts'
import type { RestingOrder } from '../ports.ts'
import { percentOf } from './position-view.ts'

/** After its deadline an order is asked for; within this time the answer has come. */
const PROOF_MS = 10 * SECOND

export function orderView(order: Order): OrderView {
  const average = averagePrice(order)
  return {
    id: order.id,
    clientOrderId: order.clientOrderId,
    exchangeId: order.exchangeId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    purpose: purposeOf(order),
    amount: toText(order.amount),
    limitPrice: toText(order.limitPrice),
    trigger: order.trigger === null ? null : toText(order.trigger),
    leverage: order.leverage,
    filled: toText(order.filled),
    filledPercent: percentOf(order.filled, order.amount),
    averagePrice: average === null ? null : toText(average.round(10)),
    status: order.status,
    inDoubt: order.inDoubt,
    doubtUntil: order.inDoubt && order.exchangeId === null ? after(order.deadline, PROOF_MS) : null,
    isOpen: !isFinal(order.status),
    reason: order.cancelling ?? order.reason,
    origin: originOf(order.receipt),
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    correlationId: order.correlationId,
  }
}

function purposeOf({ receipt, sleeve }: Order): OrderView['purpose'] {
  switch (receipt.kind) {
    case 'proposal_leg':
      return sleeve === 'core' ? 'rebalance' : 'entry'
    case 'position_exit':
      return 'exit'
    case 'protective_stop':
      return 'protective stop'
    case 'bag_purchase':
      return 'bag purchase'
    default:
      return assertNever(receipt)
  }
}

export const externalView = (order: RestingOrder): ExternalOrderView => ({
  exchangeId: order.exchangeId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  amount: toText(order.amount),
  filled: toText(order.filled),
  filledPercent: percentOf(order.filled, order.amount),
  price: order.price === null ? null : toText(order.price),
  openedAt: order.openedAt,
})
