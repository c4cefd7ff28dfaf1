import type { Asset, OrderId, TradedPair, TradeId } from '../../shared/ids.ts'
import { amount, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { Fill } from '../domain/order.ts'
import type { FillStore } from '../ports.ts'
import { decoded, exactText, insertInto, oneOf, type Sql, type Value } from './columns.ts'
import { SIDES } from './orders.ts'

const COLUMNS = ['trade_id', 'order_id', 'symbol', 'side', 'amount', 'price', 'fee', 'fee_asset', 'at']

export type FillRow = {
  readonly trade_id: string
  readonly order_id: string
  readonly symbol: string
  readonly side: string
  readonly amount: string
  readonly price: string
  readonly fee: string
  readonly fee_asset: string
  readonly at: number
}

export const fillFromRow = (row: FillRow): Fill =>
  decoded('fills', row.trade_id, () => ({
    tradeId: row.trade_id as TradeId,
    orderId: row.order_id as OrderId,
    symbol: row.symbol as TradedPair,
    side: oneOf(SIDES, row.side),
    amount: amount(row.amount),
    price: price(row.price),
    fee: amount(row.fee),
    feeAsset: row.fee_asset as Asset,
    at: epochMs(row.at),
  }))

export function createFillStore(sql: Sql): FillStore {
  const insert = sql.prepare(`${insertInto('fills', COLUMNS)} ON CONFLICT (trade_id) DO NOTHING`)
  const ofOrder = sql.prepare<Value[], FillRow>('SELECT * FROM fills WHERE order_id = ? ORDER BY rowid')
  const recent = sql.prepare<Value[], FillRow>('SELECT * FROM fills ORDER BY rowid DESC LIMIT ?')
  return {
    add: (fill) =>
      insert.run(
        fill.tradeId,
        fill.orderId,
        fill.symbol,
        fill.side,
        exactText(fill.amount),
        exactText(fill.price),
        exactText(fill.fee),
        fill.feeAsset,
        fill.at,
      ).changes === 1,
    ofOrder: (id) => ofOrder.all(id).map(fillFromRow),
    recent: (limit) => recent.all(limit).map(fillFromRow),
  }
}
