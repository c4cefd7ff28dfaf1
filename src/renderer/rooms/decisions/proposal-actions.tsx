import { Check, Hourglass, RefreshCw, X } from 'lucide-react'
import { useState } from 'react'
import type { ProposalView } from '../../../shared/contract/views.ts'
import { ActionButton } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { act, useAction } from '../../stores/actions.ts'
import { useKeys } from '../../stores/keys.ts'
import { useIsLive, useView } from '../../stores/projection.ts'

const SNOOZE_MINUTES = 5

/** What the trader can do with a pending proposal. What is approved is what is shown: its hash goes along. */
export function ProposalActions({ proposal }: { proposal: ProposalView }) {
  const { id, hash, blockedBecause } = proposal
  const isLiveMode = useView((view) => view.status.mode === 'live')
  const isConnected = useIsLive()
  const [asking, setAsking] = useState<'approve' | 'reject' | null>(null)
  const approve = useAction('proposal.approve')
  const snooze = useAction('proposal.snooze')
  const replan = useAction('proposal.replan')
  const canApprove = blockedBecause === null && isConnected && !approve.isBusy

  const startApproval = (): void => {
    if (!canApprove) return
    if (isLiveMode) setAsking('approve')
    else void approve.run({ id, hash })
  }
  const startSnooze = (): void => void snooze.run({ id, minutes: SNOOZE_MINUTES })
  useKeys({ a: startApproval, r: () => isConnected && setAsking('reject'), s: startSnooze })

  return (
    <>
      {blockedBecause !== null && (
        <p className="blocked" role="status">
          <strong>Cannot be approved now.</strong> {blockedBecause}
        </p>
      )}
      <div className="button-row">
        <ActionButton
          look="primary"
          hint="A"
          icon={<Check size={14} aria-hidden="true" />}
          isBusy={approve.isBusy}
          disabled={blockedBecause !== null}
          onClick={startApproval}
        >
          Approve
        </ActionButton>
        <ActionButton hint="R" icon={<X size={14} aria-hidden="true" />} onClick={() => setAsking('reject')}>
          Reject
        </ActionButton>
        <ActionButton
          hint="S"
          icon={<Hourglass size={14} aria-hidden="true" />}
          isBusy={snooze.isBusy}
          onClick={startSnooze}
        >
          Snooze
        </ActionButton>
        {proposal.kind === 'rebalance' && (
          <ActionButton
            look={blockedBecause === null ? 'quiet' : 'primary'}
            icon={<RefreshCw size={14} aria-hidden="true" />}
            isBusy={replan.isBusy}
            onClick={() => void replan.run({ id })}
          >
            Plan again
          </ActionButton>
        )}
      </div>
      {asking === 'reject' && (
        <ConfirmDialog
          title="Reject this proposal?"
          description={`${proposal.title}. Nothing is sent; the reason is kept in the journal.`}
          confirm="Reject proposal"
          look="danger"
          reason={{ label: 'Reason', initial: '' }}
          onConfirm={(reason) => act('proposal.reject', { id, reason })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'approve' && <ApproveDialog proposal={proposal} onClose={() => setAsking(null)} />}
    </>
  )
}

/** With real money an approval is typed. The hash is that of the moment the dialog was opened. */
function ApproveDialog({ proposal, onClose }: { proposal: ProposalView; onClose: () => void }) {
  const [{ id, hash, title, legs }] = useState(proposal)
  return (
    <ConfirmDialog
      title="Approve with real money?"
      description={title}
      confirm="Approve trades"
      look="danger"
      phrase={{ word: 'APPROVE', why: 'This is real money.' }}
      onConfirm={() => act('proposal.approve', { id, hash })}
      onClose={onClose}
    >
      <ul className="stays-open">
        {legs.map((leg) => (
          <li key={leg.index}>
            {leg.side} at most {leg.amount} {leg.symbol}, no worse than {leg.worstPrice}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  )
}
