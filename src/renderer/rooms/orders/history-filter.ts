import type { OrderView } from '../../../shared/contract/views.ts'

export type HistoryFilter = {
  readonly symbol: string
  readonly side: '' | 'buy' | 'sell'
  readonly status: string
  /** In ids, origin and reason. */
  readonly text: string
}
export const NO_FILTER: HistoryFilter = { symbol: '', side: '', status: '', text: '' }

export function filterOrders(orders: readonly OrderView[], filter: HistoryFilter): readonly OrderView[] {
  const text = filter.text.trim().toLowerCase()
  return orders.filter(
    (order) =>
      (filter.symbol === '' || order.symbol === filter.symbol) &&
      (filter.side === '' || order.side === filter.side) &&
      (filter.status === '' || order.status === filter.status) &&
      (text === '' || searched(order).includes(text)),
  )
}

const searched = ({ id, clientOrderId, origin, reason, symbol }: OrderView): string =>
  [id, clientOrderId, origin, reason ?? '', symbol].join(' ').toLowerCase()

/** Each value once, in order. */
export const choices = (values: readonly string[]): string[] => [...new Set(values)].sort()
