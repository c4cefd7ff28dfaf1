import type { AgentSaidView } from '../../../shared/contract/views.ts'
import { words } from '../../format.ts'
import { Age } from '../../parts/age.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { score } from './agent-words.ts'
import { type SourceItem, sourceItems } from './said.ts'

/** Words from outside, as text: whoever wrote them has no say in how they are shown. */
export function Sources({ said }: { said: readonly AgentSaidView[] }) {
  return (
    <section className="agent-part">
      <h3>What it read</h3>
      <TableFrame label="What it read, newest first">
        <table className="table source-table">
          <thead>
            <tr>
              <th scope="col" className="right">
                Age
              </th>
              <th scope="col">Source, for</th>
              <th scope="col">Text</th>
              <th scope="col" className="right">
                Score
              </th>
            </tr>
          </thead>
          <tbody>
            {sourceItems(said).map((item) => (
              <tr key={`${item.source} ${item.at} ${item.text}`}>
                <td className="right">
                  <Age at={item.at} />
                </td>
                <td>
                  <Stacked sub={forWhom(item, said.length)}>{words(item.source)}</Stacked>
                </td>
                <td className="wrap">{item.text}</td>
                <td className="right num">{score(item.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  )
}

const forWhom = ({ symbols }: SourceItem, all: number): string =>
  symbols.length === all && all > 1 ? 'all pairs' : symbols.join(', ')
