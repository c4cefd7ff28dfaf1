import { appliedOption, type Conflict } from '../../src/main/domain/conflict.ts'
import type { Database } from '../../src/main/persistence/database.ts'
import type { Stores } from '../../src/main/ports.ts'
import { decimal, integer, sum, toText } from '../../src/shared/money.ts'
import { EVERY } from './crash-inspect.ts'

/** Remembers what every conflict was after the crash before: what was decided stays so, and what was asked is not forgotten. */
export class ConflictMemory {
  private known: ReadonlyMap<string, Conflict> = new Map()

  compare(database: Database, stores: Stores): string[] {
    const now = new Map(stores.conflicts.recent(EVERY).map((conflict) => [conflict.id as string, conflict]))
    const problems = [...this.known].flatMap(([id, before]) => {
      const conflict = now.get(id)
      return conflict === undefined ? [`${id} is gone`] : changedWrongly(before, conflict)
    })
    this.known = now
    return [...problems, ...announcedWrongly(database, now), ...carriedOutWrongly(stores, now)]
  }
}

function changedWrongly(before: Conflict, now: Conflict): string[] {
  const [was, is] = [appliedOption(before)?.id ?? null, appliedOption(now)?.id ?? null]
  if (was !== null && was !== is) return [`${now.id} came to ${was}, and then to ${is}`]
  if (now.attempts.length < before.attempts.length) return [`${now.id} has forgotten a question`]
  // Only the trader takes back a decision to wait.
  const isTakenBack = before.resolution !== null && JSON.stringify(before.resolution) !== JSON.stringify(now.resolution)
  return isTakenBack && now.resolution?.by !== 'trader' ? [`${now.id} was decided twice`] : []
}

/** The audit tells once of each that it was found, and once how it was decided. */
function announcedWrongly({ sql }: Database, conflicts: ReadonlyMap<string, Conflict>): string[] {
  const rows = sql
    .prepare<[], { readonly id: string; readonly kind: string; readonly times: number }>(
      `SELECT json_extract(payload, '$.conflict.id') AS id, json_extract(payload, '$.kind') AS kind, count(*) AS times
       FROM messages WHERE topic = 'conflicts' AND kind IN ('detected', 'resolved', 'scored') GROUP BY 1, 2`,
    )
    .all()
  const timesOf = (id: string, kind: string): number =>
    rows.find((row) => row.id === id && row.kind === kind)?.times ?? 0
  return [...conflicts].flatMap(([id, conflict]) => {
    const decided = appliedOption(conflict) === null ? 0 : 1
    const [found, told, scored] = [timesOf(id, 'detected'), timesOf(id, 'resolved'), timesOf(id, 'scored')]
    if (found === 1 && told === decided && scored <= decided) return []
    return [`${id} was told of as found ${found}, decided ${told} and scored ${scored} times; decided ${decided}`]
  })
}

/** What was decided is done, and no more than once: a trade of it is proposed again only when the one before was voided. */
function carriedOutWrongly(stores: Stores, conflicts: ReadonlyMap<string, Conflict>): string[] {
  const undone = stores.conflicts.notCarriedOut().map(({ id }) => `${id} was decided and not carried out`)
  const twice = [...conflicts.values()].flatMap(({ id }) => {
    const standing = stores.proposals.ofConflict(id).filter(({ status }) => status !== 'voided')
    const symbols = standing.map(({ trade }) => trade?.symbol)
    return new Set(symbols).size === symbols.length ? [] : [`${id} has led to ${symbols.join(' and ')}`]
  })
  return [...undone, ...twice]
}

/** What every question costs, US dollars. */
export const QUESTION_COST = '0.0005'

/** Each question that reached a model stands on record, and counts at least with what it cost. */
export function unaccounted({ sql }: Database, asked: number): string[] {
  const rows = sql.prepare<[], string | null>('SELECT coalesce(settled_usd, reserved_usd) FROM llm_calls').pluck().all()
  const spent = sum(rows.map((text) => decimal(text ?? '0')))
  const cost = decimal(QUESTION_COST).times(integer(asked))
  return [
    ...(rows.length < asked ? [`${asked} questions reached models, ${rows.length} are on record`] : []),
    ...(spent.lt(cost) ? [`questions for ${toText(cost)} USD reached models, ${toText(spent)} are accounted for`] : []),
  ]
}

/** How often each kind came up, and who decided. */
export function conflictsHappened(stores: Stores): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const { type, resolution, waited, attempts } of stores.conflicts.recent(EVERY)) {
    count(`conflicts ${type}`)
    if (resolution !== null) count(`conflicts decided by ${resolution.by}`)
    if (waited !== null) count('conflicts waited for')
    if (attempts.some(({ outcome }) => outcome?.startsWith('interrupted'))) count('questions interrupted')
  }
  return counts
}
