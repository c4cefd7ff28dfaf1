import { WifiOff } from 'lucide-react'
import { usePreferences } from '../../stores/preferences.ts'
import { useProjection } from '../../stores/projection.ts'
import { dateTime } from '../../times.ts'

/** Nothing shown below it is to be trusted. */
export function LostBanner() {
  const isLost = useProjection((state) => state.connection !== 'live')
  const problem = useProjection((state) => state.problem)
  const at = useProjection((state) => state.view?.status.now ?? null)
  const zone = usePreferences((state) => state.zone)
  if (!isLost) return null
  return (
    <div className="banner banner-stop" role="alert">
      <WifiOff size={16} aria-hidden="true" />
      <strong>Not connected to the engine.</strong>
      <span className="banner-text">
        {problem ?? 'Connecting…'} {at !== null && `What you see is from ${dateTime(at, zone)} and may be wrong.`}{' '}
        Nothing can be done until it is back; trying again by itself.
      </span>
    </div>
  )
}
