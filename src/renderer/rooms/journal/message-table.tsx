import { useEffect, useState } from 'react'
import type { JournalRowView } from '../../../shared/contract/views.ts'
import { client } from '../../client.ts'
import { words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { useIsLive } from '../../stores/projection.ts'

const PAGE = 100
const WAIT_FOR_TYPING_MS = 150

type Props = { text: string | null; topic: string | null; traceId: string | null; onTrace: (id: string) => void }

/** The journal a page at a time, from the newest back. */
export function MessageTable({ text, topic, traceId, onTrace }: Props) {
  const { rows, isEnd, problem, more, reload } = usePages(text, topic)
  if (problem !== null) return <Problem text={problem} onRetry={reload} />
  if (rows === null) return <Skeleton rows={10} />
  if (rows.length === 0) {
    return (
      <Empty title={text === null && topic === null ? 'No messages yet' : 'Nothing found'}>
        {text === null && topic === null
          ? 'Signals, proposals, orders, fills and alerts are kept here as they happen.'
          : 'Try fewer words or another topic.'}
      </Empty>
    )
  }
  return (
    <TableFrame label="Messages">
      <table className="table message-table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Topic</th>
            <th scope="col">What happened</th>
            <th scope="col" className="source">
              From
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <MessageRow
              key={row.seq}
              row={row}
              isChosen={traceId !== null && row.correlationId === traceId}
              onTrace={onTrace}
            />
          ))}
        </tbody>
      </table>
      {!isEnd && (
        <div className="more">
          <Button look="quiet" onClick={more}>
            Older messages
          </Button>
        </div>
      )}
    </TableFrame>
  )
}

function usePages(text: string | null, topic: string | null) {
  const isLive = useIsLive()
  const [rows, setRows] = useState<readonly JournalRowView[] | null>(null)
  const [isEnd, setEnd] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [turn, setTurn] = useState({ beforeSeq: null as number | null, n: 0 })

  useEffect(() => {
    if (!isLive) return
    let isCurrent = true
    const timer = setTimeout(
      async () => {
        const answer = await client.call('journal.search', { text, topic, beforeSeq: turn.beforeSeq, limit: PAGE })
        if (!isCurrent) return
        setProblem(answer.ok ? null : answer.error.message)
        if (!answer.ok) return
        setRows((old) => (turn.beforeSeq === null ? answer.value.rows : [...(old ?? []), ...answer.value.rows]))
        setEnd(answer.value.rows.length < PAGE)
      },
      turn.beforeSeq === null ? WAIT_FOR_TYPING_MS : 0,
    )
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [text, topic, turn, isLive])

  const more = (): void => setTurn((old) => ({ beforeSeq: rows?.at(-1)?.seq ?? null, n: old.n + 1 }))
  const reload = (): void => setTurn((old) => ({ beforeSeq: null, n: old.n + 1 }))
  return { rows, isEnd, problem, more, reload }
}

type RowProps = { row: JournalRowView; isChosen: boolean; onTrace: (id: string) => void }

function MessageRow({ row, isChosen, onTrace }: RowProps) {
  const id = row.correlationId
  return (
    <tr className={isChosen ? 'row-chosen' : ''}>
      <td>
        <When at={row.at} />
      </td>
      <td>
        <span className="topic">{words(row.topic)}</span>
      </td>
      <td className="wrap">
        {id === null ? (
          row.summary
        ) : (
          <button type="button" className="row-link" aria-pressed={isChosen} onClick={() => onTrace(id)}>
            {row.summary}
          </button>
        )}
      </td>
      <td className="faint source">{row.source}</td>
    </tr>
  )
}
