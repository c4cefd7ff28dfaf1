import { BookOpen, Bot, ChartPie, Command, Eye, EyeOff, Inbox, Keyboard, ListOrdered, Moon, Sun } from 'lucide-react'
import { hashOf, KEY_OF, type Room } from '../../stores/address.ts'
import { show } from '../../stores/overlays.ts'
import { toggleAmounts, toggleTheme, usePreferences } from '../../stores/preferences.ts'
import { useView } from '../../stores/projection.ts'
import { useRoute } from '../../stores/route.ts'

export const ROOM_NAMES: Record<Room, string> = {
  portfolio: 'Portfolio',
  decisions: 'Decisions',
  orders: 'Orders',
  agents: 'Agents',
  journal: 'Journal',
}
const ICONS: Record<Room, typeof Inbox> = {
  portfolio: ChartPie,
  decisions: Inbox,
  orders: ListOrdered,
  agents: Bot,
  journal: BookOpen,
}

export function Nav() {
  const { room: current } = useRoute()
  const decisions = useView((view) => view.status.pendingDecisions)
  const portfolio = useView((view) => view.portfolio.movements.filter(({ sleeve }) => sleeve === null).length)
  const waiting: Record<Room, number> = { portfolio, decisions, orders: 0, agents: 0, journal: 0 }
  return (
    <nav className="nav" aria-label="Rooms">
      <ul>
        {(Object.keys(ROOM_NAMES) as Room[]).map((room) => {
          const Icon = ICONS[room]
          return (
            <li key={room}>
              <a
                href={hashOf({ room, id: null })}
                aria-current={room === current ? 'page' : undefined}
                aria-keyshortcuts={KEY_OF[room]}
              >
                <Icon size={16} aria-hidden="true" />
                <span className="nav-name">{ROOM_NAMES[room]}</span>
                {waiting[room] > 0 ? (
                  <span className="badge" aria-hidden="true">
                    {waiting[room]}
                  </span>
                ) : (
                  <span className="hint" aria-hidden="true">
                    {KEY_OF[room]}
                  </span>
                )}
              </a>
            </li>
          )
        })}
      </ul>
      <NavTools />
    </nav>
  )
}

function NavTools() {
  const theme = usePreferences((state) => state.theme)
  const isHidden = usePreferences((state) => state.hidesAmounts)
  const tools = [
    { name: 'Commands', hint: '⌃K', Icon: Command, run: () => show({ kind: 'palette' }) },
    { name: 'Hide amounts', hint: 'H', Icon: isHidden ? EyeOff : Eye, run: toggleAmounts, isOn: isHidden },
    {
      name: theme === 'dark' ? 'Light theme' : 'Dark theme',
      hint: 'T',
      Icon: theme === 'dark' ? Sun : Moon,
      run: toggleTheme,
    },
    { name: 'Shortcuts', hint: '?', Icon: Keyboard, run: () => show({ kind: 'shortcuts' }) },
  ]
  return (
    <ul className="nav-tools">
      {tools.map(({ name, hint, Icon, run, isOn }) => (
        <li key={name}>
          <button type="button" onClick={run} {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}>
            <Icon size={15} aria-hidden="true" />
            <span className="nav-name">{name}</span>
            <span className="hint" aria-hidden="true">
              {hint}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
