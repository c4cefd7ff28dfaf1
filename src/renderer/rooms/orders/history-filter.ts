import type { OrderView } from '../../../shared/contract/views.ts'

export type HistoryFilter = {
  readonly symbol: string
  readonly side: '' | OrderView['side']
  readonly purpose: '' | OrderView['purpose']
  readonly status: string
  /** In ids, origin and reason. */
  readonly text: string
}
export const NO_FILTER: HistoryFilter = { symbol: '', side: '', purpose: '', status: '', text: '' }

export function filterOrders(orders: readonly OrderView[], filter: HistoryFilter): readonly OrderView[] {
  const text = filter.text.trim().toLowerCase()
  return orders.filter(
    (order) =>
      (filter.symbol === '' || order.symbol === filter.symbol) &&
      (filter.side === '' || order.side === filter.side) &&
      (filter.purpose === '' || order.purpose === filter.purpose) &&
      (filter.status === '' || order.status === filter.status) &&
      (text === '' || searched(order).includes(text)),
  )
}

const searched = ({ id, clientOrderId, exchangeId, origin, correlationId, reason, symbol }: OrderView): string =>
  [id, clientOrderId, exchangeId ?? '', origin, correlationId, reason ?? '', symbol].join(' ').toLowerCase()

/** Each value once, in order. */
export const choices = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort()

/** What is pushed, before what was asked for: the same order counts once, as it was last heard of. Newest first. */
export function mergedHistory(pushed: readonly OrderView[], asked: readonly OrderView[]): readonly OrderView[] {
  const known = new Set(pushed.map(({ id }) => id))
  return [...pushed, ...asked.filter(({ id }) => !known.has(id))].sort((a, b) => b.createdAt - a.createdAt)
}
