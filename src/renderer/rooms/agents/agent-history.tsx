import { memo } from 'react'
import type { AgentOutputView } from '../../../shared/contract/views.ts'
import { MINUTE } from '../../../shared/time.ts'
import { confidence } from '../../format.ts'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useLoaded } from '../../stores/use-loaded.ts'
import { dayTime, type Zone } from '../../times.ts'
import { took } from './agent-words.ts'
import { DirectionWord } from './direction-word.tsx'

const MOST = 50
/** Midnight falls on a multiple of it wherever one lives. */
const QUARTER = 15 * MINUTE

/** Asked for when it is opened, and again after each run. */
export function AgentHistory({ name, version }: { name: string; version: number | null }) {
  const { data, problem, reload } = useLoaded('agent.history', { name, limit: MOST }, version)
  return (
    <section className="agent-part">
      <h3>History</h3>
      {problem !== null && data === null ? (
        <Problem text={problem.message} onRetry={reload} />
      ) : data === null ? (
        <Skeleton rows={4} />
      ) : data.outputs.length === 0 ? (
        <Empty title="Nothing yet">
          Every output that is news is kept here: another direction, or a confidence that crossed its limit.
        </Empty>
      ) : (
        <HistoryTable outputs={data.outputs} />
      )}
    </section>
  )
}

function HistoryTable({ outputs }: { outputs: readonly AgentOutputView[] }) {
  const zone = usePreferences((state) => state.zone)
  // Only the day of it is of interest.
  const now = Math.floor(useEngineNow() / QUARTER) * QUARTER
  return (
    <TableFrame label="What it said that was news, newest first">
      <table className="table history-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Pair</th>
            <th scope="col">Said</th>
            <th scope="col" className="right">
              Confidence
            </th>
            <th scope="col" className="right">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {outputs.map((output) => (
            <OutputRow key={`${output.symbol} ${output.at}`} output={output} now={now} zone={zone} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  )
}

const OutputRow = memo(function OutputRow({ output, now, zone }: { output: AgentOutputView; now: number; zone: Zone }) {
  return (
    <tr>
      <td className="num">{dayTime(output.at, now, zone)}</td>
      <th scope="row">{output.symbol}</th>
      <td className="wrap">
        <DirectionWord word={output.word} bias={output.bias} />
        <small>{output.text}</small>
      </td>
      <td className="right num">{confidence(output.confidence)}</td>
      <td className="right num">{took(output.latencyMs)}</td>
    </tr>
  )
})
