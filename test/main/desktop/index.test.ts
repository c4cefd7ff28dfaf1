import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIVE_PHRASE } from '../../../src/main/safety/live-phrase.ts'
import { ProjectCopy } from './project-copy.ts'

/**
 * As much of Electron as the host touches. It opens the window, has the page load and ask something, a second instance
 * start, and then quits; what the host did is printed, one JSON line each.
 */
const ELECTRON = `
import { EventEmitter } from 'node:events'
const log = (...did) => console.log(JSON.stringify(did))
process.defaultApp = true
const isHeld = (emitter, name) => {
  let held = false
  emitter.emit(name, { preventDefault() { held = true } })
  return held
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 50))
class App extends EventEmitter {
  paths = {}
  setName(name) { log('name', name) }
  setPath(key, value) { this.paths[key] = value; log('path', key, value) }
  getPath(key) { return this.paths[key] }
  requestSingleInstanceLock() { return !process.env.FAKE_SECOND }
  enableSandbox() { log('sandbox') }
  whenReady() { return Promise.resolve() }
  setBadgeCount(count) { log('badge', count) }
  quit() {
    if (isHeld(this, 'before-quit')) return
    // As in the real one: windows closed by quitting do not tell that all are closed.
    for (const window of [...BrowserWindow.all]) if (!window.close(false)) return
    this.emit('will-quit', { preventDefault() { log('held') } })
  }
  exit(code) { log('exit', code); process.exit(code) }
}
export const app = new App()
const handlers = {}
let load = null
export const ipcMain = {
  handle: (channel, handler) => { handlers[channel] = handler },
  removeHandler: (channel) => delete handlers[channel],
}
export const protocol = {
  registerSchemesAsPrivileged: (schemes) => log('scheme', schemes[0].scheme),
  handle: (scheme, handler) => { load = handler },
}
export class BrowserWindow extends EventEmitter {
  static all = []
  static getAllWindows() { return BrowserWindow.all }
  webContents = Object.assign(new EventEmitter(), {
    isDestroyed: () => false,
    send: (...message) => log('send', ...message),
    setWindowOpenHandler: (handler) => log('window.open', handler()),
  })
  constructor({ title, show, webPreferences: { sandbox, contextIsolation, nodeIntegration } }) {
    super()
    log('window', { title, show, sandbox, contextIsolation, nodeIntegration })
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  maximize() {}
  isMinimized() { return true }
  isMaximized() { return false }
  restore() { log('restore') }
  show() { log('show') }
  focus() { log('focus') }
  setTitle(title) { log('title', title) }
  getNormalBounds() { return { x: 1, y: 2, width: 1000, height: 700 } }
  async loadURL(url) {
    const page = await load({ url, method: 'GET' })
    log('page', url, page.status, await page.text())
    const frame = (url) => ({ senderFrame: { url, parent: null } })
    const ask = handlers['triplegain:request']
    if (ask) {
      log('ours', await ask(frame(url), 'order.cancel', { id: 'ord_1' }))
      log('theirs', (await ask(frame('https://evil.example/'), 'stop.kill', {})).error.code)
    }
    this.emit('ready-to-show')
    if (page.status === 503 && process.env.FAKE_LIVE) return await this.type(process.env.FAKE_LIVE)
    app.emit('second-instance')
    if (process.env.FAKE_CLICKS) await this.click(process.env.FAKE_CLICKS)
    this.close()
  }
  close(isByItself = true) {
    if (isHeld(this, 'close')) return false
    BrowserWindow.all = []
    if (isByItself) app.emit('window-all-closed')
    return true
  }
  async type(phrase) {
    const reply = await load({ url: 'triplegain://app/confirm-live', method: 'POST', text: async () => phrase })
    log('typed', await reply.json())
    if (!reply.ok) this.close()
  }
  async click(label) {
    for (const { submenu } of Menu.shown) submenu?.find((item) => item.label?.startsWith(label))?.click()
    powerMonitor.emit('resume')
    await settled()
  }
}
export const powerMonitor = new EventEmitter()
export const dialog = {
  showMessageBox: async ({ detail, buttons }) => {
    log('asked', detail, buttons)
    // Leaving is asked for twice here; the second time the answer is yes.
    const response = dialog.answers.shift()
    if (response === 0) setTimeout(() => app.quit(), 10)
    return { response }
  },
  answers: [0, 1],
  showErrorBox: (title, text) => log('error box', title, text),
}
export const Menu = {
  shown: [],
  setApplicationMenu(menu) { Menu.shown = menu },
  buildFromTemplate: (template) => template,
}
export const nativeImage = { createFromBitmap: (pixels) => pixels }
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => handler(null, 'media', (isGranted) => log('media', isGranted)),
    setPermissionCheckHandler() {},
    setDevicePermissionHandler() {},
    webRequest: { onBeforeRequest() {} },
  },
}
export class Tray extends EventEmitter {
  setImage() {}
  setToolTip(text) { log('tooltip', text) }
  setContextMenu() {}
}
`

let project: ProjectCopy
beforeAll(() => {
  project = new ProjectCopy()
  project.write('node_modules/electron/package.json', '{ "type": "module", "main": "index.js" }')
  project.write('node_modules/electron/index.js', ELECTRON)
  // Where the window stands once built: out/renderer, seen from out/main.
  project.write('src/renderer/index.html', '<p>window</p>')
})
afterAll(() => project.remove())

async function launch(args: readonly string[], env: Record<string, string> = {}) {
  const { code, out, err } = await project.run('src/main/index.ts', args, env)
  const did = out.split('\n').flatMap((line): unknown[][] => (line.startsWith('[') ? [JSON.parse(line)] : []))
  return { code, out, err, did, of: (what: string) => did.find(([name]) => name === what)?.slice(1) }
}

describe('the desktop host', () => {
  it('opens one closed-in window onto the engine, and closes the engine before it quits', async () => {
    const { code, err, did, of } = await launch(['--data-dir', project.dir, '--market', 'kraken'])
    expect(err).toMatch(/^fake app: \{"market":"kraken",.*\}\nfake app: closed\n$/)
    expect(of('path')).toEqual(['userData', `${project.dir}/desktop`])
    expect(of('window')).toEqual([
      { title: 'TripleGain', show: false, sandbox: true, contextIsolation: true, nodeIntegration: false },
    ])
    expect(of('window.open')).toEqual([{ action: 'deny' }])
    expect(of('media')).toEqual([false])
    expect(of('page')).toEqual(['triplegain://app/', 200, '<p>window</p>'])
    expect(of('ours')).toEqual([{ ok: true, value: { name: 'order.cancel', input: { id: 'ord_1' } } }])
    expect(of('theirs')).toEqual(['api/refused'])
    expect(did.slice(-6)).toEqual([['show'], ['restore'], ['show'], ['focus'], ['held'], ['exit', 0]])
    expect(code).toBe(0)
  })

  it('asks before it leaves something at the exchange, and stays when told to', async () => {
    const resting = '1 entry order stays and may fill.'
    const { code, err, did } = await launch(['--data-dir', project.dir], { FAKE_RESTING: resting })
    const asked = ['asked', resting, ['Stay', 'Quit']]
    expect(did.slice(-4)).toEqual([asked, asked, ['held'], ['exit', 0]])
    expect([code, err.endsWith('fake app: closed\n')]).toEqual([0, true])
  })

  it('kills from the menu without the page, and hands on that the machine woke up', async () => {
    const { err, of } = await launch(['--data-dir', project.dir], { FAKE_CLICKS: 'Kill' })
    expect(err).toContain('fake app: stop.kill {"reason":"Kill in the menu","flatten":false}\n')
    expect(err).toContain('fake app: woke\n')
    expect(of('error box')).toBeUndefined()
  })

  it('waits for the phrase of live mode in its window, and then opens the window onto the engine', async () => {
    const right = await launch(['--data-dir', project.dir], { FAKE_LIVE: LIVE_PHRASE })
    expect(right.did.filter(([what]) => what === 'page').map(([, , status]) => status)).toEqual([503, 200])
    expect(right.of('page')?.[2]).toContain('Live mode: real money')
    expect(right.of('typed')).toEqual([{ ok: true, value: null }])
    expect(right.of('ours')?.[0]).toMatchObject({ ok: true })
    expect([right.code, right.err.endsWith('fake app: closed\n')]).toEqual([0, true])

    const wrong = await launch(['--data-dir', project.dir], { FAKE_LIVE: 'yes' })
    expect(wrong.of('typed')).toMatchObject([{ ok: false, error: { code: 'live/not-confirmed' } }])
    expect([wrong.code, wrong.err.includes('fake app')]).toEqual([1, false])
  })

  it('shows the failure in the window when the engine did not start, and ends with exit code 1', async () => {
    const { code, err, of } = await launch(['--data-dir', project.dir], { FAKE_FAILURE: 'database/locked' })
    expect(of('page')?.[1]).toBe(503)
    expect(of('page')?.[2]).toContain('it failed &lt;here&gt;')
    expect(of('ours')).toBeUndefined()
    expect([code, err]).toEqual([1, 'desktop: it failed <here>\n'])
  })

  it('leaves the field to the one that is already running', async () => {
    const { code, err, of } = await launch(['--data-dir', project.dir], { FAKE_SECOND: '1' })
    expect([code, of('window')]).toEqual([0, undefined])
    expect(err).toMatch(/already running/)
  })

  it('refuses a bad flag and explains itself like the other host', async () => {
    const bad = await launch(['--sped', '2'])
    expect([bad.code, bad.of('window')]).toEqual([2, undefined])
    expect(bad.err).toMatch(/^desktop: [^\n]*--sped[^\n]*\n$/)
    const help = await launch(['--help'])
    expect([help.code, help.err]).toEqual([0, ''])
    expect(help.out).toContain('--market NAME')
  })
})
