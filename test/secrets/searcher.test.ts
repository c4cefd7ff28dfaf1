import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ALL_CANARIES, CANARIES } from './canaries.ts'
import { formsOf } from './forms.ts'
import { Searcher } from './searcher.ts'

const dir = mkdtempSync(join(tmpdir(), 'secrets-searcher-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const searcher = new Searcher(ALL_CANARIES)
const found = (bytes: Buffer): string[] => [
  ...new Set(searcher.findingsIn({ where: '', bytes }).map(({ secret }) => secret)),
]
const NAMES = Object.keys(CANARIES) as (keyof typeof CANARIES)[]

describe('the search for secrets', () => {
  it('knows at least twelve, no two alike', () => {
    expect(new Set(Object.values(CANARIES)).size).toBe(NAMES.length)
    expect(NAMES.length).toBeGreaterThanOrEqual(12)
    for (const name of NAMES) expect(found(Buffer.from(CANARIES[name]))).toEqual([name])
  })

  it.each(NAMES)('finds %s in a file, in each of its forms and wherever it begins', (name) => {
    const file = join(dir, 'exhibit')
    for (const { name: form, text } of formsOf(CANARIES[name])) {
      for (const before of ['', 'x', 'two', '\0\0\0']) {
        writeFileSync(file, `${before}${text} and more`, 'latin1')
        expect(found(readFileSync(file)), form).toContain(name)
      }
    }
  })

  it('finds it in the encoding of a longer text, whatever surrounds it', () => {
    const around = fc.uint8Array({ maxLength: 40 })
    const encoding = fc.constantFrom('base64', 'base64url', 'hex', 'utf8', 'utf16le')
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), around, around, encoding, (name, before, after, form) => {
        const text = Buffer.concat([before, Buffer.from(CANARIES[name]), after])
        const written = form === 'utf16le' ? Buffer.from(text.toString('latin1'), 'utf16le') : text.toString(form)
        expect(found(form === 'utf8' ? text : Buffer.from(written))).toContain(name)
      }),
    )
  })

  it('finds any twelve characters of it, because whoever cuts a text may cut there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.nat(), (name, at) => {
        const secret = CANARIES[name].replace(/^sk-(ant-\w+-|proj-|admin-)?/, '')
        const from = at % (secret.length - 11)
        expect(found(Buffer.from(`key ends in ${secret.slice(from, from + 12)}`))).toEqual([name])
      }),
    )
  })

  it('finds what a database has deleted, in its free pages and in its log', () => {
    const file = join(dir, 'deleted.db')
    const sql = new BetterSqlite3(file)
    sql.pragma('journal_mode = WAL')
    sql.exec('CREATE TABLE notes (text TEXT)')
    sql.prepare('INSERT INTO notes VALUES (?)').run(`the key is ${CANARIES.krakenKey}`)
    sql.exec('DELETE FROM notes')
    expect(found(readFileSync(`${file}-wal`))).toEqual(['krakenKey'])
    sql.close()
    expect(found(readFileSync(file))).toEqual(['krakenKey'])
  })

  it('finds nothing in what holds nothing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => found(Buffer.from(bytes)).length === 0))
    expect(found(readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json')))).toEqual([])
  })
})
