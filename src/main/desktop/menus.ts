import type { MenuItemConstructorOptions } from 'electron'

/** Only what has no other way: leaving, the clipboard, the size of things. */
export function applicationMenu(isMac: boolean): MenuItemConstructorOptions[] {
  return [
    isMac ? { role: 'appMenu' } : { label: '&TripleGain', submenu: [{ role: 'quit' }] },
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

export function trayMenu(title: string, show: () => void, quit: () => void): MenuItemConstructorOptions[] {
  return [
    { label: title, enabled: false },
    { type: 'separator' },
    { label: 'Show window', click: show },
    { label: 'Quit', click: quit },
  ]
}
