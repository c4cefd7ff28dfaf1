import { epochMs } from '../../shared/time.ts'
import type { Message, Topic } from '../bus/topics.ts'
import type { AuditHead, DeadLetterRow, JournalRow, JournalStore, MessageStore } from '../ports.ts'
import { AUDITED, type AuditTable, chainEnd, hashOfRow } from './audit-chain.ts'
import { createHeadNote } from './audit-head-note.ts'
import { insertInto, type Sql, type Value } from './columns.ts'
import { auditJson } from './json.ts'
import type { Transactions } from './transactions.ts'

/** In memory at most: written at once where nothing else gets a turn, as in a replay, where no timer asks for it. */
const BATCH = 2_000

type MessageRow = {
  readonly seq: number
  readonly id: string
  readonly topic: string
  readonly source: string
  readonly at: number
  readonly correlation_id: string | null
  readonly causation_id: string | null
  readonly payload: string
}
type LetterRow = MessageRow & { readonly subscriber: string; readonly reason: string }
/** A message, and of a dead letter who did not take it and why. */
type Entry = { readonly message: Message<Topic>; readonly letter: readonly [string, string] | null }

const valuesOf = ({ message, letter }: Entry): Value[] => [
  message.id,
  message.topic,
  message.source,
  message.priority,
  message.timestamp,
  message.correlationId,
  message.causationId,
  auditJson(message.payload),
  // Half a character, as a cut text may end with, would come back from the database as another one.
  ...(letter ?? []).map((text) => text.toWellFormed()),
]

const journalRow = (row: MessageRow): JournalRow => ({
  seq: row.seq,
  id: row.id,
  topic: row.topic,
  source: row.source,
  at: epochMs(row.at),
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  payload: row.payload,
})

/**
 * The audit, and the journal that reads it. Its order is that in which it heard of messages. What is recorded belongs
 * to the transaction under way; everything else is written in batches by `flush`. The journal writes what is buffered
 * before it looks.
 *
 * @param file the database's; null where it is thrown away with the process.
 */
export function createMessageStores(
  sql: Sql,
  { transact, afterCommit, afterRollback }: Transactions,
  file: string | null,
): { readonly messages: MessageStore; readonly journal: JournalStore } {
  const insertOf = (table: AuditTable) =>
    sql.prepare(insertInto(table, ['seq', 'previous_hash', 'hash', ...AUDITED[table]]))
  const insert = { messages: insertOf('messages'), dead_letters: insertOf('dead_letters') }
  const matches = `(? IS NULL OR id LIKE ? ESCAPE '\\' OR correlation_id LIKE ? ESCAPE '\\'
    OR source LIKE ? ESCAPE '\\' OR payload LIKE ? ESCAPE '\\')`
  const newest = sql.prepare<Value[], MessageRow>(
    `SELECT * FROM messages WHERE seq < ? AND ${matches} ORDER BY seq DESC LIMIT ?`,
  )
  const newestOfTopic = sql.prepare<Value[], MessageRow>(
    `SELECT * FROM messages WHERE topic = ? AND seq < ? AND ${matches} ORDER BY seq DESC LIMIT ?`,
  )
  const ofCorrelation = sql.prepare<[string], MessageRow>(
    'SELECT * FROM messages WHERE correlation_id = ? ORDER BY seq',
  )
  const newestLetters = sql.prepare<[number], LetterRow>('SELECT * FROM dead_letters ORDER BY seq DESC LIMIT ?')

  /** What is certain. */
  let head: AuditHead = chainEnd(sql)
  /** With what the transaction under way has written. */
  let tip = head
  let buffered: Entry[] = []
  /** Of the buffered ones, how many the transaction under way has written: they stay until that is certain. */
  let written = 0
  let isWriting = false
  /** Have their row, or get it with the transaction under way. */
  const recorded = new WeakSet<Message<Topic>>()
  const note = createHeadNote(sql, file, head)

  function write(entry: Entry): void {
    const table = entry.letter === null ? 'messages' : 'dead_letters'
    const seq = tip.seq + 1
    const values = valuesOf(entry)
    const hash = hashOfRow(tip.hash, table, seq, values)
    insert[table].run([seq, tip.hash, hash, ...values])
    tip = { seq, hash, at: entry.message.timestamp }
  }

  function writeBuffered(): void {
    if (!isWriting) {
      isWriting = true
      afterCommit(() => settle(true))
      afterRollback(() => settle(false))
    }
    for (let next = buffered[written]; next !== undefined; next = buffered[written]) {
      write(next)
      written++
    }
  }

  function settle(isCertain: boolean): void {
    isWriting = false
    if (isCertain) {
      head = tip
      buffered = written === buffered.length ? [] : buffered.slice(written)
    } else tip = head
    written = 0
  }

  function writeOut(): void {
    if (!sql.inTransaction && buffered.length > 0) transact(writeBuffered)
  }

  function add(entry: Entry): void {
    buffered.push(entry)
    if (buffered.length >= BATCH) writeOut()
  }

  return {
    messages: {
      append(message) {
        if (message.topic !== 'market_data' && !recorded.has(message)) add({ message, letter: null })
      },
      record(message) {
        recorded.add(message)
        transact(() => {
          writeBuffered()
          write({ message, letter: null })
        })
      },
      deadLetter: (message, subscriber, reason) => add({ message, letter: [subscriber, reason] }),
      flush() {
        writeOut()
        if (!sql.inTransaction) note.write(head)
      },
    },
    journal: {
      search({ text, topic, beforeSeq, limit }) {
        writeOut()
        const like = text === null ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`
        const rest: Value[] = [beforeSeq ?? Number.MAX_SAFE_INTEGER, like, like, like, like, like, limit]
        return (topic === null ? newest.all(...rest) : newestOfTopic.all(topic, ...rest)).map(journalRow)
      },
      trace(correlationId) {
        writeOut()
        return ofCorrelation.all(correlationId).map(journalRow)
      },
      deadLetters(limit): readonly DeadLetterRow[] {
        writeOut()
        return newestLetters
          .all(limit)
          .map((row) => ({ ...journalRow(row), subscriber: row.subscriber, reason: row.reason }))
      },
      head() {
        writeOut()
        return head
      },
      headTrouble: note.trouble,
    },
  }
}
