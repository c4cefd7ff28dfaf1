import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, test as base, expect, type Page } from 'playwright/test'
import { launchBrowser } from './browser.ts'

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))

/** Settings changed for a test, each as [file, what stands there, what shall]. */
export type Changes = readonly (readonly [file: string, from: string, to: string])[]

/** So that a test need not wait for a cool-down, a resting order or a market that has moved too far meanwhile. */
const QUICK: Changes = [
  ['portfolio.yaml', 'cooldown_minutes: 30', 'cooldown_minutes: 0'],
  ['portfolio.yaml', 'max_price_move_percent: 0.5', 'max_price_move_percent: 20'],
  ['execution.yaml', 'slippage_cap_percent: 1', 'slippage_cap_percent: 5'],
  ['execution.yaml', 'collar_percent: 2', 'collar_percent: 20'],
  ['execution.yaml', 'move_every_hours: 4', 'move_every_hours: 10000'],
]

/** So that after a rebalance there is soon something to rebalance again. */
export const LIVELY: Changes = [
  ['execution.yaml', 'BTC/USDT: 0.004', 'BTC/USDT: 0.04'],
  ['execution.yaml', 'XRP/USDT: 0.007', 'XRP/USDT: 0.07'],
]

export type Workstation = {
  readonly url: string
  readonly dataDir: string
  stop(): Promise<void>
  /** Without a chance to put anything in order. */
  die(): Promise<void>
}

export type Launch = {
  readonly changes?: Changes
  readonly dataDir?: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The engine behind the browser host, as `npm run serve` starts it, on a folder of its own. */
export async function startWorkstation(launch: Launch = {}): Promise<Workstation> {
  const { changes = [], dataDir = temporary('data'), flags = [], env = {} } = launch
  const configDir = temporary('config')
  cpSync(join(PROJECT, 'config'), configDir, { recursive: true })
  for (const [file, from, to] of [...QUICK, ...changes]) {
    const path = join(configDir, file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" to change`)
    writeFileSync(path, text.replace(from, to))
  }
  const child = spawn(
    process.execPath,
    [join(PROJECT, 'src/main/serve.ts'), '--data-dir', dataDir, '--config-dir', configDir, ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  )
  const url = await printedAddress(child)
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
    rmSync(configDir, { recursive: true, force: true })
  }
  return { url, dataDir, stop: () => end('SIGTERM'), die: () => end('SIGKILL') }
}

export const temporary = (what: string): string => mkdtempSync(join(tmpdir(), `triplegain-ui-${what}-`))

async function printedAddress(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  for await (const line of lines) {
    const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(line)?.[0]
    if (address !== undefined) return address
  }
  throw new Error('the browser host ended without printing its address')
}

/** Asks for a rebalance until the drift is large enough for one to be worth proposing. */
export async function rebalanceNow(window: Page): Promise<void> {
  await window.keyboard.press('1')
  await expect(async () => {
    await window.getByRole('button', { name: 'Rebalance now' }).click()
    await expect(window).toHaveTitle(/\(1\)/, { timeout: 2_000 })
  }).toPass()
}

type Fixtures = {
  readonly launch: Launch
  readonly workstation: Workstation
  /** Where the window goes. */
  readonly url: string
  readonly ownBrowser: Browser
  readonly blank: Page
  readonly window: Page
}

/** A workstation and a window on it, closed afterwards. Page errors fail the test. */
export const test = base.extend<Fixtures>({
  launch: [{}, { option: true }],
  workstation: async ({ launch }, use) => {
    const workstation = await startWorkstation(launch)
    await use(workstation)
    await workstation.stop()
    rmSync(workstation.dataDir, { recursive: true, force: true })
  },
  // biome-ignore lint/correctness/noEmptyPattern: the fixture's first parameter must be a pattern
  ownBrowser: async ({}, use) => {
    // One browser a test: the packed one runs as a single process and ends with its context.
    const browser = await launchBrowser()
    await use(browser)
    await browser.close()
  },
  blank: async ({ ownBrowser }, use) => {
    const context = await ownBrowser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message.text())) errors.push(message.text())
    })
    await use(page)
    expect(errors).toEqual([])
  },
  url: ({ workstation }, use) => use(workstation.url),
  window: async ({ url, blank }, use) => {
    await blank.goto(url)
    await expect(blank.getByText('RUNNING', { exact: true })).toBeVisible()
    await use(blank)
  },
})
/** A line that is lost, a page in the window's place, a phrase refused: all are told there; the browser says so too. */
const isExpected = (text: string): boolean => /WebSocket|ERR_CONNECTION|status of (409|503)/.test(text)

export { expect }
