import { hash } from 'node:crypto'
import type { SessionLogStore, SessionRow } from '../ports.ts'
import { insertInto, type Sql } from './columns.ts'
import type { Transactions } from './transactions.ts'

const COLUMNS = ['seq', 'run', 'step', 'at', 'kind', 'subject', 'answer', 'data', 'hash'] as const

export type StoredSessionRow = SessionRow & { readonly seq: number; readonly hash: string }

/** What stands before the first row. */
export const NO_ROW_BEFORE = ''

/** SHA-256 over the hash of the row before and everything this one says, as 64 hex digits. */
export const hashOfSessionRow = (previous: string, seq: number, row: SessionRow): string =>
  hash(
    'sha256',
    JSON.stringify([previous, seq, row.run, row.step, row.at, row.kind, row.subject, row.answer, row.data]),
    'hex',
  )

/** Every row in the order in which they were written. */
export const sessionRows = (sql: Sql): IterableIterator<StoredSessionRow> =>
  sql.prepare<[], StoredSessionRow>(`SELECT ${COLUMNS.join(', ')} FROM session_log ORDER BY seq`).iterate()

/**
 * The log of what was decided and why. What is recorded belongs to the transaction under way, and with it all that was
 * added before; everything else is written by `flush`.
 */
export function createSessionLogStore(
  sql: Sql,
  { transact, afterCommit, afterRollback }: Transactions,
): SessionLogStore {
  const insert = sql.prepare(insertInto('session_log', COLUMNS))
  const last = sql.prepare<[], { seq: number; hash: string }>(
    'SELECT seq, hash FROM session_log ORDER BY seq DESC LIMIT 1',
  )
  /** What is certain, and with what the transaction under way has written. */
  const lastRun = sql.prepare<[], number>('SELECT ifnull(max(run), 0) FROM session_log').pluck()
  let head = last.get() ?? { seq: 0, hash: NO_ROW_BEFORE }
  let tip = head
  let buffered: SessionRow[] = []
  /** Of the buffered ones, how many the transaction under way has written. */
  let written = 0
  let isWriting = false

  function settle(isCertain: boolean): void {
    isWriting = false
    if (isCertain) {
      head = tip
      buffered = buffered.slice(written)
    } else tip = head
    written = 0
  }

  function writeBuffered(): void {
    if (!isWriting) {
      isWriting = true
      afterCommit(() => settle(true))
      afterRollback(() => settle(false))
    }
    for (let row = buffered[written]; row !== undefined; row = buffered[written]) {
      const seq = tip.seq + 1
      const rowHash = hashOfSessionRow(tip.hash, seq, row)
      insert.run([seq, row.run, row.step, row.at, row.kind, row.subject, row.answer, row.data, rowHash])
      tip = { seq, hash: rowHash }
      written++
    }
  }

  return {
    runs: () => lastRun.get() ?? 0,
    add(row) {
      buffered.push(wellFormed(row))
    },
    record(row) {
      buffered.push(wellFormed(row))
      transact(writeBuffered)
    },
    flush() {
      if (!sql.inTransaction && buffered.length > 0) transact(writeBuffered)
    },
  }
}

/** Half a character, as a cut answer may end with, would come back from the database as another one. */
const wellFormed = (row: SessionRow): SessionRow =>
  row.answer === null ? row : { ...row, answer: row.answer.toWellFormed() }
