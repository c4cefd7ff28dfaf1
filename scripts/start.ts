import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { onEnding } from '../src/main/api/transports/ending.ts'
import { parseFlags } from '../src/main/api/transports/flags.ts'

/*
 * `npm start`: builds, then the desktop app; where Electron cannot run or be had, one line says why and the browser
 * host takes its place with the same flags.
 */
const PROJECT = join(import.meta.dirname, '..')
const ELECTRON = join(PROJECT, 'node_modules', 'electron')
const DESKTOP = join(PROJECT, 'out', 'main', 'index.js')
const SERVE = join(PROJECT, 'src', 'main', 'serve.ts')
const FETCH_LIMIT_MS = 60_000

let running: ChildProcess | null = null
onEnding(process.env.npm_lifecycle_event !== undefined, (signal) => {
  if (running === null) process.exit(1)
  running.kill(signal)
})

const args = process.argv.slice(2)
const flags = parseFlags(args, { platform: process.platform, env: process.env, home: homedir() })
// The browser host words both the help and the refusal.
if (!flags.ok || flags.value.help) process.exit((await run(process.execPath, [SERVE, ...args])) ?? 1)

const built = build()
if (built !== 0) process.exit(built)

const electron = findElectron()
if (electron.why === null) {
  const code = await run(electron.file, [DESKTOP, ...args])
  if (code !== null) process.exit(code)
}
const why = electron.why ?? 'Electron does not run on this machine (what it said is above)'
console.log(`No desktop window, ${why}: TripleGain is served to your browser instead.`)
process.exit((await run(process.execPath, [SERVE, ...args])) ?? 1)

/** Quiet unless it fails. About a second. */
function build(): number {
  const builder = join(PROJECT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [builder, 'build', '--logLevel', 'error'], {
    cwd: PROJECT,
    encoding: 'utf8',
  })
  if (status === 0) return 0
  console.error(`start: the build failed\n${stdout}${stderr}`)
  return status ?? 1
}

type Found = { readonly file: string; readonly why: null } | { readonly why: string }

/** Electron's binary, fetched first where it is missing: its npm package brings none. */
function findElectron(): Found {
  const { DISPLAY, WAYLAND_DISPLAY, ELECTRON_OVERRIDE_DIST_PATH } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { why: 'this machine has no display' }
  const dist = ELECTRON_OVERRIDE_DIST_PATH || join(ELECTRON, 'dist')
  const present = binaryIn(dist)
  if (present !== null) return { file: present, why: null }

  console.log('Fetching Electron, once …')
  const fetched = spawnSync(process.execPath, [join(ELECTRON, 'install.js')], {
    encoding: 'utf8',
    timeout: FETCH_LIMIT_MS,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const file = fetched.status === 0 ? binaryIn(dist) : null
  if (file !== null) return { file, why: null }
  if (fetched.error) return { why: `Electron could not be fetched within ${FETCH_LIMIT_MS / 1_000} s` }
  const reason = fetched.stderr.trim().split('\n')[0] || `exit code ${fetched.status}`
  return { why: `Electron could not be fetched (${reason})` }
}

/** `path.txt` is written last, when the binary is complete. */
function binaryIn(dist: string): string | null {
  try {
    const file = join(dist, readFileSync(join(ELECTRON, 'path.txt'), 'utf8').trim())
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}

/** Its exit code, null where it could not even begin; what asks this process to end is passed on. */
function run(command: string, commandArgs: readonly string[]): Promise<number | null> {
  // Some editors' terminals set this, and Electron would be a plain Node.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const child: ChildProcess = spawn(command, commandArgs, { stdio: 'inherit', env })
  running = child
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`start: ${error.message}`)
      resolve(null)
    })
    // 127: a system library is missing; SIGTRAP: Chromium's sandbox or display cannot be had.
    child.on('exit', (code, signal) => resolve(code === 127 || signal === 'SIGTRAP' ? null : (code ?? 1)))
  })
}
