import type { Answer } from './answer.ts'
import { type Outcome, outcomeOfErrors, outcomeOfFault, type TransportFault } from './outcome.ts'
import type { Redact } from './redact.ts'

/** What became of one request; `result` is whatever stood beside the errors. */
export type Reply =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false
      readonly outcome: Exclude<Outcome, 'accepted'>
      /** Kraken's own words where it spoke. */
      readonly message: string
      readonly result: unknown
      /** False when it never left. */
      readonly wasSent: boolean
      /** False when it waited in vain: asking again would only wait again. */
      readonly mayAskAgain: boolean
    }

/** Proven not accepted, because it never left. */
export const notSent = (message: string, mayAskAgain: boolean): Reply => ({
  ok: false,
  outcome: 'not_accepted',
  message,
  result: null,
  wasSent: false,
  mayAskAgain,
})

const FAULTS: Readonly<Record<TransportFault, string>> = {
  html_page: 'it answered with a web page',
  empty_body: 'its answer was empty',
  cut_json: 'its answer was cut off',
  null_body: 'its answer said nothing',
  array_body: 'its answer had the wrong form',
  incomplete: 'its answer said nothing',
  server_error: 'its server failed',
  other_status: 'something on the way turned the request away',
  too_many_requests: 'there were too many requests',
  no_reply: 'the connection failed before an answer came',
  reset_in_body: 'the connection broke in the middle of the answer',
  timeout: 'no answer came in time',
}

export function replyOf(answer: Answer, redact: Redact): Reply {
  switch (answer.kind) {
    case 'result':
      return { ok: true, result: answer.result }
    case 'errors': {
      const outcome = outcomeOfErrors(answer.errors)
      const message = redact(answer.errors.join(', '))
      return {
        ok: false,
        outcome: outcome === 'accepted' ? 'unknown' : outcome,
        message,
        result: answer.result,
        wasSent: true,
        mayAskAgain: true,
      }
    }
    case 'fault':
      return {
        ok: false,
        outcome: outcomeOfFault(answer.fault),
        message: FAULTS[answer.fault],
        result: null,
        wasSent: true,
        mayAskAgain: true,
      }
  }
}

/** Nobody spoke, or only to say that nobody is there. */
export const isOutage = (reply: Reply): boolean => !reply.ok && reply.outcome === 'unknown'
