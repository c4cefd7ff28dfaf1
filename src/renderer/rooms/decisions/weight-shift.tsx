import type { ProposalView } from '../../../shared/contract/views.ts'
import { percent, toShape } from '../../format.ts'
import { Panel } from '../../parts/panel.tsx'

/** Weights before and after, on one scale, with the target as a tick. */
export function WeightShift({ weights }: { weights: ProposalView['weights'] }) {
  const top =
    Math.max(
      10,
      ...weights.flatMap((w) => [toShape(w.beforePercent), toShape(w.afterPercent), toShape(w.targetPercent)]),
    ) * 1.1
  return (
    <Panel title="Weights" note="before → after">
      <ul className="weights">
        {weights.map((weight) => (
          <li key={weight.asset}>
            <strong>{weight.asset}</strong>
            <div
              className="weight-bars"
              role="img"
              aria-label={`${weight.asset}: ${percent(weight.beforePercent)} before, ${percent(weight.afterPercent)} after, target ${percent(weight.targetPercent)}`}
            >
              <span className="weight-before" style={{ width: `${(toShape(weight.beforePercent) / top) * 100}%` }} />
              <span className="weight-after" style={{ width: `${(toShape(weight.afterPercent) / top) * 100}%` }} />
              <span className="weight-target" style={{ left: `${(toShape(weight.targetPercent) / top) * 100}%` }} />
            </div>
            <span className="num weight-numbers">
              <span className="faint">{percent(weight.beforePercent)}</span> → {percent(weight.afterPercent)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
