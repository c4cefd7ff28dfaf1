import { closeOverlay } from '../../stores/overlays.ts'
import { toggleKeys, usePreferences } from '../../stores/preferences.ts'
import { Dialog } from '../dialog.tsx'

const SHEET: ReadonlyArray<{ name: string; keys: ReadonlyArray<readonly [string, string]> }> = [
  {
    name: 'Everywhere',
    keys: [
      ['1 – 4, 6', 'Portfolio, Decisions, Orders, Agents, Journal'],
      ['Ctrl K or ⌘ K', 'Command palette'],
      ['Ctrl . or ⌘ .', 'Kill (asks first)'],
      ['H', 'Hide or show amounts'],
      ['T', 'Light or dark theme'],
      ['U', 'UTC or local time'],
      ['?', 'This sheet'],
      ['Esc', 'Close what is open'],
    ],
  },
  {
    name: 'Portfolio',
    keys: [
      ['C', 'Check now'],
      ['D', 'To the deposit or withdrawal that waits'],
      ['B', 'Add to a bag'],
      ['R', 'Release from a bag (asks you to type)'],
      ['L', 'Lots'],
    ],
  },
  {
    name: 'Decisions',
    keys: [
      ['J / K', 'Next, previous'],
      ['Enter', 'Open the case'],
      ['A', 'Approve (asks you to type in LIVE)'],
      ['R', 'Reject with a reason'],
      ['S', 'Snooze for 5 minutes'],
      ['P', 'Plan again, resume what is unfinished'],
    ],
  },
  {
    name: 'Orders',
    keys: [
      ['J / K', 'Next, previous position or order'],
      ['M', 'Modify stop and target'],
      ['X', 'Close the position, cancel the order'],
      ['/', 'Search the history'],
    ],
  },
  {
    name: 'Agents',
    keys: [
      ['J / K', 'Next, previous agent'],
      ['Enter', 'Open or close its values and history'],
      ['N', 'Run it now'],
    ],
  },
  {
    name: 'Journal',
    keys: [['/', 'Search']],
  },
]

export function ShortcutSheet() {
  const hasKeys = usePreferences((state) => state.hasKeys)
  return (
    <Dialog title="Keyboard shortcuts" isWide onClose={closeOverlay}>
      <div className="sheet">
        {SHEET.map(({ name, keys }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([key, text]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="check">
        <input type="checkbox" checked={hasKeys} onChange={toggleKeys} />
        <span>Single keys work (switch off if speech input or another tool gets in their way)</span>
      </label>
    </Dialog>
  )
}
