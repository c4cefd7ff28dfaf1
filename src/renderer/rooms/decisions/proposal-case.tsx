import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { Countdown, When } from '../../parts/age.tsx'
import { hashOf } from '../../stores/address.ts'
import { LegTable } from './leg-table.tsx'
import { PriceTable } from './price-table.tsx'
import { ProposalActions } from './proposal-actions.tsx'
import { ProposalFacts } from './proposal-facts.tsx'
import { CaseStatus } from './status.tsx'
import { TacticalTrade } from './tactical-trade.tsx'
import { WeightShift } from './weight-shift.tsx'

export function ProposalCase({ proposal }: { proposal: ProposalView }) {
  const isPending = proposal.status === 'pending'
  return (
    <>
      <header className="case-head">
        <div className="case-title">
          <h2>{capitalized(proposal.title)}</h2>
          <CaseStatus item={{ kind: 'proposal', id: proposal.id, proposal }} />
        </div>
        <p className="case-meta">
          {capitalized(proposal.kind)} · made <When at={proposal.createdAt} />
          {isPending && (
            <>
              {' '}
              · expires in <Countdown at={proposal.expiresAt} soonMs={120_000} />
            </>
          )}
          {proposal.decidedAt !== null && (
            <>
              {' '}
              · decided <When at={proposal.decidedAt} />
              {proposal.decidedBy !== null && ` by ${proposal.decidedBy}`}
            </>
          )}
        </p>
        {isPending && <ProposalActions proposal={proposal} />}
        {proposal.note !== null && <p className="note-line">{proposal.note}</p>}
        <p className="case-reason">{proposal.reason}</p>
      </header>
      <LegTable proposal={proposal} />
      {proposal.trade !== null && <TacticalTrade trade={proposal.trade} />}
      <div className={proposal.weights.length > 0 ? 'case-pair case-plan' : 'case-pair'}>
        {proposal.weights.length > 0 && <WeightShift weights={proposal.weights} />}
        <PriceTable prices={proposal.prices} isPending={isPending} />
      </div>
      <ProposalFacts proposal={proposal} />
      <p className="case-links">
        <a href={hashOf({ room: 'journal', id: proposal.correlationId })}>Trace in the journal</a>
        {proposal.conflictId !== null && (
          <a href={hashOf({ room: 'decisions', id: proposal.conflictId })}>The conflict it came through</a>
        )}
        <code>{proposal.id}</code>
      </p>
    </>
  )
}
