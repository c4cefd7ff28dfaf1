import { Download, History } from 'lucide-react'
import { memo, useMemo, useState } from 'react'
import type { OrderView } from '../../../shared/contract/views.ts'
import { capitalized, percent, shortId, words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Chip, Side, type Tone } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { engineNow } from '../../stores/engine-clock.ts'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'
import { dateTime } from '../../times.ts'
import { ordersToCsv, ordersToJson } from './export.ts'
import { HighlightedRow } from './highlighted-row.tsx'
import { filterOrders, NO_FILTER } from './history-filter.ts'
import { HistoryFilters } from './history-filters.tsx'
import { Origin } from './origin.tsx'
import { saveFile } from './save-file.ts'

export function OrderHistory() {
  const recent = useView((view) => view.orders.recent)
  const [filter, setFilter] = useState(NO_FILTER)
  const over = useMemo(() => recent.filter((order) => !order.isOpen), [recent])
  const shown = useMemo(() => filterOrders(over, filter), [over, filter])
  const { id: chosenId } = useRoute()
  const name = (): string => `triplegain-orders-${dateTime(engineNow(), 'utc').replace(/[^\d]/g, '')}`
  return (
    <Panel
      title="History"
      className="order-history"
      note={shown.length === over.length ? `${over.length} orders` : `${shown.length} of ${over.length} orders`}
      actions={
        <>
          <Button
            className="small"
            icon={<Download size={13} aria-hidden="true" />}
            disabled={shown.length === 0}
            onClick={() => saveFile(`${name()}.csv`, 'text/csv', ordersToCsv(shown))}
          >
            Export CSV
          </Button>
          <Button
            className="small"
            icon={<Download size={13} aria-hidden="true" />}
            disabled={shown.length === 0}
            onClick={() => saveFile(`${name()}.json`, 'application/json', ordersToJson(shown))}
          >
            Export JSON
          </Button>
        </>
      }
    >
      {over.length === 0 ? (
        <Empty icon={<History size={20} />} title="No orders yet">
          Every order that was filled, cancelled, expired or refused is listed here.
        </Empty>
      ) : (
        <>
          <HistoryFilters orders={over} filter={filter} onChange={setFilter} />
          <HistoryTable orders={shown} chosenId={chosenId} />
        </>
      )}
    </Panel>
  )
}

const STATUS_TONES: Readonly<Record<string, Tone>> = { filled: 'good', rejected: 'bad', expired: 'warn' }

function HistoryTable({ orders, chosenId }: { orders: readonly OrderView[]; chosenId: string | null }) {
  if (orders.length === 0) return <Empty title="No order fits this filter" />
  return (
    <TableFrame label="Order history">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Ended</th>
            <th scope="col">Side</th>
            <th scope="col">Pair</th>
            <th scope="col">Type</th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col" className="right">
              Filled
            </th>
            <th scope="col" className="right">
              Average price
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
}

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
      <td>{order.type}</td>
      <td className="right">
        <Amount asset={baseOf(order.symbol)} text={order.amount} />
      </td>
      <td className="right num">{percent(order.filledPercent, 0)}</td>
      <td className="right">
        <Price symbol={order.symbol} text={order.averagePrice} />
      </td>
      <td>
        <Chip tone={STATUS_TONES[order.status] ?? 'neutral'}>{capitalized(words(order.status))}</Chip>
      </td>
      <td className="wrap">{order.reason ?? <span className="faint">—</span>}</td>
      <td>
        <code title={order.clientOrderId}>{shortId(order.clientOrderId)}</code>
      </td>
      <td>
        <Origin origin={order.origin} correlationId={order.correlationId} />
      </td>
    </HighlightedRow>
  )
})
