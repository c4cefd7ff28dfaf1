import SqliteDatabase from 'better-sqlite3'
import { type Amount, amount, toText } from '../../../src/shared/money.ts'
import { type EpochMs, epochMs } from '../../../src/shared/time.ts'

/** What an order was asked with that the matching has no need of. */
export type OrderNote = { readonly userref: number | null; readonly oflags: string }
/** A row of the account's ledger that is no trade. */
export type Transfer = {
  readonly number: number
  /** The number of the first row of what happened at once. */
  readonly group: number
  readonly assetCode: string
  /** Before the fee. */
  readonly amount: Amount
  readonly fee: Amount
  /** Kraken's words, e.g. `earn` and `allocation`. */
  readonly type: string
  readonly subtype: string
  readonly at: EpochMs
}
export type CounterState = { readonly value: number; readonly at: EpochMs }

const SCHEMA = `
CREATE TABLE IF NOT EXISTS nonces (key TEXT PRIMARY KEY, nonce TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS order_notes (number INTEGER PRIMARY KEY, userref INTEGER, oflags TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value REAL NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS transfers (
  number INTEGER PRIMARY KEY, first INTEGER, asset TEXT NOT NULL, amount TEXT NOT NULL, fee TEXT NOT NULL,
  type TEXT NOT NULL, subtype TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS markets (symbol TEXT PRIMARY KEY, status TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS dead_man (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT;
`

/** What the protocol remembers over a restart of the server; orders, trades and balances are the venue's. */
export class DeskStore {
  private readonly db: SqliteDatabase.Database
  private readonly statements: ReturnType<typeof statementsOf>

  /** `:memory:` or a path. */
  constructor(file: string) {
    this.db = new SqliteDatabase(file)
    this.db.pragma('journal_mode = WAL')
    // It need only survive the process: a nonce per call must not cost a disk flush.
    this.db.pragma('synchronous = OFF')
    this.db.exec(SCHEMA)
    this.statements = statementsOf(this.db)
  }

  nonces(): ReadonlyMap<string, bigint> {
    return new Map(this.statements.nonces.all().map(({ key, nonce }) => [key, BigInt(nonce)]))
  }
  saveNonce(key: string, nonce: bigint): void {
    this.statements.saveNonce.run(key, String(nonce))
  }

  note(orderNumber: number): OrderNote | null {
    return this.statements.note.get(orderNumber) ?? null
  }
  saveNote(orderNumber: number, note: OrderNote): void {
    this.statements.saveNote.run(orderNumber, note.userref, note.oflags)
  }
  ordersOfUserref(userref: number): readonly number[] {
    return this.statements.ofUserref.all(userref)
  }

  counters(): ReadonlyMap<string, CounterState> {
    return new Map(this.statements.counters.all().map(({ name, value, at }) => [name, { value, at: epochMs(at) }]))
  }
  saveCounter(name: string, { value, at }: CounterState): void {
    this.statements.saveCounter.run(name, value, at)
  }

  /** What happens at once shares a reference. */
  addTransfers(transfers: readonly Omit<Transfer, 'number' | 'group'>[]): void {
    let first: number | null = null
    for (const { assetCode, amount, fee, type, subtype, at } of transfers) {
      const row = [first, assetCode, toText(amount), toText(fee), type, subtype, at]
      const { lastInsertRowid } = this.statements.addTransfer.run(row)
      first ??= Number(lastInsertRowid)
    }
  }
  /** Newest first. */
  transfers(): readonly Transfer[] {
    return this.statements.transfers.all().map((row) => ({
      number: row.number,
      group: row.first ?? row.number,
      assetCode: row.asset,
      amount: amount(row.amount),
      fee: amount(row.fee),
      type: row.type,
      subtype: row.subtype,
      at: epochMs(row.at),
    }))
  }

  marketStatuses(): ReadonlyMap<string, string> {
    return new Map(this.statements.markets.all().map(({ symbol, status }) => [symbol, status]))
  }
  saveMarketStatus(symbol: string, status: string): void {
    this.statements.saveMarket.run(symbol, status)
  }

  deadMan(): EpochMs | null {
    const row = this.statements.deadMan.get()
    return row === undefined ? null : epochMs(row.at)
  }
  saveDeadMan(at: EpochMs | null): void {
    if (at === null) this.statements.disarm.run()
    else this.statements.arm.run(at)
  }

  close(): void {
    this.db.close()
  }
}

type TransferRow = {
  number: number
  first: number | null
  asset: string
  amount: string
  fee: string
  type: string
  subtype: string
  at: number
}

const statementsOf = (db: SqliteDatabase.Database) => ({
  nonces: db.prepare<[], { key: string; nonce: string }>('SELECT * FROM nonces'),
  saveNonce: db.prepare('INSERT OR REPLACE INTO nonces VALUES (?, ?)'),
  note: db.prepare<[number], OrderNote>('SELECT userref, oflags FROM order_notes WHERE number = ?'),
  saveNote: db.prepare('INSERT OR REPLACE INTO order_notes VALUES (?, ?, ?)'),
  ofUserref: db.prepare<[number], number>('SELECT number FROM order_notes WHERE userref = ?').pluck(),
  counters: db.prepare<[], { name: string; value: number; at: number }>('SELECT * FROM counters'),
  saveCounter: db.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?, ?)'),
  addTransfer: db.prepare(
    'INSERT INTO transfers (first, asset, amount, fee, type, subtype, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
  transfers: db.prepare<[], TransferRow>('SELECT * FROM transfers ORDER BY number DESC'),
  markets: db.prepare<[], { symbol: string; status: string }>('SELECT * FROM markets'),
  saveMarket: db.prepare('INSERT OR REPLACE INTO markets VALUES (?, ?)'),
  deadMan: db.prepare<[], { at: number }>('SELECT at FROM dead_man'),
  arm: db.prepare('INSERT OR REPLACE INTO dead_man VALUES (1, ?)'),
  disarm: db.prepare('DELETE FROM dead_man'),
})
