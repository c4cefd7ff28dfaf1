import { useEffect, useRef, useState } from 'react'
import { Toaster, toast } from 'sonner'
import type { AlertView } from '../../../shared/contract/views.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useProjection, useView } from '../../stores/projection.ts'
import { goTo } from '../../stores/route.ts'

const MOST_AT_ONCE = 4
const SHOWN_MS = { info: 6_000, warning: 12_000, urgent: Number.POSITIVE_INFINITY } as const

/** What has happened since the window opened, each once, with a way to it. */
export function AlertToasts() {
  const alerts = useView((view) => view.alerts)
  const first = useProjection((state) => state.firstAlertIds)
  const theme = usePreferences((state) => state.theme)
  const shown = useRef(new Set<string>())

  useEffect(() => {
    const fresh = alerts.filter(({ id }) => !first.has(id) && !shown.current.has(id))
    for (const { id } of fresh) shown.current.add(id)
    // In a fast market only the newest are worth a look; all of them are in the journal.
    for (const alert of fresh.filter(isWorthShowing).reverse()) raise(alert)
  }, [alerts, first])

  return (
    <>
      <Toaster theme={theme} position="bottom-right" visibleToasts={MOST_AT_ONCE} closeButton gap={8} offset={44} />
      <HaltAnnouncer />
    </>
  )
}

const isWorthShowing = ({ level }: AlertView, index: number): boolean => level === 'urgent' || index < MOST_AT_ONCE

function raise({ id, level, text, link }: AlertView): void {
  const raiseAs = level === 'urgent' ? toast.error : level === 'warning' ? toast.warning : toast.info
  raiseAs(text, {
    id,
    duration: SHOWN_MS[level],
    ...(link === null ? {} : { action: { label: 'Show', onClick: () => goTo(link.room, link.id) } }),
  })
}

/** A halt interrupts whoever listens; everything else waits its turn. */
function HaltAnnouncer() {
  const coordinator = useView((view) => view.status.coordinator)
  const reason = useView((view) => view.status.coordinatorReason)
  const [before, setBefore] = useState(coordinator)
  const [text, setText] = useState('')
  if (before !== coordinator) {
    setBefore(coordinator)
    setText(coordinator === 'HALTED' ? `Trading is halted. ${reason ?? ''}` : '')
  }
  return (
    <div className="sr-only" role="alert">
      {text}
    </div>
  )
}
