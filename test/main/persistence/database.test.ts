import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/main/persistence/database.ts'
import { APPLICATION_ID } from '../../../src/main/persistence/file-header.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { anOrder, aProposal, inFolder, MIGRATIONS, NOON, openOrThrow } from './builders.ts'

function refusalOf(file: string, migrationsDir = MIGRATIONS): { code: string; message: string } {
  const opened = openDatabase(file, { migrationsDir, now: NOON })
  if (!opened.ok) return opened.error
  opened.value.close()
  return { code: 'opened', message: '' }
}
const codeOf = (...args: Parameters<typeof refusalOf>): string => refusalOf(...args).code
const messageOf = (...args: Parameters<typeof refusalOf>): string => refusalOf(...args).message
/** A folder of migrations like ours, with more or changed ones. */
function migrationsWith(folder: string, change: Record<string, string>): string {
  const copy = join(folder, 'migrations')
  cpSync(MIGRATIONS, copy, { recursive: true })
  for (const [name, text] of Object.entries(change)) writeFileSync(join(copy, name), text)
  return copy
}
const NEXT = `${String(readdirSync(MIGRATIONS).length + 1).padStart(3, '0')}_later.sql`

function makeDatabase(file: string): void {
  const db = openOrThrow(file)
  const stores = createStores(db)
  stores.proposals.insert(aProposal())
  stores.orders.insert(anOrder())
  db.close()
}

describe('a new database', () => {
  it('is made with its folder, carries our mark, and is durable per commit', () =>
    inFolder((folder) => {
      const file = join(folder, 'new', 'paper-simulated.db')
      const { sql, close, name } = openOrThrow(file)
      const pragma = (text: string) => sql.pragma(text, { simple: true })
      expect(name).toBe('paper-simulated.db')
      expect(pragma('application_id')).toBe(APPLICATION_ID)
      expect(pragma('journal_mode')).toBe('wal')
      expect(pragma('synchronous')).toBe(2)
      expect(pragma('page_size')).toBe(1_024)
      expect(pragma('foreign_keys')).toBe(1)
      expect(sql.prepare('SELECT version, applied_at FROM schema_migrations WHERE version = 1').raw().get()).toEqual([
        1,
        NOON,
      ])
      close()
      expect(readdirSync(join(folder, 'new'))).toEqual(['paper-simulated.db'])
    }))

  it('has a row on the disk when insert returns', () =>
    inFolder((folder) => {
      const db = openOrThrow(join(folder, 'a.db'))
      const stores = createStores(db)
      stores.proposals.insert(aProposal())
      stores.orders.insert(anOrder())
      // By another process: closing a handle of the file in this one would drop our lock.
      const copy = join(folder, 'copy.db')
      execFileSync('cp', [join(folder, 'a.db'), copy])
      execFileSync('cp', [join(folder, 'a.db-wal'), `${copy}-wal`])
      const copied = openOrThrow(copy)
      expect(createStores(copied).orders.get(anOrder().id)).toEqual(anOrder())
      copied.close()
      db.close()
    }))
})

describe('a database is refused, and stays as it was,', () => {
  it.each([
    ['text', Buffer.from('time,open,high,low,close\n'.repeat(20))],
    ['a few bytes', Buffer.from('hello')],
  ])('when it is none: %s', (_, content) =>
    inFolder((folder) => {
      const file = join(folder, 'paper-simulated.db')
      writeFileSync(file, content)
      expect(codeOf(file)).toBe('database/foreign')
      expect(messageOf(file)).toContain('paper-simulated.db is not a database of TripleGain')
      expect(readFileSync(file)).toEqual(content)
      expect(readdirSync(folder)).toHaveLength(1)
    }),
  )

  it.each([0, 0x1234])("when it is another program's (application id %i)", (id) =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      const other = new BetterSqlite3(file)
      other.pragma(`application_id = ${id}`)
      other.exec('CREATE TABLE notes (text TEXT)')
      other.close()
      const before = readFileSync(file)
      expect(codeOf(file)).toBe('database/foreign')
      expect(readFileSync(file)).toEqual(before)
      expect(readdirSync(folder)).toHaveLength(1)
    }),
  )

  it('when a newer version has written it', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      const newer = migrationsWith(folder, { [NEXT]: 'CREATE TABLE later (x TEXT) STRICT;' })
      openOrThrow(file, newer).close()
      const before = readFileSync(file)
      expect(codeOf(file)).toBe('database/newer')
      expect(messageOf(file)).toContain(`${NEXT}). Update TripleGain`)
      expect(readFileSync(file)).toEqual(before)
      expect(codeOf(file, newer)).toBe('opened')
    }))

  it('when a migration was changed after it had been applied', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      makeDatabase(file)
      const before = readFileSync(file)
      const text = readFileSync(join(MIGRATIONS, '001_initial.sql'), 'utf8')
      const changed = migrationsWith(folder, { '001_initial.sql': `${text}\n-- edited` })
      expect(codeOf(file, changed)).toBe('database/migration-changed')
      expect(readFileSync(file)).toEqual(before)
      const onWindows = migrationsWith(folder, { '001_initial.sql': text.replaceAll('\n', '\r\n') })
      expect(codeOf(file, onWindows)).toBe('opened')
    }))

  it.each([
    ['its first page', 0, 60],
    ['a page in the middle', 1_024 * 3, 1_024],
    ['its second half', 1_024 * 20, 1_024 * 20],
  ])('when %s is damaged', (_, offset, length) =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      makeDatabase(file)
      const content = readFileSync(file)
      content.fill(0xa5, offset, offset + length)
      writeFileSync(file, content)
      const there = readdirSync(folder)
      expect(codeOf(file)).toBe('database/corrupt')
      expect(messageOf(file)).toContain('a.db is damaged (')
      expect(readFileSync(file)).toEqual(content)
      expect(readdirSync(folder)).toEqual(there)
    }),
  )

  it('when its end is missing', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      makeDatabase(file)
      writeFileSync(file, readFileSync(file).subarray(0, 1_024 * 10 + 17))
      expect(codeOf(file)).toBe('database/corrupt')
    }))

  it('when this process has it open already, without dropping the lock it holds', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      const first = openOrThrow(file)
      expect(codeOf(file)).toBe('database/locked')
      expect(openDatabase(file, { migrationsDir: MIGRATIONS, readonly: true }).ok).toBe(false)
      createStores(first).state.set('still', '"writable"')
      first.close()
      expect(codeOf(file)).toBe('opened')
    }))

  it('when another process has it open, also for reading, until that one is killed', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'a.db')
      const source = join(import.meta.dirname, '../../../src/main/persistence/database.ts')
      const script = `
        const { openDatabase } = await import(${JSON.stringify(source)})
        const opened = openDatabase(${JSON.stringify(file)}, { migrationsDir: ${JSON.stringify(MIGRATIONS)}, now: 0 })
        opened.value.sql.exec("INSERT INTO state VALUES ('by', '1')")
        console.log(opened.ok)
        setInterval(() => {}, 1000)`
      const other = spawn(process.execPath, ['--input-type=module', '-e', script])
      try {
        await once(other.stdout, 'data')
        expect(codeOf(file)).toBe('database/locked')
        const reading = openDatabase(file, { migrationsDir: MIGRATIONS, readonly: true })
        expect(reading).toMatchObject({ ok: false, error: { code: 'database/locked' } })
      } finally {
        const gone = once(other, 'exit')
        other.kill('SIGKILL')
        await gone
      }
      // What was committed is in the log of the killed one: for reading and for going on.
      const reading = openDatabase(file, { migrationsDir: MIGRATIONS, readonly: true })
      if (!reading.ok) throw new Error(reading.error.message)
      expect(reading.value.sql.prepare('SELECT json FROM state').pluck().get()).toBe('1')
      expect(() => reading.value.sql.exec('DELETE FROM state')).toThrow('readonly')
      reading.value.close()
      const db = openOrThrow(file)
      expect(createStores(db).state.get('by')).toBe('1')
      db.close()
    }))

  it('when its folder cannot be written', () =>
    inFolder((folder) => {
      writeFileSync(join(folder, 'file'), '')
      expect(codeOf(join(folder, 'file', 'a.db'))).toBe('database/unwritable')
      expect(codeOf('/proc/triplegain/a.db')).toBe('database/unwritable')
      expect(messageOf('/proc/triplegain/a.db')).toContain('a.db cannot be opened for writing in /proc/triplegain')
      mkdirSync(join(folder, 'folder.db'))
      expect(codeOf(join(folder, 'folder.db'))).toBe('database/unwritable')
    }))

  it('when it should only be read and is not there', () =>
    inFolder((folder) => {
      const opened = openDatabase(join(folder, 'a.db'), { migrationsDir: MIGRATIONS, readonly: true })
      expect(opened).toMatchObject({ ok: false, error: { code: 'database/missing' } })
      expect(readdirSync(folder)).toEqual([])
    }))

  it('when the program brings no migrations, or one is missing between others', () =>
    inFolder((folder) => {
      expect(codeOf(join(folder, 'a.db'), folder)).toBe('database/no-migrations')
      expect(codeOf(':memory:', join(folder, 'nowhere'))).toBe('database/no-migrations')
      const gap = migrationsWith(folder, { '900_far.sql': '' })
      expect(codeOf(join(folder, 'a.db'), gap)).toBe('database/no-migrations')
      expect(existsSync(join(folder, 'a.db'))).toBe(false)
    }))
})

describe('an older database', () => {
  it('is copied whole before it is brought up to date, and the copy can take its place', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      makeDatabase(file)
      const newer = migrationsWith(folder, { [NEXT]: 'ALTER TABLE state ADD COLUMN since INTEGER;' })
      openOrThrow(file, newer).close()
      const backup = `${file}.backup-before-${NEXT.slice(0, 3)}`
      expect(codeOf(file)).toBe('database/newer')
      const copy = openOrThrow(backup)
      expect(createStores(copy).orders.get(anOrder().id)).toEqual(anOrder())
      expect(copy.sql.pragma('journal_mode', { simple: true })).toBe('wal')
      copy.close()
    }))

  it('is as before when a migration fails', () =>
    inFolder((folder) => {
      const file = join(folder, 'a.db')
      makeDatabase(file)
      const broken = migrationsWith(folder, {
        [NEXT]: 'CREATE TABLE half (x TEXT) STRICT; CREATE TABLE state (x TEXT);',
      })
      expect(codeOf(file, broken)).toBe('database/migration-failed')
      const db = openOrThrow(file)
      expect(createStores(db).orders.get(anOrder().id)).toEqual(anOrder())
      expect(verifyDatabase(db).filter((finding) => finding.check === 'schema')).toEqual([])
      db.close()
    }))
})
