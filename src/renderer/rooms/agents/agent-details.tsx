import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { AgentSaidView, AgentView } from '../../../shared/contract/views.ts'
import { UNKNOWN } from '../../format.ts'
import { Button } from '../../parts/button.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { AgentHistory } from './agent-history.tsx'
import { valueName, valueText } from './agent-words.ts'
import { ModelCalls } from './model-calls.tsx'
import { valueRows } from './said.ts'
import { Sources } from './sources.tsx'
import { VoiceTable } from './voices.tsx'

export const detailsId = (name: string): string => `agent-details-${name}`

type Props = { agent: AgentView; isChosen: boolean; onClose: () => void }

/** What the last output was made of, and what was said before, across the room below the row of its card. */
export function AgentDetails({ agent, isChosen, onClose }: Props) {
  const { name, title, said, lastRunAt, costTodayUsd } = agent
  const room = useRef<HTMLDivElement>(null)
  useEffect(() => {
    room.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div id={detailsId(name)} ref={room} className={isChosen ? 'agent-details is-chosen' : 'agent-details'}>
      <Panel
        title={`${title}: values and history`}
        actions={
          <Button look="quiet" className="small" icon={<X size={13} aria-hidden="true" />} onClick={onClose}>
            Close
          </Button>
        }
      >
        <div className="agent-parts">
          {said.length > 0 && (
            <div>
              {said.some(({ voices }) => voices.length > 0) && <VoiceTable said={said} />}
              {said.some(({ values }) => values.length > 0) && <Values said={said} />}
              {said.some(({ items }) => items.length > 0) && <Sources said={said} />}
            </div>
          )}
          <AgentHistory name={name} version={lastRunAt} />
        </div>
        {costTodayUsd !== null && <ModelCalls name={name} version={lastRunAt} />}
      </Panel>
    </div>
  )
}

function Values({ said }: { said: readonly AgentSaidView[] }) {
  return (
    <section className="agent-part">
      <h3>Values it used</h3>
      <TableFrame label="Values it used, by pair">
        <table className="table value-table">
          <thead>
            <tr>
              <th scope="col">Value</th>
              {said.map(({ symbol }) => (
                <th key={symbol} scope="col" className="right">
                  {symbol}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {valueRows(said).map((row) => (
              <tr key={row.name}>
                <th scope="row">{valueName(row.name)}</th>
                {row.values.map((value, i) => (
                  <td key={said[i]?.symbol} className="right num">
                    {value === null ? UNKNOWN : valueText(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  )
}
