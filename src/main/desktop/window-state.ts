import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

const side = z.number().int().min(400).max(20_000)
const coordinate = z.number().int().min(-40_000).max(40_000)
/** Where the window was, in device-independent pixels; without a corner it is centred. */
const WindowState = z.strictObject({
  corner: z.strictObject({ x: coordinate, y: coordinate }).nullable(),
  width: side,
  height: side,
  isMaximized: z.boolean(),
})
export type WindowState = z.infer<typeof WindowState>

const AT_FIRST: WindowState = { corner: null, width: 1_440, height: 900, isMaximized: false }
/** So much of the window must be on a screen for it to be found and moved. */
const VISIBLE = { width: 120, height: 60 }

/** What was saved, if it can be read and is on one of the screens still there. */
export function readWindowState(file: string, screens: readonly Rectangle[]): WindowState {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return AT_FIRST
  }
  const parsed = WindowState.safeParse(value)
  if (!parsed.success) return AT_FIRST
  const { corner, width, height } = parsed.data
  const isVisible = corner !== null && screens.some((screen) => isWithin(screen, { ...corner, width, height }))
  return isVisible ? parsed.data : { ...parsed.data, corner: null }
}

/** Whole or not at all. Failing is no reason to bother anyone: the window opens centred. */
function saveWindowState(file: string, state: WindowState): void {
  const unfinished = `${file}.unfinished`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(unfinished, JSON.stringify(state), { mode: 0o600 })
    renameSync(unfinished, file)
  } catch {}
}

/** What is asked of a window to remember it; Electron's has it. */
export type RememberedWindow = {
  on(event: 'close', listener: () => void): unknown
  getNormalBounds(): Rectangle
  isMaximized(): boolean
}

export function rememberWindow(window: RememberedWindow, file: string): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds()
    saveWindowState(file, { corner: { x, y }, width, height, isMaximized: window.isMaximized() })
  })
}

function isWithin(screen: Rectangle, window: Rectangle): boolean {
  const right = Math.min(window.x + window.width, screen.x + screen.width)
  const bottom = Math.min(window.y + window.height, screen.y + screen.height)
  const isTitleBelowTop = window.y >= screen.y - 10
  return (
    isTitleBelowTop &&
    right - Math.max(window.x, screen.x) >= VISIBLE.width &&
    bottom - Math.max(window.y, screen.y) >= VISIBLE.height
  )
}
