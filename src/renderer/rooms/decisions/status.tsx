import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { Chip, type Tone } from '../../parts/chip.tsx'
import type { Case } from './queue.ts'

const TONES: Record<ProposalView['status'], Tone> = {
  pending: 'warn',
  approved: 'info',
  completed: 'good',
  incomplete: 'warn',
  rejected: 'neutral',
  expired: 'neutral',
  voided: 'neutral',
}

export function CaseStatus({ item }: { item: Case }) {
  if (item.kind === 'conflict') {
    const { stage } = item.conflict
    if (stage === 'waiting') return <Chip tone="info">Waits</Chip>
    if (stage === 'scored') return <Chip>Scored</Chip>
    return stage === 'resolved' ? <Chip>Decided</Chip> : <Chip tone="warn">Undecided</Chip>
  }
  const { status } = item.proposal
  return <Chip tone={TONES[status]}>{capitalized(status)}</Chip>
}
