import { memo } from 'react'
import type { AssetView } from '../../../shared/contract/views.ts'
import { fixed, percent, toShape } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Amount, Money, Points } from '../../parts/number.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { useView, useViewParts } from '../../stores/projection.ts'

export function AssetTable() {
  const assets = useView((view) => view.portfolio.assets)
  const { coreValue, bagsValue, tacticalValue, quote } = useViewParts(({ portfolio, status }) => ({
    coreValue: portfolio.coreValue,
    bagsValue: portfolio.bagsValue,
    tacticalValue: portfolio.tacticalValue,
    quote: status.quote,
  }))
  return (
    <TableFrame label="Assets by sleeve">
      <table className="table asset-table">
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col" className="right">
              Price, {quote}
            </th>
            <th scope="col" className="right">
              Age
            </th>
            <th scope="col" className="right">
              Core
            </th>
            <th scope="col" className="right">
              Bag
            </th>
            <th scope="col" className="right">
              Tactical
            </th>
            <th scope="col" className="right">
              Core value
            </th>
            <th scope="col" className="right">
              Weight
            </th>
            <th scope="col" className="right">
              Target
            </th>
            <th scope="col" className="right">
              Drift
            </th>
          </tr>
        </thead>
        <tbody>
          {assets.map((asset) => (
            <AssetRow key={asset.asset} asset={asset} quote={quote} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Value, {quote}
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
            <td colSpan={4} />
          </tr>
        </tfoot>
      </table>
    </TableFrame>
  )
}

const AssetRow = memo(function AssetRow({ asset, quote }: { asset: AssetView; quote: string }) {
  const threshold = useView((view) => view.portfolio.thresholdPp)
  const isOutside = asset.driftPp !== null && Math.abs(toShape(asset.driftPp)) >= toShape(threshold)
  const isQuote = asset.asset === quote
  return (
    <tr className={asset.isStale ? 'row-stale' : ''}>
      <th scope="row">{asset.asset}</th>
      <td className="right num">{fixed(asset.price, asset.priceDecimals)}</td>
      <td className="right">
        {isQuote ? <span className="faint">quote</span> : <Age at={asset.priceAt} isStale={asset.isStale} />}
      </td>
      <td className="right">
        <Amount asset={asset.asset} text={asset.core} />
      </td>
      <td className="right">
        <Amount asset={asset.asset} text={asset.hodl} />
      </td>
      <td className="right">
        <Amount asset={asset.asset} text={asset.tactical} />
      </td>
      <td className="right">
        <Money text={asset.coreValue} />
      </td>
      <td className="right num">{percent(asset.weightPercent)}</td>
      <td className="right num faint">{percent(asset.targetPercent)}</td>
      <td className={isOutside ? 'right outside' : 'right'}>
        <Points text={asset.driftPp} />
      </td>
    </tr>
  )
})
