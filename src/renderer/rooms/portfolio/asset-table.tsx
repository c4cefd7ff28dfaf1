import { Money, Pnl } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView, useViewParts } from '../../stores/projection.ts'
import { AssetRow } from './asset-row.tsx'
import { sumOrUnknown } from './gain-sums.ts'

export function AssetTable() {
  const assets = useView((view) => view.portfolio.assets)
  const { coreValue, bagsValue, tacticalValue, quote } = useViewParts(({ portfolio, status }) => ({
    coreValue: portfolio.coreValue,
    bagsValue: portfolio.bagsValue,
    tacticalValue: portfolio.tacticalValue,
    quote: status.quote,
  }))
  return (
    <Panel title="Assets" className="assets-panel" note={`values in ${quote}`}>
      <TableFrame label="Assets by sleeve">
        <table className="table asset-table stacked-rows">
          <thead>
            <tr>
              <th scope="col">Asset</th>
              <Column name="Price, age" />
              <Column name="Core" />
              <Column name="Bag" />
              <Column name="Tactical" />
              <Column name="Core value" />
              <Column name="Weight, target" />
              <Column name="Drift" />
              <Column name="Cost basis" />
              <Column name="Unrealized" />
            </tr>
          </thead>
          <tbody>
            {assets.map((asset) => (
              <AssetRow key={asset.asset} asset={asset} quote={quote} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                Value
              </th>
              <td className="right">
                <Money text={coreValue} />
              </td>
              <td className="right">
                <Money text={bagsValue} />
              </td>
              <td className="right">
                <Money text={tacticalValue} />
              </td>
              <td colSpan={3} />
              <td className="right">
                <Money text={sumOrUnknown(assets.map(({ costBasis }) => costBasis))} />
              </td>
              <td className="right">
                <Pnl text={sumOrUnknown(assets.map(({ unrealized }) => unrealized))} />
              </td>
            </tr>
          </tfoot>
        </table>
      </TableFrame>
    </Panel>
  )
}

const Column = ({ name }: { name: string }) => (
  <th scope="col" className="right">
    {name}
  </th>
)
