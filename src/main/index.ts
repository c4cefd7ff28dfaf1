import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  powerMonitor,
  protocol,
  screen,
  session,
  Tray,
} from 'electron'
import { serveIpc } from './api/transports/electron-ipc.ts'
import { onEnding, restingText } from './api/transports/ending.ts'
import { EngineStart } from './api/transports/engine-start.ts'
import { FLAGS_HELP, type HostFlags, parseFlags } from './api/transports/flags.ts'
import { failureFiles, readWindowFiles } from './api/transports/window-files.ts'
import { type App, createApp } from './app.ts'
import { ownArguments } from './desktop/arguments.ts'
import { guardContents, guardSession } from './desktop/guards.ts'
import { Leaving } from './desktop/leaving.ts'
import { applicationMenu, trayMenu } from './desktop/menus.ts'
import { closeBeforeQuit } from './desktop/quit.ts'
import { followStatus, type Shown, titleOf, tooltipOf } from './desktop/status.ts'
import { ICON_SIZE, trayIcon } from './desktop/tray-icon.ts'
import { windowOptions } from './desktop/window-options.ts'
import { isWindowUrl, PRIVILEGES, respond, SCHEME, WINDOW_URL } from './desktop/window-protocol.ts'
import { readWindowState, rememberWindow } from './desktop/window-state.ts'
import { LIVE_PHRASE } from './safety/live-phrase.ts'

const HELP = `TripleGain's desktop app.

  npm start -- [flags]

${FLAGS_HELP}`

// Built to out/main/index.js, beside out/preload and out/renderer.
const PRELOAD = join(import.meta.dirname, '..', 'preload', 'index.cjs')
const WINDOW = join(import.meta.dirname, '..', 'renderer')
const isMac = process.platform === 'darwin'
const RELOAD_AT_MOST_EVERY_MS = 10_000

// Electron is ready only after this file has run: nothing here may be awaited at the top.
const flags = parseFlags(ownArguments(process.argv, process.defaultApp === true), {
  platform: process.platform,
  env: process.env,
  home: homedir(),
})
if (!flags.ok) {
  console.error(`desktop: ${flags.error.message} (see --help)`)
  app.exit(2)
} else if (flags.value.help) {
  console.log(HELP)
  app.exit(0)
} else {
  launch(flags.value)
}

function launch(own: HostFlags): void {
  app.setName('TripleGain')
  placeDataIn(own.dataDir)
  if (!app.requestSingleInstanceLock()) {
    console.error('desktop: TripleGain is already running with this data folder; its window is shown instead.')
    app.exit(0)
    return
  }
  protocol.registerSchemesAsPrivileged([PRIVILEGES])
  app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  onEnding(process.env.npm_lifecycle_event !== undefined, () => void endAsTold())
  app
    .whenReady()
    .then(() => run(own))
    .catch((error: unknown) => {
      console.error('desktop: TripleGain could not start', error)
      app.exit(1)
    })
}

/** Window state and the lock stand with the databases, so that two data folders can be open side by side. */
function placeDataIn(dataDir: string): void {
  const folder = join(dataDir, 'desktop')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    app.setPath('userData', folder)
  } catch (error) {
    console.error(`desktop: ${folder} cannot be used`, error) // opening the database will say what to do
  }
}

/** Null until there is an engine to leave behind. */
let leaving: Leaving | null = null
let running: App | null = null

async function run(own: HostFlags): Promise<void> {
  const { configDir, dataDir, market, speed, seed, candles } = own
  const built = readWindowFiles(WINDOW)
  const start = new EngineStart({
    create: (confirmLive) =>
      createApp({ configDir, dataDir, market, speed, seed, candles, confirmLive, set: [], env: process.env }),
    windowFiles: built.ok ? built.value : failureFiles(built.error),
    live: { phrase: LIVE_PHRASE, dataDir },
  })
  const created = await start.begin(own.confirmLive)
  for (const outcome of [created, built]) if (!outcome.ok) console.error(`desktop: ${outcome.error.message}`)

  closeBeforeQuit(
    app,
    () => start.close(),
    () => (start.scene().engine === null || !built.ok ? 1 : 0),
  )
  leaving = new Leaving(app, { resting: () => restingText(running), ask: askToLeave })
  protocol.handle(SCHEME, (request) => respond(start.scene().files, (typed) => start.confirm(typed), request))
  guardSession(session.defaultSession)
  app.on('window-all-closed', () => {
    if (!isMac) app.quit()
  })
  app.on('activate', show)
  app.on('second-instance', show)
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(isMac, null)))
  if (created.ok) connect(created.value)
  start.onScene(({ engine }) => {
    if (engine !== null) connect(engine)
    // The page may not navigate, not even to itself.
    for (const window of BrowserWindow.getAllWindows()) void window.loadURL(WINDOW_URL)
  })
  openWindow()
}

let title = 'TripleGain'

function openWindow(): void {
  const file = join(app.getPath('userData'), 'window-state.json')
  const state = readWindowState(
    file,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow(windowOptions(state, PRELOAD, title))
  if (state.isMaximized) window.maximize()
  rememberWindow(window, file)
  if (!isMac) leaving?.keep(window)
  window.once('ready-to-show', () => window.show())
  // The host knows the mode even where the page does not.
  window.on('page-title-updated', (event) => event.preventDefault())
  let reloadedAt = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    console.error(`desktop: the window's process ended (${reason}); the engine goes on`)
    if (reason === 'clean-exit' || Date.now() - reloadedAt < RELOAD_AT_MOST_EVERY_MS) return
    reloadedAt = Date.now()
    window.reload()
  })
  void window.loadURL(WINDOW_URL)
}

function show(): void {
  const window = BrowserWindow.getAllWindows()[0]
  if (window === undefined) openWindow()
  else {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
}

function connect(engine: App): void {
  running = engine
  const windows = () => BrowserWindow.getAllWindows().map((window) => window.webContents)
  serveIpc({ ipcMain, engine, isTrusted: isWindowUrl, windows })
  powerMonitor.on('resume', () => engine.woke())
  powerMonitor.on('shutdown', () => leaving?.agree()) // a question would only hold up the machine
  const kill = () => void killFrom(engine)
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(isMac, kill)))
  const icon = (mode: Shown['mode']) =>
    nativeImage.createFromBitmap(trayIcon(mode), { width: ICON_SIZE, height: ICON_SIZE })
  const tray = new Tray(icon(engine.mode))
  tray.on('click', show)
  followStatus(engine, (status) => {
    title = titleOf(status)
    for (const window of BrowserWindow.getAllWindows()) window.setTitle(title)
    tray.setImage(icon(status.mode))
    tray.setToolTip(tooltipOf(status))
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(title, { show, kill, quit: () => app.quit() })))
    app.setBadgeCount(status.pendingDecisions)
  })
}

/** Works while the page does not: menu and tray are of this process, as is the engine. */
async function killFrom(engine: App): Promise<void> {
  const reply = await engine.dispatch('stop.kill', { reason: 'Kill in the menu', flatten: false })
  if (!reply.ok) dialog.showErrorBox('The kill switch did not answer as it should', reply.error.message)
}

async function askToLeave(resting: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: 'Quit TripleGain?',
    detail: resting,
    buttons: ['Stay', 'Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}

/** At a signal nobody may be there to answer: it is said, not asked. */
async function endAsTold(): Promise<void> {
  const resting = await restingText(running)
  if (resting !== null) console.log(resting)
  leaving?.agree()
  app.quit()
}
