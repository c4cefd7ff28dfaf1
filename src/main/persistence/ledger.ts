import type { Asset } from '../../shared/ids.ts'
import { amount } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import { type Account, checkBalanced, type LedgerEntry, type LedgerLine, SLEEVES } from '../domain/ledger.ts'
import type { LedgerStore, Transact } from '../ports.ts'
import { decoded, exactText, oneOf, type Sql } from './columns.ts'

const KINDS: readonly LedgerEntry['kind'][] = ['opening', 'fill', 'transfer', 'correction']
const ACCOUNTS: readonly Account[] = [...SLEEVES, 'exchange', 'fees', 'outside']
/** Entries read at a time: an open cursor would block every write. */
const PAGE = 1_000

export type EntryRow = { readonly seq: number; readonly kind: string; readonly at: number; readonly reference: string }
type LineRow = { readonly account: string; readonly asset: string; readonly amount: string }

export type NumberedEntry = { readonly seq: number; readonly entry: LedgerEntry }

const lineFromRow = (row: LineRow): LedgerLine => ({
  account: oneOf(ACCOUNTS, row.account),
  asset: row.asset as Asset,
  amount: amount(row.amount),
})

export function createLedgerStore(
  sql: Sql,
  transact: Transact,
): LedgerStore & { entryFromRow(row: EntryRow): LedgerEntry } {
  const insertEntry = sql.prepare('INSERT INTO ledger_entries (kind, at, reference) VALUES (?, ?, ?)')
  const insertLine = sql.prepare(
    'INSERT INTO ledger_lines (entry, line, account, asset, amount) VALUES (?, ?, ?, ?, ?)',
  )
  const after = sql.prepare<[number, number], EntryRow>(
    'SELECT * FROM ledger_entries WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const newest = sql.prepare<[number], EntryRow>('SELECT * FROM ledger_entries ORDER BY seq DESC LIMIT ?')
  const linesOf = sql.prepare<[number], LineRow>(
    'SELECT account, asset, amount FROM ledger_lines WHERE entry = ? ORDER BY line',
  )
  const entryFromRow = (row: EntryRow): LedgerEntry =>
    decoded('ledger_entries', String(row.seq), () => ({
      kind: oneOf(KINDS, row.kind),
      at: epochMs(row.at),
      reference: row.reference,
      lines: linesOf.all(row.seq).map(lineFromRow),
    }))
  return {
    append(entry) {
      const balanced = checkBalanced(entry)
      if (!balanced.ok) throw new Error(balanced.error.message)
      transact(() => {
        const seq = insertEntry.run(entry.kind, entry.at, entry.reference).lastInsertRowid
        entry.lines.forEach((line, i) => {
          insertLine.run(seq, i, line.account, line.asset, exactText(line.amount))
        })
      })
    },
    *all() {
      let last = -1
      for (;;) {
        const rows = after.all(last, PAGE)
        for (const row of rows) yield entryFromRow(row)
        const end = rows.at(-1)
        if (end === undefined || rows.length < PAGE) return
        last = end.seq
      }
    },
    recent: (limit) => newest.all(limit).map(entryFromRow),
    entryFromRow,
  }
}
