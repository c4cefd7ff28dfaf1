import type { ConflictView, DecisionsView, ProposalView } from '../../../shared/contract/views.ts'

export type Case =
  | { readonly kind: 'proposal'; readonly id: string; readonly proposal: ProposalView }
  | { readonly kind: 'conflict'; readonly id: string; readonly conflict: ConflictView }

export type Filter = 'all' | 'completed' | 'rejected' | 'lapsed' | 'conflicts'
export const FILTERS: ReadonlyArray<{ readonly value: Filter; readonly name: string }> = [
  { value: 'all', name: 'All' },
  { value: 'completed', name: 'Completed' },
  { value: 'rejected', name: 'Rejected' },
  { value: 'lapsed', name: 'Lapsed' },
  { value: 'conflicts', name: 'Conflicts' },
]

export type Group = {
  readonly name: 'Waiting' | 'Unfinished' | 'Executing' | 'Snoozed' | 'Decided'
  readonly cases: readonly Case[]
}

/** What waits first, by the earliest deadline; then what can be resumed, what is under way; then what is over, newest first. */
export function queue({ proposals, conflicts }: DecisionsView, filter: Filter, now: number): readonly Group[] {
  const all: Case[] = [
    ...conflicts.map((conflict): Case => ({ kind: 'conflict', id: conflict.id, conflict })),
    ...proposals.map((proposal): Case => ({ kind: 'proposal', id: proposal.id, proposal })),
  ]
  const placed = (name: Group['name']) => all.filter((item) => groupOf(item, now) === name)
  const groups: Group[] = [
    { name: 'Waiting', cases: placed('Waiting').sort((a, b) => deadlineOf(a) - deadlineOf(b)) },
    { name: 'Unfinished', cases: placed('Unfinished') },
    { name: 'Executing', cases: placed('Executing') },
    { name: 'Snoozed', cases: placed('Snoozed').sort((a, b) => deadlineOf(a) - deadlineOf(b)) },
    {
      name: 'Decided',
      cases: placed('Decided')
        .filter((item) => passes(item, filter))
        .sort((a, b) => endOf(b) - endOf(a)),
    },
  ]
  return groups.filter(({ cases }) => cases.length > 0)
}

function groupOf(item: Case, now: number): Group['name'] {
  if (item.kind === 'conflict') {
    const { stage } = item.conflict
    return stage === 'resolved' || stage === 'scored' ? 'Decided' : stage === 'waiting' ? 'Snoozed' : 'Waiting'
  }
  const { status, snoozedUntil, progress } = item.proposal
  if (progress?.canResume === true) return 'Unfinished'
  if (status === 'approved') return 'Executing'
  if (status !== 'pending') return 'Decided'
  return snoozedUntil !== null && snoozedUntil > now ? 'Snoozed' : 'Waiting'
}

function passes(item: Case, filter: Filter): boolean {
  if (filter === 'all') return true
  if (item.kind === 'conflict') return filter === 'conflicts'
  const { status } = item.proposal
  if (filter === 'lapsed') return status === 'expired' || status === 'voided'
  return filter === 'completed' ? status === 'completed' || status === 'incomplete' : status === filter
}

export const deadlineOf = (item: Case): number =>
  item.kind === 'conflict' ? item.conflict.deadline : item.proposal.expiresAt

const endOf = (item: Case): number =>
  item.kind === 'conflict'
    ? (item.conflict.resolution?.at ?? item.conflict.detectedAt)
    : (item.proposal.decidedAt ?? item.proposal.createdAt)

export const endedAt = endOf
export const titleOf = (item: Case): string => (item.kind === 'conflict' ? item.conflict.title : item.proposal.title)

/** Reward per unit of risk, or null when the stop is not below the entry. Shown only. */
export function rewardPerRisk(trade: NonNullable<ProposalView['trade']>): number | null {
  const risk = Number(trade.entry) - Number(trade.stop)
  const reward = Number(trade.target) - Number(trade.entry)
  return risk === 0 ? null : reward / risk
}
