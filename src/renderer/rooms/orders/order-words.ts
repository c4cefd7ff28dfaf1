import type { OrderView } from '../../../shared/contract/views.ts'

export const PURPOSES: Record<OrderView['purpose'], string> = {
  entry: 'Entry',
  exit: 'Exit',
  'protective stop': 'Protective stop',
  rebalance: 'Rebalance',
}

/** What its price means: a limit, the worst price, or where a stop triggers now. */
export function priceOf({ type, limitPrice, trigger }: OrderView): { readonly price: string; readonly kind: string } {
  switch (type) {
    case 'limit':
      return { price: limitPrice, kind: 'limit' }
    case 'market':
      return { price: limitPrice, kind: 'market, worst' }
    case 'stop':
      return { price: trigger ?? limitPrice, kind: 'stop, trigger' }
  }
}
