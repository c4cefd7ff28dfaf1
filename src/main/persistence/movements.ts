import type { Asset, CorrelationId } from '../../shared/ids.ts'
import { amount } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { MovementStore, RecordedMovement } from '../ports.ts'
import { decoded, exactText, insertInto, oneOf, type Sql, updateOf, type Value } from './columns.ts'

const KINDS: readonly RecordedMovement['kind'][] = ['deposit', 'withdrawal', 'reward']
const SLEEVES = ['core', 'hodl'] as const
const DECIDERS = ['trader', 'default'] as const

/** What the exchange told. */
const FACT_COLUMNS = ['id', 'kind', 'asset', 'amount', 'at', 'default_at', 'correlation_id']
/** What was made of it. */
const DECISION_COLUMNS = ['sleeve', 'decided_at', 'decided_by', 'reason']

export type MovementRow = {
  readonly id: string
  readonly kind: string
  readonly asset: string
  readonly amount: string
  readonly at: number
  readonly default_at: number
  readonly sleeve: string | null
  readonly decided_at: number | null
  readonly decided_by: string | null
  readonly reason: string | null
  readonly correlation_id: string
}

const factValues = (movement: RecordedMovement): Value[] => [
  movement.id,
  movement.kind,
  movement.asset,
  exactText(movement.amount),
  movement.at,
  movement.defaultAt,
  movement.correlationId,
]
const decisionValues = (movement: RecordedMovement): Value[] => [
  movement.sleeve,
  movement.decidedAt,
  movement.decidedBy,
  movement.reason,
]

export const movementFromRow = (row: MovementRow): RecordedMovement =>
  decoded('movements', row.id, () => ({
    id: row.id,
    kind: oneOf(KINDS, row.kind),
    asset: row.asset as Asset,
    amount: amount(row.amount),
    at: epochMs(row.at),
    defaultAt: epochMs(row.default_at),
    sleeve: row.sleeve === null ? null : oneOf(SLEEVES, row.sleeve),
    decidedAt: row.decided_at === null ? null : epochMs(row.decided_at),
    decidedBy: row.decided_by === null ? null : oneOf(DECIDERS, row.decided_by),
    reason: row.reason,
    correlationId: row.correlation_id as CorrelationId,
  }))

export function createMovementStore(sql: Sql): MovementStore {
  const insert = sql.prepare(
    `${insertInto('movements', [...FACT_COLUMNS, ...DECISION_COLUMNS])} ON CONFLICT (id) DO NOTHING`,
  )
  const update = sql.prepare(updateOf('movements', DECISION_COLUMNS, 'id'))
  const all = (where: string) => sql.prepare<Value[], MovementRow>(`SELECT * FROM movements ${where}`)
  const byId = all('WHERE id = ?')
  // Sorted by what the index over the waiting ones gives: all have the same time to wait, but for a changed setting.
  const waiting = all('WHERE sleeve IS NULL ORDER BY default_at, seq')
  const recent = all('ORDER BY seq DESC LIMIT ?')
  const lastAt = sql.prepare<[], number | null>('SELECT max(at) FROM movements').pluck()
  return {
    add: (movement) => insert.run([...factValues(movement), ...decisionValues(movement)]).changes === 1,
    save(movement) {
      const { changes } = update.run([...decisionValues(movement), movement.id])
      if (changes !== 1) throw new Error(`movement ${movement.id} was never added`)
    },
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : movementFromRow(row)
    },
    waiting: () => waiting.all().map(movementFromRow),
    recent: (limit) => recent.all(limit).map(movementFromRow),
    lastAt() {
      const at = lastAt.get() ?? null
      return at === null ? null : epochMs(at)
    },
  }
}
