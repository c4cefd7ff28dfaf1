import { useRef } from 'react'
import type { MovementView } from '../../../shared/contract/views.ts'
import { Age } from '../../parts/age.tsx'
import { ActionButton } from '../../parts/button.tsx'
import { Amount, Money } from '../../parts/number.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { useKeys } from '../../stores/keys.ts'
import { ask } from '../../stores/portfolio-questions.ts'
import { useView } from '../../stores/projection.ts'
import { hoursUntil } from '../../times.ts'
import { MOVEMENT_WORDS } from './movement-words.ts'

/** Deposits, withdrawals and rewards nobody has spoken about yet; nothing is rebalanced because of them. */
export function WaitingMovements() {
  const movements = useView((view) => view.portfolio.movements)
  const list = useRef<HTMLUListElement>(null)
  useKeys({ d: () => list.current?.querySelector('button')?.focus() })
  const waiting = movements.filter(({ sleeve }) => sleeve === null)
  if (waiting.length === 0) return null
  return (
    <Panel
      title={waiting.length === 1 ? '1 movement waits for your word' : `${waiting.length} movements wait for your word`}
      className="waiting-panel attention"
      note="Until you say where it belongs, it is in no sleeve and nothing is rebalanced because of it."
    >
      <ul ref={list} className="movement-list">
        {waiting.map((movement) => (
          <WaitingRow key={movement.id} movement={movement} />
        ))}
      </ul>
    </Panel>
  )
}

function WaitingRow({ movement }: { movement: MovementView }) {
  const { id, kind, asset, amount, value, at, defaultAt } = movement
  const quote = useView((view) => view.status.quote)
  const isStale = useView(({ portfolio }) => portfolio.assets.some((each) => each.asset === asset && each.isStale))
  const now = useEngineNow()
  const { name, sign, icon: Icon } = MOVEMENT_WORDS[kind]
  const what = `${name.toLowerCase()} of ${asset}`
  const way = kind === 'withdrawal' ? 'From' : 'To'
  return (
    <li>
      <Icon size={16} aria-hidden="true" />
      <strong>
        {name} {sign}
        <Amount asset={asset} text={amount} /> {asset}
      </strong>
      <span className="faint">
        <Money text={value} isStale={isStale} /> {quote}
      </span>
      <span className="faint">
        <Age at={at} /> ago
      </span>
      <span className="movement-default">
        counts as core in <span className="num">{hoursUntil(defaultAt, now)}</span>
      </span>
      <span className="row-actions">
        <ActionButton
          className="small"
          aria-label={`${way} core: ${what}`}
          onClick={() => ask({ kind: 'classify', id, sleeve: 'core' })}
        >
          {`${way} core`}
        </ActionButton>
        <ActionButton
          className="small"
          aria-label={`${way} bag: ${what}`}
          onClick={() => ask({ kind: 'classify', id, sleeve: 'hodl' })}
        >
          {`${way} bag`}
        </ActionButton>
      </span>
    </li>
  )
}
