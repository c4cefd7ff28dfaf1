import { OctagonAlert, ShieldAlert, ShieldCheck } from 'lucide-react'
import type { BreakerView } from '../../../shared/contract/views.ts'
import { When } from '../../parts/age.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Meter } from '../../parts/meter.tsx'
import { Panel } from '../../parts/panel.tsx'
import { useView } from '../../stores/projection.ts'

/** From here on it is said that it comes near. */
const NEAR = 0.75

/** What stops trading by itself, how near it is, and what it holds up. */
export function Breakers() {
  const breakers = useView((view) => view.agents.breakers)
  const tripped = breakers.filter(({ trippedAt }) => trippedAt !== null).length
  return (
    <Panel
      title="Circuit breakers"
      className="breakers-panel"
      note={breakers.length === 0 ? undefined : tripped === 0 ? 'none tripped' : `${tripped} tripped`}
    >
      {breakers.length === 0 ? (
        <Empty icon={<ShieldCheck size={20} />} title="Nothing measured yet">
          Losses of the day, of the week, from the peak and in a row appear here with their limits.
        </Empty>
      ) : (
        <ul className="breakers">
          {breakers.map((breaker) => (
            <Breaker key={breaker.name} breaker={breaker} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Breaker({ breaker }: { breaker: BreakerView }) {
  const { title, value, limit, used, trippedAt, effect } = breaker
  const isTripped = trippedAt !== null
  const isNear = !isTripped && used >= NEAR
  return (
    <li className={isTripped ? 'breaker breaker-tripped' : 'breaker'}>
      <span className="breaker-title">{title}</span>
      {isTripped ? (
        <Chip tone="alarm" icon={<OctagonAlert size={11} aria-hidden="true" />}>
          Tripped
        </Chip>
      ) : isNear ? (
        <Chip tone="warn" icon={<ShieldAlert size={11} aria-hidden="true" />}>
          Near
        </Chip>
      ) : (
        <Chip tone="good" icon={<ShieldCheck size={11} aria-hidden="true" />}>
          Holds
        </Chip>
      )}
      <span className="breaker-value num">
        <strong>{value}</strong> <span className="faint">of {limit}</span>
      </span>
      <Meter
        share={used}
        label={title}
        text={`${value} of ${limit}`}
        tone={isTripped ? 'bad' : isNear ? 'warn' : 'plain'}
      />
      {isTripped && (
        <p className="breaker-effect">
          {effect ?? 'Nothing new is traded.'}
          <small>
            Since <When at={trippedAt} />
          </small>
        </p>
      )}
    </li>
  )
}
