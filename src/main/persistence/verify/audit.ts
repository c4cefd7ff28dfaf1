import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type AuditRow, auditRows, chainStart, hashOfRow } from '../audit-chain.ts'
import { checkNoted, contradictedFileOf, headFileOf, readHeadFile } from '../audit-head-file.ts'
import type { Sql } from '../columns.ts'
import type { Database } from '../database.ts'
import { type Report, report } from './check.ts'

type Problem = readonly [row: string, problem: string]

const nameOf = ({ table, seq, values }: AuditRow): string => `${table} ${seq} ${values[0]}`
const rows = (from: number, to = from): string => (from === to ? `audit ${from}` : `audit ${from} to ${to}`)
const holds = (row: AuditRow, previous = row.previous, seq = row.seq): boolean =>
  previous !== null && hashOfRow(previous, row.table, seq, row.values) === row.hash

/** Rows that follow each other and say what they said when they were written. */
export function checkAudit({ sql }: Database): Report {
  const problems: Problem[] = []
  const begin = firstChained(sql)
  let older = 0
  for (const row of auditRows(sql, 'older')) {
    if (begin !== null && row.seq >= begin) problems.push([nameOf(row), 'has lost its hash'])
    else older++
  }
  const start = chainStart(sql, begin ?? undefined)
  const walk = createWalk(start, (problem) => problems.push(problem))
  let count = 0
  for (const row of auditRows(sql, 'chained')) {
    walk.take(row)
    count++
  }
  walk.end()
  const before = older === 0 ? '' : `, ${older} of older versions as one`
  return report('audit', `${count} messages and dead letters, each follows the one before${before}`, problems)
}

function firstChained(sql: Sql): number | null {
  for (const { seq } of auditRows(sql, 'chained')) return seq
  return null
}

/** Goes along the chain; one row behind, because how a row was changed shows in the next. */
function createWalk(start: { seq: number; hash: string }, find: (problem: Problem) => void) {
  let last: AuditRow | null = null
  let isLastSound = true
  let next = start.seq + 1
  /** Rows that hold under other numbers than theirs. */
  let moved: { first: AuditRow; by: -1 | 1; count: number } | null = null

  function endMoved(): void {
    if (moved === null) return
    const { first, by, count } = moved
    moved = null
    const rest = `and the ${count - 1} after it have numbers ${by < 0 ? 'one too high' : 'one too low'}`
    const why = by < 0 ? `${rows(first.seq - 1)} was inserted` : `a row before them was removed`
    find([nameOf(first), count === 1 ? `was written as row ${first.seq + by}` : `${rest}: ${why}`])
  }

  function isMoved(row: AuditRow): boolean {
    const by = ([-1, 1] as const).find((each) => holds(row, row.previous, row.seq + each))
    if (by === undefined) return false
    if (moved !== null && moved.by === by) moved = { ...moved, count: moved.count + 1 }
    else {
      endMoved()
      moved = { first: row, by, count: 1 }
    }
    return true
  }

  /** Whether a row whose successor is known, if it has one, says what it said. */
  function judge(row: AuditRow, previous: string | null, successor: AuditRow | null): boolean {
    if (holds(row)) {
      endMoved()
      return true
    }
    if (isMoved(row)) return false
    endMoved()
    if (previous !== null && holds(row, previous)) find([nameOf(row), 'holds another hash of the row before it'])
    else if (successor !== null && holds({ ...row, hash: successor.previous })) find([nameOf(row), 'has another hash'])
    else find([nameOf(row), 'is not what was written'])
    return false
  }

  /** The hash which the row after `last` must hold; null where that cannot be known. */
  let beforeLast: string | null = start.hash

  function settle(successor: AuditRow | null): void {
    if (last === null) return
    const isLinked = last.previous === beforeLast
    const wasSound = isLastSound
    isLastSound = judge(last, beforeLast, successor)
    if (isLastSound && !isLinked && wasSound && beforeLast !== null) {
      const what = last.seq === start.seq + 1 ? rows(0, start.seq) : rows(last.seq - 1)
      find([what, `is not what ${nameOf(last)} was written after`])
    }
    beforeLast = last.hash
  }

  return {
    take(row: AuditRow): void {
      settle(row)
      if (row.seq > next) {
        find([rows(next, row.seq - 1), row.seq - next === 1 ? 'is missing' : 'are missing'])
        beforeLast = null
      } else if (row.seq < next) find([nameOf(row), 'has the number of another row: it was inserted'])
      next = row.seq + 1
      last = row
    },
    end(): void {
      settle(null)
      endMoved()
    },
  }
}

/** The end of the chain is the one that is noted outside the database, or comes after it. */
export function checkHead({ sql, file }: Database): Report {
  if (file === null) return report('audit head', 'not kept for a database in memory', [])
  const problems: Problem[] = []
  const name = basename(headFileOf(file))
  const noted = readHeadFile(headFileOf(file))
  const checked = noted.ok ? checkNoted(sql, noted.value) : noted
  const isNew = !noted.ok && noted.error.code === 'audit/head-missing' && firstChained(sql) === null
  if (!checked.ok && !isNew) problems.push([noted.ok ? `audit ${noted.value.seq}` : name, checked.error.message])
  const contradicted = contradictedFileOf(file)
  if (existsSync(contradicted)) {
    const before = readHeadFile(contradicted)
    const what = before.ok ? `row ${before.value.seq} (${before.value.hash.slice(0, 12)})` : 'something unreadable'
    problems.push([basename(contradicted), `noted ${what} as the end of the audit, which the database then had not`])
  }
  const end = noted.ok
    ? `row ${noted.value.seq} (${noted.value.hash.slice(0, 12)}) is there`
    : 'nothing was written yet'
  return report('audit head', `noted outside: ${end}`, problems)
}
