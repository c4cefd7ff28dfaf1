import { Download, History } from 'lucide-react'
import { memo, useMemo, useState } from 'react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { shortId, wholePercent } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { ActionButton, Button } from '../../parts/button.tsx'
import { Side } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { saveExport } from '../../save-file.ts'
import { engineNow } from '../../stores/engine-clock.ts'
import { baseOf } from '../../stores/precision.ts'
import { useRoute } from '../../stores/route.ts'
import { dateTime } from '../../times.ts'
import { ordersToCsv, ordersToJson } from './export.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { filterOrders, NO_FILTER } from './history-filter.ts'
import { HistoryFilters } from './history-filters.tsx'
import { OrderState } from './order-state.tsx'
import { PURPOSES, priceOf, whyEnded } from './order-words.ts'
import { Origin } from './origin.tsx'
import { useHistory } from './use-history.ts'

/** Rows drawn at once; an export has all that match. */
const PAGE = 100

export function OrderHistory() {
  const history = useHistory()
  const [filter, setFilter] = useState(NO_FILTER)
  const [drawn, setDrawn] = useState(PAGE)
  const { orders } = history
  const found = useMemo(() => filterOrders(orders, filter), [orders, filter])
  return (
    <Panel
      title="History"
      className="order-history"
      note={`${found.length === orders.length ? '' : `${found.length} of `}${history.hasOlder ? 'the last ' : ''}${orders.length} ${orders.length === 1 ? 'order' : 'orders'}`}
      actions={<Exports orders={found} />}
    >
      {orders.length === 0 ? (
        <Empty icon={<History size={20} />} title="No orders yet">
          Every order that was filled, cancelled, expired or refused is listed here.
        </Empty>
      ) : (
        <>
          <HistoryFilters orders={orders} filter={filter} onChange={setFilter} />
          <HistoryTable orders={found.slice(0, drawn)} />
          {found.length === 0 && <Empty title="No order matches these filters" />}
          <More hidden={found.length - drawn} history={history} onMore={() => setDrawn((n) => n + PAGE)} />
        </>
      )}
    </Panel>
  )
}

type MoreProps = { hidden: number; history: ReturnType<typeof useHistory>; onMore: () => void }

function More({ hidden, history, onMore }: MoreProps) {
  if (hidden <= 0 && !history.hasOlder) return null
  return (
    <div className="more">
      {hidden > 0 ? (
        <Button className="small" onClick={onMore}>
          {`Show ${Math.min(PAGE, hidden)} more of ${hidden}`}
        </Button>
      ) : (
        <ActionButton className="small" isBusy={history.isLoading} onClick={history.loadOlder}>
          Load older orders
        </ActionButton>
      )}
    </div>
  )
}

function Exports({ orders }: { orders: readonly OrderView[] }) {
  const name = (): string => `triplegain-orders-${dateTime(engineNow(), 'utc').replace(/[^\d]/g, '')}`
  return (
    <>
      <Button
        className="small"
        icon={<Download size={13} aria-hidden="true" />}
        disabled={orders.length === 0}
        onClick={() => void saveExport(name(), 'csv', ordersToCsv(orders))}
      >
        Export CSV
      </Button>
      <Button
        className="small"
        icon={<Download size={13} aria-hidden="true" />}
        disabled={orders.length === 0}
        onClick={() => void saveExport(name(), 'json', ordersToJson(orders))}
      >
        Export JSON
      </Button>
    </>
  )
}

const HistoryTable = memo(function HistoryTable({ orders }: { orders: readonly OrderView[] }) {
  const { id: chosenId } = useRoute()
  return (
    <TableFrame label="Order history">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Ended</th>
            <th scope="col">Side</th>
            <th scope="col">Pair</th>
            <th scope="col">For</th>
            <th scope="col" className="order-type">
              Type
            </th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col" className="right">
              Filled
            </th>
            <th scope="col" className="right">
              Average
            </th>
            <th scope="col">State</th>
            <th scope="col">Reason</th>
            <th scope="col">Client id</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <HistoryRow key={order.id} order={order} isChosen={order.id === chosenId} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
})

const HistoryRow = memo(function HistoryRow({ order, isChosen }: { order: OrderView; isChosen: boolean }) {
  return (
    <HighlightedRow isChosen={isChosen}>
      <td>
        <When at={order.updatedAt} />
      </td>
      <td>
        <Side side={order.side} />
      </td>
      <th scope="row">{order.symbol}</th>
      <td>{PURPOSES[order.purpose]}</td>
      <td className="order-type" title={`${priceOf(order).kind} ${priceOf(order).price}`}>
        {order.type}
      </td>
      <td className="right">
        <Amount asset={baseOf(order.symbol)} text={order.amount} />
      </td>
      <td className="right num">{wholePercent(order.filledPercent)}</td>
      <td className="right">
        <Price symbol={order.symbol} text={order.averagePrice} />
      </td>
      <td>
        <OrderState order={order} />
      </td>
      <td className="wrap">{whyEnded(order) ?? <span className="faint">—</span>}</td>
      <td>
        <code title={order.clientOrderId}>{shortId(order.clientOrderId)}</code>
      </td>
      <td>
        <Origin origin={order.origin} correlationId={order.correlationId} />
      </td>
    </HighlightedRow>
  )
})
