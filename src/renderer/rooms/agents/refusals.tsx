import { ShieldCheck } from 'lucide-react'
import type { RefusalView } from '../../../shared/contract/views.ts'
import { capitalized, words } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { RulesTable } from '../../parts/rules-table.tsx'
import { hashOf } from '../../stores/address.ts'
import { useView } from '../../stores/projection.ts'

/** Trades that were signalled and not made: what each rule of the risk engine said of them. */
export function Refusals() {
  const refusals = useView((view) => view.agents.refusals)
  return (
    <Panel title="Refused by the risk engine" note={refusals.length === 0 ? undefined : 'newest first'}>
      {refusals.length === 0 ? (
        <Empty icon={<ShieldCheck size={20} />} title="Nothing refused yet">
          Trades that the risk engine does not let through appear here, with what each rule said of them.
        </Empty>
      ) : (
        <ul className="refusals">
          {refusals.map((refusal) => (
            <Refusal key={`${refusal.correlationId} ${refusal.at}`} refusal={refusal} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Refusal({ refusal }: { refusal: RefusalView }) {
  const { at, symbol, rules, correlationId } = refusal
  const refused = rules.filter(({ outcome }) => outcome === 'refused')
  return (
    <li>
      <details>
        <summary>
          <When at={at} />
          <strong>{symbol}</strong>
          <span className="refusal-rules">{refused.map(({ rule }) => capitalized(words(rule))).join(', ')}</span>
        </summary>
        <RulesTable rules={rules} label={`What each risk rule said of ${symbol}`} />
        <p className="case-links">
          <a href={hashOf({ room: 'journal', id: correlationId })}>Trace in the journal</a>
        </p>
      </details>
    </li>
  )
}
