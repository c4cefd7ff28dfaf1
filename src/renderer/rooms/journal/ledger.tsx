import { Landmark } from 'lucide-react'
import type { LedgerEntryView } from '../../../shared/contract/views.ts'
import { capitalized, upTo } from '../../format.ts'
import { When } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Empty, Problem, Skeleton } from '../../parts/empty.tsx'
import { HiddenAmount } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { usePreferences } from '../../stores/preferences.ts'
import { useLoaded } from '../../stores/use-loaded.ts'

const MOST = 200

/** Every change of a holding: per asset the lines of an entry sum to zero. */
export function Ledger() {
  const { data, problem, reload } = useLoaded('journal.ledger', { limit: MOST })
  return (
    <Panel
      title="Ledger"
      note="newest first; per asset the lines of an entry sum to zero"
      actions={
        <Button className="small" onClick={reload}>
          Refresh
        </Button>
      }
    >
      {problem !== null ? (
        <Problem text={problem.message} onRetry={reload} />
      ) : data === null ? (
        <Skeleton rows={8} />
      ) : data.entries.length === 0 ? (
        <Empty icon={<Landmark size={20} />} title="No entries yet">
          The opening balances come first, then every fill, fee and transfer between sleeves.
        </Empty>
      ) : (
        <TableFrame label="Ledger entries">
          <table className="table ledger-table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Kind</th>
                <th scope="col">Reference</th>
                <th scope="col">Lines</th>
              </tr>
            </thead>
            <tbody>
              {data.entries.map((entry) => (
                <EntryRow key={`${entry.at} ${entry.kind} ${entry.reference}`} entry={entry} />
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Panel>
  )
}

function EntryRow({ entry }: { entry: LedgerEntryView }) {
  const isHidden = usePreferences((state) => state.hidesAmounts)
  return (
    <tr>
      <td>
        <When at={entry.at} />
      </td>
      <th scope="row">{capitalized(entry.kind)}</th>
      <td className="wrap">
        <code>{entry.reference}</code>
      </td>
      <td>
        <ul className="ledger-lines">
          {entry.lines.map((line) => (
            <li key={`${line.account} ${line.asset} ${line.amount}`}>
              <span className="ledger-account">{line.account}</span>
              <span className="num ledger-amount" title={upTo(line.amount, 24)}>
                {isHidden ? <HiddenAmount /> : signedUpTo(line.amount)}
              </span>
              <span className="faint">{line.asset}</span>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  )
}

const MOST_DECIMALS = 10
const signedUpTo = (text: string): string =>
  text.startsWith('-') ? upTo(text, MOST_DECIMALS) : `+${upTo(text, MOST_DECIMALS)}`
