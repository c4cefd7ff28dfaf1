import { memo } from 'react'
import type { ExternalOrderView } from '../../../shared/contract/views.ts'
import { toShape } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Chip, Side } from '../../parts/chip.tsx'
import { Amount, Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { ProgressBar } from '../../parts/progress-bar.tsx'
import { baseOf } from '../../stores/precision.ts'
import { useView } from '../../stores/projection.ts'

/** Orders of the account that TripleGain did not place. There is no button here, on purpose. */
export function ExternalOrders() {
  const external = useView((view) => view.orders.external)
  if (external.length === 0) return null
  return (
    <Panel
      className="external-panel"
      title="Placed elsewhere: never touched"
      note={`${external.length} at the exchange, not ours. What they hold is not free; a plan they stand in the way of is voided.`}
    >
      <TableFrame label="Orders placed elsewhere">
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
                Price
              </th>
              <th scope="col">Filled</th>
              <th scope="col" className="right">
                Age
              </th>
              <th scope="col">Exchange id</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {external.map((order) => (
              <ExternalRow key={order.exchangeId} order={order} />
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}

const ExternalRow = memo(function ExternalRow({ order }: { order: ExternalOrderView }) {
  const { side, symbol } = order
  return (
    <tr>
      <td>
        <Side side={side} />
      </td>
      <th scope="row">{symbol}</th>
      <td>{order.type}</td>
      <td className="right">
        <Amount asset={baseOf(symbol)} text={order.amount} />
      </td>
      <td className="right">
        <Price symbol={symbol} text={order.price} />
      </td>
      <td>
        <ProgressBar percent={toShape(order.filledPercent)} label={`${side} ${symbol}, placed elsewhere: filled`} />
      </td>
      <td className="right">
        <Age at={order.openedAt} />
      </td>
      <td>
        <code>{order.exchangeId}</code>
      </td>
      <td>
        <Chip>Not ours</Chip>
      </td>
    </tr>
  )
})
