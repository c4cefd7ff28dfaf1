import BetterSqlite3 from 'better-sqlite3'

/** What any program pays for one durable row: a file of our pragmas, a table of as many columns, one insert a commit. */
export function createBareInserts(file: string, columns: number): { insert(): void; close(): void } {
  const sql = new BetterSqlite3(file)
  for (const pragma of [
    'page_size = 1024',
    'locking_mode = EXCLUSIVE',
    'synchronous = FULL',
    'wal_autocheckpoint = 4000',
    'foreign_keys = ON',
    'journal_mode = WAL',
  ]) {
    sql.pragma(pragma)
  }
  const names = Array.from({ length: columns - 1 }, (_, i) => `c${i}`)
  sql.exec(`CREATE TABLE bare (id INTEGER PRIMARY KEY, ${names.map((name) => `${name} TEXT`).join(', ')}) STRICT`)
  const statement = sql.prepare(`INSERT INTO bare VALUES (${Array(columns).fill('?').join(', ')})`)
  const texts = names.map((name) => `value of ${name}`)
  let id = 0
  return {
    insert() {
      statement.run(++id, texts)
    },
    close: () => void sql.close(),
  }
}

/** Columns of the table that an intent is written to. */
export const INTENT_COLUMNS = 24
