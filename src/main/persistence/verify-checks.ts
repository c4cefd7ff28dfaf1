import type { Asset } from '../../shared/ids.ts'
import type { Amount } from '../../shared/money.ts'
import type { Database } from './database.ts'
import { checkAudit, checkHead } from './verify/audit.ts'
import { type Finding, type Report, readRecords, reasonOf, report } from './verify/check.ts'
import { checkBookings, checkLedger, checkSleeves } from './verify/ledger.ts'
import { checkFilled, checkReceipts, checkStatuses } from './verify/orders.ts'
import { checkBags, checkMovements } from './verify/portfolio.ts'
import { checkPositions } from './verify/positions.ts'
import { checkIntegrity, checkSchema, checkUnique } from './verify/schema.ts'

export type VerifyOptions = {
  /** What the exchange holds, when somebody can tell: compared with the sum of the sleeves. */
  readonly exchangeBalances?: ReadonlyMap<Asset, Amount>
}

/** Every check of a database. Reads only; a check that cannot be made is a finding of its own. */
export function verifyReports(db: Database, options: VerifyOptions = {}): readonly Report[] {
  const attempt = (check: string, work: () => Report): Report => {
    try {
      return work()
    } catch (error) {
      return report(check, 'not made', [[db.name, `this check could not be made: ${reasonOf(error)}`]])
    }
  }
  const reports = [
    attempt('integrity', () => checkIntegrity(db)),
    attempt('schema', () => checkSchema(db)),
    attempt('unique', () => checkUnique(db)),
    attempt('audit', () => checkAudit(db)),
    attempt('audit head', () => checkHead(db)),
  ]
  try {
    const records = readRecords(db.sql)
    const { orders, fills, entries } = records
    return [
      ...reports,
      {
        check: 'rows',
        summary: `${orders.size} orders, ${fills.length} fills, ${entries.length} ledger entries read`,
        findings: records.unreadable,
      },
      attempt('ledger', () => checkLedger(records)),
      attempt('sleeves', () => checkSleeves(records, options.exchangeBalances)),
      attempt('bookings', () => checkBookings(records)),
      attempt('fills', () => checkFilled(records)),
      attempt('statuses', () => checkStatuses(db.sql, records)),
      attempt('receipts', () => checkReceipts(records)),
      attempt('positions', () => checkPositions(records)),
      attempt('movements', () => checkMovements(records)),
      attempt('bags', () => checkBags(records)),
    ]
  } catch (error) {
    return [...reports, report('rows', 'not read', [[db.name, `could not be read: ${reasonOf(error)}`]])]
  }
}

export const verifyDatabase = (db: Database, options: VerifyOptions = {}): readonly Finding[] =>
  verifyReports(db, options).flatMap((made) => made.findings)
