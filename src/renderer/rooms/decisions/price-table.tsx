import type { ProposalView } from '../../../shared/contract/views.ts'
import { signedPercent } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Price } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'

/** What it was planned with, how old that is, and how far the market has moved since. */
export function PriceTable({ prices, isPending }: { prices: ProposalView['prices']; isPending: boolean }) {
  return (
    <Panel title="Prices" note="planned with">
      <TableFrame label="Prices the plan was made with">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col" className="right">
                Planned
              </th>
              {isPending && (
                <>
                  <th scope="col" className="right">
                    Age
                  </th>
                  <th scope="col" className="right">
                    Now
                  </th>
                  <th scope="col" className="right">
                    Moved
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {prices.map(({ symbol, price, at, now, movedPercent }) => (
              <tr key={symbol}>
                <th scope="row">{symbol}</th>
                <td className="right">
                  <Price symbol={symbol} text={price} />
                </td>
                {isPending && (
                  <>
                    <td className="right">
                      <Age at={at} />
                    </td>
                    <td className="right">
                      <Price symbol={symbol} text={now} />
                    </td>
                    <td className="right num">{signedPercent(movedPercent)}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </Panel>
  )
}
