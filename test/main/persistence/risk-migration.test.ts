import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Sql } from '../../../src/main/persistence/columns.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { type Bench, isInOrder, positionOf, trade } from '../execution/trade-bench.ts'
import { inFolder, MIGRATIONS, openOrThrow } from './builders.ts'

const STOPPED = { 'BTC/USDT': 49_100 }
const CHANGED_TABLES = ['orders', 'positions'] as const

const names = (sql: Sql, query: string): string[] => sql.prepare<[], string>(query).pluck().all()
/** What guards the tables that were made again: name, and how it is written. */
const guardsOf = (sql: Sql): unknown =>
  sql
    .prepare(
      `SELECT name, replace(replace(sql, char(10), ''), ' ', '') FROM sqlite_schema
      WHERE tbl_name IN ('orders', 'positions') AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY name`,
    )
    .raw()
    .all()
const columnsOf = (sql: Sql, table: string): string =>
  names(sql, `SELECT name FROM pragma_table_info('${table}')`).join()

type Old = { readonly rows: readonly unknown[]; readonly guards: unknown; readonly columns: readonly string[] }
const rowsOf = (sql: Sql, columns: readonly string[]): readonly unknown[] =>
  CHANGED_TABLES.map((table, i) => sql.prepare(`SELECT ${columns[i]} FROM ${table} ORDER BY seq`).raw().all())

/** Trades of today, in a database as the version before left it. */
async function tradeInOldDatabase(dir: string): Promise<{ old: Old; bench: Bench }> {
  const bench = createEngineBench({ dir })
  await trade(bench)
  await bench.pass(2_000, 1_000, STOPPED)
  await bench.pass(1_000)
  await trade(bench)
  await bench.end()

  const migrations = join(dir, 'migrations')
  for (const name of readdirSync(MIGRATIONS).filter((name) => name < '006')) {
    cpSync(join(MIGRATIONS, name), join(migrations, name))
  }
  const file = join(dir, 'engine.db')
  renameSync(file, join(dir, 'new.db'))
  rmSync(join(dir, 'engine.audit-head'))
  const { sql, close } = openOrThrow(file, migrations)
  sql.pragma('foreign_keys = OFF')
  sql.exec(`ATTACH '${join(dir, 'new.db')}' AS new`)
  const tables = names(sql, `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'schema_migrations'`)
  const isEmpty = (table: string): boolean => names(sql, `SELECT 1 FROM new.${table} LIMIT 1`).length === 0
  for (const table of tables.filter((name) => !name.startsWith('sqlite_') && !isEmpty(name))) {
    const columns = columnsOf(sql, table)
    sql.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM new.${table}`)
  }
  sql.exec('DETACH new')
  const columns = CHANGED_TABLES.map((table) => columnsOf(sql, table))
  const old = { rows: rowsOf(sql, columns), guards: guardsOf(sql), columns }
  close()
  return { old, bench }
}

describe('a database from before circuit breakers', () => {
  it('keeps its orders and positions with all that guards them, is sound, and is copied first', () =>
    inFolder(async (dir) => {
      const { old } = await tradeInOldDatabase(dir)
      expect(old.rows.flat()).toHaveLength(4 + 2)
      const database = openOrThrow(join(dir, 'engine.db'))
      const { sql } = database
      expect(rowsOf(sql, old.columns)).toEqual(old.rows)
      expect(guardsOf(sql)).toEqual(old.guards)
      expect(verifyDatabase(database)).toEqual([])
      const { positions, proposals, riskDecisions } = createStores(database)
      expect(positions.recent(9).map(({ keep }) => keep)).toEqual([null, null])
      expect(proposals.recent(9).map(({ id }) => riskDecisions.ofProposal(id))).toEqual([null, null])
      expect(() => sql.exec(`UPDATE orders SET amount = '9'`)).toThrow('an intent never changes')
      expect(() => sql.exec('DELETE FROM orders')).toThrow('orders are never deleted')
      database.close()
      expect(readdirSync(dir)).toContain('engine.db.backup-before-006')
    }))

  it('is traded on: its position is protected, and closed at its stop', () =>
    inFolder(async (dir) => {
      const { bench } = await tradeInOldDatabase(dir)
      const next = createEngineBench({ dir, now: epochMs(bench.clock.now() + 1_000) })
      next.tick()
      await next.engine.executor.resume()
      expect(await isInOrder(next)).toBe(true)
      await next.pass(2_000, 1_000, STOPPED)
      expect(positionOf(next)).toMatchObject({ exitReason: 'stop', closedAt: expect.any(Number) })
      expect(await isInOrder(next)).toBe(true)
      expect(verifyDatabase(next.database)).toEqual([])
      await next.end()
    }))

  it('lets a breaker halve and close, and a signal close, which the version before knew nothing of', () =>
    inFolder(async (dir) => {
      await tradeInOldDatabase(dir)
      const old = openOrThrow(join(dir, 'engine.db'), join(dir, 'migrations'))
      for (const reason of ['breaker', 'signal']) {
        expect(() => old.sql.exec(`UPDATE positions SET exit_reason = '${reason}'`)).toThrow('CHECK')
      }
      old.close()
      const database = openOrThrow(join(dir, 'engine.db'))
      const { positions } = createStores(database)
      for (const exitReason of ['breaker', 'signal'] as const) {
        for (const position of positions.recent(9)) positions.save({ ...position, exitReason, keep: position.amount })
        expect(positions.recent(9).map((position) => position.exitReason)).toEqual([exitReason, exitReason])
      }
      expect(() => database.sql.exec(`UPDATE positions SET exit_reason = 'mood'`)).toThrow('CHECK')
      database.close()
    }))
})
