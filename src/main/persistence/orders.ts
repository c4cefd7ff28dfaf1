import type { ClientOrderId, CorrelationId, OrderId, PositionId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { amount, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import {
  type ExitReason,
  type Order,
  type OrderStatus,
  type OrderType,
  positionIdOf,
  type Receipt,
  type Side,
  type TradingSleeve,
} from '../domain/order.ts'
import type { OrderStore, Transact } from '../ports.ts'
import { decoded, exactText, insertInto, oneOf, type Sql, updateOf, type Value } from './columns.ts'

export const SIDES: readonly Side[] = ['buy', 'sell']
const ORDER_TYPES: readonly OrderType[] = ['market', 'limit', 'post_only', 'stop']
export const ORDER_STATUSES: readonly OrderStatus[] = [
  'pending',
  'open',
  'partially_filled',
  'filled',
  'cancelled',
  'expired',
  'rejected',
]
const TRADING_SLEEVES: readonly TradingSleeve[] = ['core', 'hodl', 'tactical']
const RECEIPT_KINDS: readonly Receipt['kind'][] = ['proposal_leg', 'position_exit', 'protective_stop', 'bag_purchase']
export const EXIT_REASONS: readonly ExitReason[] = [
  'stop',
  'target',
  'trader',
  'time',
  'unprotected',
  'signal',
  'breaker',
]

const INTENT_COLUMNS = [
  'id',
  'client_order_id',
  'symbol',
  'side',
  'type',
  'amount',
  'limit_price',
  'leverage',
  'sleeve',
  'receipt_kind',
  'proposal_id',
  'leg',
  'position_id',
  'exit_reason',
  'created_at',
  'deadline',
  'correlation_id',
]
const STATUS_COLUMNS = [
  'status',
  'in_doubt',
  'exchange_id',
  'trigger_price',
  'filled',
  'cost',
  'cancelling',
  'reason',
  'updated_at',
]

export type OrderRow = {
  readonly seq: number
  readonly id: string
  readonly client_order_id: string
  readonly symbol: string
  readonly side: string
  readonly type: string
  readonly amount: string
  readonly limit_price: string
  readonly leverage: number
  readonly sleeve: string
  readonly receipt_kind: string
  readonly proposal_id: string
  readonly leg: number
  readonly position_id: string
  readonly exit_reason: string
  readonly created_at: number
  readonly deadline: number
  readonly correlation_id: string
  readonly status: string
  readonly in_doubt: number
  readonly exchange_id: string | null
  readonly trigger_price: string | null
  readonly filled: string
  readonly cost: string
  readonly cancelling: string | null
  readonly reason: string | null
  readonly updated_at: number
}

const intentValues = (order: Order): Value[] => {
  const { receipt } = order
  const isLeg = receipt.kind === 'proposal_leg'
  return [
    order.id,
    order.clientOrderId,
    order.symbol,
    order.side,
    order.type,
    exactText(order.amount),
    exactText(order.limitPrice),
    order.leverage,
    order.sleeve,
    receipt.kind,
    isLeg ? receipt.proposalId : null,
    isLeg ? receipt.leg : null,
    positionIdOf(receipt),
    receipt.kind === 'position_exit' ? receipt.reason : null,
    order.createdAt,
    order.deadline,
    order.correlationId,
  ]
}

const statusValues = (order: Order, filled: string): Value[] => [
  order.status,
  order.inDoubt ? 1 : 0,
  order.exchangeId,
  order.trigger === null ? null : exactText(order.trigger),
  filled,
  exactText(order.cost),
  order.cancelling,
  order.reason,
  order.updatedAt,
]

export const orderFromRow = (row: OrderRow): Order =>
  decoded('orders', row.id, () => ({
    id: row.id as OrderId,
    clientOrderId: row.client_order_id as ClientOrderId,
    symbol: row.symbol as TradedPair,
    side: oneOf(SIDES, row.side),
    type: oneOf(ORDER_TYPES, row.type),
    amount: amount(row.amount),
    limitPrice: price(row.limit_price),
    leverage: row.leverage,
    sleeve: oneOf(TRADING_SLEEVES, row.sleeve),
    receipt: receiptFromRow(row),
    createdAt: epochMs(row.created_at),
    deadline: epochMs(row.deadline),
    correlationId: row.correlation_id as CorrelationId,
    status: oneOf(ORDER_STATUSES, row.status),
    inDoubt: row.in_doubt === 1,
    exchangeId: row.exchange_id,
    trigger: row.trigger_price === null ? null : price(row.trigger_price),
    filled: amount(row.filled),
    cost: amount(row.cost),
    cancelling: row.cancelling,
    reason: row.reason,
    updatedAt: epochMs(row.updated_at),
  }))

function receiptFromRow(row: OrderRow): Receipt {
  const kind = oneOf(RECEIPT_KINDS, row.receipt_kind)
  const positionId = row.position_id as PositionId
  switch (kind) {
    case 'proposal_leg':
      return { kind, proposalId: row.proposal_id as ProposalId, leg: row.leg }
    case 'position_exit':
      return { kind, positionId, reason: oneOf(EXIT_REASONS, row.exit_reason) }
    case 'protective_stop':
      return { kind, positionId }
    case 'bag_purchase':
      return { kind }
  }
}

export function createOrderStore(sql: Sql, transact: Transact): OrderStore {
  const insertOrder = sql.prepare(insertInto('orders', [...INTENT_COLUMNS, ...STATUS_COLUMNS]))
  const updateOrder = sql.prepare(updateOf('orders', STATUS_COLUMNS, 'id'))
  const logFirst = sql.prepare(
    'INSERT INTO order_status_log (order_id, at, status, in_doubt, filled, reason) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const logChange = sql.prepare(
    `INSERT INTO order_status_log (order_id, at, status, in_doubt, filled, reason)
     SELECT id, ?, ?, ?, ?, ? FROM orders WHERE id = ? AND (status <> ? OR in_doubt <> ? OR filled <> ?)`,
  )
  const all = (where: string) => sql.prepare<Value[], OrderRow>(`SELECT * FROM orders ${where}`)
  const byId = all('WHERE id = ?')
  const byClientOrderId = all('WHERE client_order_id = ?')
  const live = all(`WHERE status IN ('pending', 'open', 'partially_filled') OR in_doubt = 1 ORDER BY created_at, seq`)
  // Sorted here: an order has a handful of siblings, and SQLite's sorter costs more than the look-up.
  const ofProposal = all('WHERE proposal_id = ?')
  const ofPosition = all('WHERE position_id = ?')
  const recent = all('ORDER BY seq DESC LIMIT ?')
  const createdSince = all('WHERE created_at >= ? ORDER BY created_at DESC, seq DESC')
  const oneOrNull = (row: OrderRow | undefined): Order | null => (row === undefined ? null : orderFromRow(row))

  return {
    insert(order) {
      const filled = exactText(order.filled)
      const values = [...intentValues(order), ...statusValues(order, filled)]
      transact(() => {
        insertOrder.run(values)
        logFirst.run(order.id, order.updatedAt, order.status, order.inDoubt ? 1 : 0, filled, order.reason)
      })
    },
    save(order) {
      const filled = exactText(order.filled)
      const { id, status, reason, updatedAt } = order
      const inDoubt = order.inDoubt ? 1 : 0
      const values = [...statusValues(order, filled), id]
      transact(() => {
        logChange.run(updatedAt, status, inDoubt, filled, reason, id, status, inDoubt, filled)
        if (updateOrder.run(values).changes !== 1) throw new Error(`order ${id} was never inserted`)
      })
    },
    get: (id) => oneOrNull(byId.get(id)),
    byClientOrderId: (id) => oneOrNull(byClientOrderId.get(id)),
    live: () => live.all().map(orderFromRow),
    ofProposal: (id) =>
      ofProposal
        .all(id)
        .sort((a, b) => a.seq - b.seq)
        .map(orderFromRow),
    ofPosition: (id) =>
      ofPosition
        .all(id)
        .sort((a, b) => a.seq - b.seq)
        .map(orderFromRow),
    recent: (limit) => recent.all(limit).map(orderFromRow),
    createdSince: (time) => createdSince.all(time).map(orderFromRow),
  }
}
