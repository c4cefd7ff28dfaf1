import type { PositionView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Pnl, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'

export function ClosedPositions() {
  const closed = useView((view) => view.orders.closedPositions)
  const { id: chosenId } = useRoute()
  if (closed.length === 0) return null
  return (
    <Panel title="Closed positions" note={`last ${closed.length}`}>
      <TableFrame label="Closed positions">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Closed</th>
              <th scope="col">Pair</th>
              <th scope="col" className="right">
                Entry
              </th>
              <th scope="col" className="right">
                Realized
              </th>
              <th scope="col">Exit</th>
              <th scope="col">Opened</th>
            </tr>
          </thead>
          <tbody>
            {closed.map((position) => (
              <ClosedRow key={position.id} position={position} isChosen={position.id === chosenId} />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}

function ClosedRow({ position, isChosen }: { position: PositionView; isChosen: boolean }) {
  return (
    <HighlightedRow isChosen={isChosen}>
      <td>
        <When at={position.closedAt} />
      </td>
      <th scope="row">{position.symbol}</th>
      <td className="right">
        <Price symbol={position.symbol} text={position.averageEntry} />
      </td>
      <td className="right">
        <Pnl text={position.realized} />
      </td>
      <td>{position.exitReason === null ? '—' : capitalized(words(position.exitReason))}</td>
      <td>
        <When at={position.openedAt} />
      </td>
    </HighlightedRow>
  )
}
