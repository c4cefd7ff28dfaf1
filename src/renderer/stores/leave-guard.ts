import { useEffect } from 'react'
import { hasOpenThings } from './open-things.ts'

/** In a browser, closing the tab is asked about while something is open. On the desktop the host asks, in its own words. */
export function useLeaveGuard(): void {
  useEffect(() => {
    if (window.triplegain !== undefined) return
    const onLeave = (event: BeforeUnloadEvent): void => {
      if (hasOpenThings()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [])
}
