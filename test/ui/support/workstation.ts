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

export type Workstation = {
  readonly url: string
  readonly dataDir: string
  stop(): Promise<void>
}

/** The engine behind the browser host, as `npm run serve` starts it, on a folder of its own. */
export async function startWorkstation(changes: Changes = [], dataDir = temporary('data')): Promise<Workstation> {
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
    [join(PROJECT, 'src/main/serve.ts'), '--data-dir', dataDir, '--config-dir', configDir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const url = await printedAddress(child)
  return {
    url,
    dataDir,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}

const temporary = (what: string): string => mkdtempSync(join(tmpdir(), `triplegain-ui-${what}-`))

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
  readonly changes: Changes
  readonly workstation: Workstation
  readonly ownBrowser: Browser
  readonly window: Page
}

/** A workstation and a window on it, closed afterwards. Page errors fail the test. */
export const test = base.extend<Fixtures>({
  changes: [[], { option: true }],
  workstation: async ({ changes }, use) => {
    const workstation = await startWorkstation(changes)
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
  window: async ({ workstation, ownBrowser }, use) => {
    const context = await ownBrowser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    // A line that is lost is told to the trader by the window; that the browser says so too is no fault of the page.
    const isLostLine = (text: string): boolean => /WebSocket|ERR_CONNECTION/.test(text)
    page.on('console', (message) => {
      if (message.type() === 'error' && !isLostLine(message.text())) errors.push(message.text())
    })
    await page.goto(workstation.url)
    await expect(page.getByText('RUNNING')).toBeVisible()
    await use(page)
    expect(errors).toEqual([])
  },
})
export { expect }
