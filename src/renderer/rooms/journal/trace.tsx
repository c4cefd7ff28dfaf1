import type { JournalRowView } from '../../../shared/contract/views.ts'
import { words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { useLoaded } from '../../stores/use-loaded.ts'
import { prettyJson } from './topics.ts'

/** One decision from what started it to what ended it, step by step. */
export function Trace({ correlationId }: { correlationId: string }) {
  const { data, problem, reload } = useLoaded('journal.trace', { correlationId })
  if (problem !== null) return <Problem text={problem.message} onRetry={reload} />
  if (data === null) return <Skeleton rows={6} />
  if (data.rows.length === 0) {
    return <Empty title="Nothing is known of it">There is no message of this decision in the journal.</Empty>
  }
  const first = data.rows[0]?.at ?? 0
  return (
    <ol className="trace">
      {data.rows.map((row) => (
        <Step key={row.seq} row={row} first={first} />
      ))}
    </ol>
  )
}

function Step({ row, first }: { row: JournalRowView; first: number }) {
  return (
    <li>
      <p className="trace-head">
        <span className="topic">{words(row.topic)}</span>
        <span className="faint">{row.source}</span>
        <span className="faint num">+{elapsed(Math.max(0, row.at - first))}</span>
      </p>
      <p className="trace-summary">{row.summary}</p>
      <details>
        <summary>
          <When at={row.at} /> · <span className="num">{row.id}</span>
        </summary>
        <pre>{prettyJson(row.payload)}</pre>
      </details>
    </li>
  )
}

const elapsed = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
