import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { amount } from '../../../../src/shared/money.ts'
import { BTC } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { openBench, units } from './venue-bench.ts'

const folder = mkdtempSync(join(tmpdir(), 'triplegain-venue-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = (): string => join(folder, `exchange-${++files}.db`)
function withDatabase<T>(file: string, work: (db: SqliteDatabase.Database) => T): T {
  const db = new SqliteDatabase(file)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** The file as it was before stops, partial fills and margin. */
const VERSION_0 = `
PRAGMA application_id = 0x54475045;
CREATE TABLE balances (asset TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT;
CREATE TABLE orders (
  exchange_id INTEGER PRIMARY KEY, client_order_id TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL, side TEXT NOT NULL,
  type TEXT NOT NULL, amount TEXT NOT NULL, limit_price TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'filled', 'cancelled')), created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX open_orders ON orders (symbol) WHERE status = 'open';
CREATE TABLE trades (
  number INTEGER PRIMARY KEY, exchange_id INTEGER NOT NULL REFERENCES orders, amount TEXT NOT NULL, price TEXT NOT NULL,
  fee TEXT NOT NULL, fee_asset TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX trades_of_order ON trades (exchange_id);
INSERT INTO balances VALUES ('BTC', '1.5'), ('USDT', '148.4');
INSERT INTO orders VALUES
  (1, 'a', 'BTC/USDT', 'buy', 'market', '1', '102', 'filled', ${NOON}),
  (2, 'b', 'BTC/USDT', 'sell', 'limit', '0.5', '100', 'filled', ${NOON}),
  (3, 'c', 'BTC/USDT', 'buy', 'market', '1', '90', 'cancelled', ${NOON}),
  (4, 'd', 'BTC/USDT', 'buy', 'limit', '0.5', '90', 'open', ${NOON});
INSERT INTO trades VALUES
  (1, 1, '1', '101', '0.404', 'USDT', ${NOON}), (2, 2, '0.5', '100', '0.1', 'USDT', ${NOON + 5});
`

describe('the venue’s file', () => {
  it('has every answer on disk before it is given', () => {
    const file = newFile()
    const bench = openBench({ file })
    bench.place({ clientOrderId: 'a', type: 'market', amount: '0.1' })
    bench.place({ clientOrderId: 'b', limitPrice: '90' })
    const seen = withDatabase(file, (db) => ({
      orders: db.prepare('SELECT client_order_id, status FROM orders').raw().all(),
      trades: db.prepare('SELECT amount, price FROM trades').raw().all(),
      mode: db.pragma('journal_mode', { simple: true }),
      owner: db.pragma('application_id', { simple: true }),
    }))
    expect(seen).toEqual({
      orders: [
        ['a', 'filled'],
        ['b', 'open'],
      ],
      trades: [['0.1', '101']],
      mode: 'wal',
      owner: 0x54475045,
    })
    bench.venue.close()
  })

  it('goes on after a restart where it stopped: a triggered stop, a position, a reservation', () => {
    const bench = openBench({ file: newFile(), allowsMargin: true })
    bench.place({ limitPrice: '90' })
    bench.place({ type: 'market', amount: '0.5', leverage: 2 })
    const stop = bench.place({ side: 'sell', type: 'stop-loss', trigger: '95', amount: '1' })
    bench.tick(94, 96, { last: 94, bidSize: amount('0.3') })
    const before = [bench.venue.openOrders(), bench.venue.holdings(), bench.venue.marginPositions()]
    bench.reopen()
    expect([bench.venue.openOrders(), bench.venue.holdings(), bench.venue.marginPositions()]).toEqual(before)
    bench.tick(97, 99)
    expect(bench.trades(stop)).toEqual(['0.3@94 0.1128', '0.7@97 0.2716'])
    bench.venue.close()
  })

  it('gives the opening balance once, however empty the account is later', () => {
    const file = newFile()
    const bench = openBench({ file, opening: {} })
    bench.venue.close()
    const again = openBench({ file, opening: { USDT: '1000' } })
    expect([...again.venue.holdings()]).toEqual([])
    again.venue.close()
  })

  it('brings a file from before stops and margin up to date without losing anything', () => {
    const file = newFile()
    withDatabase(file, (db) => db.exec(VERSION_0))
    const bench = openBench({ file })
    expect([bench.holding('BTC'), bench.holding('USDT')]).toEqual(['1.5', '148.4/45'])
    const told = [1, 2, 3, 4].map((number) => {
      const order = bench.order(number)
      return [order.clientOrderId, order.timeInForce, order.status, units(order.filled), ...bench.trades(order)]
    })
    expect(told).toEqual([
      ['a', 'IOC', 'filled', '1', '1@101 0.404'],
      ['b', 'GTC', 'filled', '0.5', '0.5@100 0.1m'],
      ['c', 'IOC', 'cancelled', '0'],
      ['d', 'GTC', 'open', '0'],
    ])
    bench.tick(88, 89)
    expect(bench.order(4).status).toBe('filled')
    expect(bench.place({ type: 'market', amount: '0.1' }).number).toBe(5)
    expect(bench.venue.trades({ since: null, limit: 9 }).map(({ number }) => number)).toEqual([4, 3, 2, 1])
    bench.reopen()
    expect(bench.holding('BTC')).toBe('2.1')
    bench.venue.close()
  })

  it('brings a file from before movements up to date without losing anything', () => {
    const file = newFile()
    openBench({ file }).venue.close()
    withDatabase(file, (db) => db.exec('DROP TABLE movements; PRAGMA user_version = 1'))
    const bench = openBench({ file })
    expect([bench.holding('BTC'), bench.holding('USDT')]).toEqual(['2', '300'])
    expect(bench.venue.move('deposit', BTC, amount('1')).ok).toBe(true)
    bench.reopen()
    expect(bench.holding('BTC')).toBe('3')
    expect(bench.venue.movements(NOON)).toHaveLength(1)
    bench.venue.close()
  })

  it('has a deposit and the balance it made on disk together, or neither', () => {
    const file = newFile()
    const bench = openBench({ file })
    withDatabase(file, (db) =>
      db.exec("CREATE TRIGGER full BEFORE INSERT ON movements BEGIN SELECT RAISE(ABORT, 'disk is full'); END"),
    )
    expect(() => bench.venue.move('deposit', BTC, amount('1'))).toThrow('disk is full')
    expect([bench.holding('BTC'), bench.venue.movements(NOON)]).toEqual(['2', []])
    bench.reopen()
    expect(bench.holding('BTC')).toBe('2')
    bench.venue.close()
  })

  it('leaves the files of others and of newer programs alone', () => {
    const engine = newFile()
    withDatabase(engine, (db) => db.exec('PRAGMA application_id = 1; CREATE TABLE orders (id TEXT)'))
    expect(() => openBench({ file: engine })).toThrow('not the file of a simulated exchange')
    const anybody = newFile()
    withDatabase(anybody, (db) => db.exec('CREATE TABLE things (id TEXT)'))
    expect(() => openBench({ file: anybody })).toThrow('not the file of a simulated exchange')
    const newer = newFile()
    openBench({ file: newer }).venue.close()
    withDatabase(newer, (db) => db.pragma('user_version = 3'))
    expect(() => openBench({ file: newer })).toThrow('newer')
    expect(withDatabase(engine, (db) => db.pragma('journal_mode', { simple: true }))).toBe('delete')
  })

  it('remembers nothing that the disk refused', () => {
    const file = newFile()
    const bench = openBench({ file })
    bench.place({ limitPrice: '98', amount: '0.5' })
    const before = [bench.venue.openOrders(), bench.venue.holdings(), bench.events.length]
    withDatabase(file, (db) =>
      db.exec("CREATE TRIGGER full BEFORE INSERT ON trades BEGIN SELECT RAISE(ABORT, 'disk is full'); END"),
    )
    expect(() => bench.place({ type: 'market', amount: '0.1' })).toThrow('disk is full')
    expect(() => bench.tick(96, 97)).toThrow('disk is full')
    expect([bench.venue.openOrders(), bench.venue.holdings(), bench.events.length]).toEqual(before)
    withDatabase(file, (db) => db.exec('DROP TRIGGER full'))
    bench.tick(96, 97)
    expect(bench.order(1).status).toBe('filled')
    bench.venue.close()
  })
})
