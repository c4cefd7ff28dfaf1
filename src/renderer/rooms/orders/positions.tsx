import { Crosshair } from 'lucide-react'
import { memo } from 'react'
import type { PositionView } from '../../../shared/contract/views.ts'
import { percent } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Direction } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Money, Pnl, Price, RMultiple } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { ask } from './order-dialogs.tsx'
import { Protection } from './protection.tsx'
import { StopTargetBar } from './stop-target-bar.tsx'

export function Positions() {
  const positions = useView((view) => view.orders.positions)
  const { id: chosenId } = useRoute()
  const bare = positions.filter(({ protection }) => protection.state === 'unprotected').length
  return (
    <Panel
      title="Positions"
      note={bare === 0 ? `${positions.length} open` : `${positions.length} open, ${bare} unprotected`}
    >
      {positions.length === 0 ? (
        <Empty icon={<Crosshair size={20} />} title="No open position">
          A position appears here when the entry of an approved tactical trade fills.
        </Empty>
      ) : (
        <TableFrame label="Open positions">
          <table className="table stacked-rows">
            <thead>
              <tr>
                <th scope="col">Position</th>
                <th scope="col" className="right">
                  Amount
                </th>
                <th scope="col" className="right">
                  Mark, entry
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
                <th scope="col">Protection</th>
                <th scope="col">
                  <span className="sr-only">Modify and close</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {positions.map((position) => (
                <PositionRow key={position.id} position={position} isChosen={position.id === chosenId} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}

const PositionRow = memo(function PositionRow({ position, isChosen }: { position: PositionView; isChosen: boolean }) {
  const { symbol, isStale, margin, protection } = position
  return (
    <HighlightedRow isChosen={isChosen} isAlarming={protection.state === 'unprotected'}>
      <th scope="row">
        <Stacked sub={<OpenFor position={position} />}>{symbol}</Stacked>
      </th>
      <td className="right">
        <Stacked sub={margin === null ? 'spot' : <Margin text={margin} />}>
          <Amount asset={baseOf(symbol)} text={position.amount} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked sub={<Price symbol={symbol} text={position.averageEntry} />}>
          <small className="mark-age">
            <Age at={position.markAt} isStale={isStale} />
          </small>{' '}
          <Price symbol={symbol} text={position.mark} isStale={isStale} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked sub={<RMultiple text={position.rMultiple} />}>
          <Pnl text={position.unrealized} percent={position.unrealizedPercent} isStale={isStale} />
        </Stacked>
      </td>
      <td className="right">
        <Stacked sub={<span className="num">{percent(position.stopDistancePercent)}</span>}>
          <Price symbol={symbol} text={position.stop} />
        </Stacked>
      </td>
      <td>
        <StopTargetBar position={position} />
      </td>
      <td className="right">
        <Stacked sub={<span className="num">{percent(position.targetDistancePercent)}</span>}>
          <Price symbol={symbol} text={position.target} />
        </Stacked>
      </td>
      <td>
        <Protection position={position} />
      </td>
      <td className="right">
        <RowActions position={position} />
      </td>
    </HighlightedRow>
  )
})

const OpenFor = ({ position }: { position: PositionView }) => (
  <>
    <Direction side={position.side} leverage={position.leverage} /> · <Age at={position.openedAt} />
  </>
)

const Margin = ({ text }: { text: string }) => (
  <>
    margin <Money text={text} />
  </>
)

function RowActions({ position: { id, symbol, side, isClosing } }: { position: PositionView }) {
  return (
    <span className="row-actions">
      <ActionButton
        className="small"
        aria-label={`Modify ${side} ${symbol}`}
        disabled={isClosing}
        onClick={() => ask({ kind: 'modify', id })}
      >
        Modify
      </ActionButton>
      <ActionButton
        className="small"
        aria-label={`Close ${side} ${symbol}`}
        disabled={isClosing}
        onClick={() => ask({ kind: 'close', id })}
      >
        Close
      </ActionButton>
    </span>
  )
}
