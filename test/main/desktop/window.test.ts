import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { windowOptions } from '../../../src/main/desktop/window-options.ts'
import { isWindowUrl, respond, WINDOW_URL } from '../../../src/main/desktop/window-protocol.ts'
import {
  type Rectangle,
  readWindowState,
  rememberWindow,
  type WindowState,
} from '../../../src/main/desktop/window-state.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { FILES } from '../api/transports/fakes.ts'

const SCREEN: Rectangle = { x: 0, y: 0, width: 1_920, height: 1_080 }
const AT_FIRST: WindowState = { corner: null, width: 1_440, height: 900, isMaximized: false }

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'window-'))
  file = join(folder, 'deeper', 'window-state.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Closes a window that stands there. */
function closeAt(bounds: Rectangle, isMaximized = false): void {
  let close = (): void => {}
  rememberWindow(
    {
      on(_event, listener) {
        close = listener
      },
      getNormalBounds: () => bounds,
      isMaximized: () => isMaximized,
    },
    file,
  )
  close()
}

describe('the window', () => {
  it('opens where it was closed, and as large', () => {
    closeAt({ x: 100, y: 50, width: 1_200, height: 800 }, true)
    expect(readWindowState(file, [SCREEN])).toEqual({
      corner: { x: 100, y: 50 },
      width: 1_200,
      height: 800,
      isMaximized: true,
    })
  })

  it('comes back to the middle when its screen is gone or it could not be grasped', () => {
    for (const [x, y] of [
      [2_500, 100],
      [1_850, 100],
      [100, 1_050],
      [100, -300],
      [-1_150, 100],
    ] as const) {
      closeAt({ x, y, width: 1_200, height: 800 })
      expect(readWindowState(file, [SCREEN]).corner, `${x}, ${y}`).toBeNull()
      expect(readWindowState(file, [SCREEN]).width).toBe(1_200)
    }
    closeAt({ x: 2_500, y: 100, width: 1_200, height: 800 })
    expect(readWindowState(file, [SCREEN, { ...SCREEN, x: 1_920 }]).corner).toEqual({ x: 2_500, y: 100 })
  })

  it.each([
    'nothing',
    '{}',
    '[]',
    '{"corner":null,"width":1e9,"height":800,"isMaximized":false}',
    '{"corner":{"x":"0","y":0},"width":1200,"height":800,"isMaximized":false}',
    '{"corner":null,"width":1200,"height":800,"isMaximized":false,"webPreferences":{"sandbox":false}}',
  ])('opens as at first when what was saved is %s', (text) => {
    closeAt({ x: 0, y: 0, width: 1_000, height: 700 })
    writeFileSync(file, text)
    expect(readWindowState(file, [SCREEN])).toEqual(AT_FIRST)
  })

  it('closes even where its place cannot be saved', () => {
    writeFileSync(join(folder, 'deeper'), 'a file where the folder should be')
    closeAt({ x: 0, y: 0, width: 1_000, height: 700 })
    expect(readFileSync(join(folder, 'deeper'), 'utf8')).toContain('a file')
    expect(readWindowState(file, [SCREEN])).toEqual(AT_FIRST)
  })

  it('has a page that reaches neither Node nor Electron', () => {
    const state = { ...AT_FIRST, corner: { x: 5, y: 6 } }
    const options = windowOptions(state, '/p.cjs', 'TripleGain – PAPER')
    expect(options).toMatchObject({ x: 5, y: 6, width: 1_440, height: 900, title: 'TripleGain – PAPER' })
    expect(options.webPreferences).toMatchObject({
      preload: '/p.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      webSecurity: true,
    })
  })
})

describe('what the window loads', () => {
  const typed: string[] = []
  const load = (url: string, method = 'GET', body = '') =>
    respond(
      FILES,
      async (phrase) => {
        typed.push(phrase)
        return phrase === 'right' ? ok(null) : fail('live/not-confirmed', 'not the phrase')
      },
      { url, method, text: async () => body },
    )

  it('is the built page and its files, with the strict policy', async () => {
    const page = await load(WINDOW_URL)
    expect([page.status, await page.text()]).toEqual([200, '<p>window</p>'])
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    const script = await load(`${WINDOW_URL}assets/a.js?v=1`)
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    'triplegain://app/../package.json',
    'triplegain://app/%2e%2e/x',
    'triplegain://other/',
    'file:///etc/hostname',
  ])('is nothing else: not %s', async (url) => {
    expect((await load(url)).status).toBe(404)
  })

  it('is only read, but for the phrase of live mode', async () => {
    expect((await load(WINDOW_URL, 'POST')).status).toBe(404)
    expect((await load('triplegain://other/confirm-live', 'POST', 'right')).status).toBe(404)
    expect(typed).toEqual([])
    const wrong = await load(`${WINDOW_URL}confirm-live`, 'POST', 'wrong')
    expect([wrong.status, await wrong.json()]).toEqual([409, fail('live/not-confirmed', 'not the phrase')])
    const right = await load(`${WINDOW_URL}confirm-live`, 'POST', 'right')
    expect([right.status, await right.json()]).toEqual([200, ok(null)])
  })

  it('is told from other pages by its whole origin', () => {
    expect(['triplegain://app/#/orders', 'triplegain://app/index.html'].map(isWindowUrl)).toEqual([true, true])
    const others = [
      'triplegain://app.evil/',
      'triplegain://x@app2/',
      'https://app/',
      'about:blank',
      '',
      'triplegain:app',
    ]
    expect(others.map(isWindowUrl)).toEqual(others.map(() => false))
  })
})
