import { memo } from 'react'
import type { AgentCallView } from '../../../shared/contract/views.ts'
import { properName, UNKNOWN, upTo } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { TableFrame } from '../../parts/panel.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { useLoaded } from '../../stores/use-loaded.ts'
import { took } from './agent-words.ts'

const MOST = 50
const MOST_DECIMALS = 6

/** Which models an agent asked, what came back and what it cost. */
export function ModelCalls({ name, version }: { name: string; version: number | null }) {
  const { data, problem, reload } = useLoaded('agent.calls', { name, limit: MOST }, version)
  return (
    <section className="agent-part">
      <h3>Models it asked</h3>
      {problem !== null && data === null ? (
        <Problem text={problem.message} onRetry={reload} />
      ) : data === null ? (
        <Skeleton rows={3} />
      ) : data.calls.length === 0 ? (
        <Empty title="None yet">Every question to a model is kept here, with its answer and cost.</Empty>
      ) : (
        <TableFrame label="Models it asked, newest first">
          <table className="table call-table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Model</th>
                <th scope="col">Pair</th>
                <th scope="col">Outcome</th>
                <th scope="col" className="right">
                  Took
                </th>
                <th scope="col" className="right">
                  Cost, USD
                </th>
              </tr>
            </thead>
            <tbody>
              {data.calls.map((call) => (
                <CallRow key={`${call.at} ${call.name} ${call.symbol}`} call={call} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  )
}

const CallRow = memo(function CallRow({ call }: { call: AgentCallView }) {
  const { at, name, symbol, model, costUsd, latencyMs, outcome, answer } = call
  return (
    <tr>
      <td>
        <When at={at} />
      </td>
      <th scope="row">
        <Stacked sub={model}>{properName(name)}</Stacked>
      </th>
      <td>{symbol ?? UNKNOWN}</td>
      <td className="wrap">
        {outcome}
        {answer !== null && (
          <details>
            <summary>Answer</summary>
            <pre>{answer}</pre>
          </details>
        )}
      </td>
      <td className="right num">{took(latencyMs)}</td>
      <td className="right num">{upTo(costUsd, MOST_DECIMALS)}</td>
    </tr>
  )
})
