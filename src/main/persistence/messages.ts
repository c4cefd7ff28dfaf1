import { epochMs } from '../../shared/time.ts'
import type { Message, Topic } from '../bus/topics.ts'
import type { DeadLetterRow, JournalRow, JournalStore, MessageStore, Transact } from '../ports.ts'
import { insertInto, type Sql, type Value } from './columns.ts'
import { auditJson } from './json.ts'

const BATCH = 500
const COLUMNS = ['id', 'topic', 'source', 'priority', 'at', 'correlation_id', 'causation_id', 'payload']

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
type Letter = { readonly message: Message<Topic>; readonly subscriber: string; readonly reason: string }

const valuesOf = (message: Message<Topic>): Value[] => [
  message.id,
  message.topic,
  message.source,
  message.priority,
  message.timestamp,
  message.correlationId,
  message.causationId,
  auditJson(message.payload),
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
 * The audit and the journal that reads it. Messages are written in batches; the journal writes what is buffered before
 * it looks. Inside a transaction nothing is written, so that a rollback cannot take the audit with it.
 */
export function createMessageStores(
  sql: Sql,
  transact: Transact,
): { readonly messages: MessageStore; readonly journal: JournalStore } {
  const insertMessage = sql.prepare(insertInto('messages', COLUMNS))
  const insertLetter = sql.prepare(insertInto('dead_letters', [...COLUMNS, 'subscriber', 'reason']))
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

  let messages: Message<Topic>[] = []
  let letters: Letter[] = []

  function flush(): void {
    if (sql.inTransaction || (messages.length === 0 && letters.length === 0)) return
    transact(() => {
      for (const message of messages) insertMessage.run(valuesOf(message))
      for (const { message, subscriber, reason } of letters) {
        insertLetter.run([...valuesOf(message), subscriber, reason])
      }
    })
    messages = []
    letters = []
  }
  const flushFullBatch = (): void => {
    if (messages.length + letters.length >= BATCH) flush()
  }

  return {
    messages: {
      append(message) {
        if (message.topic === 'market_data') return
        messages.push(message)
        flushFullBatch()
      },
      deadLetter(message, subscriber, reason) {
        letters.push({ message, subscriber, reason })
        flushFullBatch()
      },
      flush,
    },
    journal: {
      search({ text, topic, beforeSeq, limit }) {
        flush()
        const like = text === null ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`
        const rest: Value[] = [beforeSeq ?? Number.MAX_SAFE_INTEGER, like, like, like, like, like, limit]
        return (topic === null ? newest.all(...rest) : newestOfTopic.all(topic, ...rest)).map(journalRow)
      },
      trace(correlationId) {
        flush()
        return ofCorrelation.all(correlationId).map(journalRow)
      },
      deadLetters(limit): readonly DeadLetterRow[] {
        flush()
        return newestLetters
          .all(limit)
          .map((row) => ({ ...journalRow(row), subscriber: row.subscriber, reason: row.reason }))
      },
    },
  }
}
