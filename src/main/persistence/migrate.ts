import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Sql } from './columns.ts'

export type Migration = {
  readonly version: number
  /** The file's name. */
  readonly name: string
  readonly sql: string
  /** Of the file's text with line ends as LF, so that a checkout on Windows has the same one. */
  readonly sha256: string
}

type Applied = { readonly version: number; readonly name: string; readonly sha256: string }

const FILE_NAME = /^(\d{3})_[a-z0-9_]+\.sql$/

/** Numbered SQL files in order. Error `database/no-migrations` when there are none or a number is missing or double. */
export function readMigrations(folder: string): Result<readonly Migration[]> {
  const migrations: Migration[] = []
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => FILE_NAME.test(name))
  } catch {
    names = []
  }
  for (const name of names.sort()) {
    const version = Number(name.slice(0, 3))
    if (version !== migrations.length + 1) {
      return fail('database/no-migrations', `${folder} has ${name} where number ${migrations.length + 1} was expected.`)
    }
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
    migrations.push({ version, name, sql, sha256: createHash('sha256').update(sql).digest('hex') })
  }
  if (migrations.length === 0) {
    return fail('database/no-migrations', `${folder} holds no migrations: this installation is incomplete.`)
  }
  return ok(migrations)
}

export function appliedMigrations(sql: Sql): readonly Applied[] {
  const exists = sql.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'`).get()
  if (exists === undefined) return []
  return sql.prepare<[], Applied>('SELECT version, name, sha256 FROM schema_migrations ORDER BY version').all()
}

/** Migrations still to apply. Errors: `database/newer`, `database/migration-changed`. Changes nothing. */
export function pendingMigrations(
  applied: readonly Applied[],
  migrations: readonly Migration[],
  name: string,
): Result<readonly Migration[]> {
  for (const done of applied) {
    const known = migrations.find((migration) => migration.version === done.version)
    if (known === undefined) {
      return fail(
        'database/newer',
        `${name} was written by a newer TripleGain (it has ${done.name}). Update TripleGain, or choose another data folder. Nothing was changed.`,
      )
    }
    if (known.sha256 !== done.sha256) {
      return fail(
        'database/migration-changed',
        `${name} was made with another version of ${known.name}. Reinstall the TripleGain that made it, or choose another data folder. Nothing was changed.`,
      )
    }
  }
  const done = new Set(applied.map((migration) => migration.version))
  return ok(migrations.filter((migration) => !done.has(migration.version)))
}

/**
 * Applies each in a transaction of its own. A migration may make a table again under its old name: references are
 * therefore not followed meanwhile, but checked before it is committed. Error `database/migration-failed`: that one left no trace. */
export function applyMigrations(sql: Sql, pending: readonly Migration[], now: EpochMs, name: string): Result<null> {
  if (pending.length === 0) return ok(null)
  sql.exec(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL
     ) STRICT`,
  )
  const record = sql.prepare('INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES (?, ?, ?, ?)')
  const apply = sql.transaction((migration: Migration) => {
    sql.exec(migration.sql)
    const broken = sql.pragma('foreign_key_check') as { table: string }[]
    if (broken[0] !== undefined) throw new Error(`${broken.length} rows of ${broken[0].table} refer to nothing`)
    record.run(migration.version, migration.name, migration.sha256, now)
  })
  sql.pragma('foreign_keys = OFF')
  for (const migration of pending) {
    try {
      apply(migration)
    } catch (error) {
      return fail(
        'database/migration-failed',
        `${migration.name} could not be applied to ${name}: ${error instanceof Error ? error.message : String(error)}. The database is as it was before it.`,
      )
    }
  }
  sql.pragma('foreign_keys = ON')
  return ok(null)
}
