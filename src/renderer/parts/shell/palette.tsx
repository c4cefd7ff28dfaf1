import { Command } from 'cmdk'
import { act } from '../../stores/actions.ts'
import { KEY_OF, ROOMS } from '../../stores/address.ts'
import { closeOverlay, show } from '../../stores/overlays.ts'
import { ask } from '../../stores/portfolio-questions.ts'
import { toggleAmounts, toggleTheme, toggleZone } from '../../stores/preferences.ts'
import { useIsLive, useViewParts } from '../../stores/projection.ts'
import { goTo } from '../../stores/route.ts'
import { ROOM_NAMES } from './nav.tsx'

type Entry = { name: string; hint?: string; run: () => void; needsEngine?: boolean }

function askAbout(kind: 'add' | 'release' | 'lots'): void {
  goTo('portfolio')
  ask({ kind })
}

function useEntries(): Array<{ group: string; entries: Entry[] }> {
  const { decisions, movements, agents, coordinator, open, positions, hasDifference } = useViewParts((view) => ({
    decisions: view.decisions,
    movements: view.portfolio.movements,
    agents: view.agents.agents,
    coordinator: view.status.coordinator,
    open: view.orders.open,
    positions: view.orders.positions,
    hasDifference: view.status.difference !== null,
  }))
  const isRunning = coordinator === 'RUNNING'
  return [
    {
      group: 'Waiting for you',
      entries: [
        ...decisions.conflicts.filter(({ resolution }) => resolution === null),
        ...decisions.proposals.filter(({ status, progress }) => status === 'pending' || progress?.canResume),
      ]
        .map(({ id, title }): Entry => ({ name: title, hint: 'Open', run: () => goTo('decisions', id) }))
        .concat(
          movements
            .filter(({ sleeve }) => sleeve === null)
            .map(({ kind, asset }) => ({
              name: `Where a ${kind} of ${asset} belongs`,
              hint: 'Open',
              run: () => goTo('portfolio'),
            })),
        ),
    },
    {
      group: 'Go to',
      entries: ROOMS.map((room) => ({ name: ROOM_NAMES[room], hint: KEY_OF[room], run: () => goTo(room) })),
    },
    {
      group: 'Do',
      entries: [
        { name: 'Check the portfolio now', run: () => void act('portfolio.check', {}), needsEngine: true },
        { name: 'Propose a rebalance now', run: () => void act('portfolio.rebalance', {}), needsEngine: true },
        { name: 'Add to a bag…', run: () => askAbout('add'), needsEngine: true },
        { name: 'Release from a bag…', run: () => askAbout('release'), needsEngine: true },
        { name: 'Lots…', run: () => askAbout('lots'), needsEngine: true },
        {
          name: isRunning ? 'Pause trading…' : 'Resume trading…',
          run: () => show({ kind: 'stop', stop: isRunning ? 'pause' : 'resume' }),
          needsEngine: true,
        },
        { name: 'Cancel all entry orders…', run: () => show({ kind: 'stop', stop: 'cancel' }), needsEngine: true },
        {
          name: 'Kill: halt everything…',
          hint: '⌃.',
          run: () => show({ kind: 'stop', stop: 'kill' }),
          needsEngine: true,
        },
        { name: 'Ask the exchange and compare', run: () => void act('exchange.reconcile', {}), needsEngine: true },
        ...agents
          .filter(({ state }) => state !== 'off')
          .map(({ name, title }) => ({
            name: `Run ${title.toLowerCase()} now`,
            run: () => void act('agent.run', { name }),
            needsEngine: true,
          })),
        ...(hasDifference
          ? [{ name: 'Look at the difference…', run: () => show({ kind: 'difference' }), needsEngine: true }]
          : []),
        { name: 'What stays open if TripleGain ends…', run: () => show({ kind: 'leaving' }) },
      ],
    },
    {
      group: 'Look',
      entries: [
        { name: 'Hide or show amounts', hint: 'H', run: toggleAmounts },
        { name: 'Light or dark theme', hint: 'T', run: toggleTheme },
        { name: 'UTC or local time', hint: 'U', run: toggleZone },
        { name: 'Dead letters', run: () => goTo('journal', 'dead-letters') },
        { name: 'Ledger', run: () => goTo('journal', 'ledger') },
        { name: 'Keyboard shortcuts', hint: '?', run: () => show({ kind: 'shortcuts' }) },
      ],
    },
    {
      group: 'Positions',
      entries: positions.map(({ id, side, symbol }) => ({
        name: `${side} ${symbol} ${id}`,
        hint: 'Open',
        run: () => goTo('orders', id),
      })),
    },
    {
      group: 'Open orders',
      entries: open.map(({ id, side, symbol }) => ({
        name: `${side} ${symbol} ${id}`,
        hint: 'Open',
        run: () => goTo('orders', id),
      })),
    },
  ].filter(({ entries }) => entries.length > 0)
}

export function Palette() {
  const groups = useEntries()
  const isLive = useIsLive()
  const pick = ({ run }: Entry): void => {
    closeOverlay()
    run()
  }
  return (
    <Command.Dialog
      open
      onOpenChange={(isOpen) => !isOpen && closeOverlay()}
      label="Command palette"
      overlayClassName="overlay"
      contentClassName="palette"
      loop
    >
      <Command.Input placeholder="Go to, do, find…" aria-label="Command" />
      <Command.List>
        <Command.Empty>Nothing of that name.</Command.Empty>
        {groups.map(({ group, entries }) => (
          <Command.Group key={group} heading={group}>
            {entries.map((entry) => (
              <Command.Item
                key={entry.name}
                value={`${group} ${entry.name}`}
                disabled={entry.needsEngine === true && !isLive}
                onSelect={() => pick(entry)}
              >
                <span>{entry.name}</span>
                {entry.hint !== undefined && <kbd className="hint">{entry.hint}</kbd>}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command.Dialog>
  )
}
