import type { VenueOrder, VenueTrade } from '../../../src/main/adapters/paper/venue.ts'
import { toText, ZERO } from '../../../src/shared/money.ts'
import { atLeast, secondsOf } from './answer.ts'
import type { OrderNote } from './desk-store.ts'
import type { Market } from './market.ts'
import { txidOf } from './txid.ts'

/** Which asset pays the fee: here always the quote. */
export const NO_NOTE: OrderNote = { userref: null, oflags: 'fciq' }

const STATUSES = { open: 'open', filled: 'closed', cancelled: 'canceled', expired: 'expired' } as const
const NO_PRICE = '0'

/** `buy 0.50000000 XBTUSDT @ limit 29500.0`: the sentence that AddOrder answers and every order carries. */
export function describe(order: Described, market: Market) {
  const price = (value: VenueOrder['limitPrice']): string =>
    value === null ? NO_PRICE : atLeast(toText(value), market.priceDecimals)
  const first = price(order.trigger ?? order.limitPrice)
  const how = order.type === 'market' ? 'market' : `${order.type.replace('-', ' ')} ${first}`
  const leverage = order.leverage > 1 ? `${order.leverage}:1` : 'none'
  const suffix = order.leverage > 1 ? ` with ${leverage} leverage` : ''
  return {
    pair: market.names.altname,
    type: order.side,
    ordertype: order.type,
    price: first,
    price2: NO_PRICE,
    leverage,
    order: `${order.side} ${atLeast(toText(order.amount), 8)} ${market.names.altname} @ ${how}${suffix}`,
    close: '',
  }
}
type Described = Pick<VenueOrder, 'side' | 'type' | 'amount' | 'limitPrice' | 'trigger' | 'leverage'>

/** An order as OpenOrders, ClosedOrders and QueryOrders tell of it, without its id. */
export function orderBody(order: VenueOrder, note: OrderNote, market: Market, trades: readonly VenueTrade[] | null) {
  const price = (value: VenueOrder['limitPrice']): string =>
    value === null ? '0.00000' : atLeast(toText(value), market.priceDecimals)
  const average = order.filled.gt(ZERO) ? order.cost.div(order.filled).toFixed(market.priceDecimals, 1) : '0.00000'
  return {
    refid: null,
    userref: note.userref,
    ...(order.clientOrderId === null ? {} : { cl_ord_id: order.clientOrderId }),
    status: STATUSES[order.status],
    ...(order.closedAt === null ? {} : { reason: reasonOf(order), closetm: secondsOf(order.closedAt) }),
    opentm: secondsOf(order.openedAt),
    starttm: 0,
    expiretm: 0,
    descr: describe(order, market),
    vol: atLeast(toText(order.amount), 8),
    vol_exec: atLeast(toText(order.filled), 8),
    cost: atLeast(toText(order.cost), 5),
    fee: atLeast(toText(order.fee), 5),
    price: average,
    stopprice: price(order.trigger),
    limitprice: '0.00000',
    misc: order.isTriggered ? 'stopped' : '',
    oflags: note.oflags,
    timeinforce: order.timeInForce,
    ...(order.type === 'stop-loss' ? { trigger: 'last' } : {}),
    ...(order.reduceOnly ? { reduce_only: true } : {}),
    ...(trades === null ? {} : { trades: trades.map(({ number }) => txidOf('T', number)) }),
  }
}

/** Null for an order that was filled. */
export function reasonOf(order: VenueOrder): string | null {
  return order.status === 'filled' ? null : (order.reason ?? 'User requested')
}

/** A trade as TradesHistory tells of it, without its id. Its order's client id is not among it. */
export function tradeBody(trade: VenueTrade, order: VenueOrder, market: Market) {
  return {
    ordertxid: txidOf('O', trade.orderNumber),
    postxid: 'TKH2SE-M7IF5-CFI7LT',
    pair: market.names.id,
    aclass: 'forex',
    time: secondsOf(trade.at),
    type: trade.side,
    ordertype: order.type,
    price: atLeast(toText(trade.price), market.priceDecimals),
    cost: atLeast(toText(trade.price.times(trade.amount)), 5),
    fee: atLeast(toText(trade.fee), 5),
    vol: atLeast(toText(trade.amount), 8),
    margin: '0.00000',
    leverage: String(order.leverage > 1 ? order.leverage : 0),
    misc: trade.realized === null ? '' : 'margin',
    trade_id: trade.number,
    maker: trade.isMaker,
  }
}
