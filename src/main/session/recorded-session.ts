import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Sql } from '../persistence/columns.ts'
import { hashOfSessionRow, NO_ROW_BEFORE, type StoredSessionRow, sessionRows } from '../persistence/session-log.ts'
import type { Json } from './session-json.ts'

/** What a tape noted, as `recording-tape.ts` writes it. */
export type Noted =
  | readonly ['start', Json]
  | readonly ['step', string, string, Json, string | null]
  | readonly ['done', Json?]
  | readonly ['threw', string]
  | readonly ['read', string, Json, Json]
  | readonly ['failed', string, Json, string]
  | readonly ['act', string, Json]
  | readonly ['gave', Json]

export type RecordedStep = {
  /** Of its first row. */
  readonly seq: number
  readonly run: number
  readonly step: number
  readonly at: EpochMs
  readonly kind: string
  readonly subject: string
  readonly answer: string | null
  readonly values: readonly (readonly [number, Json])[]
  readonly events: readonly Noted[]
  /** False where the program ended within it. */
  readonly isWhole: boolean
  /** The row that is not as it was written; null when all are. */
  readonly changedRow: number | null
  /** What is missing before it, in words; null when nothing is. */
  readonly gap: string | null
}

/** Events of each kind have so many members. */
const LENGTHS: Readonly<Record<Noted[0], readonly number[]>> = {
  start: [2],
  step: [5],
  done: [1, 2],
  threw: [2],
  read: [4],
  failed: [4],
  act: [3],
  gave: [2],
}

/**
 * Every step of a database, one after the other. Error `session/unreadable`, naming the row, where something is not what a
 * tape writes; it is the last one.
 */
export function* recordedSteps(sql: Sql): Generator<Result<RecordedStep>> {
  let open: Building | null = null
  let previous = NO_ROW_BEFORE
  let [run, step] = [0, -1]
  for (const row of sessionRows(sql)) {
    const { seq, hash, ...said } = row
    const isChanged = hashOfSessionRow(previous, seq, said) !== hash
    previous = hash
    const read = dataOf(row)
    if (!read.ok) {
      if (open !== null) yield ok(builtOf(open))
      yield read
      return
    }
    if (open === null || open.row.run !== row.run || open.row.step !== row.step) {
      if (open !== null) yield ok(builtOf(open))
      const isNext: boolean = row.run === run ? row.step === step + 1 : row.run > run && row.step === 0
      const gap = isNext ? null : `Between step ${run}.${step} and step ${row.run}.${row.step} something is missing.`
      open = { row, values: [], events: [], changedRow: null, gap }
      run = row.run
      step = row.step
    }
    open.values.push(...read.value.values)
    open.events.push(...read.value.events)
    if (isChanged) open.changedRow ??= seq
  }
  if (open !== null) yield ok(builtOf(open))
}

type Building = {
  readonly row: StoredSessionRow
  readonly values: (readonly [number, Json])[]
  readonly events: Noted[]
  changedRow: number | null
  readonly gap: string | null
}

function builtOf({ row, values, events, changedRow, gap }: Building): RecordedStep {
  const { seq, run, step, at, kind, subject, answer } = row
  let depth = 0
  for (const [what] of events) depth += what === 'step' ? 1 : what === 'done' || what === 'threw' ? -1 : 0
  return { seq, run, step, at, kind, subject, answer, values, events, isWhole: depth === 0, changedRow, gap }
}

type Data = { readonly values: readonly (readonly [number, Json])[]; readonly events: readonly Noted[] }

function dataOf({ seq, data }: StoredSessionRow): Result<Data> {
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return unreadable(seq, 'its data is not JSON')
  }
  const { values, events } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  if (!Array.isArray(values) || !Array.isArray(events)) return unreadable(seq, 'it has no values or no events')
  if (!values.every(isValue)) return unreadable(seq, 'a value has no number')
  const odd = events.find((event) => !isNoted(event))
  return odd === undefined ? ok({ values, events }) : unreadable(seq, `nobody knows what ${JSON.stringify(odd)} means`)
}

const isValue = (each: unknown): boolean => Array.isArray(each) && each.length === 2 && Number.isSafeInteger(each[0])

function isNoted(event: unknown): event is Noted {
  if (!Array.isArray(event) || typeof event[0] !== 'string') return false
  const lengths = LENGTHS[event[0] as Noted[0]]
  return (
    lengths?.includes(event.length) === true &&
    (event.length < 2 ||
      event[0] === 'start' ||
      event[0] === 'gave' ||
      event[0] === 'done' ||
      typeof event[1] === 'string')
  )
}

const unreadable = (seq: number, why: string) =>
  fail(
    'session/unreadable',
    `Row ${seq} of session_log cannot be read: ${why}. Replay a backup, or the copy the database was made from.`,
  )
