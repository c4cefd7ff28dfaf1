import { ChartLine } from 'lucide-react'
import type { Output } from '../../../shared/contract/contract.ts'
import { DAY, HOUR } from '../../../shared/time.ts'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Segments } from '../../parts/segments.tsx'
import { type HistoryRange, usePreferences } from '../../stores/preferences.ts'
import { useView } from '../../stores/projection.ts'
import { useLoaded } from '../../stores/use-loaded.ts'
import { commonBandPp } from './band.ts'
import { DriftChart } from './drift-chart.tsx'
import { EquityChart } from './equity-chart.tsx'

const MOST_POINTS = 600
const RANGES: ReadonlyArray<{ value: HistoryRange; name: string; ms: number | null }> = [
  { value: '6h', name: '6 h', ms: 6 * HOUR },
  { value: '24h', name: '24 h', ms: DAY },
  { value: '7d', name: '7 d', ms: 7 * DAY },
  { value: 'all', name: 'All', ms: null },
]

type Points = Output<'portfolio.history'>

export function History() {
  const range = usePreferences((state) => state.range)
  const setPreferences = usePreferences((state) => state.set)
  const historyAt = useView((view) => view.portfolio.historyAt)
  const quote = useView((view) => view.status.quote)
  const assets = useView((view) => view.portfolio.assets)
  const bandText = useView((view) => view.portfolio.bandText)
  const ms = RANGES.find(({ value }) => value === range)?.ms ?? null
  const since = ms === null || historyAt === null ? 0 : Math.max(0, historyAt - ms)
  const { data, problem, reload } = useLoaded('portfolio.history', { since, limit: MOST_POINTS }, historyAt)

  const body = (draw: (points: Points) => React.JSX.Element) => {
    if (problem !== null && data === null) return <Problem text={problem.message} onRetry={reload} />
    if (data === null) return <Skeleton rows={5} />
    return data.points.length < 2 ? <NoHistory /> : draw(data)
  }
  return (
    <>
      <Panel
        title="Equity"
        className="equity-panel"
        note={<Legend quote={quote} />}
        actions={
          <Segments
            label="Range of history"
            options={RANGES}
            value={range}
            onChange={(next) => setPreferences({ range: next })}
          />
        }
      >
        {body((points) => (
          <EquityChart {...points} />
        ))}
      </Panel>
      <Panel title="Largest drift" className="drift-history-panel" note={`band ${bandText}`}>
        {body((points) => (
          <DriftChart {...points} bandPp={commonBandPp(assets)} bandText={bandText} />
        ))}
      </Panel>
    </>
  )
}

function Legend({ quote }: { quote: string }) {
  return (
    <ul className="legend" aria-label="Lines">
      <li className="legend-equity">Equity, {quote}</li>
      <li className="legend-held">Just held</li>
      <li className="legend-rebalance">Rebalance</li>
    </ul>
  )
}

const NoHistory = () => (
  <Empty icon={<ChartLine size={20} />} title="No history yet">
    A point is stored every minute of the market; the line appears with the second.
  </Empty>
)
