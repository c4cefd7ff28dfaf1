import type SqliteDatabase from 'better-sqlite3'
import { asset, type TradedPair } from '../../../shared/ids.ts'
import { amount, type Decimal, decimal, price, toText } from '../../../shared/money.ts'
import { epochMs } from '../../../shared/time.ts'
import type { Side } from '../../domain/order.ts'
import type { MarginPosition, VenueMovement, VenueOrder, VenueTrade } from './venue.ts'

type OrderRow = {
  number: number
  client_order_id: string | null
  symbol: string
  side: string
  type: string
  amount: string
  limit_price: string | null
  trigger_price: string | null
  time_in_force: string
  post_only: number
  leverage: number
  reduce_only: number
  status: string
  filled: string
  cost: string
  fee: string
  is_triggered: number
  held: string
  opened_at: number
  closed_at: number | null
  reason: string | null
}
type TradeRow = {
  number: number
  order_number: number
  symbol: string
  side: string
  amount: string
  price: string
  fee: string
  fee_asset: string
  is_maker: number
  realized: string | null
  at: number
}
type MovementRow = { number: number; kind: string; asset: string; amount: string; at: number }
type PositionRow = { symbol: string; amount: string; cost: string; margin: string }

/** @throws when it could not be read back (more than 40 decimals): rounding money is not for a store to decide. */
export function exactText(value: Decimal): string {
  const text = toText(value)
  decimal(text)
  return text
}
const textOrNull = (value: Decimal | null): string | null => (value === null ? null : exactText(value))

export const orderFrom = (row: OrderRow): VenueOrder => ({
  number: row.number,
  clientOrderId: row.client_order_id,
  symbol: row.symbol as TradedPair,
  side: row.side as Side,
  type: row.type as VenueOrder['type'],
  amount: amount(row.amount),
  limitPrice: row.limit_price === null ? null : price(row.limit_price),
  trigger: row.trigger_price === null ? null : price(row.trigger_price),
  timeInForce: row.time_in_force as VenueOrder['timeInForce'],
  postOnly: row.post_only === 1,
  leverage: row.leverage,
  reduceOnly: row.reduce_only === 1,
  status: row.status as VenueOrder['status'],
  filled: amount(row.filled),
  cost: amount(row.cost),
  fee: amount(row.fee),
  isTriggered: row.is_triggered === 1,
  held: amount(row.held),
  openedAt: epochMs(row.opened_at),
  closedAt: row.closed_at === null ? null : epochMs(row.closed_at),
  reason: row.reason,
})

export const tradeFrom = (row: TradeRow): VenueTrade => ({
  number: row.number,
  orderNumber: row.order_number,
  symbol: row.symbol as TradedPair,
  side: row.side as Side,
  amount: amount(row.amount),
  price: price(row.price),
  fee: amount(row.fee),
  feeAsset: asset(row.fee_asset),
  isMaker: row.is_maker === 1,
  realized: row.realized === null ? null : amount(row.realized),
  at: epochMs(row.at),
})

export const positionFrom = (row: PositionRow): MarginPosition => ({
  symbol: row.symbol as TradedPair,
  amount: amount(row.amount),
  cost: amount(row.cost),
  margin: amount(row.margin),
})

export const movementFrom = (row: MovementRow): VenueMovement => ({
  number: row.number,
  kind: row.kind as VenueMovement['kind'],
  asset: asset(row.asset),
  amount: amount(row.amount),
  at: epochMs(row.at),
})

/** In the order of `ORDER_COLUMNS`. */
export const orderValues = (order: Omit<VenueOrder, 'number'>) => [
  order.clientOrderId,
  order.symbol,
  order.side,
  order.type,
  exactText(order.amount),
  textOrNull(order.limitPrice),
  textOrNull(order.trigger),
  order.timeInForce,
  order.postOnly ? 1 : 0,
  order.leverage,
  order.reduceOnly ? 1 : 0,
  order.status,
  exactText(order.filled),
  exactText(order.cost),
  exactText(order.fee),
  order.isTriggered ? 1 : 0,
  exactText(order.held),
  order.openedAt,
  order.closedAt,
  order.reason,
]

export const tradeValues = (trade: Omit<VenueTrade, 'number'>) => [
  trade.orderNumber,
  trade.symbol,
  trade.side,
  exactText(trade.amount),
  exactText(trade.price),
  exactText(trade.fee),
  trade.feeAsset,
  trade.isMaker ? 1 : 0,
  textOrNull(trade.realized),
  trade.at,
]

const ORDER_COLUMNS = `client_order_id, symbol, side, type, amount, limit_price, trigger_price, time_in_force, post_only,
  leverage, reduce_only, status, filled, cost, fee, is_triggered, held, opened_at, closed_at, reason`
const ORDER_PLACES = Array(20).fill('?').join(', ')

export const statementsOf = (db: SqliteDatabase.Database) => ({
  balances: db.prepare<[], { asset: string; amount: string }>('SELECT asset, amount FROM balances ORDER BY rowid'),
  setBalance: db.prepare(
    'INSERT INTO balances VALUES (?, ?) ON CONFLICT (asset) DO UPDATE SET amount = excluded.amount',
  ),
  open: db.prepare<[], OrderRow>("SELECT * FROM orders WHERE status = 'open' ORDER BY number"),
  insertOrder: db.prepare(`INSERT INTO orders (${ORDER_COLUMNS}) VALUES (${ORDER_PLACES})`),
  saveOrder: db.prepare(`UPDATE orders SET (${ORDER_COLUMNS}) = (${ORDER_PLACES}) WHERE number = ?`),
  order: db.prepare<[number], OrderRow>('SELECT * FROM orders WHERE number = ?'),
  newestOf: db.prepare<[string], OrderRow>(
    'SELECT * FROM orders WHERE client_order_id = ? ORDER BY number DESC LIMIT 1',
  ),
  closed: db.prepare<[number], OrderRow>("SELECT * FROM orders WHERE status <> 'open' ORDER BY number DESC LIMIT ?"),
  closedOf: db.prepare<[string, number], OrderRow>(
    "SELECT * FROM orders WHERE client_order_id = ? AND status <> 'open' ORDER BY number DESC LIMIT ?",
  ),
  addTrade: db.prepare(
    `INSERT INTO trades (order_number, symbol, side, amount, price, fee, fee_asset, is_maker, realized, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  tradesOf: db.prepare<[number], TradeRow>('SELECT * FROM trades WHERE order_number = ? ORDER BY number'),
  trades: db.prepare<[number, number], TradeRow>('SELECT * FROM trades WHERE at >= ? ORDER BY number DESC LIMIT ?'),
  positions: db.prepare<[], PositionRow>('SELECT * FROM margin_positions ORDER BY rowid'),
  savePosition: db.prepare(
    `INSERT INTO margin_positions VALUES (?, ?, ?, ?) ON CONFLICT (symbol)
     DO UPDATE SET amount = excluded.amount, cost = excluded.cost, margin = excluded.margin`,
  ),
  addMovement: db.prepare('INSERT INTO movements (kind, asset, amount, at) VALUES (?, ?, ?, ?)'),
  movements: db.prepare<[number], MovementRow>('SELECT * FROM movements WHERE at >= ? ORDER BY number'),
  dropPosition: db.prepare('DELETE FROM margin_positions WHERE symbol = ?'),
})
