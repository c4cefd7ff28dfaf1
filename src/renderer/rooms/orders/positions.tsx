import { Crosshair } from 'lucide-react'
import { memo, useState } from 'react'
import type { PositionView } from '../../../shared/contract/views.ts'
import { percent } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Pnl, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { act } from '../../stores/actions.ts'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { StopTargetBar } from './stop-target-bar.tsx'

export function Positions() {
  const positions = useView((view) => view.orders.positions)
  const { id: chosenId } = useRoute()
  const [closing, setClosing] = useState<PositionView | null>(null)
  return (
    <Panel title="Positions" note={`${positions.length} open`}>
      {positions.length === 0 ? (
        <Empty icon={<Crosshair size={20} />} title="No open position">
          A position appears here when the entry of an approved tactical trade fills.
        </Empty>
      ) : (
        <TableFrame label="Open positions">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Pair</th>
                <th scope="col" className="right">
                  Amount
                </th>
                <th scope="col" className="right">
                  Entry
                </th>
                <th scope="col" className="right">
                  Mark
                </th>
                <th scope="col" className="right">
                  Unrealized
                </th>
                <th scope="col" className="right">
                  Stop
                </th>
                <th scope="col">Stop – mark – target</th>
                <th scope="col" className="right">
                  Target
                </th>
                <th scope="col" className="right">
                  Open for
                </th>
                <th scope="col">
                  <span className="sr-only">Close</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {positions.map((position) => (
                <PositionRow
                  key={position.id}
                  position={position}
                  isChosen={position.id === chosenId}
                  onClose={setClosing}
                />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {closing !== null && (
        <ConfirmDialog
          title={`Close ${closing.symbol} at market?`}
          description="The whole position is sold at the best price there is now; its stop and target end with it. Core and bags are not touched."
          confirm="Close at market"
          look="danger"
          onConfirm={() => act('position.close', { id: closing.id })}
          onClose={() => setClosing(null)}
        />
      )}
    </Panel>
  )
}

type RowProps = { position: PositionView; isChosen: boolean; onClose: (position: PositionView) => void }

const PositionRow = memo(function PositionRow({ position, isChosen, onClose }: RowProps) {
  const { symbol, isStale } = position
  return (
    <HighlightedRow isChosen={isChosen}>
      <th scope="row">{symbol}</th>
      <td className="right">
        <Amount asset={baseOf(symbol)} text={position.amount} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.averageEntry} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.mark} isStale={isStale} />{' '}
        <small>
          <Age at={position.markAt} isStale={isStale} />
        </small>
      </td>
      <td className="right">
        <Pnl text={position.unrealized} percent={position.unrealizedPercent} isStale={isStale} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.stop} />
        <small className="num faint"> {percent(position.stopDistancePercent)}</small>
      </td>
      <td>
        <StopTargetBar position={position} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={position.target} />
        <small className="num faint"> {percent(position.targetDistancePercent)}</small>
      </td>
      <td className="right">
        <Age at={position.openedAt} />
      </td>
      <td className="right">
        {position.isClosing ? (
          <Chip tone="info">Closing</Chip>
        ) : (
          <ActionButton className="small" aria-label={`Close position ${symbol}`} onClick={() => onClose(position)}>
            Close
          </ActionButton>
        )}
      </td>
    </HighlightedRow>
  )
})
