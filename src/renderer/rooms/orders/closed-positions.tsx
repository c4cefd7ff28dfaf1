import { useState } from 'react'
import type { PositionView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Direction } from '../../parts/chip.tsx'
import { Amount, Pnl, Price, RMultiple } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { hashOf } from '../../stores/address.ts'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { exitText } from './protection.tsx'

const FEW = 6

export function ClosedPositions() {
  const closed = useView((view) => view.orders.closedPositions)
  const { id: chosenId } = useRoute()
  const [isAll, setAll] = useState(false)
  if (closed.length === 0) return null
  const shown = isAll || closed.findIndex(({ id }) => id === chosenId) >= FEW ? closed : closed.slice(0, FEW)
  return (
    <Panel
      title="Closed positions"
      note={`last ${shown.length}`}
      actions={
        shown.length < closed.length && (
          <Button className="small" onClick={() => setAll(true)}>
            {`Show ${closed.length}`}
          </Button>
        )
      }
    >
      <TableFrame label="Closed positions">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Closed</th>
              <th scope="col">Pair</th>
              <th scope="col">Side</th>
              <th scope="col" className="right">
                Amount
              </th>
              <th scope="col" className="right">
                Entry
              </th>
              <th scope="col" className="right">
                Exit
              </th>
              <th scope="col" className="right">
                Realized
              </th>
              <th scope="col" className="right">
                R
              </th>
              <th scope="col">Why</th>
              <th scope="col">Opened</th>
              <th scope="col">
                <span className="sr-only">Trace</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((position) => (
              <ClosedRow key={position.id} position={position} isChosen={position.id === chosenId} />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}

function ClosedRow({ position, isChosen }: { position: PositionView; isChosen: boolean }) {
  const { symbol } = position
  return (
    <HighlightedRow isChosen={isChosen}>
      <td>
        <When at={position.closedAt} />
      </td>
      <th scope="row">{symbol}</th>
      <td>
        <Direction side={position.side} leverage={position.leverage} />
      </td>
      <td className="right">
        <Amount asset={baseOf(symbol)} text={position.entered} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.averageEntry} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.averageExit} />
      </td>
      <td className="right">
        <Pnl text={position.realized} />
      </td>
      <td className="right">
        <RMultiple text={position.rMultiple} />
      </td>
      <td>{capitalized(exitText(position.exitReason))}</td>
      <td>
        <When at={position.openedAt} />
      </td>
      <td>
        <a className="trace-link" href={hashOf({ room: 'journal', id: position.correlationId })}>
          Trace
        </a>
      </td>
    </HighlightedRow>
  )
}
