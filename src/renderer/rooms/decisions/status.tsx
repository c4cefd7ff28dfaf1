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
    return item.conflict.resolution === null ? <Chip tone="warn">Undecided</Chip> : <Chip>Decided</Chip>
  }
  const { status } = item.proposal
  return <Chip tone={TONES[status]}>{capitalized(status)}</Chip>
}
