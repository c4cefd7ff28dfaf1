import type { Exchange, Stores } from '../../src/main/ports.ts'
import { err, ok } from '../../src/shared/result.ts'
import type { EpochMs } from '../../src/shared/time.ts'

/*
 * How orders are lost and sent twice elsewhere. A harness that finds nothing wrong with these finds nothing.
 * `resend`: a request without an answer is sent again at once. `look-once`: it is asked about once, and what is not there
 * at that moment is taken for never placed. `resell`: what was traded before the crash is forgotten.
 */
export const NAIVE_RULES = ['resend', 'look-once', 'resell'] as const
export type NaiveRule = (typeof NAIVE_RULES)[number]

export function naively(rule: NaiveRule | null, inner: Exchange): Exchange {
  switch (rule) {
    case null:
    case 'resell':
      return inner
    case 'resend':
      return {
        ...inner,
        async submit(intent) {
          const answer = await inner.submit(intent)
          return !answer.ok && answer.error.kind === 'unknown' ? inner.submit(intent) : answer
        },
      }
    case 'look-once':
      return {
        ...inner,
        async submit(intent) {
          const answer = await inner.submit(intent)
          if (answer.ok || answer.error.kind !== 'unknown') return answer
          const found = await inner.find(intent.clientOrderId)
          if (found.ok && found.value !== 'never-seen') return ok({ exchangeId: found.value.exchangeId })
          return err({ kind: 'not_accepted', code: 'exchange/not-there', message: 'It is not there.' })
        },
      }
  }
}

/** @param startedAt of this life. */
export const forgetful = (rule: NaiveRule | null, inner: Stores, startedAt: EpochMs): Stores =>
  rule !== 'resell'
    ? inner
    : {
        ...inner,
        orders: {
          ...inner.orders,
          ofProposal: (id) => inner.orders.ofProposal(id).filter(({ createdAt }) => createdAt >= startedAt),
        },
      }
