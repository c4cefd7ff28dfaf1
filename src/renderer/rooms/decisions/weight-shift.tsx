import type { AssetView, ProposalView } from '../../../shared/contract/views.ts'
import { percent, toShape } from '../../format.ts'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { weightsWithout } from './leg-choice.ts'

type Weight = ProposalView['weights'][number]
type Props = { proposal: ProposalView; leftOut: ReadonlySet<number> }
type Band = Pick<AssetView, 'bandLowPercent' | 'bandHighPercent'>

/** Weights before and after, on one scale, with the target as a tick and the band behind them. */
export function WeightShift({ proposal, leftOut }: Props) {
  const assets = useView((view) => view.portfolio.assets)
  const bandText = useView((view) => view.portfolio.bandText)
  const weights = weightsWithout(proposal, leftOut)
  // The band is today's: of a plan that is over nobody knows the band it was made with.
  const isCurrent = proposal.status === 'pending' || proposal.status === 'approved'
  const bandOf = (name: string): Band | null => (isCurrent ? assets.find(({ asset }) => asset === name) : null) ?? null
  const most = Math.max(
    10,
    ...weights.flatMap(({ asset, beforePercent, afterPercent, targetPercent }) =>
      [beforePercent, afterPercent, targetPercent, bandOf(asset)?.bandHighPercent ?? null].map(toShape),
    ),
  )
  const at = (text: string): number => Math.min(100, (toShape(text) / (most * 1.06)) * 100)
  return (
    <Panel
      title="Weights"
      note={
        <ul className="legend weight-legend">
          <li className="legend-before">Before</li>
          <li className="legend-after">{leftOut.size === 0 ? 'After' : 'After, about'}</li>
          <li className="legend-target">Target{isCurrent && ` ${bandText}`}</li>
        </ul>
      }
    >
      <ul className="weights">
        {weights.map((weight) => (
          <WeightRow key={weight.asset} weight={weight} band={bandOf(weight.asset)} at={at} />
        ))}
      </ul>
    </Panel>
  )
}

function WeightRow({ weight, band, at }: { weight: Weight; band: Band | null; at: (text: string) => number }) {
  const { asset, beforePercent, afterPercent, targetPercent } = weight
  const said = [
    `${asset}: ${percent(beforePercent)} before, ${percent(afterPercent)} after, target ${percent(targetPercent)}`,
    ...(band === null ? [] : [`band ${percent(band.bandLowPercent)} to ${percent(band.bandHighPercent)}`]),
  ].join(', ')
  return (
    <li>
      <strong>{asset}</strong>
      <div className="weight-bars" role="img" aria-label={said}>
        {band !== null && (
          <span
            className="weight-band"
            style={{ left: `${at(band.bandLowPercent)}%`, right: `${100 - at(band.bandHighPercent)}%` }}
          />
        )}
        <span className="weight-before" style={{ width: `${at(beforePercent)}%` }} />
        <span className="weight-after" style={{ width: `${at(afterPercent)}%` }} />
        <span className="weight-target" style={{ left: `${at(targetPercent)}%` }} />
      </div>
      <span className="num weight-numbers">
        <span className="faint">{percent(beforePercent)}</span> <span>→ {percent(afterPercent)}</span>
      </span>
    </li>
  )
}
