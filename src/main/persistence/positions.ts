import type { CorrelationId, OrderId, PositionId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { amount, money, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { Position } from '../domain/position.ts'
import type { PositionStore } from '../ports.ts'
import { decoded, exactText, insertInto, oneOf, type Sql, shownText, updateOf, type Value } from './columns.ts'
import { EXIT_REASONS } from './orders.ts'

const SIDES: readonly Position['side'][] = ['long', 'short']

/** All but the id. */
const COLUMNS = [
  'proposal_id',
  'symbol',
  'entry_order_id',
  'side',
  'leverage',
  'amount',
  'cost',
  'open_fees',
  'realized',
  'stop',
  'target',
  'opened_at',
  'closed_at',
  'exit_reason',
  'keep',
  'correlation_id',
]

export type PositionRow = {
  readonly id: string
  readonly proposal_id: string
  readonly symbol: string
  readonly entry_order_id: string
  readonly side: string
  readonly leverage: number
  readonly amount: string
  readonly cost: string
  readonly open_fees: string
  readonly realized: string
  readonly stop: string
  readonly target: string
  readonly opened_at: number
  readonly closed_at: number | null
  readonly exit_reason: string | null
  readonly keep: string | null
  readonly correlation_id: string
}

const valuesOf = (position: Position): Value[] => [
  position.proposalId,
  position.symbol,
  position.entryOrderId,
  position.side,
  position.leverage,
  exactText(position.amount),
  exactText(position.cost),
  exactText(position.openFees),
  exactText(position.realized),
  exactText(position.stop),
  exactText(position.target),
  position.openedAt,
  position.closedAt,
  position.exitReason,
  position.keep === null ? null : exactText(position.keep),
  position.correlationId,
]

export const positionFromRow = (row: PositionRow): Position =>
  decoded('positions', row.id, () => ({
    id: row.id as PositionId,
    proposalId: row.proposal_id as ProposalId,
    symbol: row.symbol as TradedPair,
    entryOrderId: row.entry_order_id as OrderId,
    side: oneOf(SIDES, row.side),
    leverage: row.leverage,
    amount: amount(row.amount),
    cost: money(row.cost),
    openFees: money(row.open_fees),
    realized: money(row.realized),
    stop: price(row.stop),
    target: price(row.target),
    openedAt: epochMs(row.opened_at),
    closedAt: row.closed_at === null ? null : epochMs(row.closed_at),
    exitReason: row.exit_reason === null ? null : oneOf(EXIT_REASONS, row.exit_reason),
    keep: row.keep === null ? null : amount(row.keep),
    correlationId: row.correlation_id as CorrelationId,
  }))

export function createPositionStore(sql: Sql): PositionStore {
  const insert = sql.prepare(insertInto('positions', [...COLUMNS, 'id']))
  const update = sql.prepare(updateOf('positions', COLUMNS, 'id'))
  const insertSnapshot = sql.prepare(
    insertInto('position_snapshots', ['position_id', 'at', 'amount', 'mark', 'unrealized', 'realized']),
  )
  const all = (where: string) => sql.prepare<Value[], PositionRow>(`SELECT * FROM positions ${where}`)
  const byId = all('WHERE id = ?')
  const open = all('WHERE closed_at IS NULL ORDER BY opened_at, seq')
  const ofEntry = all('WHERE entry_order_id = ? ORDER BY seq DESC LIMIT 1')
  const recent = all('ORDER BY seq DESC LIMIT ?')
  return {
    insert(position) {
      insert.run([...valuesOf(position), position.id])
    },
    save(position) {
      const { changes } = update.run([...valuesOf(position), position.id])
      if (changes !== 1) throw new Error(`position ${position.id} was never inserted`)
    },
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : positionFromRow(row)
    },
    ofEntry(id) {
      const row = ofEntry.get(id)
      return row === undefined ? null : positionFromRow(row)
    },
    open: () => open.all().map(positionFromRow),
    recent: (limit) => recent.all(limit).map(positionFromRow),
    snapshot(position, mark, unrealized, at) {
      insertSnapshot.run(
        position.id,
        at,
        exactText(position.amount),
        shownText(mark),
        shownText(unrealized),
        exactText(position.realized),
      )
    },
  }
}
