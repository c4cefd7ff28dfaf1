import type { ConflictId, ProposalId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { Hash } from '../ports.ts'
import { createDesks, type DeskPorts, type Desks } from './decision-desks.ts'
import { createPlayingTape, type Difference, type PlayingTape } from './playing-tape.ts'
import type { RecordedStep } from './recorded-session.ts'
import type { Beginning } from './recording-tape.ts'
import { canonical, fromJson } from './session-json.ts'
import { BY_ITSELF, type StepKind } from './tape.ts'
import { tapedPorts } from './taped-ports.ts'
import { CALLS, outcomeOf } from './told.ts'

/** What is decided, as the tape calls it. */
const DECISIONS: ReadonlySet<string> = new Set([
  'conflicts.insert',
  'conflicts.save',
  'proposals.insert',
  'riskDecisions.add',
  'close',
  'moveStop',
  'keepOnly',
])

/** What the database says of what was decided. */
export type Kept = {
  conflict(id: ConflictId): Conflict | null
  proposal(id: ProposalId): Proposal | null
}

export type Played = {
  /** Starts of the program. */
  readonly runs: number
  readonly steps: number
  readonly decisions: number
  /** Of models. */
  readonly answers: number
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  /** The first; null when everything came as it was. */
  readonly difference: Difference | null
}

/** What was decided last of each conflict and proposal, and the step that did it. */
type Decided = Map<string, { readonly step: RecordedStep; readonly is: (kept: Kept) => string | null }>

/**
 * Runs a session again: the desks of each start, made as they were then, are told what they were told, and see what they
 * saw. Ends with the first thing that is not as it was; at last everything decided is compared with what was kept of it.
 * Errors: those of the steps, `session/empty`, `session/unreadable`.
 */
export async function playSession(
  steps: Iterable<Result<RecordedStep>>,
  hash: Hash,
  kept: Kept,
): Promise<Result<Played>> {
  const played = {
    runs: 0,
    steps: 0,
    decisions: 0,
    answers: 0,
    from: null as EpochMs | null,
    to: null as EpochMs | null,
  }
  const decided: Decided = new Map()
  const saw = (step: RecordedStep, name: string, told: readonly unknown[]): void => {
    if (DECISIONS.has(name)) played.decisions++
    noteDecided(decided, step, name, told)
  }
  for (const run of runsOf(steps)) {
    if (!run.ok) return run
    const [beginning] = run.value
    if (beginning === undefined) continue
    const tape = tapeOf(run.value, hash, saw)
    if (!tape.ok) return tape
    played.runs++
    played.from ??= beginning.at
    for (const step of run.value) {
      if (step !== beginning) await playOne(tape.value, step)
      played.steps++
      played.to = step.at
      if (step.answer !== null) played.answers++
      const difference = tape.value.difference() ?? tampered(step)
      if (difference !== null) return ok({ ...played, difference })
    }
  }
  if (played.runs === 0)
    return fail('session/empty', 'Nothing was recorded in this database yet: there is nothing to replay.')
  return ok({ ...played, difference: unlikeKept(decided, kept) })
}

async function playOne(tape: PlayingTape, step: RecordedStep): Promise<void> {
  if (!BY_ITSELF.some((kind) => kind === step.kind)) {
    tape.play(step)
    return
  }
  // A question that was given up on is not answered: what its end leads to comes by itself.
  if (!tape.isTaken(step)) await settled()
  if (!tape.isTaken(step) && step.kind === 'hears') {
    tape.answer(step)
    await settled()
  }
  if (!tape.isTaken(step)) tape.missed(step)
}

/** Everything that is due in promises has happened. */
const settled = () => new Promise<void>((done) => setImmediate(done))

/** What came as it was, though its row is not as it was written. */
function tampered(step: RecordedStep): Difference | null {
  if (step.gap !== null) return { step, recorded: 'every step', came: step.gap }
  if (step.changedRow === null) return null
  return {
    step,
    recorded: 'a row as it was written',
    came: `row ${step.changedRow} of session_log, changed since: its hash differs`,
  }
}

function noteDecided(decided: Decided, step: RecordedStep, name: string, told: readonly unknown[]): void {
  if (name === 'conflicts.insert' || name === 'conflicts.save') {
    const conflict = told[0] as Conflict
    const text = canonical(conflict)
    decided.set(conflict.id, { step, is: (kept) => differenceOf(text, kept.conflict(conflict.id)) })
  }
  if (name === 'proposals.insert') {
    const { id, hash, conflictId, correlationId } = told[0] as Proposal
    const text = canonical({ id, hash, conflictId, correlationId })
    decided.set(id, {
      step,
      is(kept) {
        const found = kept.proposal(id)
        if (found === null) return 'nothing'
        return differenceOf(text, {
          id,
          hash: found.hash,
          conflictId: found.conflictId,
          correlationId: found.correlationId,
        })
      },
    })
  }
}

function differenceOf(decided: string, kept: unknown): string | null {
  const text = kept === null ? 'nothing' : canonical(kept)
  return text === decided ? null : text
}

/** The first step whose decision is not what was kept of it. */
function unlikeKept(decided: Decided, kept: Kept): Difference | null {
  let first: Difference | null = null
  for (const [id, { step, is }] of decided) {
    const found = readKept(() => is(kept))
    if (found === null || (first !== null && first.step.seq <= step.seq)) continue
    first = { step, recorded: `${id} in the database: ${found}`, came: `${id} as the log has it` }
  }
  return first
}

function readKept(read: () => string | null): string | null {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The steps of each start together; its beginning comes first. */
function* runsOf(steps: Iterable<Result<RecordedStep>>): Generator<Result<readonly RecordedStep[]>> {
  let run: RecordedStep[] = []
  for (const step of steps) {
    const isNext = step.ok && run[0] !== undefined && step.value.run !== run[0].run
    if (isNext || !step.ok) yield ok(run)
    if (!step.ok) {
      yield step
      return
    }
    if (isNext) run = []
    run.push(step.value)
  }
  yield ok(run)
}

function tapeOf(
  steps: readonly RecordedStep[],
  hash: Hash,
  saw: (step: RecordedStep, name: string, told: readonly unknown[]) => void,
): Result<PlayingTape> {
  const [beginning] = steps
  const [event] = beginning?.events ?? []
  if (beginning === undefined || event?.[0] !== 'start') {
    return fail(
      'session/unreadable',
      'A start does not begin with what its desks were made of: its first row is missing.',
    )
  }
  try {
    const written = new Map(beginning.values)
    const read = (n: number): unknown => fromJson(written.get(n) ?? null, read)
    const { settings, resolvers } = fromJson(event[1], read) as Beginning
    const tell = (kind: StepKind, told: readonly unknown[]): unknown => outcomeOf(kind, callOf(kind)(desks, told))
    const tape: PlayingTape = createPlayingTape(steps, tell, saw)
    const desks: Desks = createDesks(tapedPorts(tape, nobody, { hash, resolvers, onBug: atOnce }), settings, tape)
    return ok(tape)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    return fail('session/unreadable', `The desks of start ${beginning.run} cannot be made again: ${because}`)
  }
}

function callOf(kind: StepKind): (desks: Desks, told: readonly unknown[]) => unknown {
  const call = Object.entries(CALLS).find(([name]) => name === kind)?.[1]
  if (call === undefined) throw new Error(`nobody can be told ${kind}`)
  return call
}

/** A bug stands in the step that it ended: whoever plays has seen it there. */
const atOnce = (): void => {}

/** What is recorded is all there is. */
const nobody = (): DeskPorts => {
  throw new Error('a session is run again without the outside')
}
