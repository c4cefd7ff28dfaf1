import BetterSqlite3 from 'better-sqlite3'
import { epochMs } from '../../../shared/time.ts'
import type { Sql } from '../columns.ts'
import type { Database } from '../database.ts'
import { appliedMigrations, applyMigrations, type Migration } from '../migrate.ts'
import { type Report, report } from './check.ts'

type SchemaRow = { readonly name: string; readonly sql: string }
type Problems = (readonly [string, string])[]

export function checkIntegrity({ sql, name }: Database): Report {
  const problems: Problems = (sql.pragma('integrity_check') as { integrity_check: string }[])
    .filter((row) => row.integrity_check !== 'ok')
    .map((row) => [name, row.integrity_check.replaceAll('\n', ' ')])
  type Orphan = { readonly table: string; readonly rowid: number; readonly parent: string }
  for (const row of sql.pragma('foreign_key_check') as Orphan[]) {
    problems.push([`${row.table} row ${row.rowid}`, `refers to a row of ${row.parent} that does not exist`])
  }
  const pages = sql.pragma('page_count', { simple: true })
  return report('integrity', `${pages} pages and every reference between tables`, problems)
}

/** Hashes of what was applied, and that tables, indexes and triggers are those the migrations make. */
export function checkSchema({ sql, migrations }: Database): Report {
  const problems: Problems = []
  const applied = new Map(appliedMigrations(sql).map((row) => [row.version, row]))
  for (const migration of migrations) {
    const row = applied.get(migration.version)
    if (row === undefined) problems.push([migration.name, 'is not applied: start TripleGain once'])
    else if (row.sha256 !== migration.sha256) problems.push([migration.name, 'was applied with another content'])
  }
  const expected = expectedSchema(migrations)
  const found = schemaOf(sql)
  for (const [name, text] of expected) {
    const actual = found.get(name)
    if (actual === undefined) problems.push([name, 'is missing from the schema'])
    else if (actual !== text) problems.push([name, 'is not as the migrations make it'])
  }
  for (const name of found.keys()) {
    if (!expected.has(name)) problems.push([name, 'is in the schema, but no migration makes it'])
  }
  return report('schema', `${migrations.length} migrations, ${expected.size} tables, indexes and triggers`, problems)
}

function expectedSchema(migrations: readonly Migration[]): Map<string, string> {
  const model = new BetterSqlite3(':memory:')
  try {
    const made = applyMigrations(model, migrations, epochMs(0), ':memory:')
    if (!made.ok) throw new Error(made.error.message)
    return schemaOf(model)
  } finally {
    model.close()
  }
}

const schemaOf = (sql: Sql): Map<string, string> =>
  new Map(
    sql
      .prepare<[], SchemaRow>(
        `SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`,
      )
      .all()
      .map((row) => [row.name, row.sql]),
  )

/** Looked for in the rows themselves: an index that should forbid it may be gone or damaged. */
export function checkUnique({ sql }: Database): Report {
  const problems: Problems = []
  const look = (table: string, column: string, what: string): number => {
    const twice = sql
      .prepare<[], { readonly value: string; readonly times: number }>(
        `SELECT ${column} AS value, count(*) AS times FROM ${table} NOT INDEXED GROUP BY +${column} HAVING times > 1`,
      )
      .all()
    for (const row of twice)
      problems.push([`${table} ${row.value}`, `${what} stands ${row.times} times, expected once`])
    return sql.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
  }
  look('orders', 'id', 'order id')
  const orders = look('orders', 'client_order_id', 'client order id')
  const fills = look('fills', 'trade_id', 'trade id')
  return report('unique', `${orders} client order ids and ${fills} trade ids, none twice`, problems)
}
