import type { AssetView } from '../../../shared/contract/views.ts'
import { fixed, percent, signed, toShape, upTo } from '../../format.ts'
import { Points } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { bandOf, commonBandPp, isOutside } from './band.ts'
import { type DriftScale, driftScale } from './drift-scale.ts'

/** How far each weight is from its target, against the band in which nothing is done. */
export function DriftBars() {
  const assets = useView((view) => view.portfolio.assets)
  const bandText = useView((view) => view.portfolio.bandText)
  const scale = driftScale(
    assets.map(bandOf).flatMap(({ belowPp, abovePp }) => [belowPp, abovePp]),
    assets.map(({ driftPp }) => toShape(driftPp)),
  )
  return (
    <Panel
      title="Drift from target"
      className="drift-panel"
      note={
        <>
          Rebalanced from <span className="num">{bandText}</span>
        </>
      }
    >
      <ul className="drift-bars">
        {assets.map((asset) => (
          <DriftBar key={asset.asset} asset={asset} scale={scale} />
        ))}
      </ul>
      <Axis scale={scale} commonPp={commonBandPp(assets)} />
    </Panel>
  )
}

/** Bands that differ carry their own numbers in their rows. */
function Axis({ scale, commonPp }: { scale: DriftScale; commonPp: number | null }) {
  const band = commonPp === null ? null : upTo(commonPp.toFixed(4), 2)
  /** With a very large drift the band is too narrow for a label at each edge. */
  const isRoomy = commonPp !== null && scale.position(commonPp) > 64
  return (
    <div className="drift-axis" aria-hidden="true">
      {isRoomy ? (
        <>
          <span style={{ left: `${scale.position(-commonPp)}%` }}>−{band} pp</span>
          <span style={{ left: '50%' }}>target</span>
          <span style={{ left: `${scale.position(commonPp)}%` }}>+{band} pp</span>
        </>
      ) : (
        <span style={{ left: '50%' }}>target{band !== null && ` ±${band} pp`}</span>
      )}
    </div>
  )
}

function DriftBar({ asset, scale }: { asset: AssetView; scale: DriftScale }) {
  const { belowPp, abovePp } = bandOf(asset)
  const out = isOutside(asset)
  const end = scale.position(toShape(asset.driftPp))
  const band = `${fixed(asset.bandLowPercent, 2)} – ${percent(asset.bandHighPercent)}`
  const said =
    asset.driftPp === null
      ? `${asset.asset}: weight unknown, there is no price yet`
      : `${asset.asset}: ${percent(asset.weightPercent)} against a target of ${percent(asset.targetPercent)}, drift ${signed(asset.driftPp, 2)} percentage points, ${out ? 'outside' : 'inside'} the band of ${band}`
  return (
    <li>
      <strong className="drift-asset">{asset.asset}</strong>
      <div className="drift-track" role="img" aria-label={said}>
        <span
          className="drift-band"
          style={{ left: `${scale.position(-belowPp)}%`, right: `${100 - scale.position(abovePp)}%` }}
        />
        <span className="drift-centre" />
        {asset.driftPp !== null && (
          <span
            className={`drift-fill${out ? ' outside' : ''}${asset.isStale ? ' stale-bar' : ''}`}
            style={{ left: `${Math.min(50, end)}%`, width: `${Math.abs(end - 50)}%` }}
          />
        )}
      </div>
      <span className={`drift-value${asset.isStale ? ' stale' : ''}`}>
        <Points text={asset.driftPp} />
        <small className="num">
          {percent(asset.weightPercent)} of {percent(asset.targetPercent)}
        </small>
        <small className="num">
          {out ? 'outside' : 'inside'} {band}
        </small>
      </span>
    </li>
  )
}
