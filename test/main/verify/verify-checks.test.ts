import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyDatabase, verifyReports } from '../../../src/main/persistence/verify-checks.ts'
import { type Asset, asset } from '../../../src/shared/ids.ts'
import { type Amount, amount } from '../../../src/shared/money.ts'
import { openMemory } from '../persistence/builders.ts'
import { planted } from './planted.ts'
import { fillSoundDatabase, tamper } from './sound-database.ts'

function soundDatabase() {
  const db = openMemory()
  fillSoundDatabase(db)
  return db
}

const BALANCES = new Map<Asset, Amount>([
  [asset('BTC'), amount('0.0300499')],
  [asset('XRP'), amount('3500')],
  [asset('USDT'), amount('9492.14')],
])

describe('verify', () => {
  it('finds nothing in an empty database', () => {
    expect(verifyDatabase(openMemory())).toEqual([])
  })

  it('finds nothing in a sound one, says what it looked at, and agrees with the exchange', () => {
    const db = soundDatabase()
    const reports = verifyReports(db, { exchangeBalances: BALANCES })
    expect(reports.flatMap((report) => report.findings)).toEqual([])
    expect(reports.map((report) => `${report.check}: ${report.summary}`)).toEqual(
      expect.arrayContaining([
        'ledger: 17 entries, sums are zero for USDT, BTC, XRP',
        "bookings: 8 fills, each with its one ledger entry in its order's sleeve",
        'positions: 1 positions follow from the fills',
      ]),
    )
  })

  it('names the asset in which ledger and exchange differ', () => {
    const other = new Map([...BALANCES, [asset('BTC'), amount('0.031')], [asset('ETH'), amount('1')]])
    expect(verifyDatabase(soundDatabase(), { exchangeBalances: other })).toEqual([
      { check: 'sleeves', row: 'sleeves BTC', problem: 'come to 0.0300499, the exchange has 0.031' },
      { check: 'sleeves', row: 'sleeves ETH', problem: 'come to 0, the exchange has 1' },
    ])
  })

  it.each(planted)('finds %s', (_, change, check, row) => {
    const db = soundDatabase()
    tamper(db, change)
    const rows = verifyDatabase(db)
      .filter((finding) => finding.check === check)
      .map((finding) => finding.row)
    expect(rows).toContainEqual(row instanceof RegExp ? expect.stringMatching(row) : row)
  })

  it('says which check cannot be made, and makes the others', () => {
    const lost = soundDatabase()
    lost.sql.exec('DROP TABLE order_status_log')
    expect(verifyDatabase(lost).map((finding) => finding.check)).toEqual([...Array(4).fill('schema'), 'statuses'])
    lost.sql.exec('PRAGMA foreign_keys = OFF; DROP TABLE fills')
    expect(verifyDatabase(lost).map((finding) => finding.check)).toContain('rows')
  })

  it('finds a trigger that was dropped', () => {
    const db = soundDatabase()
    db.sql.exec('DROP TRIGGER fills_kept')
    expect(verifyDatabase(db)).toEqual([
      { check: 'schema', row: 'trigger fills_kept', problem: 'is missing from the schema' },
    ])
  })

  it('finds any change of any amount in fills, ledger, orders and positions', () => {
    const cells: [table: string, column: string][] = [
      ['fills', 'amount'],
      ['fills', 'price'],
      ['fills', 'fee'],
      ['ledger_lines', 'amount'],
      ['orders', 'filled'],
      ['orders', 'cost'],
      ['positions', 'amount'],
      ['positions', 'cost'],
      ['positions', 'open_fees'],
      ['positions', 'realized'],
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...cells),
        fc.nat(),
        fc.integer({ min: 1, max: 999 }),
        ([table, column], n, digits) => {
          const db = soundDatabase()
          const key = table === 'ledger_lines' ? '(entry, line)' : 'rowid'
          const columns = table === 'ledger_lines' ? 'entry, line' : 'rowid'
          const count = db.sql.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
          const pick = `(SELECT ${columns} FROM ${table} ORDER BY ${columns} LIMIT 1 OFFSET ${n % count})`
          const text = `CASE WHEN instr(${column}, '.') THEN ${column} ELSE ${column} || '.0' END || '000000${digits}'`
          tamper(db, `UPDATE ${table} SET ${column} = ${text} WHERE ${key} = ${pick}`)
          expect(verifyDatabase(db)).not.toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })
})
