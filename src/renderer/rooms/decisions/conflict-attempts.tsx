import type { ConflictView } from '../../../shared/contract/views.ts'
import { properName, upTo, words } from '../../format.ts'
import { Age, When } from '../../parts/age.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'

/** Who was asked, how long it took, what came back and what it cost. */
export function ConflictAttempts({ attempts }: { attempts: ConflictView['attempts'] }) {
  return (
    <Panel title="Who was asked">
      {attempts.length === 0 ? (
        <p className="fine pad">Nobody was asked: no model has a key, or none was reached yet.</p>
      ) : (
        <TableFrame label="Models that were asked">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Model</th>
                <th scope="col">Asked</th>
                <th scope="col" className="right">
                  Took
                </th>
                <th scope="col">Outcome</th>
                <th scope="col" className="right">
                  Cost, USD
                </th>
              </tr>
            </thead>
            <tbody>
              {attempts.map((attempt) => (
                <tr key={`${attempt.resolver} ${attempt.startedAt}`}>
                  <th scope="row">{properName(attempt.resolver)}</th>
                  <td>{attempt.model ?? '—'}</td>
                  <td>
                    <When at={attempt.startedAt} />
                  </td>
                  <td className="right num">
                    {attempt.endedAt === null ? (
                      <Age at={attempt.startedAt} />
                    ) : (
                      `${((attempt.endedAt - attempt.startedAt) / 1000).toFixed(1)} s`
                    )}
                  </td>
                  <td className="wrap">{attempt.outcome === null ? 'asking…' : words(attempt.outcome)}</td>
                  <td className="right num">{upTo(attempt.costUsd, 6)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}
