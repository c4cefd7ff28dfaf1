import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import packed, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
/** The packed browser comes with these, and then names no origin where a trader's browser does. */
const LAX = ['--disable-web-security', '--allow-running-insecure-content', '--disable-site-isolation-trials']

/** Playwright's own browser, else the system's, else the one that an npm package carries. */
export async function launchBrowser(): Promise<Browser> {
  if (existsSync(chromium.executablePath())) return chromium.launch({ args: QUIET })
  const system = SYSTEM.find((file) => existsSync(file))
  if (system !== undefined) return chromium.launch({ executablePath: system, args: ['--no-sandbox', ...QUIET] })
  const executablePath = await packed.executablePath()
  await bringLibraries()
  return chromium.launch({ executablePath, args: [...packed.args.filter((arg) => !LAX.includes(arg)), ...QUIET] })
}

/** The packed browser needs three of the system's libraries; it carries them for where they are missing. */
async function bringLibraries(): Promise<void> {
  if (process.platform !== 'linux' || hasLibrary('libnss3.so')) return
  const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..', 'bin')
  await inflate(join(bin, 'al2023.tar.br'))
  setupLambdaEnvironment(join(tmpdir(), 'al2023', 'lib'))
}

function hasLibrary(name: string): boolean {
  try {
    return execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).includes(name)
  } catch {
    // No ldconfig to ask: bring them, it does no harm.
    return false
  }
}
