import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { err, type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Sql } from './columns.ts'
import { APPLICATION_ID, inspectFile } from './file-header.ts'
import { appliedMigrations, applyMigrations, type Migration, pendingMigrations, readMigrations } from './migrate.ts'

export type Database = {
  readonly sql: Sql
  /** Base name of the file, or `:memory:`. */
  readonly name: string
  /** Absolute; null in memory. */
  readonly file: string | null
  readonly migrations: readonly Migration[]
  close(): void
}

export type OpenOptions = { readonly migrationsDir: string } & (
  | { readonly readonly: true }
  | {
      readonly readonly?: false
      /** When migrations are applied now, this is when. */
      readonly now: EpochMs
    }
)

const MEMORY = ':memory:'
const BUSY_TIMEOUT_MS = 100
/** 1-KiB pages keep a commit's log small; about 4 MB of it are written again and again once they have grown. */
const PAGE_SIZE = 1_024
const CHECKPOINT_PAGES = 4_000

/**
 * Files this process has open. POSIX locks belong to the process and are lost when it closes any handle of the file, so
 * a second look at the file from here must not happen at all.
 */
const openHere = new Set<string>()

/**
 * Opens a database of ours, creates a missing one, and brings an older one up to date after copying it to
 * `FILE.backup-before-NNN`.
 *
 * Errors, none of which change anything: `database/locked`, `database/foreign`, `database/newer`,
 * `database/migration-changed`, `database/corrupt`, `database/unwritable`, `database/missing` and `database/unreadable` (read-only),
 * `database/no-migrations`, `database/migration-failed`.
 */
export function openDatabase(file: string, options: OpenOptions): Result<Database> {
  const migrations = readMigrations(options.migrationsDir)
  if (!migrations.ok) return migrations
  if (file === MEMORY) return openInMemory(migrations.value, options)

  const path = resolve(file)
  if (openHere.has(path)) return err(locked(basename(path)))
  try {
    return openFile(path, migrations.value, options)
  } catch (error) {
    return err(failureOf(error, path, options))
  }
}

function openInMemory(migrations: readonly Migration[], options: OpenOptions): Result<Database> {
  const sql = new BetterSqlite3(MEMORY)
  sql.pragma('synchronous = OFF')
  sql.pragma('foreign_keys = ON')
  const applied = applyMigrations(sql, migrations, options.readonly ? (0 as EpochMs) : options.now, MEMORY)
  if (!applied.ok) return applied
  return ok({ sql, name: MEMORY, file: null, migrations, close: () => void sql.close() })
}

function openFile(path: string, migrations: readonly Migration[], options: OpenOptions): Result<Database> {
  const name = basename(path)
  if (!options.readonly) makeFolder(dirname(path))
  const found = inspectFile(path)
  if (found === 'foreign') {
    return fail(
      'database/foreign',
      `${name} is not a database of TripleGain. Move it away or choose another data folder. Nothing was changed.`,
    )
  }
  if (found === 'damaged') return err(corrupt(name, 'its first page is not readable'))
  if (options.readonly && (found === 'missing' || found === 'empty')) {
    return fail('database/missing', `There is no database ${name} in ${dirname(path)}.`)
  }

  const sql = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT_MS, readonly: options.readonly === true })
  const opened = prepare(sql, path, found === 'ours', migrations, options)
  if (!opened.ok) {
    sql.close()
    return opened
  }
  openHere.add(path)
  const close = (): void => {
    sql.close()
    openHere.delete(path)
  }
  return ok({ sql, name, file: path, migrations, close })
}

function prepare(
  sql: Sql,
  path: string,
  isOurs: boolean,
  migrations: readonly Migration[],
  options: OpenOptions,
): Result<null> {
  const name = basename(path)
  try {
    sql.pragma('foreign_keys = ON')
    if (!options.readonly) takeOver(sql, isOurs)
    const damage = sql.pragma('quick_check(1)', { simple: true })
    if (damage !== 'ok') return err(corrupt(name, String(damage)))
    const applied = appliedMigrations(sql)
    const pending = pendingMigrations(applied, migrations, name)
    if (!pending.ok) return pending
    if (options.readonly) return ok(null)
    sql.pragma('journal_mode = WAL') // only now: a refusal changes nothing, and a restored backup has no log
    const first = pending.value[0]
    if (first !== undefined && applied.length > 0) backUp(sql, path, first)
    const migrated = applyMigrations(sql, pending.value, options.now, name)
    if (!migrated.ok) return migrated
    return ok(null)
  } catch (error) {
    return err(failureOf(error, path, options))
  }
}

/** Not `recursive: true`: that never returns where a folder can be listed but not written, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/** Takes the file for this instance alone. A new one gets our mark before the log exists, so that it is in the file. */
function takeOver(sql: Sql, isOurs: boolean): void {
  sql.pragma('locking_mode = EXCLUSIVE')
  sql.pragma('synchronous = FULL')
  sql.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  if (!isOurs) {
    sql.pragma(`page_size = ${PAGE_SIZE}`)
    sql.pragma(`application_id = ${APPLICATION_ID}`)
  }
  sql.exec('BEGIN IMMEDIATE; ROLLBACK') // takes the lock now, and fails now where the file cannot be written
}

/** A whole copy, as `FILE.backup-before-NNN`; it is there completely or not at all. */
function backUp(sql: Sql, path: string, first: Migration): void {
  const copy = `${path}.backup-before-${String(first.version).padStart(3, '0')}`
  const unfinished = `${copy}.unfinished`
  rmSync(unfinished, { force: true })
  sql.prepare('VACUUM INTO ?').run(unfinished)
  const handle = openSync(unfinished, 'r+')
  fsyncSync(handle)
  closeSync(handle)
  renameSync(unfinished, copy)
}

const locked = (name: string): Failure => ({
  code: 'database/locked',
  message: `${name} is in use by a running TripleGain. Close that one, or choose another data folder.`,
})

const corrupt = (name: string, what: string): Failure => ({
  code: 'database/corrupt',
  message: `${name} is damaged (${what.replaceAll('\n', ' ')}). Put a backup in its place, or move it away to start afresh. Nothing was changed.`,
})

function failureOf(error: unknown, path: string, options: OpenOptions): Failure {
  const code = (error as { code?: unknown }).code
  const text = error instanceof Error ? error.message : String(error)
  const name = basename(path)
  if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return locked(name)
  if (typeof code === 'string' && /^SQLITE_(NOTADB|CORRUPT)/.test(code)) return corrupt(name, text)
  const isOutside = error instanceof TypeError || (typeof code === 'string' && /^(SQLITE_|E[A-Z]+$)/.test(code))
  if (!isOutside) throw error
  if (options.readonly) {
    return { code: 'database/unreadable', message: `${name} in ${dirname(path)} cannot be read (${text}).` }
  }
  return {
    code: 'database/unwritable',
    message: `${name} cannot be opened for writing in ${dirname(path)} (${text}). Check the folder's permissions and free space, or choose another data folder.`,
  }
}
