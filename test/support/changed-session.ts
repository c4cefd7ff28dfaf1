import { cpSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { hashOfSessionRow, NO_ROW_BEFORE, type StoredSessionRow } from '../../src/main/persistence/session-log.ts'

export type SessionSql = BetterSqlite3.Database

/**
 * A copy of a recorded database in which somebody has changed something.
 *
 * @param change may do what the program never does: nothing is append-only here.
 * @param isCovered the one who changed it has made every hash anew.
 */
export function changedSession(
  dir: string,
  name: string,
  change: (sql: SessionSql) => void,
  isCovered: boolean,
): string {
  cpSync(join(dir, 'engine.db'), join(dir, name))
  const sql = new BetterSqlite3(join(dir, name))
  sql.exec('DROP TRIGGER session_log_fixed; DROP TRIGGER session_log_kept')
  change(sql)
  if (isCovered) coverUp(sql)
  sql.close()
  return name
}

function coverUp(sql: SessionSql): void {
  let previous = NO_ROW_BEFORE
  const update = sql.prepare('UPDATE session_log SET hash = ? WHERE seq = ?')
  for (const { seq, hash: _, ...row } of sql
    .prepare<[], StoredSessionRow>('SELECT * FROM session_log ORDER BY seq')
    .all()) {
    previous = hashOfSessionRow(previous, seq, {
      run: row.run,
      step: row.step,
      at: row.at,
      kind: row.kind,
      subject: row.subject,
      answer: row.answer,
      data: row.data,
    })
    update.run(previous, seq)
  }
}
