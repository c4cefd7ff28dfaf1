import type { EpochMs } from '../../shared/time.ts'
import type { Resolver } from '../domain/conflict.ts'
import type { Clock, SessionLogStore, SessionRow, Transact } from '../ports.ts'
import type { DeskSettings } from './decision-desks.ts'
import { createShelf, type Json, toJson } from './session-json.ts'
import { BY_ITSELF, type Step, type StepKind, type Tape } from './tape.ts'

/** Long values that are referred to instead of written again: a few hundred decisions' worth. */
const VALUES_KEPT = 4_000
/** Of these there are many, and most of the time there is nothing that they could end. */
const QUIET: ReadonlySet<StepKind> = new Set(['spoken', 'rebalance_ended', 'resume'])
/** These change what a desk keeps in mind, also where it looks nothing up: a question that is given up on, an answer. */
const REMEMBERED: ReadonlySet<StepKind> = new Set([
  ...BY_ITSELF,
  'due',
  'close',
  'abandon',
  'close_plans',
  'abandon_strategy',
])

/** The step under way. */
type Open = {
  readonly step: Step
  readonly at: EpochMs
  /** Its number, once a part of it has been handed over. */
  number: number | null
  events: Json[]
  hasActed: boolean
  /** Anything but empty lists was looked at. */
  hasSeen: boolean
}

/** What the desks of one start are made of. */
export type Beginning = { readonly settings: DeskSettings; readonly resolvers: readonly Resolver[] }

export type RecordingDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly transact: Transact
  readonly log: SessionLogStore
}

/**
 * Notes every step. What a transaction decides is kept by that transaction together with what led to it; the rest of a
 * step follows with the next thing that is written.
 *
 * @param beginning what the desks are made of; the first row.
 */
export function createRecordingTape(deps: RecordingDeps, beginning: Beginning): Tape {
  const { clock, transact, log } = deps
  const run = log.runs() + 1
  const shelf = createShelf(VALUES_KEPT)
  let open: Open | null = null
  /** Others are at work: what they look up is not the desks' doing. */
  let isShut = false
  let steps = 0
  let tasks = 0
  let transactions = 0

  const json = (value: unknown): Json => toJson(value, shelf)
  const rowOf = (
    step: number,
    about: Pick<SessionRow, 'kind' | 'subject' | 'answer' | 'at'>,
    events: readonly Json[],
  ): SessionRow => ({ run, step, ...about, data: JSON.stringify({ values: shelf.take(), events }) })

  function part(of: Open): SessionRow {
    // The answer stands with the beginning.
    const answer = of.number === null ? of.step.answer : null
    of.number ??= steps++
    const { kind, subject } = of.step
    const row = rowOf(of.number, { kind, subject, answer, at: of.at }, of.events)
    of.events = []
    return row
  }

  function finish(ended: Open): void {
    const { kind } = ended.step
    const isWorthIt = REMEMBERED.has(kind) || ended.hasActed || (ended.hasSeen && !QUIET.has(kind))
    if (isWorthIt || ended.number !== null) log.add(part(ended))
  }

  function apart<T>(work: () => T): T {
    const before = isShut
    isShut = true
    try {
      return work()
    } finally {
      isShut = before
    }
  }

  function act<T>(name: string, told: readonly unknown[], effect: () => T): T {
    if (open === null || isShut) return effect()
    open.hasActed = true
    open.events.push(['act', name, json(told)])
    const result = apart(effect)
    return result
  }

  function inTransaction<T>(work: () => T): T {
    if (open === null || isShut) return transact(work)
    const current = open
    return transact(() => {
      transactions++
      try {
        const result = work()
        if (transactions === 1) log.record(part(current))
        return result
      } finally {
        transactions--
      }
    })
  }

  log.add(rowOf(steps++, { kind: 'start', subject: '', answer: null, at: clock.now() }, [['start', json(beginning)]]))

  const tape: Tape = {
    step(step, work, outcome) {
      const outer = open
      const before = isShut
      const current: Open = outer ?? {
        step,
        at: clock.now(),
        number: null,
        events: [],
        hasActed: false,
        hasSeen: false,
      }
      open = current
      isShut = false
      const { kind, subject, told, answer } = step
      current.events.push(['step', kind, subject, json(told), answer === null || outer === null ? null : answer])
      try {
        const result = work()
        current.events.push(outcome === undefined ? ['done'] : ['done', json(outcome(result))])
        return result
      } catch (error) {
        current.events.push(['threw', messageOf(error)])
        throw error
      } finally {
        isShut = before
        open = outer
        if (outer === null) finish(current)
      }
    },
    read(name, asked, from) {
      if (open === null || isShut) return from()
      const current = open
      try {
        const result = apart(from)
        current.events.push(['read', name, json(asked), json(result)])
        current.hasSeen ||= !(Array.isArray(result) && result.length === 0)
        return result
      } catch (error) {
        current.events.push(['failed', name, json(asked), messageOf(error)])
        throw error
      }
    },
    act(name, told, effect) {
      const result = act(name, told, effect)
      if (open !== null && !isShut && result !== undefined) open.events.push(['gave', json(result)])
      return result
    },
    write: (name, told, write) => inTransaction(() => act(name, told, write)),
    transact: inTransaction,
    later(name, told, task, schedule) {
      if (open === null || isShut) return schedule(task)
      const n = tasks++
      const due: Step = { kind: 'due', subject: name, told: [n], answer: null }
      const cancel = act(name, [...told, n], () => schedule(() => tape.step(due, task)))
      return () => act('cancel', [n], cancel)
    },
    ask: (told, ask) => act('ask', told, ask),
  }
  return tape
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
