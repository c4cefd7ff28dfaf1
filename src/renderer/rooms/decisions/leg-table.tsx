import type { ProposalView } from '../../../shared/contract/views.ts'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { mayFallShort } from './leg-choice.ts'
import { LegRow } from './leg-row.tsx'
import type { LegChoice } from './use-leg-choice.ts'

type Props = { proposal: ProposalView; choice: LegChoice }

/** The trades; while they can be approved, each can be left out; once they are, how far each has come. */
export function LegTable({ proposal, choice }: Props) {
  const quote = useView((view) => view.status.quote)
  const { legs, status } = proposal
  const isPending = status === 'pending'
  const isChoosable = isPending && legs.length > 1
  const hasProgress = status === 'approved' || status === 'completed' || status === 'incomplete'
  return (
    <Panel title="Trades" note={<Note proposal={proposal} leftOut={choice.leftOut} />}>
      <TableFrame label="Trades of the proposal">
        <table className="table leg-table stacked-rows">
          <thead>
            <tr>
              {isChoosable && (
                <th scope="col">
                  <span className="sr-only">Approve this leg</span>
                </th>
              )}
              <th scope="col">Trade</th>
              <th scope="col" className="right">
                Amount, value in {quote}
              </th>
              <th scope="col" className="right">
                {isPending ? 'Price, age' : 'Price'}
              </th>
              <th scope="col" className="right">
                Worst price, slippage
              </th>
              <th scope="col" className="right">
                Fee
              </th>
              <th scope="col">Starts</th>
              {hasProgress && <th scope="col">Progress</th>}
            </tr>
          </thead>
          <tbody>
            {legs.map((leg) => (
              <LegRow
                key={leg.index}
                leg={leg}
                proposal={proposal}
                choice={isChoosable ? choice : null}
                hasProgress={hasProgress}
              />
            ))}
          </tbody>
        </table>
      </TableFrame>
      {isChoosable && mayFallShort(legs, choice.leftOut) && (
        <p className="fine pad leg-warning">
          A buy that stays may have counted on a sell that is left out: it is cut to the money there is.
        </p>
      )}
    </Panel>
  )
}

function Note({ proposal, leftOut }: { proposal: ProposalView; leftOut: ReadonlySet<number> }) {
  const { legs, status, progress } = proposal
  if (progress !== null) return 'Each is a maximum'
  if (status === 'pending') {
    if (legs.length === 1) return 'A maximum: never more, never worse'
    return leftOut.size === 0
      ? 'Sells first; each is a maximum; untick what you do not want'
      : `${legs.length - leftOut.size} of ${legs.length} chosen`
  }
  if (status === 'rejected' || status === 'expired' || status === 'voided') return 'Nothing was sent'
  return `${legs.filter((leg) => leg.status === 'done').length} of ${legs.length} done`
}
