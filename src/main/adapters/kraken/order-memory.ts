import type { ClientOrderId, TradedPair } from '../../../shared/ids.ts'
import type { EpochMs } from '../../../shared/time.ts'

/** What is known of an order beyond what a request about it says: whose counter it is charged to, and how old it is. */
type Remembered = { readonly symbol: TradedPair; readonly openedAt: EpochMs }

export type OrderMemory = {
  remember(id: ClientOrderId, order: Remembered): void
  of(id: ClientOrderId): Remembered | null
  /** Messages of the socket do not always repeat our id. */
  name(exchangeId: string, id: ClientOrderId): void
  nameOf(exchangeId: string): ClientOrderId | null
}

/** Orders that live longer than so many younger ones are charged as if they were new: dearer, never cheaper. */
const MOST = 5_000

export function createOrderMemory(): OrderMemory {
  const orders = new Map<ClientOrderId, Remembered>()
  const names = new Map<string, ClientOrderId>()
  return {
    remember: (id, order) => keep(orders, id, order),
    of: (id) => orders.get(id) ?? null,
    name: (exchangeId, id) => keep(names, exchangeId, id),
    nameOf: (exchangeId) => names.get(exchangeId) ?? null,
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > MOST && oldest.done !== true) map.delete(oldest.value)
}
