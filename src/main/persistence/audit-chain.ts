import { createHash, hash } from 'node:crypto'
import type { EpochMs } from '../../shared/time.ts'
import type { AuditHead } from '../ports.ts'
import type { Sql, Value } from './columns.ts'

const MESSAGE_COLUMNS = [
  'id',
  'topic',
  'source',
  'priority',
  'at',
  'correlation_id',
  'causation_id',
  'payload',
] as const

/** Both tables are one chain: numbers go on from one to the other, and none is used twice. */
export const AUDITED = {
  messages: MESSAGE_COLUMNS,
  dead_letters: [...MESSAGE_COLUMNS, 'subscriber', 'reason'],
} as const
export type AuditTable = keyof typeof AUDITED

export type AuditRow = {
  readonly table: AuditTable
  readonly seq: number
  /** Of the table's columns in their order. */
  readonly values: readonly Value[]
  readonly previous: string | null
  readonly hash: string | null
}

/** A row as text, in one way only: the length of every column's text stands before it. */
function canonical(table: AuditTable, seq: number, values: readonly Value[]): string {
  let text = `${table} ${seq}`
  for (const value of values) {
    if (value === null) text += ' -'
    else if (typeof value === 'number') text += ` ${value}`
    else text += ` ${value.length}:${value}`
  }
  return text
}

/** SHA-256 over the hash before it and everything the row says, as 64 hex digits. */
export const hashOfRow = (previous: string, table: AuditTable, seq: number, values: readonly Value[]): string =>
  hash('sha256', `${previous} ${canonical(table, seq, values)}`, 'hex')

type Stored = {
  readonly in_table: AuditTable
  readonly seq: number
  readonly previous_hash: string | null
  readonly hash: string | null
} & Readonly<Record<string, Value>>

const COLUMNS_OF_BOTH = ['seq', 'previous_hash', 'hash', ...MESSAGE_COLUMNS].join(', ')

/** Every row in the order in which they were written; of older versions' rows first all messages. */
export function* auditRows(sql: Sql, which: 'chained' | 'older'): Generator<AuditRow> {
  const [wanted, order] = which === 'chained' ? ['IS NOT NULL', 'seq, in_table'] : ['IS NULL', 'in_table DESC, seq']
  const rows = sql.prepare<[], Stored>(
    `SELECT 'messages' AS in_table, ${COLUMNS_OF_BOTH}, NULL AS subscriber, NULL AS reason
       FROM messages WHERE hash ${wanted}
     UNION ALL
     SELECT 'dead_letters', ${COLUMNS_OF_BOTH}, subscriber, reason FROM dead_letters WHERE hash ${wanted}
     ORDER BY ${order}`,
  )
  for (const row of rows.iterate()) {
    const table = row.in_table
    yield {
      table,
      seq: row.seq,
      values: AUDITED[table].map((column) => row[column] ?? null),
      previous: row.previous_hash,
      hash: row.hash,
    }
  }
}

/**
 * What the chain begins with: one hash over all rows of versions that had no chain, together. Of these it can be shown
 * that they are what they were when the chain began, but not which of them is not.
 *
 * @param below rows from this number on are left out: they came after the chain began.
 */
export function chainStart(sql: Sql, below = Number.POSITIVE_INFINITY): AuditHead {
  const digest = createHash('sha256')
  let seq = 0
  for (const row of auditRows(sql, 'older')) {
    if (row.seq >= below) continue
    digest.update(`${canonical(row.table, row.seq, row.values)}\n`)
    seq = Math.max(seq, row.seq)
  }
  return { seq, hash: digest.digest('hex'), at: null }
}

/** Where the chain ends now. What is written next has the next number, also where the last row has lost its hash. */
export function chainEnd(sql: Sql): AuditHead {
  const last = sql
    .prepare<[], { seq: number; hash: string; at: EpochMs }>(
      `SELECT seq, hash, at FROM messages WHERE hash IS NOT NULL
       UNION ALL SELECT seq, hash, at FROM dead_letters WHERE hash IS NOT NULL
       ORDER BY seq DESC LIMIT 1`,
    )
    .get()
  if (last === undefined) return chainStart(sql)
  const highest = sql.prepare<[], number>(
    'SELECT max(ifnull((SELECT max(seq) FROM messages), 0), ifnull((SELECT max(seq) FROM dead_letters), 0))',
  )
  return { ...last, seq: highest.pluck().get() ?? last.seq }
}
