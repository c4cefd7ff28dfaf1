import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/main/app.ts'
import { type Database, openDatabase } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { OrderId, PositionId } from '../../../src/shared/ids.ts'
import { epochMs } from '../../../src/shared/time.ts'

const NOW = epochMs(1_795_435_200_000)
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function open(file: string, migrationsDir: string): Database {
  const opened = openDatabase(file, { migrationsDir, now: NOW })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

const INTENT = `'BTC/USDT', '0.1', '100', 'tactical'`
/** A position that was bought with one order and is being closed with another, as it was written before there were stops. */
const BEFORE = `
INSERT INTO proposals VALUES (1, 'prp_1', 'tactical', 'approved', 1, 2, NULL, '', '[]', '[]', '[]', '0', '0', '0', '[]',
  NULL, NULL, 'cor_1', 'hash', NULL, NULL, NULL);
INSERT INTO orders (id, client_order_id, side, type, symbol, amount, limit_price, sleeve, receipt_kind, proposal_id, leg,
  position_id, exit_reason, created_at, deadline, correlation_id, status, in_doubt, filled, cost, updated_at) VALUES
  ('ord_1', 'a', 'buy', 'market', ${INTENT}, 'proposal_leg', 'prp_1', 0, NULL, NULL, 1, 2, 'cor_1', 'filled', 0, '0.1', '10', 1),
  ('ord_2', 'b', 'sell', 'market', ${INTENT}, 'position_exit', NULL, NULL, 'pos_1', 'target', 3, 4, 'cor_1', 'open', 0, '0', '0', 3);
INSERT INTO order_status_log (order_id, at, status, in_doubt, filled) VALUES ('ord_1', 1, 'pending', 0, '0');
INSERT INTO fills VALUES ('T1', 'ord_1', 'BTC/USDT', 'buy', '0.1', '100', '0', 'USDT', 1);
INSERT INTO positions VALUES (1, 'pos_1', 'prp_1', 'BTC/USDT', 'ord_1', '0.1', '10', '0', '0', '90', '120', 1, NULL,
  'ord_2', 'target', 'cor_1');
INSERT INTO position_snapshots (position_id, at, amount, mark, unrealized, realized) VALUES ('pos_1', 1, '0.1', '100', '0', '0');
`

/** A database as the version before left it. */
function oldDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-migration-'))
  folders.push(folder)
  const migrations = join(folder, 'migrations')
  for (const name of readdirSync(MIGRATIONS_DIR).filter((name) => name < '003')) {
    cpSync(join(MIGRATIONS_DIR, name), join(migrations, name))
  }
  const file = join(folder, 'paper-simulated.db')
  const database = open(file, migrations)
  database.sql.exec(`BEGIN; ${BEFORE} COMMIT;`)
  database.close()
  return file
}

describe('a database from before stops rested at the exchange', () => {
  it('keeps its orders and positions, spot and long, and is copied first', () => {
    const file = oldDatabase()
    const database = open(file, MIGRATIONS_DIR)
    const stores = createStores(database)
    expect(stores.orders.get('ord_1' as OrderId)).toMatchObject({ leverage: 1, trigger: null, status: 'filled' })
    expect(stores.orders.ofPosition('pos_1' as PositionId).map(({ id }) => id)).toEqual(['ord_2'])
    expect(stores.positions.get('pos_1' as PositionId)).toMatchObject({
      side: 'long',
      leverage: 1,
      exitReason: 'target',
      closedAt: null,
    })
    database.close()
    expect(readdirSync(join(file, '..'))).toContain('paper-simulated.db.backup-before-003')
  })

  it('is guarded as before: intents stay, rows refer to rows', () => {
    const { sql, close } = open(oldDatabase(), MIGRATIONS_DIR)
    expect(sql.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(() => sql.exec(`UPDATE orders SET amount = '9' WHERE id = 'ord_1'`)).toThrow('an intent never changes')
    expect(() => sql.exec(`DELETE FROM orders`)).toThrow('orders are never deleted')
    expect(() => sql.exec(`UPDATE orders SET exchange_id = 'X' WHERE id = 'ord_1'`)).not.toThrow()
    expect(() =>
      sql.exec(`INSERT INTO order_status_log (order_id, at, status, in_doubt, filled)
      VALUES ('ord_9', 1, 'open', 0, '0')`),
    ).toThrow('FOREIGN KEY')
    close()
  })

  it('stays as it was when a row refers to nothing', () => {
    const file = oldDatabase()
    const old = open(file, join(file, '..', 'migrations'))
    old.sql.pragma('foreign_keys = OFF')
    old.sql.exec(`DROP TRIGGER fills_fixed; UPDATE fills SET order_id = 'ord_9'`)
    old.close()
    const refused = openDatabase(file, { migrationsDir: MIGRATIONS_DIR, now: NOW })
    expect(refused).toMatchObject({ ok: false, error: { code: 'database/migration-failed' } })
    const again = open(file, join(file, '..', 'migrations'))
    expect(again.sql.prepare('SELECT exit_order_id FROM positions').pluck().get()).toBe('ord_2')
    again.close()
  })
})
