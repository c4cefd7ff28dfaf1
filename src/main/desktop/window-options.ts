import type { BrowserWindowConstructorOptions } from 'electron'
import type { WindowState } from './window-state.ts'

/** The theme's, so that the window does not flash white before the page is there. */
const BACKGROUND = '#0e1116'

/** A page that can do nothing but draw and ask the preload. */
export function windowOptions(state: WindowState, preload: string, title: string): BrowserWindowConstructorOptions {
  return {
    ...state.corner,
    width: state.width,
    height: state.height,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title,
    backgroundColor: BACKGROUND,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
    },
  }
}
