import * as Tooltip from '@radix-ui/react-tooltip'
import { useEffect, useRef } from 'react'
import { AlertToasts } from './parts/shell/alert-toasts.tsx'
import { Banners } from './parts/shell/banners.tsx'
import { DifferenceDialog } from './parts/shell/difference-dialog.tsx'
import { LeavingDialog } from './parts/shell/leaving-dialog.tsx'
import { LostBanner } from './parts/shell/lost-banner.tsx'
import { Nav } from './parts/shell/nav.tsx'
import { Palette } from './parts/shell/palette.tsx'
import { ShortcutSheet } from './parts/shell/shortcut-sheet.tsx'
import { StatusBar } from './parts/shell/status-bar.tsx'
import { StopDialogs } from './parts/shell/stop-dialogs.tsx'
import { TopBar } from './parts/shell/top-bar.tsx'
import { AgentsRoom } from './rooms/agents/agents-room.tsx'
import { DecisionsRoom } from './rooms/decisions/decisions-room.tsx'
import { JournalRoom } from './rooms/journal/journal-room.tsx'
import { OrdersRoom } from './rooms/orders/orders-room.tsx'
import { PortfolioRoom } from './rooms/portfolio/portfolio-room.tsx'
import { KEY_OF, ROOMS, type Room } from './stores/address.ts'
import { useKeys } from './stores/keys.ts'
import { useLeaveGuard } from './stores/leave-guard.ts'
import { closeOverlay, show, useOverlays } from './stores/overlays.ts'
import { toggleAmounts, toggleTheme, toggleZone, usePreferences } from './stores/preferences.ts'
import { useProjection, useViewParts } from './stores/projection.ts'
import { goTo, useRoute } from './stores/route.ts'

export function App() {
  const hasView = useProjection((state) => state.view !== null)
  const connection = useProjection((state) => state.connection)
  const theme = usePreferences((state) => state.theme)

  useEffect(() => {
    document.documentElement.dataset.theme = theme
    document.documentElement.dataset.connection = connection
  }, [theme, connection])

  return (
    <Tooltip.Provider delayDuration={300}>
      {hasView ? (
        <Workstation />
      ) : (
        <>
          <LostBannerWhenLate />
          <main className="starting" aria-busy="true">
            <h1>TripleGain</h1>
            <p role="status">Connecting to the engine…</p>
          </main>
        </>
      )}
    </Tooltip.Provider>
  )
}

const LostBannerWhenLate = () => (useProjection((state) => state.connection === 'lost') ? <LostBanner /> : null)

const ROOM_OF: Record<Room, () => React.JSX.Element> = {
  portfolio: PortfolioRoom,
  decisions: DecisionsRoom,
  orders: OrdersRoom,
  agents: AgentsRoom,
  journal: JournalRoom,
}

function Workstation() {
  const { room, id } = useRoute()
  const mode = useProjection((state) => state.view?.status.mode)
  const main = useRef<HTMLElement>(null)
  const Current = ROOM_OF[room]
  useTitle()
  useEverywhereKeys()
  useLeaveGuard()
  useEffect(() => {
    // Dialogs stand outside the shell and must show the mode all the same.
    document.documentElement.dataset.mode = mode
  }, [mode])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new room starts at its top, unless a link leads further down
  useEffect(() => {
    if (id === null) main.current?.scrollTo(0, 0)
  }, [room])
  return (
    <div className="shell" data-mode={mode}>
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to the room
      </button>
      <TopBar />
      <Banners />
      <Nav />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <main ref={main} id="main" tabIndex={0} aria-label="Room">
        <Current />
      </main>
      <StatusBar />
      <Overlays />
      <AlertToasts />
    </div>
  )
}

function Overlays() {
  const open = useOverlays((state) => state.open)
  switch (open?.kind) {
    case 'palette':
      return <Palette />
    case 'shortcuts':
      return <ShortcutSheet />
    case 'stop':
      return <StopDialogs stop={open.stop} />
    case 'difference':
      return <DifferenceDialog />
    case 'leaving':
      return <LeavingDialog />
    default:
      return null
  }
}

/** As the desktop host writes it into tray and dock. */
function useTitle(): void {
  const { mode, coordinator, pending } = useViewParts(({ status }) => ({
    mode: status.mode,
    coordinator: status.coordinator,
    pending: status.pendingDecisions,
  }))
  useEffect(() => {
    const waiting = pending > 0 ? `(${pending}) ` : ''
    const state = coordinator === 'RUNNING' ? '' : ` – ${coordinator}`
    document.title = `${waiting}TripleGain – ${mode.toUpperCase()}${state}`
  }, [mode, coordinator, pending])
}

function useEverywhereKeys(): void {
  useKeys({
    ...Object.fromEntries(ROOMS.map((room) => [KEY_OF[room], () => goTo(room)])),
    h: toggleAmounts,
    t: toggleTheme,
    u: toggleZone,
    '?': () => show({ kind: 'shortcuts' }),
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return
      const key = event.key.toLowerCase()
      if (key !== 'k' && key !== '.') return
      event.preventDefault()
      const open = useOverlays.getState().open
      if (key === '.') show({ kind: 'stop', stop: 'kill' })
      else if (open?.kind === 'palette') closeOverlay()
      else show({ kind: 'palette' })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
