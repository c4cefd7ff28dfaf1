import type { Failure, Result } from '../../shared/result.ts'
import type { Exchange } from '../ports.ts'

/** What an exchange says of a request that may not have reached it. */
const NOT_REACHED = ['unknown', 'unreachable']

/** The same exchange; of every request it is told whether the exchange could be reached. */
export function watchedExchange(inner: Exchange, onOutcome: (isReached: boolean) => void): Exchange {
  async function watched<T, E extends Failure & { readonly kind: string }>(
    answer: Promise<Result<T, E>>,
  ): Promise<Result<T, E>> {
    const result = await answer
    onOutcome(result.ok || !NOT_REACHED.includes(result.error.kind))
    return result
  }
  return {
    ...inner,
    submit: (intent) => watched(inner.submit(intent)),
    cancel: (id, options) => watched(inner.cancel(id, options)),
    amend: (id, trigger) => watched(inner.amend(id, trigger)),
    find: (id) => watched(inner.find(id)),
    openOrders: () => watched(inner.openOrders()),
    balances: () => watched(inner.balances()),
    movements: (since) => watched(inner.movements(since)),
    cancelAllAfter: (seconds) => watched(inner.cancelAllAfter(seconds)),
  }
}
