import fc from 'fast-check'
import { PRIORITIES, type Priority } from '../../../src/main/bus/topics.ts'

/*
 * Random lives of a bus, as data.
 */

export const SCENARIO_TOPICS = ['system_events', 'risk_alerts'] as const
export type ScenarioTopic = (typeof SCENARIO_TOPICS)[number]

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
export type Action =
  | Publication
  /** Composed only; of these the oldest is what `send` sends. */
  | (Omit<Publication, 'do' | 'times'> & { readonly do: 'compose' })
  | { readonly do: 'send' }
  | { readonly do: 'subscribe'; readonly subscriber: SubscriberSpec }
  | { readonly do: 'unsubscribe'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'stepBack'; readonly ms: number }
  | { readonly do: 'look' }

export type Reaction = {
  readonly actions: readonly Action[]
  readonly end: 'return' | 'throw' | 'resolve' | 'reject' | 'never'
  readonly afterMs: number
}
export type SubscriberSpec = {
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
const apart: fc.Arbitrary<Action> = fc.oneof(
  publication.map(({ times: _, ...rest }) => ({ ...rest, do: 'compose' as const })),
  fc.constant({ do: 'send' as const }),
)
const advance: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('advance' as const),
  ms: fc.integer({ min: 1, max: 6 }),
})
/** As a machine's clock does when it is put right. */
const stepBack: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('stepBack' as const),
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
        { weight: 2, arbitrary: apart },
        { weight: 2, arbitrary: advance },
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

/** @param longest how many actions at most that no handler takes. */
export const scenarioOf = (longest: number): fc.Arbitrary<Scenario> =>
  fc.record({
    actions: fc
      .tuple(
        fc.array(subscribe(1), { minLength: 1, maxLength: 5 }),
        fc.array(
          fc.oneof(
            { weight: 8, arbitrary: publication },
            { weight: 2, arbitrary: apart },
            { weight: 5, arbitrary: advance },
            { weight: 1, arbitrary: stepBack },
            { weight: 1, arbitrary: unsubscribe },
            { weight: 1, arbitrary: subscribe(1) },
          ),
          { minLength: 1, maxLength: longest, size: 'max' },
        ),
      )
      .map(([first, rest]) => [...first, ...rest]),
    reportsFailures: fc.boolean(),
  })
