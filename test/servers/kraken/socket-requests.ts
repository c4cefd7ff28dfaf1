import { z } from 'zod'
import type { Subscription } from './socket-line.ts'

const CHANNELS = ['ticker', 'trade', 'book', 'ohlc', 'executions', 'balances'] as const
export type Channel = (typeof CHANNELS)[number]

/** A client's message, read as far as this server understands it. */
export const SocketRequest = z.object({
  method: z.string(),
  req_id: z.number().int().optional(),
  params: z
    .object({
      channel: z.enum(CHANNELS).optional().catch(undefined),
      symbol: z.array(z.string()).default([]),
      snapshot: z.boolean().default(true),
      event_trigger: z.enum(['trades', 'bbo']).default('trades'),
      depth: z.union([z.literal(10), z.literal(25), z.literal(100), z.literal(500), z.literal(1_000)]).default(10),
      interval: z.number().int().positive().default(1),
      token: z.string().optional(),
      snap_orders: z.boolean().default(true),
      snap_trades: z.boolean().default(false),
    })
    .optional(),
})
export type SocketRequest = z.infer<typeof SocketRequest>
export type SocketParams = NonNullable<SocketRequest['params']>

export const isAccountChannel = (channel: string): boolean => channel === 'executions' || channel === 'balances'

export function subscriptionTo(params: SocketParams, channel: Channel, symbol: string | null): Subscription {
  return { channel, symbol, trigger: params.event_trigger, depth: params.depth, interval: params.interval }
}

export const keyOf = ({ channel, symbol, interval }: Subscription): string =>
  [channel, symbol ?? '', channel === 'ohlc' ? interval : ''].join(' ')

/** What an acknowledgement repeats of a subscription. */
export function acknowledged({ channel, symbol, trigger, depth, interval }: Subscription, params: SocketParams) {
  const { snapshot } = params
  switch (channel) {
    case 'ticker':
      return { channel, symbol, event_trigger: trigger, snapshot }
    case 'book':
      return { channel, symbol, depth, snapshot }
    case 'ohlc':
      return { channel, symbol, interval, snapshot }
    case 'executions':
      return { channel, snap_orders: params.snap_orders, snap_trades: params.snap_trades, maxratecount: 125 }
    case 'balances':
      return { channel, snapshot }
    default:
      return { channel, symbol, snapshot }
  }
}
