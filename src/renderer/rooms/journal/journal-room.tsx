import { RoomFrame } from '../../parts/panel.tsx'
import { hashOf } from '../../stores/address.ts'
import { useRoute } from '../../stores/route.ts'
import { DeadLetters } from './dead-letters.tsx'
import { Ledger } from './ledger.tsx'
import { Messages } from './messages.tsx'

const TABS = [
  { id: null, name: 'Messages' },
  { id: 'dead-letters', name: 'Dead letters' },
  { id: 'ledger', name: 'Ledger' },
] as const

/** `#/journal` shows messages, `#/journal/cor_…` one decision's trace beside them. */
export function JournalRoom() {
  const { id } = useRoute()
  const tab = TABS.find((each) => each.id === id) ?? TABS[0]
  return (
    <RoomFrame title="Journal" className="journal">
      <nav className="tabs" aria-label="Journal">
        {TABS.map((each) => (
          <a
            key={each.name}
            href={hashOf({ room: 'journal', id: each.id })}
            aria-current={each === tab ? 'page' : undefined}
          >
            {each.name}
          </a>
        ))}
      </nav>
      {tab.id === null && <Messages traceId={id} />}
      {tab.id === 'dead-letters' && <DeadLetters />}
      {tab.id === 'ledger' && <Ledger />}
    </RoomFrame>
  )
}
