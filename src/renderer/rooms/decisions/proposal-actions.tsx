import { Check, Hourglass, RefreshCw, X } from 'lucide-react'
import { useState } from 'react'
import type { ProposalView } from '../../../shared/contract/views.ts'
import { ActionButton } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { act, useAction } from '../../stores/actions.ts'
import { useKeys } from '../../stores/keys.ts'
import { useIsLive, useView } from '../../stores/projection.ts'
import { approvedLegs, approveWords } from './leg-choice.ts'
import { noteRefusal } from './refusal.ts'

const SNOOZE_MINUTES = 5

type Props = { proposal: ProposalView; leftOut: ReadonlySet<number> }

/** What the trader can do with a pending proposal. What is approved is what is shown: its hash goes along. */
export function ProposalActions({ proposal, leftOut }: Props) {
  const { id, hash, blockedBecause } = proposal
  const isLiveMode = useView((view) => view.status.mode === 'live')
  const isConnected = useIsLive()
  const [asking, setAsking] = useState<'approve' | 'reject' | null>(null)
  const approve = useAction('proposal.approve')
  const snooze = useAction('proposal.snooze')
  const replan = useAction('proposal.replan')
  const isNoneChosen = leftOut.size === proposal.legs.length
  const canApprove = blockedBecause === null && isConnected && !approve.isBusy && !isNoneChosen

  const startApproval = (): void => {
    if (!canApprove) return
    if (isLiveMode) setAsking('approve')
    else {
      noteRefusal(null)
      const legs = approvedLegs(proposal.legs, leftOut)
      void approve.run({ id, hash, legs }, (text) => noteRefusal({ id, text }))
    }
  }
  const startReplan = (): void => void (proposal.kind === 'rebalance' && replan.run({ id }))
  const startSnooze = (): void => void snooze.run({ id, minutes: SNOOZE_MINUTES })
  useKeys({ a: startApproval, r: () => isConnected && setAsking('reject'), s: startSnooze, p: startReplan })

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
          disabled={blockedBecause !== null || isNoneChosen}
          onClick={startApproval}
        >
          {approveWords(proposal.legs, leftOut)}
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
            hint="P"
            isBusy={replan.isBusy}
            onClick={startReplan}
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
      {asking === 'approve' && <ApproveDialog proposal={proposal} leftOut={leftOut} onClose={() => setAsking(null)} />}
    </>
  )
}

/** With real money an approval is typed. The hash is that of the moment the dialog was opened. */
function ApproveDialog({ proposal, leftOut, onClose }: Props & { onClose: () => void }) {
  const [{ id, hash, title, legs }] = useState(proposal)
  const [left] = useState(leftOut)
  const approve = (): Promise<boolean> => {
    noteRefusal(null)
    return act('proposal.approve', { id, hash, legs: approvedLegs(legs, left) }, (text) => noteRefusal({ id, text }))
  }
  return (
    <ConfirmDialog
      title="Approve with real money?"
      description={title}
      confirm={left.size === 0 ? 'Approve trades' : approveWords(legs, left)}
      look="danger"
      phrase={{ word: 'APPROVE', why: 'This is real money.' }}
      onConfirm={approve}
      onClose={onClose}
    >
      <ul className="stays-open">
        {legs
          .filter(({ index }) => !left.has(index))
          .map((leg) => (
            <li key={leg.index}>
              {leg.side} at most {leg.amount} {leg.symbol}, no worse than {leg.worstPrice}
            </li>
          ))}
      </ul>
    </ConfirmDialog>
  )
}
