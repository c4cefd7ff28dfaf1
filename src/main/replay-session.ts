import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fail, ok, type Result } from '../shared/result.ts'
import { MIGRATIONS_DIR, sha256 } from './app.ts'
import { createConflictStore } from './persistence/conflicts.ts'
import { type Database, openDatabase } from './persistence/database.ts'
import { createProposalStore } from './persistence/proposals.ts'
import { type Played, playSession } from './session/play-session.ts'
import { recordedSteps } from './session/recorded-session.ts'
import { tellDifference } from './session/tell-difference.ts'

/** `<mode>-<market>.db`: with such a name it is a session's. */
const OUR_NAME = /^(paper|live|replay)-[a-z]+\.db$/
const COPIES = 5

export type SessionReplay = { readonly text: string; readonly isSame: boolean }

/**
 * Runs the decisions of a data folder again, from a copy: nothing in the folder is touched, whether the workstation runs
 * on it or not. Errors: those of `openDatabase`, `session/no-folder`, `session/no-database`, `session/which`,
 * `session/busy`, `session/older`, `session/empty`, `session/unreadable`.
 *
 * @param name the database's file in that folder; null where there is one only.
 */
export async function replaySession(dir: string, name: string | null): Promise<Result<SessionReplay>> {
  const found = databaseIn(dir, name)
  if (!found.ok) return found
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-session-'))
  try {
    const copied = copyTo(folder, found.value)
    if (!copied.ok) return copied
    const opened = openDatabase(copied.value, { migrationsDir: MIGRATIONS_DIR, readonly: true })
    if (!opened.ok) return opened
    try {
      return await playOpened(opened.value)
    } finally {
      opened.value.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playOpened({ sql, name }: Database): Promise<Result<SessionReplay>> {
  const table = sql.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'session_log'").get()
  if (table === undefined) {
    return fail(
      'session/older',
      `${name} was written by a version that did not record its sessions. Start the workstation on it once: from then on they are.`,
    )
  }
  const [conflicts, proposals] = [createConflictStore(sql), createProposalStore(sql)]
  const played = await playSession(recordedSteps(sql), sha256, { conflict: conflicts.get, proposal: proposals.get })
  if (!played.ok) return played
  const { difference } = played.value
  const text = [summary(name, played.value), ...(difference === null ? [] : [tellDifference(difference)])].join('\n')
  return ok({ text, isSame: difference === null })
}

function summary(name: string, { runs, steps, decisions, answers, from, to, difference }: Played): string {
  const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString())
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const counts = [count(runs, 'start'), count(steps, 'step'), count(decisions, 'decision'), count(answers, 'answer')]
  const found = difference === null ? '0 differences' : 'and then a difference'
  return `session ${name}, ${time(from)} to ${time(to)}: ${counts.join(', ')}, ${found}`
}

function databaseIn(dir: string, name: string | null): Result<string> {
  let names: string[]
  try {
    names = readdirSync(dir)
      .filter((each) => each.endsWith('.db'))
      .sort()
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    return fail(
      'session/no-folder',
      `${dir} cannot be read (${because}). --session takes the data folder of a session.`,
    )
  }
  const ours = names.filter((each) => OUR_NAME.test(each))
  const candidates = name !== null ? names.filter((each) => each === basename(name)) : ours.length > 0 ? ours : names
  const [only, ...more] = candidates
  if (only === undefined) {
    const found = names.length === 0 ? 'no database' : `only ${names.join(', ')}`
    const wanted = name === null ? 'a database of TripleGain, such as paper-simulated.db' : basename(name)
    return fail(
      'session/no-database',
      `There is ${found} in ${dir}, and not ${wanted}. Name the folder that --data-dir named.`,
    )
  }
  if (more.length > 0) {
    return fail(
      'session/which',
      `There are several sessions in ${dir}: add --database ${candidates.join(' or --database ')}.`,
    )
  }
  return ok(join(dir, only))
}

/** Database and log as they are at one moment. */
function copyTo(folder: string, file: string): Result<string> {
  const copy = join(folder, basename(file))
  const parts = ['', '-wal']
  const stateOf = (): string =>
    parts
      .map((part) => (existsSync(file + part) ? statSync(file + part, { bigint: true }) : null))
      .map((found) => (found === null ? '-' : `${found.size} ${found.mtimeNs}`))
      .join(', ')
  for (let tried = 0; tried < COPIES; tried++) {
    const before = stateOf()
    try {
      for (const part of parts) {
        rmSync(copy + part, { force: true })
        if (existsSync(file + part)) copyFileSync(file + part, copy + part)
      }
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error)
      return fail('session/unreadable', `${basename(file)} cannot be copied to be replayed (${because}).`)
    }
    if (stateOf() === before) return ok(copy)
  }
  return fail(
    'session/busy',
    `${basename(file)} is being written all the time. Pause the workstation or close it, and try again.`,
  )
}
