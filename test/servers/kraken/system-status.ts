import type { MarketStatus } from './market.ts'

export const SYSTEM_STATUSES = ['online', 'maintenance', 'cancel_only', 'post_only', 'limit_only'] as const
export type SystemStatus = (typeof SYSTEM_STATUSES)[number]

export type Wanted = { readonly type: string; readonly isPostOnly: boolean; readonly isReduceOnly: boolean }

/** Why an order may not enter a market as it stands; null when it may. Cancelling is always allowed but in maintenance. */
export function closedTo(status: MarketStatus | SystemStatus, order: Wanted): string | null {
  switch (status) {
    case 'online':
      return null
    case 'cancel_only':
      return 'EService:Market in cancel_only mode'
    case 'post_only':
      return order.isPostOnly ? null : 'EService:Market in post_only mode'
    case 'limit_only':
      return order.type === 'limit' ? null : 'EService:Market in limit_only mode'
    case 'reduce_only':
      return order.isReduceOnly ? null : 'EService:Market in reduce_only mode'
    case 'maintenance':
      return 'EService:Unavailable'
    case 'delisted':
      return 'EQuery:Unknown asset pair'
  }
}
