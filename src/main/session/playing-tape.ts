import type { Noted, RecordedStep } from './recorded-session.ts'
import { canonical, fromJson, type Json } from './session-json.ts'
import { BY_ITSELF, type Step, type StepKind, type Tape } from './tape.ts'

/** Something else came than was recorded. */
export type Difference = { readonly step: RecordedStep; readonly recorded: string; readonly came: string }

/** Ends what the desks are doing: they differ, or the program ended here when this was recorded. */
class Stop extends Error {}

type Outcome<T> = ((result: T) => unknown) | undefined

/** A place in the events of one recorded step. */
type Reading = { readonly step: RecordedStep; next: number }

export type PlayingTape = Tape & {
  /** Plays one step that came from outside. Without effect once something has differed. */
  play(step: RecordedStep): void
  /** Whether the desks have taken a step that they take by themselves. */
  isTaken(step: RecordedStep): boolean
  /** Gives the answer that such a step hears to whoever waits for it. */
  answer(step: RecordedStep): void
  /** Notes that the desks did not go on by themselves as they did. */
  missed(step: RecordedStep): void
  /** The first one; null while there is none. */
  difference(): Difference | null
}

/**
 * Answers the desks with what was recorded of one start of the program, and compares what they do.
 *
 * @param steps all of that start, but its beginning.
 * @param tell tells the desks something, and answers with what came of it.
 * @param saw hears of everything that was done as it was before.
 */
export function createPlayingTape(
  steps: readonly RecordedStep[],
  tell: (kind: StepKind, told: readonly unknown[]) => unknown,
  saw: (step: RecordedStep, name: string, told: readonly unknown[]) => void,
): PlayingTape {
  const kept = keptValues(steps)
  const valueIn = (json: Json): unknown => fromJson(json, kept)
  const textOf = (json: Json): string => canonical(valueIn(json))
  const tasks = new Map<unknown, () => void>()
  /** Who waits for an answer, by what he asked about. */
  const waiting = new Map<string, (answered: unknown) => void>()
  /** What the desks do by themselves when their time has come: their own order counts, not that among several. */
  const ahead = new Set(steps.filter(({ kind }) => isByItself(kind)))
  const wasClosed = steps.some(({ kind }) => kind === 'close')
  let reading: Reading | null = null
  let found: Difference | null = null
  let last: RecordedStep | null = null
  let isCut = false
  /** What the step under way is about. */
  let subject = ''

  function differs(step: RecordedStep, recorded: string, came: string): never {
    found ??= { step, recorded, came }
    throw new Stop()
  }

  const inWords = (event: Noted | undefined): string => {
    if (event === undefined) return 'nothing more'
    if (event[0] === 'read' || event[0] === 'failed' || event[0] === 'act') return `${event[1]} ${textOf(event[2])}`
    if (event[0] === 'step') return `step ${event[1]} ${event[2]} ${textOf(event[3])}`
    if (event[0] === 'done' || event[0] === 'gave')
      return `${event[0]} ${event[1] === undefined ? '' : textOf(event[1])}`
    return `${event[0]} ${event[1]}`
  }

  const following = ({ step, next }: Reading): Noted | undefined => step.events[next]

  /** The next event of a step, which must be what has come. */
  function take(at: Reading, came: string, isIt: (event: Noted) => boolean): Noted {
    if (found !== null || isCut) throw new Stop()
    const event = following(at)
    if (event === undefined && !at.step.isWhole) {
      isCut = true
      throw new Stop()
    }
    if (event === undefined || !isIt(event)) return differs(at.step, inWords(event), came)
    at.next++
    return event
  }

  const under = (name: string): Reading => {
    if (reading !== null) return reading
    if (last === null) throw new Error(`${name} before the first step`)
    return differs(last, 'nothing more', name)
  }

  /** Others come in here, as they did. */
  function letIn(at: Reading): void {
    for (let event = following(at); event?.[0] === 'step' && !isByItself(event[1]); event = following(at)) tellOne(at)
  }

  function tellOne(at: Reading): void {
    const event = following(at)
    if (event?.[0] !== 'step') differs(at.step, inWords(event), `a step ${at.step.kind}`)
    at.next++
    const [, kind, about, told] = event
    ended(at, about, () => {
      const values = valueIn(told) as readonly unknown[]
      if (kind !== 'due') return { outcome: tell(kind as StepKind, values) }
      const task = tasks.get(values[0])
      if (task === undefined) throw new Error(`nothing was put off as ${String(values[0])}`)
      task()
      return { outcome: undefined }
    })
  }

  /** Does what a step does, and compares how it ended, and with what answer where somebody was given one. */
  function ended(at: Reading, about: string, work: () => { readonly outcome: unknown }): void {
    const outer = subject
    subject = about
    let came: string
    try {
      came = `done ${canonical(work().outcome)}`
    } catch (error) {
      if (error instanceof Stop) throw error
      came = `threw ${messageOf(error)}`
    } finally {
      subject = outer
    }
    take(at, came, (event) => {
      if (event[0] === 'threw') return came === `threw ${event[1]}`
      return event[0] === 'done' && came.startsWith('done') && (event[1] === undefined || came === inWords(event))
    })
  }

  /** One step that the desks take by themselves. */
  function byItself<T>(at: Reading, step: Step, work: () => T, outcome: Outcome<T>): T | null {
    const { kind, told, answer } = step
    const came = `step ${kind} ${step.subject} ${canonical(told)}`
    const isOutermost = at.next === 0
    take(at, came, (event) => {
      const answerThen = isOutermost ? at.step.answer : event[0] === 'step' ? event[4] : null
      return came === inWords(event) && answerThen === answer
    })
    let result: T | null = null
    ended(at, step.subject, () => {
      const came = work()
      result = came
      return { outcome: outcome?.(came) }
    })
    return result
  }

  function act(name: string, told: readonly unknown[]): unknown {
    const at = under(name)
    const came = `${name} ${canonical(told)}`
    take(at, came, (event) => event[0] === 'act' && inWords(event) === came)
    saw(at.step, name, told)
    letIn(at)
    const event = following(at)
    if (event?.[0] !== 'gave') return undefined
    at.next++
    return valueIn(event[1])
  }

  function within<T>(at: Reading, work: () => T): T {
    const outer = reading
    reading = at
    last = at.step
    try {
      return work()
    } finally {
      reading = outer
    }
  }

  /** What came of it is on record; nothing else is done once something has differed. */
  function orStop(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
    }
  }

  return {
    step<T>(step: Step, work: () => T, outcome: Outcome<T>): T {
      let result: T | null = null
      orStop(() => {
        if (reading !== null) {
          result = byItself(reading, step, work, outcome)
          return
        }
        const next = [...ahead].find(({ kind, subject: about }) => kind === step.kind && about === step.subject)
        // A step that nobody noted. Where the program was killed it was lost with the end of what was noted, or never taken.
        if (next === undefined) {
          if (wasClosed) result = work()
        } else {
          ahead.delete(next)
          const at = { step: next, next: 0 }
          result = within(at, () => byItself(at, step, work, outcome))
          atEnd(at)
        }
      })
      // A consultation that was stopped ends: there is nothing to ask, or nothing more to hear.
      return result ?? ((step.kind === 'hears' ? 'done' : null) as T)
    },
    read<T>(name: string, asked: readonly unknown[]): T {
      const came = `${name} ${canonical(asked)}`
      const event = take(
        under(name),
        came,
        (each) => (each[0] === 'read' || each[0] === 'failed') && inWords(each) === came,
      )
      if (event[0] === 'read') return valueIn(event[3]) as T
      throw new Error(event[0] === 'failed' ? event[3] : '')
    },
    act: <T>(name: string, told: readonly unknown[]) => act(name, told) as T,
    write(name, told) {
      act(name, told)
      letIn(under(name))
    },
    transact(work) {
      const result = work()
      letIn(under('transact'))
      return result
    },
    later(name, told, task) {
      // Counted over all steps, whose order among several questions may be another now: as it was recorded.
      const event = following(under(name))
      const n = event?.[0] === 'act' ? (valueIn(event[2]) as readonly unknown[]).at(-1) : null
      tasks.set(n, task)
      act(name, [...told, n])
      // Called off between two steps as well: that was not noted.
      return () => void (reading === null || act('cancel', [n]))
    },
    ask<T>(told: readonly unknown[]): Promise<T> {
      const about = subject
      act('ask', told)
      return new Promise<T>((hear) => waiting.set(about, (answered) => hear(answered as T)))
    },
    play(step) {
      orStop(() => {
        if (found !== null || isCut) return
        const at = { step, next: 0 }
        within(at, () => tellOne(at))
        atEnd(at)
      })
    },
    isTaken: (step) => !ahead.has(step),
    answer(step) {
      const [event] = step.events
      if (event?.[0] !== 'step') return
      const [, about] = valueIn(event[3]) as readonly [unknown, object | null]
      waiting.get(step.subject)?.(step.answer === null ? about : { ok: true, value: { ...about, text: step.answer } })
    },
    missed(step) {
      if (!isCut) found ??= { step, recorded: inWords(step.events[0]), came: 'nothing' }
    },
    difference: () => found,
  }

  function atEnd(at: Reading): void {
    const event = following(at)
    if (event !== undefined) differs(at.step, inWords(event), 'nothing more')
  }
}

/** What was kept of long values, by number. */
function keptValues(steps: readonly RecordedStep[]): (n: number) => unknown {
  const written = new Map(steps.flatMap(({ values }) => values))
  const read = new Map<number, unknown>()
  const kept = (n: number): unknown => {
    const json = written.get(n)
    if (json === undefined) throw new Error(`There is no value ${n} on record.`)
    if (!read.has(n)) read.set(n, fromJson(json, kept))
    return read.get(n)
  }
  return kept
}

const isByItself = (kind: string): boolean => BY_ITSELF.some((each) => each === kind)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
