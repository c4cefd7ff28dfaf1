import { ListOrdered, TriangleAlert } from 'lucide-react'
import { memo, useState } from 'react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { capitalized, shortId, toShape, words } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Chip, Side } from '../../parts/chip.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { act } from '../../stores/actions.ts'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { Origin } from './origin.tsx'

export function OpenOrders() {
  const open = useView((view) => view.orders.open)
  const { id: chosenId } = useRoute()
  const [cancelling, setCancelling] = useState<OrderView | null>(null)
  const inDoubt = open.filter((order) => order.inDoubt).length
  return (
    <Panel
      title="Open orders"
      note={inDoubt === 0 ? `${open.length} open` : `${open.length} open, ${inDoubt} in doubt`}
    >
      {open.length === 0 ? (
        <Empty icon={<ListOrdered size={20} />} title="No open order">
          Orders appear here from the moment an approved proposal sends its first trade until they are filled or gone.
        </Empty>
      ) : (
        <TableFrame label="Open orders">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Side</th>
                <th scope="col">Pair</th>
                <th scope="col">Type</th>
                <th scope="col" className="right">
                  Amount
                </th>
                <th scope="col" className="right">
                  Limit
                </th>
                <th scope="col">Filled</th>
                <th scope="col">State</th>
                <th scope="col" className="right">
                  Age
                </th>
                <th scope="col">Client id</th>
                <th scope="col">From</th>
                <th scope="col">
                  <span className="sr-only">Cancel</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {open.map((order) => (
                <OpenOrderRow key={order.id} order={order} isChosen={order.id === chosenId} onCancel={setCancelling} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      {cancelling !== null && (
        <ConfirmDialog
          title="Cancel this order?"
          description={`${capitalized(cancelling.side)} ${cancelling.amount} ${cancelling.symbol}. What is filled already stays; the rest of its proposal is not sent again by itself.`}
          confirm="Cancel order"
          look="danger"
          onConfirm={() => act('order.cancel', { id: cancelling.id })}
          onClose={() => setCancelling(null)}
        />
      )}
    </Panel>
  )
}

type RowProps = { order: OrderView; isChosen: boolean; onCancel: (order: OrderView) => void }

const OpenOrderRow = memo(function OpenOrderRow({ order, isChosen, onCancel }: RowProps) {
  return (
    <HighlightedRow isChosen={isChosen}>
      <td>
        <Side side={order.side} />
      </td>
      <th scope="row">{order.symbol}</th>
      <td>{order.type}</td>
      <td className="right">
        <Amount asset={baseOf(order.symbol)} text={order.amount} />
      </td>
      <td className="right">
        <Price symbol={order.symbol} text={order.limitPrice} />
      </td>
      <td>
        <ProgressBar percent={toShape(order.filledPercent)} label={`${order.side} ${order.symbol}: filled`} />
      </td>
      <td>
        {order.inDoubt ? (
          <Chip tone="bad" icon={<TriangleAlert size={11} aria-hidden="true" />}>
            In doubt
          </Chip>
        ) : (
          <Chip tone="info">{capitalized(words(order.status))}</Chip>
        )}
      </td>
      <td className="right">
        <Age at={order.createdAt} />
      </td>
      <td>
        <code title={order.clientOrderId}>{shortId(order.clientOrderId)}</code>
      </td>
      <td>
        <Origin origin={order.origin} correlationId={order.correlationId} />
      </td>
      <td className="right">
        <ActionButton
          className="small"
          aria-label={`Cancel order ${order.side} ${order.amount} ${order.symbol}`}
          disabled={order.inDoubt}
          title={order.inDoubt ? 'It is not known whether it was placed: it is being looked for first.' : undefined}
          onClick={() => onCancel(order)}
        >
          Cancel
        </ActionButton>
      </td>
    </HighlightedRow>
  )
})
