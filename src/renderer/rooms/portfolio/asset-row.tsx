import { CircleHelp, Sprout } from 'lucide-react'
import { memo } from 'react'
import type { AssetView } from '../../../shared/contract/views.ts'
import { fixed, percent, signedPercent, signOf } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Amount, Money, Pnl, Points } from '../../parts/number.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { isOutside } from './band.ts'
import { unrealizedPercent } from './gain-sums.ts'

/** An asset in every sleeve; what is in none, or cannot be sold, in a line of its own below. */
export const AssetRow = memo(function AssetRow({ asset, quote }: { asset: AssetView; quote: string }) {
  const isQuote = asset.asset === quote
  const gain = unrealizedPercent(asset)
  const hasNote = signOf(asset.unclassified) !== 'none' || signOf(asset.earning) !== 'none'
  return (
    <>
      <tr className={`${asset.isStale ? 'row-stale' : ''}${hasNote ? ' has-note' : ''}`}>
        <th scope="row">{asset.asset}</th>
        <td className="right">
          <Stacked sub={isQuote ? 'quote' : <Age at={asset.priceAt} isStale={asset.isStale} />}>
            <span className="num">{fixed(asset.price, asset.priceDecimals)}</span>
          </Stacked>
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
        <td className="right">
          <Stacked sub={<span className="num">{percent(asset.targetPercent)}</span>}>
            <span className="num">{percent(asset.weightPercent)}</span>
          </Stacked>
        </td>
        <td className={isOutside(asset) ? 'right outside' : 'right'}>
          <Points text={asset.driftPp} />
        </td>
        <td className="right">
          <Money text={asset.costBasis} />
        </td>
        <td className="right">
          <Stacked sub={gain === null || isQuote ? null : <span className="num">{signedPercent(gain)}</span>}>
            <Pnl text={asset.unrealized} isStale={asset.isStale} />
          </Stacked>
        </td>
      </tr>
      {hasNote && <NoteRow asset={asset} />}
    </>
  )
})

function NoteRow({ asset: { asset, unclassified, earning } }: { asset: AssetView }) {
  return (
    <tr className="note-row">
      <td />
      <td colSpan={9}>
        {signOf(unclassified) !== 'none' && (
          <Chip tone="warn" icon={<CircleHelp size={11} aria-hidden="true" />}>
            <span>
              {signOf(unclassified) === 'gain' && '+'}
              <Amount asset={asset} text={unclassified} /> {asset} unclassified, in no sleeve yet
            </span>
          </Chip>
        )}{' '}
        {signOf(earning) !== 'none' && (
          <Chip tone="info" icon={<Sprout size={11} aria-hidden="true" />}>
            <span>
              <Amount asset={asset} text={earning} /> {asset} of it earning, cannot be sold
            </span>
          </Chip>
        )}
      </td>
    </tr>
  )
}
