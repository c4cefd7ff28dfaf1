import type { Asset } from '../../shared/ids.ts'
import { amount, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import { ACCOUNTS, checkBalanced, type EntryKind, type LedgerEntry, type LedgerLine } from '../domain/ledger.ts'
import type { LedgerStore, Transact } from '../ports.ts'
import { decoded, exactText, oneOf, type Sql } from './columns.ts'
import { fieldsOf, textIn } from './json.ts'

const KINDS: readonly EntryKind[] = [
  'opening',
  'fill',
  'transfer',
  'deposit',
  'withdrawal',
  'reward',
  'classification',
  'bag',
  'earn',
  'correction',
]
const BOOKED_BY: readonly LedgerEntry['bookedBy'][] = ['engine', 'trader']
/** Entries read at a time: an open cursor would block every write. */
const PAGE = 1_000

export type EntryRow = {
  readonly seq: number
  readonly kind: string
  readonly at: number
  readonly reference: string
  readonly reason: string | null
  readonly booked_by: string
  readonly prices: string
}
type LineRow = { readonly account: string; readonly asset: string; readonly amount: string }

export type NumberedEntry = { readonly seq: number; readonly entry: LedgerEntry }

const lineFromRow = (row: LineRow): LedgerLine => ({
  account: oneOf(ACCOUNTS, row.account),
  asset: row.asset as Asset,
  amount: amount(row.amount),
})

const pricesToJson = (prices: LedgerEntry['prices']): string =>
  JSON.stringify(Object.fromEntries([...prices].map(([asset, value]) => [asset, exactText(value)])))
function pricesFromJson(text: string): LedgerEntry['prices'] {
  const fields = fieldsOf(JSON.parse(text), 'prices')
  return new Map(Object.keys(fields).map((asset) => [asset as Asset, price(textIn(fields, asset))]))
}

export function createLedgerStore(
  sql: Sql,
  transact: Transact,
): LedgerStore & { entryFromRow(row: EntryRow): LedgerEntry } {
  const insertEntry = sql.prepare(
    'INSERT INTO ledger_entries (kind, at, reference, reason, booked_by, prices) VALUES (?, ?, ?, ?, ?, ?)',
  )
  /** All lines of an entry at once; one statement for each number of lines, of which there are a handful. */
  const insertLines = new Map<number, ReturnType<Sql['prepare']>>()
  function linesStatement(count: number): ReturnType<Sql['prepare']> {
    const known = insertLines.get(count)
    if (known !== undefined) return known
    const rows = Array(count).fill('(?, ?, ?, ?, ?)').join(', ')
    const statement = sql.prepare(`INSERT INTO ledger_lines (entry, line, account, asset, amount) VALUES ${rows}`)
    insertLines.set(count, statement)
    return statement
  }
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
      reason: row.reason,
      bookedBy: oneOf(BOOKED_BY, row.booked_by),
      prices: pricesFromJson(row.prices),
      lines: linesOf.all(row.seq).map(lineFromRow),
    }))
  return {
    append(entry) {
      const balanced = checkBalanced(entry)
      if (!balanced.ok) throw new Error(balanced.error.message)
      transact(() => {
        const seq = insertEntry.run(
          entry.kind,
          entry.at,
          entry.reference,
          entry.reason,
          entry.bookedBy,
          pricesToJson(entry.prices),
        ).lastInsertRowid
        if (entry.lines.length === 0) return
        const values = entry.lines.flatMap(({ account, asset, amount: units }, i) => [
          seq,
          i,
          account,
          asset,
          exactText(units),
        ])
        linesStatement(entry.lines.length).run(values)
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
