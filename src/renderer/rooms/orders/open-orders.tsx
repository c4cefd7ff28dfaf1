import { ListOrdered, RefreshCw } from 'lucide-react'
import { memo } from 'react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { shortId, toShape } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Side } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { useAction } from '../../stores/actions.ts'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { ask, mayCancel } from './order-dialogs.tsx'
import { OrderState } from './order-state.tsx'
import { PURPOSES, priceOf } from './order-words.ts'
import { Origin } from './origin.tsx'

export function OpenOrders() {
  const open = useView((view) => view.orders.open)
  const { id: chosenId } = useRoute()
  const inDoubt = open.filter((order) => order.inDoubt).length
  return (
    <Panel
      title="Open orders"
      note={inDoubt === 0 ? `${open.length} open` : `${open.length} open, ${inDoubt} in doubt`}
      actions={<AskExchange />}
    >
      {open.length === 0 ? (
        <Empty icon={<ListOrdered size={20} />} title="No open order">
          Orders appear here from the moment an approved proposal sends its first trade until they are filled or gone.
        </Empty>
      ) : (
        <TableFrame label="Open orders">
          <table className="table stacked-rows">
            <thead>
              <tr>
                <th scope="col">Side</th>
                <th scope="col">Pair</th>
                <th scope="col">For</th>
                <th scope="col" className="right">
                  Amount
                </th>
                <th scope="col" className="right">
                  Price
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
                <OpenOrderRow key={order.id} order={order} isChosen={order.id === chosenId} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}

/** Ledger and exchange are compared every half minute; this asks at once. */
function AskExchange() {
  const at = useView((view) => view.orders.externalAt)
  const reconcile = useAction('exchange.reconcile')
  return (
    <>
      <span className="panel-note asked">
        {at === null ? (
          'Exchange not asked yet'
        ) : (
          <>
            Exchange asked <Age at={at} /> ago
          </>
        )}
      </span>
      <ActionButton
        className="small"
        icon={<RefreshCw size={13} aria-hidden="true" />}
        isBusy={reconcile.isBusy}
        onClick={() => void reconcile.run({})}
      >
        Ask now
      </ActionButton>
    </>
  )
}

const OpenOrderRow = memo(function OpenOrderRow({ order, isChosen }: { order: OrderView; isChosen: boolean }) {
  const { side, symbol } = order
  const { price, kind } = priceOf(order)
  return (
    <HighlightedRow isChosen={isChosen}>
      <td>
        <Side side={side} />
      </td>
      <th scope="row">{symbol}</th>
      <td>
        {PURPOSES[order.purpose]}
        {order.leverage > 1 && <span className="num faint"> {order.leverage}×</span>}
      </td>
      <td className="right">
        <Amount asset={baseOf(symbol)} text={order.amount} />
      </td>
      <td className="right">
        <Stacked sub={kind}>
          <Price symbol={symbol} text={price} />
        </Stacked>
      </td>
      <td>
        <ProgressBar percent={toShape(order.filledPercent)} label={`${side} ${symbol}: filled`} />
      </td>
      <td>
        <OrderState order={order} />
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
        <CancelCell order={order} />
      </td>
    </HighlightedRow>
  )
})

function CancelCell({ order }: { order: OrderView }) {
  const { id, side, amount, symbol, purpose, inDoubt } = order
  if (purpose === 'protective stop') return <small className="faint">with its position</small>
  return (
    <ActionButton
      className="small"
      aria-label={`Cancel order ${side} ${amount} ${symbol}`}
      disabled={!mayCancel(order)}
      title={inDoubt ? 'It is not known whether it was placed: it is being looked for first.' : undefined}
      onClick={() => ask({ kind: 'cancel', id })}
    >
      Cancel
    </ActionButton>
  )
}
