import type { Exchange, Stores } from '../../src/main/ports.ts'
import { err, ok } from '../../src/shared/result.ts'
import type { EpochMs } from '../../src/shared/time.ts'

/*
 * How orders are lost and sent twice elsewhere. A harness that finds nothing wrong with these finds nothing.
 * `resend`: a request without an answer is sent again at once. `look-once`: it is asked about once, and what is not there
 * at that moment is taken for never placed. `resell`: what a plan has traded before the crash is forgotten, by the gate
 * too. `resell-gated`: the gate alone remembers it, and that has to be enough.
 */
export const NAIVE_RULES = ['resend', 'look-once', 'resell', 'resell-gated'] as const
export type NaiveRule = (typeof NAIVE_RULES)[number]

export function naively(rule: NaiveRule | null, inner: Exchange): Exchange {
  switch (rule) {
    case null:
    case 'resell':
    case 'resell-gated':
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
export function forgetful(rule: NaiveRule | null, inner: Stores, startedAt: EpochMs): Stores {
  if (rule !== 'resell' && rule !== 'resell-gated') return inner
  // Who reads a plan and then its orders decides what comes next; the gate reads the orders first.
  let hasReadPlan = false
  return {
    ...inner,
    proposals: {
      ...inner.proposals,
      get(id) {
        hasReadPlan = true
        return inner.proposals.get(id)
      },
    },
    orders: {
      ...inner.orders,
      ofProposal(id) {
        const forgets = rule === 'resell' || hasReadPlan
        hasReadPlan = false
        const all = inner.orders.ofProposal(id)
        return forgets ? all.filter(({ createdAt }) => createdAt >= startedAt) : all
      },
    },
  }
}
