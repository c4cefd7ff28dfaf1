/*
 * What an answer of Kraken means for the request it answers. The class that ccxt throws decides nothing: it resolves on
 * a page of HTML and rejects on a warning beside an accepted order.
 */

/**
 * `refused`: proven not accepted, and asking again is pointless. `halt`: proven not accepted, and nothing may be sent
 * until a person has looked. `not_accepted`: proven not accepted, the same may be sent again later. `unknown`: it may
 * have been accepted. `not_found`: the order that was to be changed is not open.
 */
export type Outcome = 'accepted' | 'refused' | 'halt' | 'not_accepted' | 'unknown' | 'not_found'

/** Kraken's error texts. A text with more behind it (`…:volume`, `… (detail)`) means what its longest listed part means. */
const API_OUTCOMES: Readonly<Record<string, Outcome>> = {
  // The key, the account or its rights: no order will pass until a person has looked.
  'EAPI:Invalid key': 'halt',
  'EAPI:Invalid signature': 'halt',
  'EAPI:Feature disabled': 'halt',
  'EAuth:Account temporary disabled': 'halt',
  'EAuth:Account unconfirmed': 'halt',
  'EGeneral:Temporary lockout': 'halt',
  'EGeneral:Permission denied': 'halt',
  'EAccount:Invalid permissions': 'halt',
  'EOrder:Trading agreement required': 'halt',
  'ETrade:Locked': 'halt',
  'ETrade:User Locked': 'halt',
  'EBM:limit exceeded': 'halt',
  // Turned away at the door: read no further than the headers or a counter.
  'EAPI:Invalid nonce': 'not_accepted',
  'EAPI:Rate limit exceeded': 'not_accepted',
  'EAuth:Rate limit exceeded': 'not_accepted',
  'EAuth:Too many requests': 'not_accepted',
  'EOrder:Rate limit exceeded': 'not_accepted',
  'EOrder:Domain rate limit exceeded': 'not_accepted',
  // The request or the account does not allow this order.
  'EAPI:Bad request': 'refused',
  'EGeneral:Invalid arguments': 'refused',
  'EGeneral:Invalid arguments:volume': 'refused',
  'EGeneral:Invalid arguments:Index unavailable': 'refused',
  'EOrder:Insufficient funds': 'refused',
  'EOrder:Insufficient margin': 'refused',
  'EOrder:Order minimum not met': 'refused',
  'EOrder:Cost minimum not met': 'refused',
  'EOrder:Tick size check failed': 'refused',
  'EOrder:Orders limit exceeded': 'refused',
  'EOrder:Scheduled orders limit exceeded': 'refused',
  'EOrder:Positions limit exceeded': 'refused',
  'EOrder:Margin allowance exceeded': 'refused',
  'EOrder:Cannot open position': 'refused',
  'EOrder:Post only order': 'refused',
  'EQuery:Unknown asset pair': 'refused',
  'EQuery:Invalid asset pair': 'refused',
  // The market takes other orders than this one. The rest of `EService` says nothing about what became of the request.
  'EService:Market in cancel_only mode': 'refused',
  'EService:Market in post_only mode': 'refused',
  'EService:Market in limit_only mode': 'refused',
  'EOrder:Unknown order': 'not_found',
  // An open order has this name already: ours may have been accepted after all.
  'EGeneral:Invalid arguments:cl_ord_id': 'unknown',
  'EGeneral:Internal error': 'unknown',
  'EService:Unavailable': 'unknown',
  'EService:Busy': 'unknown',
  'EService:Timeout': 'unknown',
  // Sounds final, but it is the gateway that speaks: the engine may have been quicker.
  'EService:Deadline elapsed': 'unknown',
}

/** What can happen to an answer on its way, and answers that say nothing. */
const TRANSPORT_OUTCOMES = {
  html_page: 'unknown',
  empty_body: 'unknown',
  cut_json: 'unknown',
  null_body: 'unknown',
  array_body: 'unknown',
  /** `{}`, or a result without what it must contain. */
  incomplete: 'unknown',
  server_error: 'unknown',
  /** HTTP 403 and every other status that is neither 2xx, 429 nor 5xx: a proxy speaks, not the exchange. */
  other_status: 'unknown',
  too_many_requests: 'not_accepted',
  /** Before an answer began: reset, refused, no route. Where exactly is not known, so nothing is proven. */
  no_reply: 'unknown',
  reset_in_body: 'unknown',
  timeout: 'unknown',
  /** Warnings (`W…`) do not undo an order that has its id. */
  warning_beside_id: 'accepted',
} as const satisfies Record<string, Outcome>
export type TransportFault = Exclude<keyof typeof TRANSPORT_OUTCOMES, 'warning_beside_id'>

const LISTED = Object.keys(API_OUTCOMES).sort((a, b) => b.length - a.length)

/** Unlisted errors are `unknown`: waiting for the deadline and asking costs seconds, a forgotten order costs money. */
export function outcomeOfError(error: string): Outcome {
  const text = error.trim()
  const known = LISTED.find(
    (part) => text === part || (text.startsWith(part) && /^[^A-Za-z0-9]/.test(text.slice(part.length))),
  )
  return known === undefined ? 'unknown' : (API_OUTCOMES[known] ?? 'unknown')
}

/** The most careful reading first: one error that proves nothing outweighs another that would. */
const BY_CARE: readonly Outcome[] = ['unknown', 'halt', 'not_found', 'not_accepted', 'refused']

export function outcomeOfErrors(errors: readonly string[]): Outcome {
  const outcomes = errors.map(outcomeOfError)
  return BY_CARE.find((outcome) => outcomes.includes(outcome)) ?? 'unknown'
}

export const outcomeOfFault = (fault: TransportFault): Exclude<Outcome, 'accepted'> => TRANSPORT_OUTCOMES[fault]
