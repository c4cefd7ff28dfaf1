import { createHash } from 'node:crypto'
import type { Order } from '../../src/main/domain/order.ts'
import { boundText, isApprovedLeg, type Proposal, type ProposalStatus } from '../../src/main/domain/proposal.ts'
import type { Database } from '../../src/main/persistence/database.ts'
import type { Stores } from '../../src/main/ports.ts'
import { type Amount, type Price, toText, ZERO } from '../../src/shared/money.ts'
import { type ByClient, EVERY, tradedThere } from './crash-inspect.ts'
import { XRP_BTC } from './money-arbitraries.ts'

type Counts = ReadonlyMap<string, number>
/** What a leg may do at most, and what the exchange says was done for it. */
type Use = { readonly allowed: Amount; readonly total: Amount }

/** Against each leg what the exchange itself traded under its orders: how much, which market, at which prices. */
export function beyondApproval(stores: Stores, orders: readonly Order[], byClient: ByClient): string[] {
  const used = new Map<string, Use>()
  const found: string[] = []
  for (const order of orders) {
    const { receipt } = order
    if (receipt.kind !== 'proposal_leg') continue
    const proposal = stores.proposals.get(receipt.proposalId)
    const key = `leg ${receipt.leg} of ${receipt.proposalId}`
    const allowed = used.get(key)?.allowed ?? approvedOf(proposal, receipt.leg)
    const total = (used.get(key)?.total ?? ZERO).plus(tradedThere(order, byClient)) as Amount
    used.set(key, { allowed, total })
    found.push(...otherwise(order, proposal, receipt.leg, byClient).map((what) => `${key}: ${what}`))
  }
  const over = [...used].filter(([, { allowed, total }]) => total.gt(allowed))
  return [
    ...over.map(([key, { allowed, total }]) => `${key}: ${toText(total)} traded, ${toText(allowed)} approved`),
    ...found,
  ]
}

const approvedOf = (proposal: Proposal | null, leg: number): Amount =>
  proposal !== null && isApprovedLeg(proposal, leg) ? (proposal.legs[leg]?.amount ?? ZERO) : ZERO

function otherwise({ clientOrderId }: Order, plan: Proposal | null, index: number, byClient: ByClient): string[] {
  const leg = plan?.legs[index]
  if (leg === undefined) return ['no such leg was ever proposed']
  const isWorse = (price: Price): boolean => (leg.side === 'buy' ? price.gt(leg.worstPrice) : price.lt(leg.worstPrice))
  return (byClient.get(clientOrderId) ?? []).flatMap(({ symbol, side, prices }) => [
    ...(symbol === leg.symbol && side === leg.side ? [] : [`${side} ${symbol} there, ${leg.side} ${leg.symbol} here`]),
    ...prices.filter(isWorse).map((price) => `traded at ${toText(price)}, ${toText(leg.worstPrice)} at worst approved`),
  ])
}

/** After each of these nothing but what stands beside it may be announced, and nothing twice. */
const FITS: Readonly<Record<string, readonly ProposalStatus[]>> = {
  approved: ['approved', 'completed', 'incomplete', 'voided'],
  closed: ['rejected', 'expired', 'voided'],
  finished: ['completed', 'incomplete', 'voided'],
}

/** The journal of what was announced. Of an approval that was announced twice, twice was begun with it. */
export function announcedWrongly({ sql }: Database, stores: Stores): string[] {
  const rows = sql
    .prepare<[], { readonly id: string; readonly kind: string; readonly times: number }>(
      `SELECT json_extract(payload, '$.proposal.id') AS id, json_extract(payload, '$.kind') AS kind, count(*) AS times
       FROM messages WHERE topic = 'proposals' AND kind IN ('approved', 'closed', 'finished') GROUP BY 1, 2`,
    )
    .all()
  const statuses = new Map<string, ProposalStatus>(stores.proposals.recent(EVERY).map(({ id, status }) => [id, status]))
  return rows.flatMap(({ id, kind, times }) => {
    const status = statuses.get(id)
    if (times > 1) return [`${id} was ${kind} ${times} times`]
    return status !== undefined && FITS[kind]?.includes(status) ? [] : [`${id} was ${kind}, and is ${status}`]
  })
}

/** Where a proposal may be found the next time that somebody looks. */
const MOVES: Readonly<Record<ProposalStatus, readonly ProposalStatus[]>> = {
  pending: ['pending', 'approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided'],
  approved: ['approved', 'completed', 'incomplete', 'voided'],
  completed: ['completed'],
  incomplete: ['incomplete'],
  rejected: ['rejected'],
  expired: ['expired'],
  voided: ['voided'],
}

/** Remembers what every plan was after the crash before: no crash brings one back, or changes what was decided. */
export class PlanMemory {
  private known: ReadonlyMap<string, Proposal> = new Map()

  compare(stores: Stores): string[] {
    const now = new Map(stores.proposals.recent(EVERY).map((plan) => [plan.id as string, plan]))
    const problems = [...this.known].flatMap(([id, before]) => {
      const plan = now.get(id)
      if (plan === undefined) return [`${id} was ${before.status}, and is gone`]
      if (!MOVES[before.status].includes(plan.status)) return [`${id} was ${before.status}, and is ${plan.status}`]
      return before.status !== 'pending' && decisionOf(before) !== decisionOf(plan)
        ? [`${id} was decided as ${decisionOf(before)}, now ${decisionOf(plan)}`]
        : []
    })
    const resealed = [...now.values()].filter((plan) => sha256(boundText(plan)) !== plan.hash)
    this.known = now
    return [...problems, ...resealed.map(({ id }) => `${id} is not what its hash was taken of`)]
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const decisionOf = ({ hash, decidedAt, decidedBy, approvedLegs }: Proposal): string =>
  JSON.stringify([hash, decidedAt, decidedBy, approvedLegs])

/** How often what a workload is to bring about came about. */
export function happened(stores: Stores, orders: readonly Order[]): Counts {
  const counts = new Map<string, number>()
  const count = (name: string, is: boolean): void => void counts.set(name, (counts.get(name) ?? 0) + (is ? 1 : 0))
  for (const { status, legs, details, approvedLegs, createdAt, stoppedLegs } of stores.proposals.recent(EVERY)) {
    count('plans', true)
    count('plans of several legs', legs.length > 1)
    count(
      'plans in slices',
      legs.some(({ notBefore }) => notBefore > createdAt),
    )
    count(
      'plans with a cross pair',
      legs.some(({ symbol }) => symbol === XRP_BTC),
    )
    count('plans resumed', details?.trigger === 'resumed')
    count('plans of new money', details?.trigger === 'new_money')
    count('plans approved leg by leg', approvedLegs !== null)
    for (const end of ['completed', 'incomplete', 'rejected', 'expired', 'voided'] as const) {
      count(`plans ${end}`, status === end)
    }
    count(
      GATE_REFUSED,
      stoppedLegs.some(({ because }) => because.includes('no more than')),
    )
  }
  for (const { type, filled, amount, symbol } of orders) {
    count(`orders ${type}`, true)
    count('orders filled in part', filled.gt(ZERO) && filled.lt(amount))
    count('orders of a cross pair, filled', symbol === XRP_BTC && filled.gt(ZERO))
  }
  return counts
}
/** Legs that were to be traded again, and that the gate remembered. */
export const GATE_REFUSED = 'legs refused by the gate: already traded'
