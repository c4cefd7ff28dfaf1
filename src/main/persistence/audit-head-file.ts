import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { fail, ok, type Result } from '../../shared/result.ts'
import { epochMs } from '../../shared/time.ts'
import type { AuditHead } from '../ports.ts'
import { chainStart } from './audit-chain.ts'
import type { Sql } from './columns.ts'

/*
 * The end of the audit's chain, kept outside the database: who cuts rows off the end of a chain leaves a chain that
 * holds. Written after the rows it tells of, so a chain may be longer than what stands here, and never shorter.
 */

const HeadFile = z.strictObject({
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.iso.datetime().nullable(),
})

/** Beside the database `NAME.db`. */
export const headFileOf = (database: string): string => `${database.replace(/\.db$/, '')}.audit-head`
/** What stood there when the database turned out to contradict it: kept until a person takes it away. */
export const contradictedFileOf = (database: string): string => `${headFileOf(database)}.contradicted`

/** Errors `audit/head-missing`, `audit/head-unreadable`. */
export function readHeadFile(file: string): Result<AuditHead> {
  if (!existsSync(file)) {
    return fail(
      'audit/head-missing',
      'The end of the audit is noted nowhere outside the database: rows may be missing from its end.',
    )
  }
  try {
    const { seq, hash, time } = HeadFile.parse(JSON.parse(readFileSync(file, 'utf8')))
    return ok({ seq, hash, at: time === null ? null : epochMs(Date.parse(time)) })
  } catch {
    return fail(
      'audit/head-unreadable',
      'The note of where the audit ended, outside the database, cannot be read: rows may be missing from its end.',
    )
  }
}

/** There completely or not at all, and on the disk when this returns. Error `audit/head-unwritable`. */
export function writeHeadFile(file: string, { seq, hash, at }: AuditHead): Result<null> {
  const unfinished = `${file}.unfinished`
  try {
    const handle = openSync(unfinished, 'w', 0o600)
    try {
      writeSync(handle, `${JSON.stringify({ seq, hash, time: at === null ? null : new Date(at).toISOString() })}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(unfinished, file)
    return ok(null)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail('audit/head-unwritable', `The end of the audit could not be noted outside the database (${why}).`)
  }
}

/**
 * Whether the database holds the row that was noted, with its hash; what was written after it has not been noted yet.
 *
 * Errors `audit/tail-cut`, `audit/head-differs`: the message begins with the row.
 */
export function checkNoted(sql: Sql, noted: AuditHead): Result<null> {
  const found = sql
    .prepare<[number, number], { hash: string }>(
      `SELECT hash FROM messages WHERE seq = ? AND hash IS NOT NULL
       UNION ALL SELECT hash FROM dead_letters WHERE seq = ? AND hash IS NOT NULL`,
    )
    .all(noted.seq, noted.seq)
  if (found.some(({ hash }) => hash === noted.hash)) return ok(null)
  const digits = noted.hash.slice(0, 12)
  if (found.length > 0) {
    return fail(
      'audit/head-differs',
      `Row ${noted.seq} of the audit has another hash than the ${digits} that was noted outside.`,
    )
  }
  const start = chainStart(sql)
  if (start.seq === noted.seq && start.hash === noted.hash) return ok(null)
  return fail(
    'audit/tail-cut',
    `Row ${noted.seq} (${digits}) of the audit is gone, and so may be others before it: it was noted outside the database.`,
  )
}
