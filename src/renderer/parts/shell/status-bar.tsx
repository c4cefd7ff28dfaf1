import { Circle, CircleCheck, CircleDashed, CircleX, Hourglass, Wifi, WifiOff } from 'lucide-react'
import type { LightView } from '../../../shared/contract/views.ts'
import { properName } from '../../format.ts'
import { useEngineNow } from '../../stores/engine-clock.ts'
import { toggleZone, usePreferences } from '../../stores/preferences.ts'
import { useProjection, useView } from '../../stores/projection.ts'
import { age, dateTime } from '../../times.ts'
import { Tip } from '../tip.tsx'

export function StatusBar() {
  const lights = useView((view) => view.status.lights)
  return (
    <footer className="status-bar">
      <ul className="lights" aria-label="Lights">
        {lights.map((light) => (
          <li key={light.name}>
            <Light light={light} />
          </li>
        ))}
      </ul>
      <CallCounter />
      <EngineClock />
      <ConnectionState />
    </footer>
  )
}

const SIGNS = {
  ok: { Icon: CircleCheck, word: 'ok' },
  waiting: { Icon: Hourglass, word: 'waiting' },
  down: { Icon: CircleX, word: 'down' },
  off: { Icon: CircleDashed, word: 'off' },
} as const

/** Word, sign and age; the colour only underlines them. */
function Light({ light }: { light: LightView }) {
  const now = useEngineNow()
  const { Icon, word } = SIGNS[light.state]
  return (
    <Tip text={`${properName(light.name)}: ${light.text}`}>
      <button type="button" className={`light light-${light.state}`}>
        <Icon size={12} aria-hidden="true" />
        <span className="light-name">{properName(light.name)}</span>
        <span className="light-word">{word}</span>
        {light.at !== null && light.state !== 'off' && <span className="num light-age">{age(light.at, now)}</span>}
      </button>
    </Tip>
  )
}

const NEAR_PERCENT = 80

/** How much of the exchange's patience is used up; it comes back by itself. */
function CallCounter() {
  const calls = useView((view) => view.status.calls)
  if (calls === null) return null
  const used = Math.ceil(calls.used)
  const percent = calls.limit > 0 ? Math.min(100, (calls.used / calls.limit) * 100) : 100
  const isNear = percent >= NEAR_PERCENT
  return (
    <Tip
      text={`${used} of ${calls.limit} points of the exchange’s call counter are in use. It falls by itself; near its limit requests wait.`}
    >
      <button type="button" className={isNear ? 'light calls calls-near' : 'light calls'}>
        <span>Calls</span>
        <span className="calls-track" aria-hidden="true">
          <span style={{ width: `${percent}%` }} />
        </span>
        <span className="num">
          {used}/{calls.limit}
        </span>
        {isNear && <span className="light-word">near limit</span>}
      </button>
    </Tip>
  )
}

function EngineClock() {
  const now = useEngineNow()
  const zone = usePreferences((state) => state.zone)
  const isSimulated = useView((view) => view.status.isSimulated)
  return (
    <Tip
      text={
        isSimulated
          ? "The engine's clock; it is simulated. Click for UTC or local time."
          : "The engine's clock. Click for UTC or local time."
      }
    >
      <button type="button" className="engine-clock num" onClick={toggleZone}>
        {dateTime(now, zone)} {zone === 'utc' ? 'UTC' : 'local'}
      </button>
    </Tip>
  )
}

function ConnectionState() {
  const connection = useProjection((state) => state.connection)
  const version = useView((view) => view.status.version)
  const Icon = connection === 'live' ? Wifi : connection === 'lost' ? WifiOff : Circle
  return (
    <span className={`connection connection-${connection}`}>
      <Icon size={12} aria-hidden="true" />
      <span>{connection === 'live' ? 'Connected' : connection === 'lost' ? 'Not connected' : 'Connecting'}</span>
      <span className="version">v{version}</span>
    </span>
  )
}
