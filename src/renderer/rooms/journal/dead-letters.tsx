import { MailX } from 'lucide-react'
import { words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useLoaded } from '../../stores/use-loaded.ts'
import { prettyJson } from './topics.ts'

const MOST = 200

/** Messages that reached somebody and failed there, or grew too old on the way. */
export function DeadLetters() {
  const { data, problem, reload } = useLoaded('journal.deadLetters', { limit: MOST })
  return (
    <Panel
      title="Dead letters"
      note="newest first"
      actions={
        <Button className="small" onClick={reload}>
          Refresh
        </Button>
      }
    >
      {problem !== null ? (
        <Problem text={problem.message} onRetry={reload} />
      ) : data === null ? (
        <Skeleton rows={6} />
      ) : data.rows.length === 0 ? (
        <Empty icon={<MailX size={20} />} title="No dead letters">
          A message that a part of the engine could not handle, or that grew too old, would be listed here with the
          reason.
        </Empty>
      ) : (
        <TableFrame label="Dead letters">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Subscriber</th>
                <th scope="col">Reason</th>
                <th scope="col">Topic</th>
                <th scope="col">Message</th>
              </tr>
            </thead>
            <tbody>
              {data.rows.map((row) => (
                <tr key={`${row.seq} ${row.subscriber}`}>
                  <td>
                    <When at={row.at} />
                  </td>
                  <th scope="row">{row.subscriber}</th>
                  <td className="wrap">{row.reason}</td>
                  <td>
                    <span className="topic">{words(row.topic)}</span>
                  </td>
                  <td className="wrap">
                    <details>
                      <summary>{row.summary}</summary>
                      <pre>{prettyJson(row.payload)}</pre>
                    </details>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}
