import type { OrderView } from '../../../shared/contract/views.ts'

export const PURPOSES: Record<OrderView['purpose'], string> = {
  entry: 'Entry',
  exit: 'Exit',
  'protective stop': 'Protective stop',
  rebalance: 'Rebalance',
  'bag purchase': 'Bag purchase',
}

/** What its price means: a limit, the worst price, or where a stop triggers now. */
export function priceOf({ type, limitPrice, trigger }: OrderView): { readonly price: string; readonly kind: string } {
  switch (type) {
    case 'limit':
      return { price: limitPrice, kind: 'limit' }
    case 'post_only':
      return { price: limitPrice, kind: 'limit, post-only' }
    case 'market':
      return { price: limitPrice, kind: 'market, worst' }
    case 'stop':
      return { price: trigger ?? limitPrice, kind: 'stop, trigger' }
  }
}

const NEVER_PLACED = 'never-placed'

/** Why an order ended as it did; null where its state says all. */
export function whyEnded({ status, reason }: Pick<OrderView, 'status' | 'reason'>): string | null {
  // What is kept of a filled order is why it was to be cancelled.
  if (status === 'filled' && reason !== null) return 'filled before its cancel arrived'
  return reason === NEVER_PLACED ? 'never reached the exchange' : reason
}
