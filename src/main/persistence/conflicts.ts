import type { ConflictId, CorrelationId, TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import { appliedOption, CONFLICT_TYPES, type Conflict } from '../domain/conflict.ts'
import type { ConflictStore } from '../ports.ts'
import { decoded, insertInto, oneOf, type Sql, updateOf, type Value } from './columns.ts'
import {
  afterWaitFromJson,
  afterWaitToJson,
  attemptsFromJson,
  attemptsToJson,
  optionsFromJson,
  optionsToJson,
  RESOLVERS,
  resolutionFromJson,
  resolutionToJson,
  sidesFromJson,
  sidesToJson,
  stakeFromJson,
  stakeToJson,
  waitedFromJson,
  waitedToJson,
  waitsForFromJson,
  waitsForToJson,
} from './conflict-json.ts'

/** All but the id. */
const COLUMNS = [
  'type',
  'symbol',
  'detected_at',
  'deadline',
  'sides',
  'stake',
  'options',
  'default_option_id',
  'waits_for',
  'after_wait',
  'asking',
  'attempts',
  'resolution',
  'waited',
  'applied_option_id',
  'correlation_id',
]

export type ConflictRow = {
  readonly id: string
  readonly type: string
  readonly symbol: string
  readonly detected_at: number
  readonly deadline: number
  readonly sides: string
  readonly stake: string
  readonly options: string
  readonly default_option_id: string
  readonly waits_for: string
  readonly after_wait: string
  readonly asking: string | null
  readonly attempts: string
  readonly resolution: string | null
  readonly waited: string | null
  readonly applied_option_id: string | null
  readonly correlation_id: string
}

const valuesOf = (conflict: Conflict): Value[] => [
  conflict.type,
  conflict.symbol,
  conflict.detectedAt,
  conflict.deadline,
  sidesToJson(conflict.sides),
  stakeToJson(conflict.stake),
  optionsToJson(conflict.options),
  conflict.defaultOptionId,
  waitsForToJson(conflict.waitsFor),
  afterWaitToJson(conflict.afterWait),
  conflict.asking,
  attemptsToJson(conflict.attempts),
  conflict.resolution === null ? null : resolutionToJson(conflict.resolution),
  conflict.waited === null ? null : waitedToJson(conflict.waited),
  appliedOption(conflict)?.id ?? null,
  conflict.correlationId,
]

export const conflictFromRow = (row: ConflictRow): Conflict =>
  decoded('conflicts', row.id, () => ({
    id: row.id as ConflictId,
    type: oneOf(CONFLICT_TYPES, row.type),
    symbol: row.symbol as TradedPair,
    detectedAt: epochMs(row.detected_at),
    deadline: epochMs(row.deadline),
    sides: sidesFromJson(row.sides),
    stake: stakeFromJson(row.stake),
    options: optionsFromJson(row.options),
    defaultOptionId: row.default_option_id,
    waitsFor: waitsForFromJson(row.waits_for),
    afterWait: afterWaitFromJson(row.after_wait),
    asking: row.asking === null ? null : oneOf(RESOLVERS, row.asking),
    attempts: attemptsFromJson(row.attempts),
    resolution: row.resolution === null ? null : resolutionFromJson(row.resolution),
    waited: row.waited === null ? null : waitedFromJson(row.waited),
    correlationId: row.correlation_id as CorrelationId,
  }))

export function createConflictStore(sql: Sql): ConflictStore {
  const insert = sql.prepare(insertInto('conflicts', [...COLUMNS, 'id']))
  const update = sql.prepare(updateOf('conflicts', COLUMNS, 'id'))
  const all = (where: string) => sql.prepare<Value[], ConflictRow>(`SELECT * FROM conflicts ${where}`)
  const byId = all('WHERE id = ?')
  const unapplied = all('WHERE applied_option_id IS NULL ORDER BY detected_at, seq')
  const notCarriedOut = all('WHERE applied_option_id IS NOT NULL AND carried_out = 0 ORDER BY detected_at, seq')
  const noteCarriedOut = sql.prepare<[string]>('UPDATE conflicts SET carried_out = 1 WHERE id = ?')
  const recent = all('ORDER BY seq DESC LIMIT ?')
  return {
    insert(conflict) {
      insert.run([...valuesOf(conflict), conflict.id])
    },
    save(conflict) {
      const { changes } = update.run([...valuesOf(conflict), conflict.id])
      if (changes !== 1) throw new Error(`conflict ${conflict.id} was never inserted`)
    },
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : conflictFromRow(row)
    },
    unapplied: () => unapplied.all().map(conflictFromRow),
    notCarriedOut: () => notCarriedOut.all().map(conflictFromRow),
    noteCarriedOut(id) {
      noteCarriedOut.run(id)
    },
    recent: (limit) => recent.all(limit).map(conflictFromRow),
  }
}
