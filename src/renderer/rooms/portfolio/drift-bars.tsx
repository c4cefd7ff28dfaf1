import type { AssetView } from '../../../shared/contract/views.ts'
import { percent, signed, toShape, upTo } from '../../format.ts'
import { Points } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'
import { type DriftScale, driftScale } from './drift-scale.ts'

/** How far each weight is from its target, against the band in which nothing is done. */
export function DriftBars() {
  const assets = useView((view) => view.portfolio.assets)
  const thresholdPp = useView((view) => view.portfolio.thresholdPp)
  const threshold = toShape(thresholdPp)
  const scale = driftScale(
    threshold,
    assets.map(({ driftPp }) => toShape(driftPp)),
  )
  /** With a very large drift the band is too narrow for a label at each edge. */
  const isRoomy = scale.position(threshold) > 64
  const band = upTo(thresholdPp, 2)
  return (
    <Panel
      title="Drift from target"
      className="drift-panel"
      note={
        <>
          Rebalanced from <span className="num">±{band} pp</span>
        </>
      }
    >
      <ul className="drift-bars">
        {assets.map((asset) => (
          <DriftBar key={asset.asset} asset={asset} scale={scale} threshold={threshold} />
        ))}
      </ul>
      <div className="drift-axis" aria-hidden="true">
        {isRoomy ? (
          <>
            <span style={{ left: `${scale.position(-threshold)}%` }}>−{band} pp</span>
            <span style={{ left: '50%' }}>target</span>
            <span style={{ left: `${scale.position(threshold)}%` }}>+{band} pp</span>
          </>
        ) : (
          <span style={{ left: '50%' }}>target ±{band} pp</span>
        )}
      </div>
    </Panel>
  )
}

function DriftBar({ asset, scale, threshold }: { asset: AssetView; scale: DriftScale; threshold: number }) {
  const drift = toShape(asset.driftPp)
  const isOutside = asset.driftPp !== null && Math.abs(drift) >= threshold
  const end = scale.position(drift)
  const said =
    asset.driftPp === null
      ? `${asset.asset}: weight unknown, there is no price yet`
      : `${asset.asset}: ${percent(asset.weightPercent)} against a target of ${percent(asset.targetPercent)}, drift ${signed(asset.driftPp, 2)} percentage points, ${isOutside ? 'outside' : 'inside'} the band`
  return (
    <li>
      <strong className="drift-asset">{asset.asset}</strong>
      <div className="drift-track" role="img" aria-label={said}>
        <span
          className="drift-band"
          style={{ left: `${scale.position(-threshold)}%`, right: `${100 - scale.position(threshold)}%` }}
        />
        <span className="drift-centre" />
        {asset.driftPp !== null && (
          <span
            className={`drift-fill${isOutside ? ' outside' : ''}${asset.isStale ? ' stale-bar' : ''}`}
            style={{ left: `${Math.min(50, end)}%`, width: `${Math.abs(end - 50)}%` }}
          />
        )}
      </div>
      <span className={`drift-value${asset.isStale ? ' stale' : ''}`}>
        <Points text={asset.driftPp} />
        <small className="num">
          {percent(asset.weightPercent)} of {percent(asset.targetPercent)}
        </small>
      </span>
    </li>
  )
}
