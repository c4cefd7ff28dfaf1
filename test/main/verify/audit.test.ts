import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { checkAudit, checkHead } from '../../../src/main/persistence/verify/audit.ts'
import type { Stores } from '../../../src/main/ports.ts'
import { aNote } from '../persistence/audit-builders.ts'
import { at, inFolder, NOON, openMemory, openOrThrow } from '../persistence/builders.ts'
import { tamper } from './sound-database.ts'

const MESSAGE_COLUMNS = ['id', 'topic', 'source', 'priority', 'at', 'correlation_id', 'causation_id', 'payload']
const HASHES = ['previous_hash', 'hash']
const columnsOf = (table: string): readonly string[] =>
  table === 'messages' ? MESSAGE_COLUMNS : [...MESSAGE_COLUMNS, 'subscriber', 'reason']

/** Every fourth did not reach its subscriber. */
function say(stores: Stores, from: number, count: number): void {
  for (let n = from; n < from + count; n++) {
    if (n % 4 === 3) stores.messages.deadLetter(aNote(n), 'nobody', `failed: ${n} \ud83d`)
    else stores.messages.append(aNote(n))
  }
  stores.messages.flush()
}

/** Row n + 1 is that of note n. */
const tableOf = (seq: number): string => (seq % 4 === 0 ? 'dead_letters' : 'messages')
const named = (seq: number): string => `${tableOf(seq)} ${seq} msg_${seq - 1}`

const made = new Map<number, { db: Database; content: Buffer }>()
function audited(count: number): Database {
  let known = made.get(count)
  if (known === undefined) {
    const db = openMemory()
    say(createStores(db), 0, count)
    known = { db, content: db.sql.serialize() }
    made.set(count, known)
  }
  return { ...known.db, sql: new BetterSqlite3(known.content) }
}

const found = (db: Database): { row: string; problem: string }[] =>
  [checkAudit(db), checkHead(db)].flatMap(({ findings }) => findings).map(({ row, problem }) => ({ row, problem }))
const rowsOf = (db: Database): string[] => found(db).map(({ row }) => row)

/** A value of another byte: of a text one character, of a number or NULL another one. */
const flipped = (column: string, n: number): string =>
  `CASE typeof(${column})
     WHEN 'text' THEN substr(${column}, 1, ${n} % length(${column}))
       || CASE substr(${column}, ${n} % length(${column}) + 1, 1) WHEN 'a' THEN 'b' ELSE 'a' END
       || substr(${column}, ${n} % length(${column}) + 2)
     WHEN 'null' THEN ''
     ELSE ${column} + ${n} + 1 END`

describe('the chain of the audit', () => {
  it('holds as it was written, across starts', () => {
    const db = audited(9)
    say(createStores(db), 9, 20)
    expect(found(db)).toEqual([])
    expect(createStores(db).journal.head()).toMatchObject({ seq: 29, at: at(28) })
  })

  it('names the row of which any byte in any column was flipped, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), fc.nat(999), (seq, which, n) => {
        const db = audited(12)
        const columns = [...columnsOf(tableOf(seq)), ...HASHES]
        const column = columns[which % columns.length] ?? 'id'
        const before = db.sql
          .prepare(`SELECT id FROM ${tableOf(seq)} WHERE seq = ${seq}`)
          .pluck()
          .get()
        tamper(db, `UPDATE ${tableOf(seq)} SET ${column} = ${flipped(column, n)} WHERE seq = ${seq}`)
        const after = db.sql
          .prepare(`SELECT id FROM ${tableOf(seq)} WHERE seq = ${seq}`)
          .pluck()
          .get()
        expect(rowsOf(db)).toEqual([named(seq).replace(String(before), String(after))])
      }),
      { numRuns: 300 },
    )
  })

  it('names the rows that were removed from between others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 3 }), (from, more) => {
        const db = audited(12)
        const to = from + more
        for (const table of ['messages', 'dead_letters']) {
          tamper(db, `DELETE FROM ${table} WHERE seq BETWEEN ${from} AND ${to}`)
        }
        const row = more === 0 ? `audit ${from}` : `audit ${from} to ${to}`
        // Without its first row the chain begins elsewhere, and nothing says with what.
        if (from === 1) expect(rowsOf(db)[0]).toBe(row)
        else expect(rowsOf(db)).toEqual([row])
      }),
      { numRuns: 40 },
    )
  })

  it('names the row before which one was removed, where the others were given other numbers', () => {
    const db = audited(9)
    tamper(db, 'DELETE FROM messages WHERE seq = 6')
    for (const seq of [7, 8, 9]) tamper(db, `UPDATE ${tableOf(seq)} SET seq = ${seq - 1} WHERE seq = ${seq}`)
    expect(found(db)).toEqual([
      {
        row: 'messages 6 msg_6',
        problem: 'and the 2 after it have numbers one too low: a row before them was removed',
      },
    ])
  })

  it('names both rows that were swapped, by number or by content, and no other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(1, 2, 3, 5, 6, 7, 9, 10, 11), { minLength: 2, maxLength: 2 }),
        fc.boolean(),
        (pair, isWhole) => {
          const db = audited(12)
          const [one, two] = [...pair].sort((a, b) => a - b) as [number, number]
          const columns = isWhole ? ['seq'] : MESSAGE_COLUMNS
          if (isWhole) {
            const move = (from: number, to: number) => `UPDATE messages SET seq = ${to} WHERE seq = ${from};`
            tamper(db, move(one, 99) + move(two, one) + move(99, two))
          } else {
            const copy = `CREATE TABLE copied AS SELECT * FROM messages;`
            const put = (into: number, from: number) =>
              `UPDATE messages SET (${columns}) = (SELECT ${columns} FROM copied WHERE seq = ${from}) WHERE seq = ${into};`
            tamper(db, `${copy} ${put(one, two)} ${put(two, one)} DROP TABLE copied`)
          }
          expect(rowsOf(db)).toEqual([`messages ${one} msg_${two - 1}`, `messages ${two} msg_${one - 1}`])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('names a row that was inserted, as another of its number or in its place', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3, 4, 5, 7, 8, 9), fc.boolean(), (seq, isShifted) => {
        const db = audited(10)
        const values = `'msg_x', topic, source, priority, at, correlation_id, causation_id, payload, previous_hash, hash`
        const columns = `seq, ${[...MESSAGE_COLUMNS, ...HASHES]}`
        const insert = `INSERT INTO messages (${columns}) SELECT ${seq}, ${values} FROM messages WHERE seq = 1;`
        if (!isShifted) {
          // The other table has the number already, or gets it.
          const other =
            tableOf(seq) === 'messages'
              ? `INSERT INTO dead_letters (${columns}, subscriber, reason) SELECT ${seq}, ${values}, 'x', 'y' FROM messages WHERE seq = 1`
              : insert
          tamper(db, other)
          expect(rowsOf(db).some((row) => row.endsWith(` ${seq} msg_x`) || row === named(seq))).toBe(true)
          return
        }
        for (let n = 10; n >= seq; n--) tamper(db, `UPDATE ${tableOf(n)} SET seq = ${n + 1} WHERE seq = ${n}`)
        tamper(db, insert)
        expect(rowsOf(db)[0]).toBe(`messages ${seq} msg_x`)
        expect(found(db)).toHaveLength(2)
      }),
      { numRuns: 60 },
    )
  })

  it('names the row that was written anew with a hash that fits it', () => {
    const db = audited(6)
    const forged = audited(6)
    // Six rows that are the same, and another seventh.
    say(createStores(db), 6, 3)
    say(createStores(forged), 10, 1)
    const { sql } = forged
    const row = sql.prepare<[], Record<string, string>>('SELECT * FROM messages WHERE seq = 7').get() ?? {}
    const sets = [...MESSAGE_COLUMNS, ...HASHES].map((column) => `${column} = '${row[column]}'`)
    tamper(
      db,
      `UPDATE messages SET ${sets.join(', ').replaceAll(`'undefined'`, 'NULL').replaceAll(`'null'`, 'NULL')} WHERE seq = 7`,
    )
    expect(found(db)).toEqual([{ row: 'audit 7', problem: 'is not what dead_letters 8 msg_7 was written after' }])
  })

  it('names a row that has lost its hash', () => {
    const db = audited(6)
    tamper(db, 'UPDATE messages SET hash = NULL WHERE seq = 5')
    expect(rowsOf(db)).toEqual(['messages 5 msg_4', 'audit 5'])
  })

  it('goes on where its last row has lost its hash', () => {
    const db = audited(6)
    tamper(db, 'UPDATE messages SET hash = NULL WHERE seq = 6')
    say(createStores(db), 6, 2)
    expect(rowsOf(db)).toEqual(['messages 6 msg_5', 'audit 6'])
  })
})

describe('the end of the audit, noted beside the database,', () => {
  const inFiles = (work: (file: string, head: string) => void) =>
    inFolder((folder) => work(join(folder, 'paper-simulated.db'), join(folder, 'paper-simulated.audit-head')))
  function written(file: string, count: number): void {
    const db = openOrThrow(file)
    say(createStores(db), 0, count)
    db.close()
  }

  it('is the last row of what was flushed, and makes no other finding', () =>
    inFiles((file, head) => {
      written(file, 7)
      const db = openOrThrow(file)
      const { seq, hash } = createStores(db).journal.head()
      expect(JSON.parse(readFileSync(head, 'utf8'))).toEqual({ seq, hash, time: new Date(NOON + 6).toISOString() })
      expect(seq).toBe(7)
      expect(found(db)).toEqual([])
      db.close()
    }))

  it('finds rows that were cut off the end, however many, and names the one that was noted', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (keep) =>
        inFiles((file) => {
          written(file, 9)
          const db = openOrThrow(file)
          for (const table of ['messages', 'dead_letters']) tamper(db, `DELETE FROM ${table} WHERE seq >= ${keep}`)
          expect(rowsOf(db)).toEqual(['audit 9'])
          db.close()
        }),
      ),
      { numRuns: 9 },
    ))

  it('goes on being found after a start has written more, until somebody takes the old note away', () =>
    inFiles((file, head) => {
      written(file, 9)
      const db = openOrThrow(file)
      tamper(db, 'DELETE FROM messages WHERE seq >= 9')
      const stores = createStores(db)
      expect(stores.journal.headTrouble()?.code).toBe('audit/tail-cut')
      say(stores, 8, 5)
      expect(rowsOf(db)).toEqual(['paper-simulated.audit-head.contradicted'])
      rmSync(`${head}.contradicted`)
      expect(rowsOf(db)).toEqual([])
      db.close()
    }))

  it('may be older than the database: the rows of a crash are not noted yet', () =>
    inFiles((file, head) => {
      written(file, 3)
      const noted = readFileSync(head)
      const db = openOrThrow(file)
      say(createStores(db), 3, 4)
      writeFileSync(head, noted)
      expect(found(db)).toEqual([])
      expect(createStores(db).journal.headTrouble()).toBeNull()
      db.close()
    }))

  it('is asked for where it is missing or cannot be read, and the program starts all the same', () =>
    inFiles((file, head) => {
      written(file, 3)
      const db = openOrThrow(file)
      rmSync(head)
      expect(rowsOf(db)).toEqual(['paper-simulated.audit-head'])
      const stores = createStores(db)
      expect(stores.journal.headTrouble()?.code).toBe('audit/head-missing')
      stores.messages.flush()
      expect(existsSync(head)).toBe(true)
      writeFileSync(head, '{"seq":3')
      expect(rowsOf(db)).toEqual(['paper-simulated.audit-head'])
      expect(createStores(db).journal.headTrouble()?.code).toBe('audit/head-unreadable')
      db.close()
    }))

  it('finds a chain that was written anew from some row on', () =>
    inFiles((file, head) => {
      written(file, 5)
      const noted = readFileSync(head)
      const db = openOrThrow(file)
      for (const table of ['messages', 'dead_letters']) tamper(db, `DELETE FROM ${table} WHERE seq >= 3`)
      writeFileSync(head, noted)
      say(createStores(db), 20, 4)
      rmSync(`${head}.contradicted`)
      copyFileSync(head, `${head}.new`)
      writeFileSync(head, noted)
      expect(found(db)).toEqual([{ row: 'audit 5', problem: expect.stringContaining('has another hash') }])
      db.close()
    }))
})
