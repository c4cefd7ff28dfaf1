import type { PositionView } from '../../../shared/contract/views.ts'
import { percent, toShape } from '../../format.ts'

/** Where the mark stands between stop (left) and target (right), and where it was entered. */
export function StopTargetBar({ position }: { position: PositionView }) {
  const stop = toShape(position.stop)
  // Negative for a short: its target is the lower of the two. Left is still the stop.
  const span = toShape(position.target) - stop
  const place = (text: string | null): number | null =>
    text === null || span === 0 ? null : Math.min(100, Math.max(0, ((toShape(text) - stop) / span) * 100))
  const mark = place(position.mark)
  const entry = place(position.averageEntry)
  return (
    <div
      className="stop-target"
      role="img"
      aria-label={`${percent(position.stopDistancePercent)} to the stop, ${percent(position.targetDistancePercent)} to the target`}
    >
      {entry !== null && mark !== null && (
        <span
          className={mark >= entry ? 'run gain' : 'run loss'}
          style={{ left: `${Math.min(entry, mark)}%`, width: `${Math.abs(mark - entry)}%` }}
        />
      )}
      {entry !== null && <span className="entry-tick" style={{ left: `${entry}%` }} />}
      {mark !== null && <span className="mark-dot" style={{ left: `${mark}%` }} />}
    </div>
  )
}
