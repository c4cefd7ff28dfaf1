import { toText } from '../../../shared/money.ts'
import { assertNever, err, ok, type Result } from '../../../shared/result.ts'
import { isoTime } from '../../../shared/time.ts'
import type { OrderIntent } from '../../domain/order.ts'
import type { Refused } from '../../ports.ts'
import type { Parameters } from './wire.ts'

/**
 * `AddOrder` for an intent, amounts and prices as exact text. Our market orders have a worst price, which Kraken's have
 * not: they go out as limit orders that never rest. Kraken checks `cl_ord_id` among open orders only; the deadline is
 * what proves an absent order absent.
 */
export function addOrderRequest(
  intent: OrderIntent,
  pairId: string,
  isMarginEnabled: boolean,
): Result<Parameters, Refused> {
  if (intent.leverage > 1 && !isMarginEnabled) {
    return err({
      kind: 'refused',
      code: 'exchange/margin-disabled',
      message: 'Margin is not enabled (risk.yaml margin.enabled).',
    })
  }
  return ok({
    pair: pairId,
    type: intent.side,
    ...typeOf(intent),
    volume: toText(intent.amount),
    // The fee in quote on either side: a fee in coins would come from beyond what is being sold.
    oflags: intent.type === 'post_only' ? 'fciq,post' : 'fciq',
    ...marginOf(intent),
    cl_ord_id: intent.clientOrderId,
    deadline: isoTime(intent.deadline),
  })
}

function typeOf({ type, limitPrice }: OrderIntent): Parameters {
  const price = toText(limitPrice)
  switch (type) {
    case 'market':
      return { ordertype: 'limit', price, timeinforce: 'IOC' }
    case 'limit':
    case 'post_only':
      return { ordertype: 'limit', price }
    case 'stop':
      return { ordertype: 'stop-loss', price }
    default:
      return assertNever(type)
  }
}

function marginOf({ leverage, receipt }: OrderIntent): Parameters {
  if (leverage <= 1) return {}
  const leveraged = { leverage: String(leverage) }
  // What closes a position must never open one the other way.
  return receipt.kind === 'proposal_leg' ? leveraged : { ...leveraged, reduce_only: 'true' }
}
