import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaySession } from '../../../src/main/replay-session.ts'
import { changedSession, type SessionSql } from '../../support/changed-session.ts'
import { recordADay, recordRebalances } from '../../support/recorded-day.ts'

type Answer = { readonly seq: number; readonly run: number; readonly step: number; readonly answer: string }

let dir: string
let answers: readonly Answer[]
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'triplegain-session-'))
  await recordADay(dir)
  const sql = new BetterSqlite3(join(dir, 'engine.db'), { readonly: true })
  answers = sql
    .prepare<[], Answer>('SELECT seq, run, step, answer FROM session_log WHERE answer IS NOT NULL ORDER BY seq')
    .all()
  sql.close()
}, 60_000)
afterAll(() => rmSync(dir, { recursive: true }))

/** What a replay prints; its error where there is one. */
async function replayed(name: string, from = dir): Promise<string> {
  const done = await replaySession(from, name)
  return done.ok ? done.value.text : done.error.code
}

const flipped = (text: string, at: number): string =>
  `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`

const changeAnswer =
  ({ seq, answer }: Answer, at: number) =>
  (sql: SessionSql): void =>
    void sql.prepare('UPDATE session_log SET answer = ? WHERE seq = ?').run(flipped(answer, at), seq)

describe('a session that is run again', () => {
  it('decides the same, twice with the same words', async () => {
    const first = await replayed('engine.db')
    expect(first).toMatch(
      /^session engine.db, 2026-01-01T00:00:00.000Z to .*: 2 starts, \d+ steps, \d+ decisions, 5 answers, 0 differences$/,
    )
    expect(await replayed('engine.db')).toBe(first)
  })

  it('touches nothing in its folder', async () => {
    const contents = () =>
      readdirSync(dir).map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex'),
      ])
    const before = contents()
    await replayed('engine.db')
    expect(contents()).toEqual(before)
  })

  it('was written together with what was decided: no conflict and no proposal is without its steps', () => {
    const sql = new BetterSqlite3(join(dir, 'engine.db'), { readonly: true })
    const log = sql.prepare<[], string>('SELECT group_concat(data) FROM session_log').pluck().get() ?? ''
    const ids = sql
      .prepare<[], string>("SELECT id FROM conflicts UNION SELECT id FROM proposals WHERE kind = 'tactical'")
      .pluck()
      .all()
    sql.close()
    expect(ids.length).toBeGreaterThan(5)
    for (const id of ids) expect(log).toContain(`"${id}"`)
  })
})

describe('rebalances that are run again', () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'triplegain-session-'))
    await recordRebalances(folder)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are the same plans, whoever chose how they are carried out', async () => {
    const sql = new BetterSqlite3(join(folder, 'engine.db'), { readonly: true })
    const plans = sql.prepare<[], number>("SELECT count(*) FROM proposals WHERE kind = 'rebalance'").pluck().get()
    const kinds = sql.prepare<[], string>('SELECT DISTINCT kind FROM session_log').pluck().all()
    sql.close()
    expect(plans).toBeGreaterThanOrEqual(3)
    expect(kinds).toEqual(expect.arrayContaining(['made', 'check', 'force', 'plan_again', 'hears', 'ends', 'plans']))
    expect(await replayed('engine.db', folder)).toMatch(/1 start, \d+ steps, \d+ decisions, 1 answer, 0 differences$/)
  })

  it('are the same up to where the program was killed, wherever that is', async () => {
    const sql = new BetterSqlite3(join(folder, 'engine.db'), { readonly: true })
    const rows = sql.prepare<[], number>('SELECT count(*) FROM session_log').pluck().get() ?? 0
    sql.close()
    expect(rows).toBeGreaterThan(20)
    for (let last = 1; last < rows; last++) {
      const cut = (file: SessionSql) => void file.prepare('DELETE FROM session_log WHERE seq > ?').run(last)
      expect(await replayed(changedSession(folder, 'changed.db', cut, false), folder), `row ${last}`).toMatch(
        /0 differences$/,
      )
    }
  })

  it.each([
    [
      'a price was another',
      'data',
      '["BTC/USDT"],{"symbol":"BTC/USDT","at":1767225600000,"bid":50000',
      '"bid":50000',
      '"bid":50001',
      /: check$/m,
    ],
    ['core held something else', 'data', '"core.amountOf",["BTC"],{"$d":"0.08"}', '0.08', '0.07', /: check$/m],
    ['a model chose otherwise', 'answer', '"option":"market"', 'market', 'limit', /: ends, strategy$/m],
  ])('are others when %s', async (_, column, where, from, to, expected) => {
    const change = (sql: SessionSql): void => {
      const { changes } = sql
        .prepare(`UPDATE session_log SET ${column} = replace(${column}, ?, ?) WHERE instr(${column}, ?) > 0`)
        .run(where, where.replace(from, to), where)
      expect(changes).toBeGreaterThan(0)
    }
    expect(await replayed(changedSession(folder, 'changed.db', change, true), folder)).toMatch(expected)
  })
})

describe('one changed byte of a recorded answer', () => {
  it('is named with the step that heard it, wherever it stands', async () => {
    for (const answer of answers) {
      for (let at = 0; at < answer.answer.length; at += 9) {
        const name = changedSession(dir, 'changed.db', changeAnswer(answer, at), false)
        expect(await replayed(name), `byte ${at}`).toContain(`step ${answer.run}.${answer.step} (row ${answer.seq})`)
      }
    }
  })

  it('is found by what is decided, where every hash was made anew', async () => {
    let found = 0
    for (const answer of answers) {
      for (let at = 0; at < answer.answer.length; at += 9) {
        const text = await replayed(changedSession(dir, 'changed.db', changeAnswer(answer, at), true))
        const isNamed = text.includes(`step ${answer.run}.${answer.step} (row ${answer.seq})`)
        // What came too late decides nothing: of its words nothing was kept.
        expect(isNamed || text.endsWith('0 differences'), text).toBe(true)
        if (isNamed) found++
      }
    }
    expect(found).toBeGreaterThan(30)
  })

  it('says what was recorded and what came instead', async () => {
    const answer = answers.find((each) => each.answer.includes('half_size')) as Answer
    const change = changeAnswer(answer, answer.answer.indexOf('0.7') + 2)
    const text = await replayed(changedSession(dir, 'changed.db', change, true))
    expect(text.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^step 1\.\d+ \(row \d+\), 2026-01-01T00:00:00\.000Z: hears, cfl_\w+$/),
      expect.stringMatching(/^ {2}recorded: conflicts.save .*0\.7/),
      expect.stringMatching(/^ {2}came: {5}conflicts.save .*0\.6/),
    ])
  })
})

describe('a session that was changed otherwise', () => {
  const rowWith = (sql: SessionSql, text: string): { seq: number; run: number; step: number; data: string } => {
    const row = sql
      .prepare<[string], { seq: number; run: number; step: number; data: string }>(
        'SELECT seq, run, step, data FROM session_log WHERE instr(data, ?) > 0 ORDER BY seq',
      )
      .get(text)
    if (row === undefined) throw new Error(`nothing says ${text}`)
    return row
  }
  /** Replaces a text once, where it stands first, and says where a replay must find it. */
  const replacing = (from: string, to: string) => {
    let expected = ''
    const change = (sql: SessionSql): void => {
      const { seq, run, step, data } = rowWith(sql, from)
      sql.prepare('UPDATE session_log SET data = ? WHERE seq = ?').run(
        data.replace(from, () => to),
        seq,
      )
      expected = `step ${run}.${step} `
    }
    return { change, expected: () => expected }
  }

  const PRICE = '"account.freshPrice",["BTC/USDT"],'
  /** What is read next where a trade is sized. */
  const SIZED_BY = '["read","account.priceAt"'
  it.each([
    ['a price', `${PRICE}{"$d":"50000"}],${SIZED_BY}`, `${PRICE}{"$d":"50001"}],${SIZED_BY}`],
    ['the equity', '"account.equity",[],{"$d":"', '"account.equity",[],{"$d":"9'],
    ['the clock', '"clock.now",[],1767225600000', '"clock.now",[],1767225600001'],
    ['an id', '"ids.next",["cfl"],"cfl_', '"ids.next",["cfl"],"cfl_0'],
    ['whether it might trade', '"mayTrade",[],true', '"mayTrade",[],false'],
    ['whether a model might be asked', '"mayAsk",[],true', '"mayAsk",[],false'],
    ['what the trader chose', ',"wait"]', ',"proceed"]'],
  ])('%s that was read decides otherwise, and its step is named', async (_, from, to) => {
    const { change, expected } = replacing(from, to)
    const text = await replayed(changedSession(dir, 'changed.db', change, true))
    expect(text).toContain(expected())
  })

  it('names the first step after rows that are missing', async () => {
    const text = await replayed(
      changedSession(
        dir,
        'changed.db',
        (sql) => void sql.exec('DELETE FROM session_log WHERE run = 1 AND step = 4'),
        true,
      ),
    )
    expect(text).toContain('step 1.')
    expect(text).not.toContain('0 differences')
  })

  it('names the step whose conflict the database tells otherwise', async () => {
    const text = await replayed(
      changedSession(
        dir,
        'changed.db',
        (sql) => void sql.exec(`UPDATE conflicts SET resolution = replace(resolution, '"claude"', '"trader"')`),
        false,
      ),
    )
    expect(text).toMatch(/step 1\.\d+ \(row \d+\).*: hears, cfl_/)
  })

  it('may end in the middle of a step: the program did', async () => {
    const cut = (sql: SessionSql): void => {
      const last = sql.prepare("SELECT min(seq) FROM session_log WHERE run = 2 AND kind = 'signal'").pluck().get()
      sql.prepare('DELETE FROM session_log WHERE seq > ?').run(last)
      // As if none of what came after had been decided.
      sql.exec('UPDATE session_log SET data = data')
    }
    const text = await replayed(changedSession(dir, 'changed.db', cut, true))
    expect(text).toMatch(/0 differences$/)
  })
})

describe('what cannot be replayed is said with what to do', () => {
  const other = (name: string): string => {
    const folder = join(dir, name)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    return folder
  }

  it('no folder, an empty one, one with several', async () => {
    expect(await replayed('x.db', join(dir, 'nowhere'))).toBe('session/no-folder')
    const folder = other('sessions')
    expect((await replaySession(folder, null)).ok).toBe(false)
    for (const name of ['paper-kraken.db', 'paper-simulated.db']) cpSync(join(dir, 'engine.db'), join(folder, name))
    const which = await replaySession(folder, null)
    expect(which).toMatchObject({ ok: false, error: { code: 'session/which' } })
    expect((await replaySession(folder, 'paper-kraken.db')).ok).toBe(true)
  })

  it('a foreign file, a damaged one, one of an older version, and one in which nothing is recorded yet', async () => {
    writeFileSync(join(dir, 'foreign.db'), 'not a database at all, but long enough to look like one'.repeat(40))
    expect(await replayed('foreign.db')).toBe('database/foreign')
    changedSession(dir, 'older.db', (sql) => void sql.exec('DROP TABLE session_log'), false)
    expect(await replayed('older.db')).toBe('session/older')
    changedSession(dir, 'empty.db', (sql) => void sql.exec('DELETE FROM session_log'), false)
    expect(await replayed('empty.db')).toBe('session/empty')
  })

  it.each([
    ['no events', '{}'],
    ['events that nobody knows', '{"values":[],"events":[["sings"]]}'],
    ['a value without a number', '{"values":[["x",1]],"events":[]}'],
  ])('a row with %s', async (_, data) => {
    const name = changedSession(
      dir,
      'broken.db',
      (sql) => void sql.prepare('UPDATE session_log SET data = ? WHERE seq = 9').run(data),
      true,
    )
    const done = await replaySession(dir, name)
    expect(done).toMatchObject({
      ok: false,
      error: { code: 'session/unreadable', message: expect.stringContaining('Row 9') },
    })
  })
})
