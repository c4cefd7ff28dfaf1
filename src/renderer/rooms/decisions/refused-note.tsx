import type { ProposalView } from '../../../shared/contract/views.ts'
import { hashOf } from '../../stores/address.ts'
import { useView } from '../../stores/projection.ts'
import { freshPlanFor, useRefusal } from './refusal.ts'

/** Why an approval was not accepted: on the plan itself, and on the one that took its place. */
export function RefusedNote({ proposal }: { proposal: ProposalView }) {
  const refused = useRefusal((state) => state.last)
  const freshId = useView(({ decisions }) => freshPlanFor(decisions.proposals, proposal.id)?.id ?? null)
  const isFreshFor = useView(
    ({ decisions }) => refused !== null && freshPlanFor(decisions.proposals, refused.id)?.id === proposal.id,
  )
  return (
    <div role="status">
      {refused?.id === proposal.id && (
        <p className="blocked">
          <strong>Not approved.</strong> {refused.text}
        </p>
      )}
      {refused !== null && isFreshFor && (
        <p className="blocked">
          <strong>Your approval was refused.</strong> {refused.text} This fresh plan took its place: nothing was sent.{' '}
          <a href={hashOf({ room: 'decisions', id: refused.id })}>The plan before</a>
        </p>
      )}
      {freshId !== null && (
        <p className="case-meta">
          <a href={hashOf({ room: 'decisions', id: freshId })}>A fresh plan took its place</a>
        </p>
      )}
    </div>
  )
}
