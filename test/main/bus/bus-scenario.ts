import fc from 'fast-check'
import type { Bus, BusDeps } from '../../../src/main/bus/bus.ts'
import { type Message, PRIORITIES, type Priority } from '../../../src/main/bus/topics.ts'
import { createManualClock } from '../../support/manual-clock.ts'

/*
 * Random lives of a bus, as data, and the one driver that plays them on the real bus and on the reference model.
 */

const SCENARIO_TOPICS = ['system_events', 'risk_alerts'] as const
type ScenarioTopic = (typeof SCENARIO_TOPICS)[number]

type Publication = {
  readonly do: 'publish'
  readonly topic: ScenarioTopic
  readonly priority: Priority
  readonly ttlMs: number
  /** Chooses what each subscriber does with it. */
  readonly n: number
  readonly key: string
  /** Published so many times in a row, with numbers counting up from `n`. */
  readonly times: number
}
type Action =
  | Publication
  | { readonly do: 'subscribe'; readonly subscriber: SubscriberSpec }
  | { readonly do: 'unsubscribe'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'look' }

type Reaction = {
  readonly actions: readonly Action[]
  readonly end: 'return' | 'throw' | 'resolve' | 'reject' | 'never'
  readonly afterMs: number
}
type SubscriberSpec = {
  readonly topic: ScenarioTopic
  readonly whenFull: 'conflate' | 'dropOldest' | 'reject'
  readonly capacity: number
  readonly timeLimitMs: number
  /** Messages whose number leaves this rest modulo 3 do not pass; null: no filter. */
  readonly refuses: number | null
  /** The filter throws on this number. */
  readonly stumblesOn: number
  readonly reactions: readonly Reaction[]
}
export type Scenario = { readonly actions: readonly Action[]; readonly reportsFailures: boolean }

const publication: fc.Arbitrary<Publication> = fc.record({
  do: fc.constant('publish' as const),
  topic: fc.constantFrom(...SCENARIO_TOPICS),
  priority: fc.constantFrom(...PRIORITIES),
  ttlMs: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 1, 3, 8),
  n: fc.nat(8),
  key: fc.constantFrom('a', 'b', 'c'),
  times: fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(3, 20, 50) }),
})
const advance: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('advance' as const),
  ms: fc.integer({ min: 1, max: 6 }),
})
const unsubscribe: fc.Arbitrary<Action> = fc.record({ do: fc.constant('unsubscribe' as const), which: fc.nat(20) })

const subscriberSpec = (depth: number): fc.Arbitrary<SubscriberSpec> =>
  fc.record({
    topic: fc.constantFrom(...SCENARIO_TOPICS),
    whenFull: fc.constantFrom('conflate', 'dropOldest', 'reject'),
    capacity: fc.constantFrom(1, 2, 3, 4, 40),
    timeLimitMs: fc.integer({ min: 1, max: 8 }),
    refuses: fc.option(fc.nat(2), { freq: 2 }),
    stumblesOn: fc.nat(30),
    reactions: fc.array(reaction(depth), { minLength: 1, maxLength: 3 }),
  })
const subscribe = (depth: number): fc.Arbitrary<Action> =>
  fc.record({ do: fc.constant('subscribe' as const), subscriber: subscriberSpec(depth) })

const reaction = (depth: number): fc.Arbitrary<Reaction> =>
  fc.record({
    actions: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: publication },
        { weight: 1, arbitrary: advance },
        { weight: 1, arbitrary: unsubscribe },
        { weight: 1, arbitrary: fc.constant({ do: 'look' as const }) },
        ...(depth > 0 ? [{ weight: 1, arbitrary: subscribe(depth - 1) }] : []),
      ),
      { maxLength: 3 },
    ),
    end: fc.oneof(
      { weight: 4, arbitrary: fc.constant('return' as const) },
      { weight: 3, arbitrary: fc.constantFrom('throw', 'resolve', 'resolve', 'reject', 'never') },
    ),
    afterMs: fc.nat(6),
  })

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  actions: fc
    .tuple(
      fc.array(subscribe(1), { minLength: 1, maxLength: 5 }),
      fc.array(
        fc.oneof(
          { weight: 8, arbitrary: publication },
          { weight: 3, arbitrary: advance },
          { weight: 1, arbitrary: unsubscribe },
          { weight: 1, arbitrary: subscribe(1) },
        ),
        { minLength: 1, maxLength: 25 },
      ),
    )
    .map(([first, rest]) => [...first, ...rest]),
  reportsFailures: fc.boolean(),
})

/** Handlers publish no deeper than this, and no more than that in one life, so that every life ends. */
const DEEPEST = 3
const MOST_PUBLICATIONS = 200

type Note = { readonly kind: string; readonly text: string; readonly code: string }

/** Everything that can be observed while `scenario` is played on a bus: two buses with the same rules give the same lines. */
export async function play(scenario: Scenario, create: (deps: BusDeps) => Bus): Promise<string[]> {
  const clock = createManualClock(1_000)
  const log: string[] = []
  const stops: (() => void)[] = []
  let ids = 0
  let publications = 0

  const noteOf = (message: Message): { n: number; depth: number } => {
    const [n, depth] = (message.payload as Note).text.split('/').map(Number)
    return { n: n ?? 0, depth: depth ?? 0 }
  }
  const payloadOf = (n: number, depth: number, key: string): Note => ({ kind: key, code: key, text: `${n}/${depth}` })

  const bus = create({
    clock,
    ids: { next: (prefix) => `${prefix}_${++ids}` },
    settings: { historyPerTopic: 5, queueCapacity: 4, handlerTimeLimitMs: 5, ttlMs: {} },
    keyOf: { system_events: ({ kind }) => kind, risk_alerts: ({ code }) => [code, 'any'] },
    onDeadLetter(message, subscriber, reason) {
      log.push(`dead ${message.id} at ${subscriber}: ${reason}`)
      if (scenario.reportsFailures && publications++ < MOST_PUBLICATIONS) {
        bus.publish('system_events', payloadOf(1, DEEPEST, 'report'), { source: 'reporter', priority: 'HIGH' })
      }
    },
    onOverflow: (message, subscriber) => log.push(`overflow ${message.id} at ${subscriber}`),
  })

  function act(action: Action, depth: number): void {
    switch (action.do) {
      case 'publish': {
        const { topic, priority, ttlMs, n, key, times } = action
        for (let i = 0; i < times && depth <= DEEPEST && publications++ < MOST_PUBLICATIONS; i++) {
          const sent = bus.publish(topic, payloadOf(n + i, depth, key), { source: 'test', priority, ttlMs })
          log.push(`published ${sent.id} ${sent.rejectedBy?.join() ?? ''}`)
        }
        return
      }
      case 'subscribe':
        listen(action.subscriber)
        return
      case 'unsubscribe':
        stops[action.which % Math.max(1, stops.length)]?.()
        return
      case 'advance':
        clock.advance(action.ms)
        return
      case 'look':
        log.push(JSON.stringify([bus.isIdle(), bus.stats()]))
    }
  }

  function listen(spec: SubscriberSpec): void {
    const name = `s${stops.length}`
    const handler = (message: Message): void | Promise<void> => {
      const { n, depth } = noteOf(message)
      const reaction = spec.reactions[n % spec.reactions.length] as Reaction
      log.push(`${name} sees ${message.id} of ${message.timestamp} at ${clock.now()}`)
      for (const action of reaction.actions) act(action, depth + 1)
      if (reaction.end === 'throw') throw new Error('thrown')
      if (reaction.end === 'return') return
      return new Promise((resolve, reject) => {
        if (reaction.end === 'never') return
        const end = reaction.end === 'resolve' ? resolve : () => reject(new Error('rejected'))
        if (reaction.afterMs === 0) end()
        else clock.at((clock.now() + reaction.afterMs) as ReturnType<typeof clock.now>, end)
      })
    }
    const { topic, whenFull, capacity, timeLimitMs, refuses, stumblesOn } = spec
    const filter = (message: Message): boolean => {
      if (noteOf(message).n === stumblesOn) throw new Error('filter')
      return noteOf(message).n % 3 !== refuses
    }
    stops.push(
      bus.on(topic, handler as (message: Message<ScenarioTopic>) => void, {
        name,
        whenFull,
        capacity,
        timeLimitMs,
        key: (payload) => (payload as Note).kind,
        ...(refuses === null ? {} : { filter: filter as (message: Message<ScenarioTopic>) => boolean }),
      }),
    )
  }

  for (const action of scenario.actions) {
    act(action, 0)
    // What settled inside `act` is heard of in microtasks.
    await new Promise((resolve) => setImmediate(resolve))
    const latest = SCENARIO_TOPICS.flatMap((topic) =>
      [undefined, 'a', 'any', 'report'].map((key) => bus.latest(topic, key)?.id),
    )
    const history = SCENARIO_TOPICS.map((topic) => bus.history(topic).map(({ id }) => id))
    log.push(JSON.stringify([action.do, clock.now(), bus.isIdle(), bus.stats(), latest, history]))
  }
  return log
}
