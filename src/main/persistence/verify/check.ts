import { toText } from '../../../shared/money.ts'
import type { LedgerEntry } from '../../domain/ledger.ts'
import type { Fill, Order } from '../../domain/order.ts'
import type { Position } from '../../domain/position.ts'
import type { Proposal } from '../../domain/proposal.ts'
import type { BagShare, RecordedMovement } from '../../ports.ts'
import { type BagShareRow, bagShareFromRow } from '../bag-shares.ts'
import type { Sql } from '../columns.ts'
import { type ConflictRow, conflictFromRow } from '../conflicts.ts'
import { type FillRow, fillFromRow } from '../fills.ts'
import { createLedgerStore, type NumberedEntry } from '../ledger.ts'
import { type MovementRow, movementFromRow } from '../movements.ts'
import { type OrderRow, orderFromRow } from '../orders.ts'
import { type PositionRow, positionFromRow } from '../positions.ts'
import { type ProposalRow, proposalFromRow } from '../proposals.ts'

/** Something that must not be: which row, and what was expected of it. */
export type Finding = { readonly check: string; readonly row: string; readonly problem: string }
/** One check: what it looked at, in a few words with counts, and what it found. */
export type Report = { readonly check: string; readonly summary: string; readonly findings: readonly Finding[] }

/** Everything that can be read, in the order in which it was written. */
export type Records = {
  readonly orders: ReadonlyMap<string, Order>
  readonly fills: readonly Fill[]
  readonly proposals: ReadonlyMap<string, Proposal>
  readonly positions: readonly Position[]
  readonly entries: readonly NumberedEntry[]
  readonly movements: readonly RecordedMovement[]
  readonly bagShares: readonly BagShare[]
  readonly unreadable: readonly Finding[]
}

export function report(check: string, summary: string, problems: readonly (readonly [string, string])[]): Report {
  return { check, summary, findings: problems.map(([row, problem]) => ({ check, row, problem })) }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export function readRecords(sql: Sql): Records {
  const unreadable: Finding[] = []
  function rows<Row, T>(table: string, key: string, decode: (row: Row) => T, order = 'rowid'): T[] {
    const read: T[] = []
    for (const row of sql
      .prepare<[], Row & Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY ${order}`)
      .all()) {
      try {
        read.push(decode(row))
      } catch (error) {
        unreadable.push({ check: 'rows', row: `${table} ${String(row[key])}`, problem: reasonOf(error) })
      }
    }
    return read
  }
  const entryFromRow = createLedgerStore(sql, (work) => work()).entryFromRow
  const orders = rows<OrderRow, Order>('orders', 'id', orderFromRow)
  const proposals = rows<ProposalRow, Proposal>('proposals', 'id', proposalFromRow)
  rows<ConflictRow, unknown>('conflicts', 'id', conflictFromRow)
  return {
    orders: new Map(orders.map((order) => [order.id, order])),
    fills: rows<FillRow, Fill>('fills', 'trade_id', fillFromRow),
    proposals: new Map(proposals.map((proposal) => [proposal.id, proposal])),
    positions: rows<PositionRow, Position>('positions', 'id', positionFromRow),
    entries: rows<Parameters<typeof entryFromRow>[0], { seq: number; entry: LedgerEntry }>(
      'ledger_entries',
      'seq',
      (row) => ({ seq: row.seq, entry: entryFromRow(row) }),
    ),
    movements: rows<MovementRow, RecordedMovement>('movements', 'id', movementFromRow),
    bagShares: rows<BagShareRow, BagShare>('bag_shares', 'position_id', bagShareFromRow, 'position_id, asset'),
    unreadable,
  }
}

/** An entry's lines in an order of their own, so that two of them can be compared. */
export const textOf = (entry: LedgerEntry): string =>
  entry.lines
    .map((line) => `${line.account} ${toText(line.amount)} ${line.asset}`)
    .sort()
    .join('; ')
