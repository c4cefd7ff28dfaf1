import { join } from 'node:path'
import { Accounting } from '../../src/main/accounting/accounting.ts'
import { fillEntry, type LedgerEntry, pricesOfFill } from '../../src/main/domain/ledger.ts'
import { Books } from '../../src/main/execution/books.ts'
import { type Database, openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { TradeId } from '../../src/shared/ids.ts'
import { amount, price } from '../../src/shared/money.ts'
import { USDT } from '../support/money-arbitraries.ts'
import { fillOf, NOON } from '../support/trading-builders.ts'
import { type BenchContext, compare, interleave, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const MIGRATIONS_DIR = join(import.meta.dirname, '../../migrations')
const OURS = 'ledger entry, with balances and lots'
const PEER = 'bare transaction of the same rows in the same tables'
const PER_SLICE = 100
const SLICES = 25
/** A fill has six lines: base, quote and fee, each from and to. */
const LINES = 6

/** A fill booked: entry and lines on disk in one transaction, balances and lots brought up to it. */
export const ledgerBench = ({ runs, say }: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    const [own, other] = [open(join(folder, 'engine.db')), open(join(folder, 'bare.db'))]
    const stores = createStores(own)
    const accounting = new Accounting(USDT, 'fifo')
    const books = new Books(stores.ledger, {
      quote: USDT,
      priceAt: () => null,
      onEntry: (entry) => accounting.onEntry(entry),
    })
    const bare = bareTransactions(other.sql)
    let count = 0
    /** What is to be booked is there when the clock starts: the peer makes nothing either. */
    const bookSlice = (): number => {
      const entries = Array.from({ length: PER_SLICE }, () => entryOf(++count))
      return perSecond((i) => {
        const entry = entries[i] as LedgerEntry
        books.commit(stores.transact(() => [books.write(entry)]))
      })
    }
    const samples = await interleave(
      [
        { name: OURS, measure: bookSlice },
        { name: PEER, measure: () => perSecond(bare) },
      ],
      { runs: runs * SLICES, warmUps: SLICES, say: (text) => say(text.replace('run', 'slice')) },
    )
    own.close()
    other.close()
    return [compare(samples, OURS, PEER, 'entries/s')]
  })

function open(file: string): Database {
  const opened = openDatabase(file, { migrationsDir: MIGRATIONS_DIR, now: NOON })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

/** Bought and sold in turn, so that there are lots to use up and never many. */
function entryOf(count: number): LedgerEntry {
  const side = count % 2 === 1 ? 'buy' : 'sell'
  const fill = fillOf({ tradeId: `T${count}` as TradeId, side, amount: amount('0.5'), price: price('101.25') })
  return fillEntry(
    fill,
    'core',
    pricesOfFill(fill, USDT, () => null),
  )
}

/** The same rows into the same tables of a file of their own, and nothing else done. */
function bareTransactions(sql: Database['sql']): () => void {
  const entry = sql.prepare(
    'INSERT INTO ledger_entries (kind, at, reference, reason, booked_by, prices) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const line = sql.prepare('INSERT INTO ledger_lines (entry, line, account, asset, amount) VALUES (?, ?, ?, ?, ?)')
  let count = 0
  return sql.transaction(() => {
    const { lastInsertRowid } = entry.run('fill', NOON, `T${++count}`, null, 'engine', '{"BTC":"101.25"}')
    for (let i = 0; i < LINES; i++) line.run(lastInsertRowid, i, 'exchange', 'USDT', '-50.625')
  })
}

function perSecond(insert: (i: number) => void): number {
  const startedAt = performance.now()
  for (let i = 0; i < PER_SLICE; i++) insert(i)
  return (PER_SLICE / (performance.now() - startedAt)) * 1_000
}
