import { ArrowDownUp } from 'lucide-react'
import { When } from '../../parts/age.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel, TableFrame } from '../../parts/panel.tsx'
import { Stacked } from '../../parts/stacked.tsx'
import { useView } from '../../stores/projection.ts'
import { MOVEMENT_WORDS } from './movement-words.ts'

/** Those whose sleeve is decided, and by whom. */
export function MovementHistory() {
  const movements = useView((view) => view.portfolio.movements)
  const quote = useView((view) => view.status.quote)
  const decided = movements.filter(({ sleeve }) => sleeve !== null)
  return (
    <Panel title="Deposits and withdrawals" className="movements-panel">
      {decided.length === 0 ? (
        <Empty icon={<ArrowDownUp size={20} />} title="None so far">
          What comes into the account or leaves it is found when the exchange is asked, and waits here for your word.
        </Empty>
      ) : (
        <TableFrame label="Deposits and withdrawals">
          <table className="table stacked-rows">
            <thead>
              <tr>
                <th scope="col">What, when</th>
                <th scope="col" className="right">
                  Amount, worth now in {quote}
                </th>
                <th scope="col">Belongs to, said by</th>
              </tr>
            </thead>
            <tbody>
              {decided.map(({ id, at, kind, asset, amount, value, sleeve, decidedBy }) => (
                <tr key={id}>
                  <th scope="row">
                    <Stacked sub={<When at={at} />}>{MOVEMENT_WORDS[kind].name}</Stacked>
                  </th>
                  <td className="right">
                    <Stacked sub={<Money text={value} />}>
                      {MOVEMENT_WORDS[kind].sign}
                      <Amount asset={asset} text={amount} /> {asset}
                    </Stacked>
                  </td>
                  <td>
                    <Stacked sub={decidedBy === 'trader' ? 'you' : 'nobody: the default'}>
                      {sleeve === 'hodl' ? 'Bag' : 'Core'}
                    </Stacked>
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
