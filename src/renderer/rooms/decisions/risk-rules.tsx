import type { ProposalView } from '../../../shared/contract/views.ts'
import { Panel } from '../../parts/panel.tsx'
import { RulesTable } from '../../parts/rules-table.tsx'

/** What every rule of the risk engine said when the trade was sized. */
export function RiskRules({ rules }: { rules: ProposalView['rules'] }) {
  if (rules.length === 0) return null
  const cuts = rules.filter(({ outcome }) => outcome === 'cut').length
  return (
    <Panel title="Risk rules" note={cuts === 0 ? 'all passed' : `${cuts} of ${rules.length} made it smaller`}>
      <RulesTable rules={rules} label="What each risk rule said" />
    </Panel>
  )
}
