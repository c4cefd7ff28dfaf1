import { OctagonX, Scale, ShieldAlert } from 'lucide-react'
import { show } from '../../stores/overlays.ts'
import { useView } from '../../stores/projection.ts'
import { goTo } from '../../stores/route.ts'
import { Age, Elapsed, When } from '../age.tsx'
import { ActionButton, Button } from '../button.tsx'
import { LostBanner } from './lost-banner.tsx'

/** What nobody may overlook, above every room. The gravest first. */
export function Banners() {
  return (
    <div className="banners">
      <LostBanner />
      <KillBanner />
      <UnprotectedBanner />
      <DifferenceBanner />
    </div>
  )
}

/** The halt itself is announced elsewhere; this is how it stands, and the way out. */
function KillBanner() {
  const kill = useView((view) => view.status.kill)
  if (kill === null) return null
  return (
    <section className="banner banner-stop" aria-label="Killed">
      <OctagonX size={16} aria-hidden="true" />
      <strong>
        Killed at <When at={kill.at} />
      </strong>
      <span className="banner-text">
        Reason: {kill.reason.replace(/[.\s]+$/, '')}. Until you resume, only requests that close risk or read may leave.
      </span>
      <ActionButton className="small" onClick={() => show({ kind: 'stop', stop: 'resume' })}>
        Resume…
      </ActionButton>
    </section>
  )
}

function UnprotectedBanner() {
  const positions = useView((view) => view.orders.positions)
  const bare = positions.filter(({ protection }) => protection.state === 'unprotected')
  const [first] = bare
  if (first === undefined) return null
  const since = Math.min(...bare.map(({ protection, openedAt }) => protection.since ?? openedAt))
  return (
    <section className="banner banner-stop" aria-label="Unprotected" role="status">
      <ShieldAlert size={16} aria-hidden="true" />
      <strong>{bare.length === 1 ? '1 position is unprotected' : `${bare.length} positions are unprotected`}</strong>
      <span className="banner-text">
        {bare.map(({ symbol, side }) => `${symbol} ${side}`).join(', ')}: no stop at the exchange covers all of it
        {/* Read once, not every second. */}
        <span aria-hidden="true">
          , for <Elapsed since={since} />
        </span>
        .
      </span>
      <Button className="small" onClick={() => goTo('orders', first.id)}>
        Show
      </Button>
    </section>
  )
}

function DifferenceBanner() {
  const difference = useView((view) => view.status.difference)
  if (difference === null) return null
  return (
    <section className="banner banner-warn" aria-label="Difference" role="status">
      <Scale size={16} aria-hidden="true" />
      <strong>Ledger and exchange differ.</strong>
      <span className="banner-text">
        {difference.items.map(({ asset }) => asset).join(', ')}: other amounts here than there. Nothing new is traded
        while it stands (
        <span aria-hidden="true">
          <Age at={difference.since} />
        </span>
        ).
      </span>
      <Button className="small" onClick={() => show({ kind: 'difference' })}>
        Look at it…
      </Button>
    </section>
  )
}
