import { basename } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { type Amount, decimal, toText, ZERO } from '../../../shared/money.ts'

/** Tells this file from the engine's own databases. */
const APPLICATION_ID = 0x54475045 // "TGPE"
/** In `PRAGMA user_version`; 0 is a new file, or one from before stops and margin; 1 knew no movements. */
const SCHEMA_VERSION = 2

const MOVEMENTS = `
CREATE TABLE movements (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'reward', 'to_earning', 'from_earning')),
  asset TEXT NOT NULL, amount TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
`

const SCHEMA = `
CREATE TABLE IF NOT EXISTS balances (asset TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT;
CREATE TABLE orders (
  number INTEGER PRIMARY KEY, client_order_id TEXT, symbol TEXT NOT NULL, side TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('market', 'limit', 'stop-loss')), amount TEXT NOT NULL, limit_price TEXT,
  trigger_price TEXT, time_in_force TEXT NOT NULL CHECK (time_in_force IN ('GTC', 'IOC')), post_only INTEGER NOT NULL,
  leverage INTEGER NOT NULL, reduce_only INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'filled', 'cancelled', 'expired')), filled TEXT NOT NULL,
  cost TEXT NOT NULL, fee TEXT NOT NULL, is_triggered INTEGER NOT NULL, held TEXT NOT NULL, opened_at INTEGER NOT NULL,
  closed_at INTEGER, reason TEXT
) STRICT;
CREATE INDEX orders_of_client ON orders (client_order_id, number) WHERE client_order_id IS NOT NULL;
CREATE UNIQUE INDEX open_client_ids ON orders (client_order_id) WHERE status = 'open' AND client_order_id IS NOT NULL;
CREATE INDEX open_orders ON orders (number) WHERE status = 'open';
CREATE TABLE trades (
  number INTEGER PRIMARY KEY, order_number INTEGER NOT NULL REFERENCES orders, symbol TEXT NOT NULL, side TEXT NOT NULL,
  amount TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL, fee_asset TEXT NOT NULL, is_maker INTEGER NOT NULL,
  realized TEXT, at INTEGER NOT NULL
) STRICT;
CREATE INDEX trades_of_order ON trades (order_number);
CREATE TABLE margin_positions (
  symbol TEXT PRIMARY KEY, amount TEXT NOT NULL, cost TEXT NOT NULL, margin TEXT NOT NULL
) STRICT;
${MOVEMENTS}`

/** Amounts and prices as they stood in a file of version 0; an order filled at once and whole, or not at all. */
type OldOrder = {
  readonly exchange_id: number
  readonly client_order_id: string
  readonly symbol: string
  readonly side: string
  readonly type: 'market' | 'limit'
  readonly amount: string
  readonly limit_price: string
  readonly status: 'open' | 'filled' | 'cancelled'
  readonly created_at: number
}
type OldTrade = {
  readonly number: number
  readonly exchange_id: number
  readonly amount: string
  readonly price: string
  readonly fee: string
  readonly fee_asset: string
  readonly at: number
}

/**
 * Makes a new account's tables with what it holds at first, or brings an older file's up to date. Within a transaction:
 * half of it would be an account without its money.
 *
 * @throws for a file that is not a simulated exchange's, or a newer program's.
 */
export function prepareSchema(db: BetterSqlite3.Database, opening: ReadonlyMap<string, Amount>): void {
  const owner = db.pragma('application_id', { simple: true })
  const version = db.pragma('user_version', { simple: true }) as number
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  if (owner !== APPLICATION_ID && (owner !== 0 || tables.length > 0)) {
    throw new Error(`${basename(db.name)} is not the file of a simulated exchange. Nothing was changed.`)
  }
  if (version > SCHEMA_VERSION) {
    throw new Error(`${basename(db.name)} was written by a newer TripleGain. Nothing was changed.`)
  }
  if (version === SCHEMA_VERSION) return
  db.pragma(`application_id = ${APPLICATION_ID}`)
  if (version === 1) db.exec(MOVEMENTS)
  else if (tables.includes('orders')) migrateFromVersion0(db)
  else db.exec(SCHEMA)
  db.pragma(`user_version = ${SCHEMA_VERSION}`)
  if (db.prepare('SELECT count(*) FROM balances').pluck().get() !== 0) return
  const add = db.prepare('INSERT INTO balances VALUES (?, ?)')
  for (const [code, units] of opening) add.run(code, toText(units))
}

function migrateFromVersion0(db: BetterSqlite3.Database): void {
  db.exec(`
    DROP INDEX open_orders;
    DROP INDEX trades_of_order;
    ALTER TABLE orders RENAME TO orders_0;
    ALTER TABLE trades RENAME TO trades_0;
  `)
  db.exec(SCHEMA)
  const addOrder = db.prepare(
    `INSERT INTO orders VALUES
       (@exchange_id, @client_order_id, @symbol, @side, 'limit', @amount, @limit_price, NULL, @timeInForce, 0, 1, 0,
        @status, @filled, @cost, @fee, 0, @held, @created_at, @closedAt, @reason)`,
  )
  const addTrade = db.prepare(
    `INSERT INTO trades VALUES (@number, @exchange_id, @symbol, @side, @amount, @price, @fee, @fee_asset, @isMaker, NULL, @at)`,
  )
  const tradeOf = db.prepare<[number], OldTrade>('SELECT * FROM trades_0 WHERE exchange_id = ?')
  for (const order of db.prepare<[], OldOrder>('SELECT * FROM orders_0 ORDER BY exchange_id').all()) {
    const trade = tradeOf.get(order.exchange_id)
    addOrder.run({
      ...order,
      timeInForce: order.type === 'market' ? 'IOC' : 'GTC',
      filled: trade?.amount ?? '0',
      cost: trade === undefined ? '0' : toText(decimal(trade.price).times(decimal(trade.amount))),
      fee: trade?.fee ?? '0',
      held: toText(heldIn0(order)),
      // When it was cancelled was not written down.
      closedAt: order.status === 'open' ? null : (trade?.at ?? order.created_at),
      reason: order.status === 'cancelled' ? 'cancelled' : null,
    })
    if (trade === undefined) continue
    // A limit order that traded on arrival did so in the transaction that placed it.
    const isMaker = order.type === 'limit' && trade.at > order.created_at ? 1 : 0
    addTrade.run({ ...trade, symbol: order.symbol, side: order.side, isMaker })
  }
  db.exec('DROP TABLE trades_0; DROP TABLE orders_0;')
}

/** Without the fee, which was not reserved then: an order cannot be refused what it was accepted with. */
function heldIn0(order: OldOrder) {
  if (order.status !== 'open') return ZERO
  return order.side === 'sell' ? decimal(order.amount) : decimal(order.amount).times(decimal(order.limit_price))
}
