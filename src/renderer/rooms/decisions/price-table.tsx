import type { ProposalView } from '../../../shared/contract/views.ts'
import { signedPercent } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { Stacked } from '../../parts/stacked.tsx'

/** What it was planned with, how old that is, and how far the market has moved since. */
export function PriceTable({ prices, isPending }: { prices: ProposalView['prices']; isPending: boolean }) {
  return (
    <Panel title="Prices">
      <TableFrame label="Prices the plan was made with">
        <table className="table stacked-rows">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col" className="right">
                {isPending ? 'Planned with, age' : 'Planned with'}
              </th>
              {isPending && (
                <th scope="col" className="right">
                  Now, moved
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {prices.map(({ symbol, price, at, now, movedPercent }) => (
              <tr key={symbol}>
                <th scope="row">{symbol}</th>
                <td className="right">
                  <Stacked sub={isPending ? <Age at={at} /> : null}>
                    <Price symbol={symbol} text={price} />
                  </Stacked>
                </td>
                {isPending && (
                  <td className="right">
                    <Stacked sub={now === null ? null : <span className="num">{signedPercent(movedPercent)}</span>}>
                      <Price symbol={symbol} text={now} />
                    </Stacked>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}
