import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { inFolder, openOrThrow } from '../persistence/builders.ts'
import { fillSoundDatabase, tamper } from './sound-database.ts'

const COMMAND = join(import.meta.dirname, '../../../src/main/verify.ts')

function verify(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr, lines: stdout.trimEnd().split('\n') }
}

function makeSound(folder: string, name = 'paper-simulated.db'): string {
  const db = openOrThrow(join(folder, name))
  fillSoundDatabase(db)
  db.close()
  return join(folder, name)
}

describe('npm run verify', () => {
  it('says for each check what it looked at, ends with a count, and changes nothing', () =>
    inFolder((folder) => {
      const file = makeSound(folder)
      const exchange = new BetterSqlite3(join(folder, 'exchange-simulated.db'))
      exchange.pragma('application_id = 77')
      exchange.close()
      const before = readFileSync(file)
      const { status, lines, stderr } = verify('--data-dir', folder)
      expect(stderr).toBe('')
      expect(lines[0]).toBe('skip exchange-simulated.db: not one of these databases')
      expect(lines[1]).toBe('paper-simulated.db')
      expect(lines).toContain('ok   ledger: 17 entries, sums are zero for USDT, BTC, XRP')
      expect(lines.at(-1)).toBe('verified: 15 checks, 0 findings')
      expect(status).toBe(0)
      expect(readFileSync(file)).toEqual(before)
    }))

  it('fails with a line per finding', () =>
    inFolder((folder) => {
      const db = openOrThrow(makeSound(folder))
      tamper(db, `UPDATE orders SET cost = '700.01' WHERE id = 'ord_3'`)
      db.close()
      const { status, lines } = verify('--data-dir', folder)
      expect(lines).toContain('BAD  fills: orders ord_3 cost 700.01, its fills 700')
      expect(lines.at(-1)).toBe('verified: 15 checks, 1 findings')
      expect(status).toBe(1)
    }))

  it('fails for a file with a name of ours that is no database, and goes on with the others', () =>
    inFolder((folder) => {
      makeSound(folder)
      writeFileSync(join(folder, 'live-kraken.db'), 'not a database')
      const { status, lines } = verify('--data-dir', folder)
      expect(lines[1]).toContain('BAD  open: live-kraken.db is not a database of TripleGain')
      expect(lines.at(-1)).toBe('verified: 15 checks, 1 findings')
      expect(status).toBe(1)
    }))

  it('says when a running instance has the database', () =>
    inFolder((folder) => {
      const db = openOrThrow(makeSound(folder))
      const { status, stdout } = verify('--data-dir', folder)
      expect(stdout).toContain('paper-simulated.db is in use by a running TripleGain')
      expect(status).toBe(1)
      db.close()
    }))

  it('fails where there is nothing to verify', () =>
    inFolder((folder) => {
      expect(verify('--data-dir', folder)).toMatchObject({ status: 1, stdout: '' })
      expect(verify('--data-dir', join(folder, 'nowhere'))).toMatchObject({ status: 1, stdout: '' })
      expect(readdirSync(folder)).toEqual([])
    }))

  it('explains itself, and refuses what it does not know in one line', () => {
    expect(verify('--help')).toMatchObject({ status: 0, stderr: '' })
    expect(verify('--help').stdout).toContain('npm run verify -- --data-dir DIR')
    for (const args of [['--data', 'x'], ['x'], [], ['--data-dir'], ['--data-dir=']]) {
      const { status, stdout, stderr } = verify(...args)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    }
  })
})
