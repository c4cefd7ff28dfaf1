import { Clock } from 'lucide-react'
import { useEngineNow } from '../stores/engine-clock.ts'
import { usePreferences } from '../stores/preferences.ts'
import { age, countdown, dateTime, day, elapsed } from '../times.ts'

/** How old what stands beside it is. Old beyond use is said with a sign and a word, not by colour alone. */
export function Age({ at, isStale = false }: { at: number | null; isStale?: boolean }) {
  const now = useEngineNow()
  return (
    <span className={isStale ? 'age num stale' : 'age num'}>
      {isStale && <Clock size={11} aria-hidden="true" />}
      {age(at, now)}
      {isStale && <span> stale</span>}
    </span>
  )
}

export function Countdown({ at, soonMs = 0 }: { at: number | null; soonMs?: number }) {
  const now = useEngineNow()
  const isSoon = at !== null && at - now < soonMs
  return <span className={isSoon ? 'num countdown soon' : 'num countdown'}>{countdown(at, now)}</span>
}

/** A clock that runs: how long something has lasted. */
export function Elapsed({ since }: { since: number | null }) {
  const now = useEngineNow()
  return <span className="num">{elapsed(since, now)}</span>
}

export function When({ at }: { at: number | null }) {
  const zone = usePreferences((state) => state.zone)
  return <span className="num">{at === null ? '—' : dateTime(at, zone)}</span>
}

export function Day({ at }: { at: number }) {
  const zone = usePreferences((state) => state.zone)
  return <span className="num">{day(at, zone)}</span>
}
