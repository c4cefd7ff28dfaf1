import type { ProposalView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { Countdown, When } from '../../parts/age.tsx'
import { hashOf } from '../../stores/address.ts'
import { CostPanel } from './cost-panel.tsx'
import { GainTable } from './gain-table.tsx'
import { LegTable } from './leg-table.tsx'
import { PlanProgress } from './plan-progress.tsx'
import { PriceTable } from './price-table.tsx'
import { ProposalActions } from './proposal-actions.tsx'
import { ProposalFacts } from './proposal-facts.tsx'
import { RefusedNote } from './refused-note.tsx'
import { RiskRules } from './risk-rules.tsx'
import { CaseStatus } from './status.tsx'
import { TacticalTrade } from './tactical-trade.tsx'
import { useLegChoice } from './use-leg-choice.ts'
import { WeightShift } from './weight-shift.tsx'

type Trigger = NonNullable<ProposalView['plan']>['trigger']
const TRIGGERS: Record<Trigger, string> = {
  drift: 'because of drift',
  forced: 'asked for by the trader',
  new_money: 'for new money',
  resumed: 'resumed',
}

export function ProposalCase({ proposal }: { proposal: ProposalView }) {
  const isPending = proposal.status === 'pending'
  const choice = useLegChoice(proposal)
  const { plan, progress, trade } = proposal
  return (
    <>
      <header className="case-head">
        <div className="case-title">
          <h2>{capitalized(proposal.title)}</h2>
          <CaseStatus item={{ kind: 'proposal', id: proposal.id, proposal }} />
        </div>
        <p className="case-meta">
          {capitalized(proposal.kind)}
          {plan !== null && `, ${TRIGGERS[plan.trigger]}`} · made <When at={proposal.createdAt} />
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
        {plan?.resumes != null && (
          <p className="case-meta">
            Carries on where <a href={hashOf({ room: 'decisions', id: plan.resumes })}>a plan that was not finished</a>{' '}
            stopped.
          </p>
        )}
        <RefusedNote proposal={proposal} />
        {isPending && <ProposalActions proposal={proposal} leftOut={choice.leftOut} />}
        {proposal.note !== null && <p className="note-line">{proposal.note}</p>}
        <p className="case-reason">{proposal.reason}</p>
      </header>
      {progress !== null && <PlanProgress proposal={proposal} progress={progress} />}
      <LegTable proposal={proposal} choice={choice} />
      {trade !== null && <TacticalTrade trade={trade} />}
      <RiskRules rules={proposal.rules} />
      {proposal.weights.length > 0 && (
        <div className="case-pair">
          <WeightShift proposal={proposal} leftOut={choice.leftOut} />
          {plan !== null && <CostPanel proposal={proposal} plan={plan} leftOut={choice.leftOut} />}
        </div>
      )}
      {plan !== null && <GainTable plan={plan} />}
      <div className="case-pair">
        <PriceTable prices={proposal.prices} isPending={isPending} />
        <ProposalFacts proposal={proposal} />
      </div>
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
