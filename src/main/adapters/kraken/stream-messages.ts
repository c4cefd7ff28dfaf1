import { z } from 'zod'
import { RESULTS } from './messages.ts'

/*
 * What the private socket says. An execution is a hint that something about an order changed and nothing more: its last
 * fill may still say that the order is partly filled, its snapshot ends after fifty trades.
 */

export type System = z.infer<typeof RESULTS.SystemStatus>['status']

export type StreamMessage =
  | { readonly kind: 'executions'; readonly orders: readonly OrderHint[] }
  | { readonly kind: 'system'; readonly system: System }
  | { readonly kind: 'subscribed'; readonly channel: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** A sign of life without content. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'ignored'; readonly reason: string }

export type OrderHint = { readonly exchangeId: string; readonly clientOrderId: string | null }

const Executions = z.object({
  channel: z.literal('executions'),
  type: z.enum(['snapshot', 'update']),
  data: z.array(z.object({ order_id: z.string(), cl_ord_id: z.string().nullish() })),
})
const Status = z.object({
  channel: z.literal('status'),
  data: z.array(z.object({ system: RESULTS.SystemStatus.shape.status })).min(1),
})
const Reply = z.object({
  method: z.string(),
  success: z.boolean(),
  error: z.string().optional(),
  result: z.object({ channel: z.string().optional() }).optional(),
})
const Tagged = z.object({ channel: z.string().optional(), method: z.string().optional() })

/** Never throws: what is not understood is ignored with a reason. */
export function readStreamMessage(message: unknown): StreamMessage {
  const tagged = Tagged.safeParse(message)
  if (!tagged.success) return ignored('it is not a message of version 2')
  const { channel, method } = tagged.data
  if (channel === 'heartbeat' || method === 'pong') return { kind: 'alive' }
  if (channel === 'executions') return executionsOf(message)
  if (channel === 'status') return statusOf(message)
  if (method === 'subscribe') return replyOf(message)
  return ignored(`nothing here reads ${channel ?? method ?? 'a message without channel or method'}`)
}

const ignored = (reason: string): StreamMessage => ({ kind: 'ignored', reason })

function executionsOf(message: unknown): StreamMessage {
  const read = Executions.safeParse(message)
  if (!read.success) return ignored(`executions without order ids: ${z.prettifyError(read.error)}`)
  const orders = read.data.data.map(({ order_id, cl_ord_id }) => ({
    exchangeId: order_id,
    clientOrderId: cl_ord_id ?? null,
  }))
  return { kind: 'executions', orders }
}

function statusOf(message: unknown): StreamMessage {
  const read = Status.safeParse(message)
  const system = read.success ? read.data.data.at(-1)?.system : undefined
  return system === undefined ? ignored('a status that is not known') : { kind: 'system', system }
}

function replyOf(message: unknown): StreamMessage {
  const read = Reply.safeParse(message)
  if (!read.success) return ignored('an answer to a subscription without an outcome')
  const { success, error, result } = read.data
  if (success) return { kind: 'subscribed', channel: result?.channel ?? '' }
  return { kind: 'refused', reason: error ?? 'without a reason' }
}
