import type { OrderView } from '../../../shared/contract/views.ts'

const COLUMNS = [
  'id',
  'clientOrderId',
  'exchangeId',
  'createdAt',
  'updatedAt',
  'symbol',
  'side',
  'purpose',
  'type',
  'leverage',
  'status',
  'amount',
  'limitPrice',
  'trigger',
  'filled',
  'averagePrice',
  'inDoubt',
  'origin',
  'reason',
  'correlationId',
] as const

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/
/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA_START = /^[=+\-@\t\r]/

/** One cell of CSV (RFC 4180): no spreadsheet will run it. */
export function csvCell(text: string): string {
  const safe = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const plain = (order: OrderView) => ({
  ...order,
  createdAt: new Date(order.createdAt).toISOString(),
  updatedAt: new Date(order.updatedAt).toISOString(),
})

export function ordersToCsv(orders: readonly OrderView[]): string {
  const rows = orders.map(plain).map((order) => COLUMNS.map((column) => csvCell(String(order[column] ?? ''))).join(','))
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`
}

export function ordersToJson(orders: readonly OrderView[]): string {
  const rows = orders.map(plain).map((order) => Object.fromEntries(COLUMNS.map((column) => [column, order[column]])))
  return `${JSON.stringify(rows, null, 2)}\n`
}
