import {
  CircleCheck,
  Clock,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  MessageSquareOff,
  PowerOff,
  TriangleAlert,
} from 'lucide-react'
import type { AgentView } from '../../../shared/contract/views.ts'
import { capitalized } from '../../format.ts'
import { Countdown } from '../../parts/age.tsx'
import { Chip, type Tone } from '../../parts/chip.tsx'
import { Meter } from '../../parts/meter.tsx'

const STATES: Record<AgentView['state'], { word: string; tone: Tone; Icon: LucideIcon }> = {
  off: { word: 'Off', tone: 'neutral', Icon: PowerOff },
  warming_up: { word: 'Warming up', tone: 'info', Icon: Hourglass },
  waiting: { word: 'Waiting', tone: 'neutral', Icon: Clock },
  asking: { word: 'Asking', tone: 'info', Icon: LoaderCircle },
  silent: { word: 'Silent', tone: 'neutral', Icon: MessageSquareOff },
  ready: { word: 'Ready', tone: 'good', Icon: CircleCheck },
  failed: { word: 'Failed', tone: 'bad', Icon: TriangleAlert },
}

export function AgentState({ state }: { state: AgentView['state'] }) {
  const { word, tone, Icon } = STATES[state]
  return (
    <Chip tone={tone} icon={<Icon size={11} aria-hidden="true" />}>
      {word}
    </Chip>
  )
}

/** Why it says nothing, or what stands in its way. */
export function AgentNote({ agent }: { agent: AgentView }) {
  const { name, state, problem, nextRunAt, said } = agent
  switch (state) {
    case 'off':
      return (
        <p className="agent-note">
          Switched off, and its weight goes to the others. To switch it on, set <code>enabled: true</code> under{' '}
          <code>{name}</code> in agents.yaml and start again.
        </p>
      )
    case 'failed':
      return (
        <p className="agent-note agent-failure" role="status">
          <TriangleAlert size={14} aria-hidden="true" />
          <span>{capitalized(problem ?? 'it is not known why.')}</span>
        </p>
      )
    case 'warming_up':
      return <WarmUp warmUp={agent.warmUp} />
    case 'waiting':
      return (
        <p className="agent-note">
          Ready, and not asked yet: its first run comes in <Countdown at={nextRunAt} />.
        </p>
      )
    case 'silent':
      return <p className="agent-note">Asked, and with nothing to say. It is asked again at the next run.</p>
    case 'asking':
      return said.length > 0 ? null : <p className="agent-note">It is being asked for the first time…</p>
    case 'ready': {
      const behind = agent.warmUp.filter(({ seen, of }) => seen < of)
      return behind.length === 0 ? null : <WarmUp warmUp={behind} />
    }
  }
}

/** It speaks once its averages have forgotten the price they started with. */
function WarmUp({ warmUp }: Pick<AgentView, 'warmUp'>) {
  return (
    <div className="agent-note">
      <p>It speaks once it has seen enough candles.</p>
      <ul className="warm-up">
        {warmUp.map(({ symbol, seen, of }) => (
          <li key={symbol}>
            <strong>{symbol}</strong>
            <Meter
              share={of > 0 ? seen / of : 1}
              label={`${symbol}: warm-up`}
              text={`${Math.min(seen, of)} of ${of} candles`}
            />
            <span className="num">
              {Math.min(seen, of)} of {of} candles
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
