import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { z } from 'zod'
import { err, type Failure, fail, ok, type Result } from '../../../shared/result.ts'
import { EpochMs } from '../../../shared/time.ts'

/** Who holds a key; kept beside the lock, for the message to the next who asks. */
export type KeyHolder = { readonly pid: number; readonly startedAt: EpochMs; readonly dataDir: string }
export type KeyLock = { release(): void }

const Holder = z.object({ pid: z.number().int(), startedAt: EpochMs, dataDir: z.string() })

/**
 * One running TripleGain for each exchange key, whatever their data folders: two would use each other's nonces, outrun
 * each other's limits, and take each other's orders for strangers'.
 *
 * The lock is the operating system's (SQLite takes it the same way on every platform) and ends with its process: there
 * is no guess from a process id, which may be another program's by then. Nothing else may open the lock file, or the
 * system drops the lock of the process that did.
 *
 * @param folder of this user, the same for all data folders.
 * @param apiKey the public part; only its SHA-256 is written.
 * Errors `live/key-in-use`, `live/key-lock-unavailable`.
 */
export function takeKeyLock(folder: string, apiKey: string, holder: KeyHolder): Result<KeyLock> {
  const name = `key-${createHash('sha256').update(apiKey).digest('hex')}`
  const file = join(folder, `${name}.lock`)
  const note = join(folder, `${name}.json`)
  try {
    makeFolder(folder)
    const lock = new BetterSqlite3(file, { timeout: 0 })
    try {
      lock.exec('BEGIN IMMEDIATE') // never ended: this is the lock
    } catch (error) {
      lock.close()
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return err(inUse(note))
      throw error
    }
    noteHolder(note, holder)
    return ok({
      release() {
        if (!lock.open) return
        rmSync(note, { force: true })
        lock.close() // the lock file stays: removing it would race with the next who takes it
      },
    })
  } catch (error) {
    if (!isOutside(error)) throw error
    return fail(
      'live/key-lock-unavailable',
      `Whether this exchange key is in use cannot be told: ${folder} cannot be written (${error.message}).`,
    )
  }
}

/** This user's folder for what is not data: `~/.local/state/triplegain` and its like. */
export function userStateDir(machine: {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}): string {
  const { platform, env, home } = machine
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'triplegain')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'triplegain', 'state')
  // The specification says that a relative path is to be ignored.
  const xdg = env.XDG_STATE_HOME?.startsWith('/') ? env.XDG_STATE_HOME : join(home, '.local', 'state')
  return join(xdg, 'triplegain')
}

function inUse(note: string): Failure {
  const holder = holderOf(note)
  const who = holder === null ? '' : ` (process ${holder.pid}, data folder ${holder.dataDir})`
  return {
    code: 'live/key-in-use',
    message: `This exchange key is in use by another TripleGain of yours${who}. Close that one, or make a second key at the exchange for this one.`,
  }
}

/** Only for the message: the lock holds without it. */
function noteHolder(note: string, holder: KeyHolder): void {
  try {
    writeFileSync(note, JSON.stringify(holder), { mode: 0o600 })
  } catch {}
}

function holderOf(note: string): KeyHolder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(note, 'utf8')))
  } catch {
    return null
  }
}

/** Not `recursive: true`: that never returns where a folder can be listed but not written, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

function isOutside(error: unknown): error is Error {
  const code = (error as { code?: unknown }).code
  return error instanceof Error && typeof code === 'string' && /^(SQLITE_|E[A-Z]+$)/.test(code)
}
