import type { MenuItemConstructorOptions } from 'electron'

/** In one line what it does: whoever needs it has no time for a question. */
const KILL = 'Kill: send nothing new, cancel entry orders'

/**
 * Only what has no other way: leaving, the clipboard, the size of things; and the kill switch, which has to work while
 * the page does not.
 *
 * @param kill null while no engine runs.
 */
export function applicationMenu(isMac: boolean, kill: (() => void) | null): MenuItemConstructorOptions[] {
  return [
    isMac ? { role: 'appMenu' } : { label: '&TripleGain', submenu: [{ role: 'quit' }] },
    ...(kill === null ? [] : [{ label: 'T&rading', submenu: [{ label: KILL, click: kill }] }]),
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
  ]
}

export function trayMenu(
  title: string,
  act: { readonly show: () => void; readonly kill: () => void; readonly quit: () => void },
): MenuItemConstructorOptions[] {
  return [
    { label: title, enabled: false },
    { type: 'separator' },
    { label: 'Show window', click: act.show },
    { label: KILL, click: act.kill },
    { type: 'separator' },
    { label: 'Quit', click: act.quit },
  ]
}
