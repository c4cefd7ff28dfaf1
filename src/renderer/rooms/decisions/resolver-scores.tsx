import { properName, upTo } from '../../format.ts'
import { Pnl } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'

/** Whether asking is worth what it costs: what answers have earned beside what the defaults would have. */
export function ResolverScores() {
  const resolvers = useView((view) => view.decisions.resolvers)
  const quote = useView((view) => view.status.quote)
  return (
    <Panel title="How well it was decided" note={`all conflicts that are scored, in ${quote}`}>
      {resolvers.length === 0 ? (
        <p className="fine pad">
          Nothing is scored yet: what each answer would have earned is known when its trade would be over, a day later
          at most.
        </p>
      ) : (
        <TableFrame label="How well it was decided">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">By</th>
                <th scope="col" className="right">
                  Scored
                </th>
                <th scope="col" className="right">
                  Earned
                </th>
                <th scope="col" className="right">
                  The default would have
                </th>
                <th scope="col" className="right">
                  Cost, USD
                </th>
              </tr>
            </thead>
            <tbody>
              {resolvers.map(({ answers, by, byDefault, costUsd, earned }) => (
                <tr key={by}>
                  <th scope="row">
                    {by === 'trader' ? 'The trader' : by === 'default' ? 'The default' : properName(by)}
                  </th>
                  <td className="right num">{answers}</td>
                  <td className="right">
                    <Pnl text={earned} />
                  </td>
                  <td className="right">
                    <Pnl text={byDefault} />
                  </td>
                  <td className="right num">{upTo(costUsd, 6)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}
