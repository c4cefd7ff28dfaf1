import type { ConflictId, CorrelationId, ProposalId } from '../../shared/ids.ts'
import { decimal, money } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { Proposal, ProposalStatus } from '../domain/proposal.ts'
import type { ProposalStore } from '../ports.ts'
import { decoded, insertInto, oneOf, type Sql, shownText, updateOf, type Value } from './columns.ts'
import { detailsFromJson, detailsToJson } from './plan-details-json.ts'
import {
  approvedLegsFromJson,
  bagsFromJson,
  bagsToJson,
  legsFromJson,
  legsToJson,
  pricesFromJson,
  pricesToJson,
  stoppedFromJson,
  stoppedToJson,
  tradeFromJson,
  tradeToJson,
  weightsFromJson,
  weightsToJson,
} from './proposal-json.ts'

const KINDS: readonly Proposal['kind'][] = ['rebalance', 'tactical']
const STATUSES: readonly ProposalStatus[] = [
  'pending',
  'approved',
  'completed',
  'incomplete',
  'rejected',
  'expired',
  'voided',
]
const DECIDERS = ['trader', 'auto'] as const

/** All but the id. */
const COLUMNS = [
  'kind',
  'status',
  'created_at',
  'expires_at',
  'snoozed_until',
  'reason',
  'legs',
  'weights',
  'prices',
  'fees',
  'core_value',
  'largest_drift_pp',
  'bags',
  'trade',
  'details',
  'conflict_id',
  'correlation_id',
  'hash',
  'decided_at',
  'decided_by',
  'approved_legs',
  'stopped_legs',
  'note',
]

export type ProposalRow = {
  readonly seq: number
  readonly id: string
  readonly kind: string
  readonly status: string
  readonly created_at: number
  readonly expires_at: number
  readonly snoozed_until: number | null
  readonly reason: string
  readonly legs: string
  readonly weights: string
  readonly prices: string
  readonly fees: string
  readonly core_value: string
  readonly largest_drift_pp: string
  readonly bags: string
  readonly trade: string | null
  readonly details: string | null
  readonly conflict_id: string | null
  readonly correlation_id: string
  readonly hash: string
  readonly decided_at: number | null
  readonly decided_by: string | null
  readonly approved_legs: string | null
  readonly stopped_legs: string
  readonly note: string | null
}

const valuesOf = (proposal: Proposal): Value[] => [
  proposal.kind,
  proposal.status,
  proposal.createdAt,
  proposal.expiresAt,
  proposal.snoozedUntil,
  proposal.reason,
  legsToJson(proposal.legs),
  weightsToJson(proposal.weights),
  pricesToJson(proposal.prices),
  shownText(proposal.fees),
  shownText(proposal.coreValue),
  shownText(proposal.largestDriftPp),
  bagsToJson(proposal.bags),
  proposal.trade === null ? null : tradeToJson(proposal.trade),
  proposal.details === null ? null : detailsToJson(proposal.details),
  proposal.conflictId,
  proposal.correlationId,
  proposal.hash,
  proposal.decidedAt,
  proposal.decidedBy,
  proposal.approvedLegs === null ? null : JSON.stringify(proposal.approvedLegs),
  stoppedToJson(proposal.stoppedLegs),
  proposal.note,
]

export const proposalFromRow = (row: ProposalRow): Proposal =>
  decoded('proposals', row.id, () => ({
    id: row.id as ProposalId,
    kind: oneOf(KINDS, row.kind),
    status: oneOf(STATUSES, row.status),
    createdAt: epochMs(row.created_at),
    expiresAt: epochMs(row.expires_at),
    snoozedUntil: row.snoozed_until === null ? null : epochMs(row.snoozed_until),
    reason: row.reason,
    legs: legsFromJson(row.legs),
    weights: weightsFromJson(row.weights),
    prices: pricesFromJson(row.prices),
    fees: money(row.fees),
    coreValue: money(row.core_value),
    largestDriftPp: decimal(row.largest_drift_pp),
    bags: bagsFromJson(row.bags),
    trade: row.trade === null ? null : tradeFromJson(row.trade),
    details: row.details === null ? null : detailsFromJson(row.details),
    conflictId: row.conflict_id as ConflictId | null,
    correlationId: row.correlation_id as CorrelationId,
    hash: row.hash,
    decidedAt: row.decided_at === null ? null : epochMs(row.decided_at),
    decidedBy: row.decided_by === null ? null : oneOf(DECIDERS, row.decided_by),
    approvedLegs: row.approved_legs === null ? null : approvedLegsFromJson(row.approved_legs),
    stoppedLegs: stoppedFromJson(row.stopped_legs),
    note: row.note,
  }))

export function createProposalStore(sql: Sql): ProposalStore {
  const insert = sql.prepare(insertInto('proposals', [...COLUMNS, 'id']))
  const update = sql.prepare(updateOf('proposals', COLUMNS, 'id'))
  const all = (where: string) => sql.prepare<Value[], ProposalRow>(`SELECT * FROM proposals ${where}`)
  const byId = all('WHERE id = ?')
  const withStatus = all('WHERE status = ?')
  const ofConflict = all('WHERE conflict_id = ? ORDER BY seq')
  const recent = all('ORDER BY seq DESC LIMIT ?')
  // One plan at a time: the one decided last is the one that finished last. It ended with its last order's last change.
  const finished = sql.prepare<[], { readonly at: number }>(
    `SELECT coalesce((SELECT max(updated_at) FROM orders WHERE proposal_id = proposals.id), decided_at) AS at
     FROM proposals WHERE kind = 'rebalance' AND status IN ('completed', 'incomplete') AND decided_at IS NOT NULL
     ORDER BY decided_at DESC LIMIT 1`,
  )
  const autoApproved = sql.prepare<[number], { readonly count: number }>(
    `SELECT count(*) AS count FROM proposals WHERE decided_by = 'auto' AND decided_at >= ?`,
  )
  return {
    insert(proposal) {
      insert.run([...valuesOf(proposal), proposal.id])
    },
    save(proposal) {
      const { changes } = update.run([...valuesOf(proposal), proposal.id])
      if (changes !== 1) throw new Error(`proposal ${proposal.id} was never inserted`)
    },
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : proposalFromRow(row)
    },
    withStatus: (...statuses) =>
      [...new Set(statuses)]
        .flatMap((status) => withStatus.all(status))
        .sort((a, b) => a.seq - b.seq)
        .map(proposalFromRow),
    ofConflict: (id) => ofConflict.all(id).map(proposalFromRow),
    recent: (limit) => recent.all(limit).map(proposalFromRow),
    autoApprovedSince: (time) => autoApproved.get(time)?.count ?? 0,
    lastFinishedRebalanceAt() {
      const row = finished.get()
      return row === undefined ? null : epochMs(row.at)
    },
  }
}
