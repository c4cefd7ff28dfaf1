import { Check, Scissors, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { RuleView } from '../../shared/contract/views.ts'
import { capitalized, words } from '../format.ts'
import { usePreferences } from '../stores/preferences.ts'
import { Chip, type Tone } from './chip.tsx'
import { HiddenAmount } from './number.tsx'
import { TableFrame } from './panel.tsx'

const OUTCOMES: Record<RuleView['outcome'], { readonly tone: Tone; readonly icon: ReactNode; readonly word: string }> =
  {
    passed: { tone: 'good', icon: <Check size={11} aria-hidden="true" />, word: 'Passed' },
    cut: { tone: 'warn', icon: <Scissors size={11} aria-hidden="true" />, word: 'Cut' },
    refused: { tone: 'bad', icon: <X size={11} aria-hidden="true" />, word: 'Refused' },
  }

/** Those that speak of no amounts; all others are covered while amounts are hidden. */
const WITHOUT_AMOUNTS: ReadonlySet<string> = new Set([
  'direction',
  'breakers',
  'minimum_confidence',
  'stop',
  'reward_to_risk',
  'positions_per_symbol',
  'positions',
  'leverage',
])

/** What every rule of the risk engine said of a trade. */
export function RulesTable({ rules, label }: { rules: readonly RuleView[]; label: string }) {
  const hidesAmounts = usePreferences((state) => state.hidesAmounts)
  return (
    <TableFrame label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Outcome</th>
            <th scope="col">In numbers</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ rule, outcome, text }) => {
            const { tone, icon, word } = OUTCOMES[outcome]
            return (
              <tr key={rule}>
                <th scope="row">{capitalized(words(rule))}</th>
                <td>
                  <Chip tone={tone} icon={icon}>
                    {word}
                  </Chip>
                </td>
                <td className="wrap num">{hidesAmounts && !WITHOUT_AMOUNTS.has(rule) ? <HiddenAmount /> : text}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </TableFrame>
  )
}
