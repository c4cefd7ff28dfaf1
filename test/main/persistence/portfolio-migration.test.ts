import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/main/app.ts'
import { type Database, openDatabase } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { OrderId, ProposalId } from '../../../src/shared/ids.ts'
import { toText } from '../../../src/shared/money.ts'
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

const LEG = JSON.stringify([
  {
    symbol: 'BTC/USDT',
    side: 'buy',
    amount: '0.1',
    price: '100',
    worstPrice: '101',
    orderType: 'market',
    fee: '0.04',
    feeAsset: 'USDT',
    notBefore: 1,
  },
])
/** A rebalance that was carried out, money that nothing explained and a person booked, and a point of equity. */
const BEFORE = `
INSERT INTO ledger_entries VALUES (1, 'opening', 1, 'opening core USDT'), (2, 'fill', 3, 'T1'), (3, 'correction', 4, 'a gift');
INSERT INTO ledger_lines VALUES
  (1, 0, 'outside', 'USDT', '-1000'), (1, 1, 'core', 'USDT', '1000'),
  (2, 0, 'exchange', 'BTC', '-0.1'), (2, 1, 'core', 'BTC', '0.1'), (2, 2, 'core', 'USDT', '-10'),
  (2, 3, 'exchange', 'USDT', '10'), (2, 4, 'core', 'USDT', '-0.04'), (2, 5, 'fees', 'USDT', '0.04'),
  (3, 0, 'outside', 'USDT', '-5'), (3, 1, 'core', 'USDT', '5');
INSERT INTO proposals (id, kind, status, created_at, expires_at, reason, legs, weights, prices, fees, core_value,
  largest_drift_pp, bags, correlation_id, hash, decided_at, decided_by) VALUES
  ('prp_1', 'rebalance', 'completed', 1, 2, '', '${LEG}', '[]', '[]', '0.04', '1000', '6', '[]', 'cor_1', 'hash', 2, 'trader');
INSERT INTO orders (id, client_order_id, symbol, side, type, amount, limit_price, leverage, sleeve, receipt_kind,
  proposal_id, leg, created_at, deadline, correlation_id, status, in_doubt, filled, cost, updated_at) VALUES
  ('ord_1', 'a', 'BTC/USDT', 'buy', 'market', '0.1', '101', 1, 'core', 'proposal_leg', 'prp_1', 0, 2, 9, 'cor_1', 'filled',
  0, '0.1', '10', 3);
INSERT INTO order_status_log (order_id, at, status, in_doubt, filled) VALUES
  ('ord_1', 2, 'pending', 0, '0'), ('ord_1', 3, 'filled', 0, '0.1');
INSERT INTO fills VALUES ('T1', 'ord_1', 'BTC/USDT', 'buy', '0.1', '100', '0.04', 'USDT', 3);
INSERT INTO equity_snapshots (at, equity, hold_equity, peak, drift_pp) VALUES (5, '1004.96', NULL, '1005', '0');
`

/** A database as the version before left it. */
function oldDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-migration-'))
  folders.push(folder)
  const migrations = join(folder, 'migrations')
  for (const name of readdirSync(MIGRATIONS_DIR).filter((name) => name < '004')) {
    cpSync(join(MIGRATIONS_DIR, name), join(migrations, name))
  }
  const file = join(folder, 'paper-simulated.db')
  const database = open(file, migrations)
  database.sql.exec(`BEGIN; ${BEFORE} COMMIT;`)
  database.close()
  return file
}

describe('a database from before deposits were found', () => {
  it('keeps its orders, its plans and its ledger, is sound, and is copied first', () => {
    const file = oldDatabase()
    const database = open(file, MIGRATIONS_DIR)
    const stores = createStores(database)
    expect(verifyDatabase(database)).toEqual([])
    expect(stores.orders.get('ord_1' as OrderId)).toMatchObject({ status: 'filled', receipt: { leg: 0 } })
    expect(stores.proposals.get('prp_1' as ProposalId)).toMatchObject({
      status: 'completed',
      details: null,
      approvedLegs: null,
      stoppedLegs: [],
    })
    expect(
      [...stores.ledger.all()].map(({ kind, reason, bookedBy, prices }) => [kind, reason, bookedBy, prices.size]),
    ).toEqual([
      ['opening', null, 'engine', 0],
      ['fill', null, 'engine', 0],
      ['correction', 'a gift', 'trader', 0],
    ])
    const point = stores.equity.last()
    expect([point?.flows, toText(point?.peak ?? (NaN as never))]).toEqual([null, '1005'])
    database.close()
    expect(readdirSync(join(file, '..'))).toContain('paper-simulated.db.backup-before-004')
  })

  it('is guarded as before, and by what is new', () => {
    const { sql, close } = open(oldDatabase(), MIGRATIONS_DIR)
    for (const change of [
      `UPDATE orders SET amount = '9' WHERE id = 'ord_1'`,
      `DELETE FROM orders`,
      `UPDATE ledger_entries SET at = 9`,
      `DELETE FROM ledger_entries`,
      `UPDATE ledger_lines SET amount = '9'`,
      `DELETE FROM ledger_lines`,
      // A correction has a reason and a person.
      `INSERT INTO ledger_entries VALUES (9, 'correction', 1, 'x', NULL, 'trader', '{}')`,
      `INSERT INTO ledger_entries VALUES (9, 'correction', 1, 'x', 'because', 'engine', '{}')`,
      `INSERT INTO ledger_entries VALUES (9, 'fill', 1, 'T1', NULL, 'engine', '{}')`,
    ]) {
      expect(() => sql.exec(change), change).toThrow()
    }
    close()
  })
})
