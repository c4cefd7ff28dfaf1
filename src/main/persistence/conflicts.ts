import type { ConflictId, CorrelationId, TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type { Conflict, ConflictType } from '../domain/conflict.ts'
import type { ConflictStore } from '../ports.ts'
import { decoded, insertInto, oneOf, type Sql, updateOf, type Value } from './columns.ts'
import {
  attemptsFromJson,
  attemptsToJson,
  optionsFromJson,
  optionsToJson,
  RESOLVERS,
  regimeFromJson,
  regimeToJson,
  resolutionFromJson,
  resolutionToJson,
  signalFromJson,
  signalToJson,
} from './conflict-json.ts'

const TYPES: readonly ConflictType[] = ['regime_incompatible']

/** All but the id. */
const COLUMNS = [
  'type',
  'symbol',
  'detected_at',
  'deadline',
  'signal',
  'regime',
  'options',
  'default_option_id',
  'asking',
  'attempts',
  'resolution',
  'correlation_id',
]

export type ConflictRow = {
  readonly id: string
  readonly type: string
  readonly symbol: string
  readonly detected_at: number
  readonly deadline: number
  readonly signal: string
  readonly regime: string
  readonly options: string
  readonly default_option_id: string
  readonly asking: string | null
  readonly attempts: string
  readonly resolution: string | null
  readonly correlation_id: string
}

const valuesOf = (conflict: Conflict): Value[] => [
  conflict.type,
  conflict.symbol,
  conflict.detectedAt,
  conflict.deadline,
  signalToJson(conflict.signal),
  regimeToJson(conflict.regime),
  optionsToJson(conflict.options),
  conflict.defaultOptionId,
  conflict.asking,
  attemptsToJson(conflict.attempts),
  conflict.resolution === null ? null : resolutionToJson(conflict.resolution),
  conflict.correlationId,
]

export const conflictFromRow = (row: ConflictRow): Conflict =>
  decoded('conflicts', row.id, () => ({
    id: row.id as ConflictId,
    type: oneOf(TYPES, row.type),
    symbol: row.symbol as TradedPair,
    detectedAt: epochMs(row.detected_at),
    deadline: epochMs(row.deadline),
    signal: signalFromJson(row.signal),
    regime: regimeFromJson(row.regime),
    options: optionsFromJson(row.options),
    defaultOptionId: row.default_option_id,
    asking: row.asking === null ? null : oneOf(RESOLVERS, row.asking),
    attempts: attemptsFromJson(row.attempts),
    resolution: row.resolution === null ? null : resolutionFromJson(row.resolution),
    correlationId: row.correlation_id as CorrelationId,
  }))

export function createConflictStore(sql: Sql): ConflictStore {
  const insert = sql.prepare(insertInto('conflicts', [...COLUMNS, 'id']))
  const update = sql.prepare(updateOf('conflicts', COLUMNS, 'id'))
  const all = (where: string) => sql.prepare<Value[], ConflictRow>(`SELECT * FROM conflicts ${where}`)
  const byId = all('WHERE id = ?')
  const unresolved = all('WHERE resolution IS NULL ORDER BY detected_at, seq')
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
    unresolved: () => unresolved.all().map(conflictFromRow),
    recent: (limit) => recent.all(limit).map(conflictFromRow),
  }
}
