import type { VenueEvent, VenueOrder, VenueTrade } from '../../../src/main/adapters/paper/venue.ts'
import { type Decimal, toFloat, ZERO } from '../../../src/shared/money.ts'
import { type EpochMs, isoTime } from '../../../src/shared/time.ts'
import type { OrderNote } from './desk-store.ts'
import { reasonOf } from './order-format.ts'
import { txidOf } from './txid.ts'

/** Numbers, as the sockets write them: hints only, the REST side is exact. */
export type Report = Readonly<Record<string, unknown>>

const time = (at: EpochMs): string => isoTime(at).replace('Z', '000Z')
const price = (value: Decimal | null): number => (value === null ? 0 : toFloat(value))
const averageOf = (order: VenueOrder): number =>
  order.filled.gt(ZERO) ? toFloat(order.cost.div(order.filled).round(8, 1)) : 0

const idOf = (order: VenueOrder, note: OrderNote): Report => ({
  order_id: txidOf('O', order.number),
  order_userref: note.userref ?? 0,
  ...(order.clientOrderId === null ? {} : { cl_ord_id: order.clientOrderId }),
})
const termsOf = (order: VenueOrder): Report => ({
  symbol: order.symbol,
  side: order.side,
  order_type: order.type,
  order_qty: toFloat(order.amount),
  time_in_force: order.timeInForce,
  limit_price_type: 'static',
  ...(order.limitPrice === null ? {} : { limit_price: price(order.limitPrice) }),
  stop_price: price(order.trigger),
  ...(order.trigger === null ? {} : { triggers: triggersOf(order) }),
  ...(order.postOnly ? { post_only: true } : {}),
  ...(order.reduceOnly ? { reduce_only: true } : {}),
  ...(order.leverage > 1 ? { margin: true } : {}),
  fee_ccy_pref: 'fciq',
})
const triggersOf = (order: VenueOrder): Report => ({
  price: price(order.trigger),
  price_type: 'static',
  reference: 'last',
  status: order.isTriggered ? 'triggered' : 'untriggered',
})
const doneOf = (order: VenueOrder): Report => ({
  cum_qty: toFloat(order.filled),
  cum_cost: toFloat(order.cost),
  avg_price: averageOf(order),
  fee_usd_equiv: toFloat(order.fee),
})
const restingStatus = (order: VenueOrder): string => (order.filled.gt(ZERO) ? 'partially_filled' : 'new')

/** An open order as a snapshot tells of it. */
export const reportOpen = (order: VenueOrder, note: OrderNote): Report => ({
  ...idOf(order, note),
  ...termsOf(order),
  ...doneOf(order),
  exec_type: 'new',
  order_status: restingStatus(order),
  timestamp: time(order.openedAt),
})

/** `status` is what the order is said to be by now; the last fill of an order still says partially filled. */
export const reportTrade = (trade: VenueTrade, order: VenueOrder, note: OrderNote, status: string): Report => ({
  ...idOf(order, note),
  symbol: trade.symbol,
  side: trade.side,
  order_type: order.type,
  order_qty: toFloat(order.amount),
  exec_id: txidOf('T', trade.number),
  exec_type: 'trade',
  trade_id: trade.number,
  last_qty: toFloat(trade.amount),
  last_price: toFloat(trade.price),
  liquidity_ind: trade.isMaker ? 'm' : 't',
  cost: toFloat(trade.price.times(trade.amount)),
  ...doneOf(order),
  order_status: status,
  fees: [{ asset: trade.feeAsset, qty: toFloat(trade.fee) }],
  timestamp: time(trade.at),
})

/** What became of an order, told without its symbol. */
const reportEnd = (order: VenueOrder, note: OrderNote, at: EpochMs): Report => {
  const status = order.status === 'cancelled' ? 'canceled' : order.status
  const reason = reasonOf(order)
  return {
    ...idOf(order, note),
    exec_type: status,
    order_status: status,
    ...doneOf(order),
    ...(reason === null ? {} : { cancel_reason: reason, reason }),
    timestamp: time(order.closedAt ?? at),
  }
}

/** Follows the venue's events and says what the executions channel says of them: one event can be several messages. */
export class ExecutionReports {
  private readonly open = new Map<number, VenueOrder>()

  constructor(open: readonly VenueOrder[]) {
    for (const order of open) this.open.set(order.number, order)
  }

  of(event: VenueEvent, note: OrderNote, at: EpochMs): readonly Report[] {
    const { order } = event
    const before = this.open.get(order.number)
    if (order.status === 'open') this.open.set(order.number, order)
    else this.open.delete(order.number)
    if (event.kind === 'trade') {
      const trade = reportTrade(event.trade, order, note, 'partially_filled')
      return order.status === 'open' ? [trade] : [trade, reportEnd(order, note, at)]
    }
    if (order.status !== 'open') return [reportEnd(order, note, at)]
    if (before === undefined) return [...newOrder(order, note)]
    return [changed(before, order, note, at)]
  }
}

function newOrder(order: VenueOrder, note: OrderNote): readonly Report[] {
  const timestamp = time(order.openedAt)
  return [
    {
      ...idOf(order, note),
      ...termsOf(order),
      cum_cost: 0,
      exec_type: 'pending_new',
      order_status: 'pending_new',
      fee_usd_equiv: 0,
      timestamp,
    },
    { ...idOf(order, note), exec_type: 'new', order_status: 'new', timestamp },
  ]
}

function changed(before: VenueOrder, order: VenueOrder, note: OrderNote, at: EpochMs): Report {
  const common = { ...idOf(order, note), order_status: restingStatus(order), timestamp: time(at) }
  if (order.isTriggered && !before.isTriggered) return { ...common, exec_type: 'status', triggers: triggersOf(order) }
  return {
    ...common,
    exec_type: 'amended',
    amended: true,
    reason: 'User requested',
    order_qty: toFloat(order.amount),
    cum_qty: toFloat(order.filled),
    ...(order.limitPrice === null ? {} : { limit_price: price(order.limitPrice), limit_price_type: 'static' }),
    ...(order.trigger === null ? {} : { stop_price: price(order.trigger), triggers: triggersOf(order) }),
  }
}
