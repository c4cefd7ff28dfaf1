import { RotateCw } from 'lucide-react'
import type { ProgressView, ProposalView } from '../../../shared/contract/views.ts'
import { ActionButton } from '../../parts/button.tsx'
import { Amount, Points } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { useAction } from '../../stores/actions.ts'
import { hashOf } from '../../stores/address.ts'
import { useKeys } from '../../stores/keys.ts'
import { useView } from '../../stores/projection.ts'
import { Fact } from './proposal-facts.tsx'
import { resumedBy } from './refusal.ts'

/** How far an approved plan has come, what its sells have brought that nothing has spent, and what is next. */
export function PlanProgress({ proposal, progress }: { proposal: ProposalView; progress: ProgressView }) {
  const { legsDone, legs, waitingCash, remainingDriftPp, next, canResume } = progress
  const successor = useView((view) => resumedBy(view.decisions.proposals, proposal.id)?.id ?? null)
  return (
    <Panel
      title="Progress"
      className={canResume ? 'progress-panel attention' : 'progress-panel'}
      note={
        <span className="num">
          {legsDone} of {legs} {legs === 1 ? 'leg' : 'legs'} done
        </span>
      }
      actions={canResume && <Resume id={proposal.id} />}
    >
      <p className="progress-next" role="status">
        {next}
      </p>
      <dl className="facts">
        <Fact name="Done">
          <ProgressBar percent={legs === 0 ? 100 : (legsDone / legs) * 100} label="Legs done" />
        </Fact>
        <Fact name="Cash that waits">
          {waitingCash.length === 0
            ? 'none'
            : waitingCash.map(({ asset, amount }, i) => (
                <span key={asset}>
                  {i > 0 && ' · '}
                  <Amount asset={asset} text={amount} /> {asset}
                </span>
              ))}
        </Fact>
        <Fact name="Drift that remains">
          <Points text={remainingDriftPp} />
        </Fact>
        {successor !== null && (
          <Fact name="Carried on by">
            <a href={hashOf({ room: 'decisions', id: successor })}>the plan of its rest</a>
          </Fact>
        )}
      </dl>
    </Panel>
  )
}

function Resume({ id }: { id: string }) {
  const resume = useAction('proposal.resume')
  const start = (): void => void resume.run({ id })
  useKeys({ p: start })
  return (
    <ActionButton
      look="primary"
      className="small"
      hint="P"
      icon={<RotateCw size={13} aria-hidden="true" />}
      isBusy={resume.isBusy}
      onClick={start}
    >
      Resume
    </ActionButton>
  )
}
