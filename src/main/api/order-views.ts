import type { OrdersView, OrderView, PositionView } from '../../shared/contract/views.ts'
import { type Decimal, decimal, type Price, shown, toText, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import { averagePrice, isFinal, type Order } from '../domain/order.ts'
import { averageEntry, type Position, unrealized } from '../domain/position.ts'

const HUNDRED = decimal('100')
const percent = (part: Decimal, whole: Decimal): string =>
  whole.eq(ZERO) ? '0' : shown(part.div(whole).times(HUNDRED), 2)

function orderView(order: Order): OrderView {
  const average = averagePrice(order)
  return {
    id: order.id,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    amount: toText(order.amount),
    limitPrice: toText(order.limitPrice),
    filled: toText(order.filled),
    filledPercent: percent(order.filled, order.amount),
    averagePrice: average === null ? null : toText(average.round(10)),
    status: order.status,
    inDoubt: order.inDoubt,
    isOpen: !isFinal(order.status),
    reason: order.reason,
    origin: order.receipt.kind === 'proposal_leg' ? order.receipt.proposalId : order.receipt.positionId,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    correlationId: order.correlationId,
  }
}

export type Mark = { readonly price: Price; readonly at: EpochMs; readonly isStale: boolean } | null

function positionView(position: Position, mark: Mark): PositionView {
  const entry = averageEntry(position)
  const gain = mark === null || position.closedAt !== null ? null : unrealized(position, mark.price)
  return {
    id: position.id,
    symbol: position.symbol,
    amount: toText(position.amount),
    averageEntry: entry === null ? null : toText(entry.round(10)),
    mark: mark === null ? null : toText(mark.price),
    markAt: mark?.at ?? null,
    isStale: mark?.isStale ?? true,
    unrealized: gain === null ? null : shown(gain, 2),
    unrealizedPercent: gain === null ? null : percent(gain, position.cost),
    realized: shown(position.realized, 2),
    stop: toText(position.stop),
    target: toText(position.target),
    stopDistancePercent: mark === null ? null : percent(mark.price.minus(position.stop), mark.price),
    targetDistancePercent: mark === null ? null : percent(position.target.minus(mark.price), mark.price),
    openedAt: position.openedAt,
    closedAt: position.closedAt,
    exitReason: position.exitReason,
    isClosing: position.exitOrderId !== null && position.closedAt === null,
  }
}

export function ordersView(
  live: readonly Order[],
  recent: readonly Order[],
  positions: readonly Position[],
  markOf: (position: Position) => Mark,
): OrdersView {
  const open = positions.filter((position) => position.closedAt === null)
  const closed = positions.filter((position) => position.closedAt !== null)
  return {
    open: live.map(orderView),
    recent: recent.map(orderView),
    positions: open.map((position) => positionView(position, markOf(position))),
    closedPositions: closed.map((position) => positionView(position, markOf(position))),
  }
}
