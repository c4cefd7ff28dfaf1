import { existsSync, renameSync } from 'node:fs'
import type { Failure } from '../../shared/result.ts'
import type { AuditHead } from '../ports.ts'
import { checkNoted, contradictedFileOf, headFileOf, readHeadFile, writeHeadFile } from './audit-head-file.ts'
import type { Sql } from './columns.ts'

export type HeadNote = {
  /** Notes where the audit ends, unless that stands there already. */
  write(head: AuditHead): void
  /** What was wrong with the note at the start, or why it cannot be written now. */
  trouble(): Failure | null
}

/**
 * Keeps the end of the audit's chain in its file beside the database. At the start it is compared with what the database
 * ends with; a note that the database contradicts is put aside, because the next one would take its place.
 *
 * @param end where the database's chain ends now.
 */
export function createHeadNote(sql: Sql, database: string | null, end: AuditHead): HeadNote {
  if (database === null || sql.readonly) return { write: () => {}, trouble: () => null }
  const file = headFileOf(database)
  const noted = readHeadFile(file)
  const isNew = !noted.ok && noted.error.code === 'audit/head-missing' && end.at === null
  const checked = noted.ok ? checkNoted(sql, noted.value) : noted
  const atStart = checked.ok || isNew ? null : checked.error
  if (noted.ok && !checked.ok && !existsSync(contradictedFileOf(database))) {
    renameSync(file, contradictedFileOf(database))
  }

  let seq = -1
  let failed: Failure | null = null
  function write(head: AuditHead): void {
    if (head.seq === seq) return
    const done = writeHeadFile(file, head)
    failed = done.ok ? null : done.error
    if (done.ok) seq = head.seq
  }
  // From the first row on there is something to compare with.
  if (isNew) write(end)
  return { write, trouble: () => failed ?? atStart }
}
