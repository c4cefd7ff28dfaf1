import { useState } from 'react'
import type { PlanView } from '../../../shared/contract/views.ts'
import { Day } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Amount, Money, Pnl } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'

const FEW = 6

/** What each lot that is sold brings, at the plan's prices. */
export function GainTable({ plan }: { plan: PlanView }) {
  const lotMethod = useView((view) => view.portfolio.lotMethod)
  const quote = useView((view) => view.status.quote)
  const [isAll, setAll] = useState(false)
  const { gains, gain } = plan
  if (gains.length === 0) return null
  const drawn = isAll ? gains : gains.slice(0, FEW)
  return (
    <Panel
      title="Realized gain per lot"
      note={`${lotMethod}, at the plan’s prices, in ${quote}`}
      actions={
        drawn.length < gains.length && (
          <Button className="small" onClick={() => setAll(true)}>
            {`Show ${gains.length} lots`}
          </Button>
        )
      }
    >
      <TableFrame label="Realized gain per lot">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Asset</th>
              <th scope="col">Acquired</th>
              <th scope="col" className="right">
                Held
              </th>
              <th scope="col" className="right">
                Amount
              </th>
              <th scope="col" className="right">
                Cost
              </th>
              <th scope="col" className="right">
                Proceeds
              </th>
              <th scope="col" className="right">
                Gain
              </th>
            </tr>
          </thead>
          <tbody>
            {drawn.map((lot, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lots have no id; a plan's never change places
              <tr key={i}>
                <th scope="row">{lot.asset}</th>
                <td>
                  <Day at={lot.acquiredAt} />
                </td>
                <td className="right num">{lot.heldDays} d</td>
                <td className="right">
                  <Amount asset={lot.asset} text={lot.amount} />
                </td>
                <td className="right">
                  <Money text={lot.cost} />
                </td>
                <td className="right">
                  <Money text={lot.proceeds} />
                </td>
                <td className="right">
                  <Pnl text={lot.gain} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={6}>
                {gain === null ? 'Sum: unknown, as long as a cost is' : 'Sum'}
                {drawn.length < gains.length && ` of all ${gains.length} lots`}
              </th>
              <td className="right">
                <Pnl text={gain} />
              </td>
            </tr>
          </tfoot>
        </table>
      </TableFrame>
    </Panel>
  )
}
