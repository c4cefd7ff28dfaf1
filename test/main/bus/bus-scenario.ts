import type { Bus, BusDeps, Published, SubscribeOptions } from '../../../src/main/bus/bus.ts'
import type { Message } from '../../../src/main/bus/topics.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import {
  type Action,
  type Reaction,
  SCENARIO_TOPICS,
  type Scenario,
  type ScenarioTopic,
  type SubscriberSpec,
} from './bus-lives.ts'

/*
 * The one driver that plays a life on the real bus and on the reference model.
 */

/** Handlers publish no deeper than this, and no more than that in one life, so that every life ends. */
const DEEPEST = 3
const MOST_PUBLICATIONS = 200

type Note = { readonly kind: string; readonly text: string; readonly code: string }

type Played = {
  /** Everything that can be observed: two buses with the same rules give the same lines. */
  readonly log: readonly string[]
  /** What was done to the bus, from outside and from inside of handlers. */
  readonly operations: number
}

export async function play(scenario: Scenario, create: (deps: BusDeps) => Bus): Promise<Played> {
  const clock = createManualClock(1_000)
  const log: string[] = []
  const stops: (() => void)[] = []
  let ids = 0
  let publications = 0
  let operations = 0
  const drafts: Message<ScenarioTopic>[] = []

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
        operations++
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
          operations++
          logSent(bus.publish(topic, payloadOf(n + i, depth, key), { source: 'test', priority, ttlMs }))
        }
        return
      }
      case 'compose': {
        const { topic, priority, ttlMs, n, key } = action
        if (depth > DEEPEST || publications++ >= MOST_PUBLICATIONS) return
        operations++
        drafts.push(bus.compose(topic, payloadOf(n, depth, key), { source: 'test', priority, ttlMs }))
        return
      }
      case 'send': {
        const draft = drafts.shift()
        if (draft === undefined) return
        operations++
        logSent(bus.send(draft))
        return
      }
      case 'subscribe':
        operations++
        listen(action.subscriber)
        return
      case 'unsubscribe':
        operations++
        stops[action.which % Math.max(1, stops.length)]?.()
        return
      case 'advance':
        clock.advance(action.ms)
        return
      case 'stepBack':
        clock.set(clock.now() - action.ms)
        return
      case 'look':
        log.push(JSON.stringify([bus.isIdle(), bus.stats()]))
    }
  }

  function logSent({ id, rejectedBy }: Published<ScenarioTopic>): void {
    log.push(`published ${id} ${rejectedBy?.join() ?? ''}`)
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
      bus.on(
        topic,
        handler as (message: Message<ScenarioTopic>) => void,
        {
          name,
          whenFull,
          capacity,
          timeLimitMs,
          key: (payload) => (payload as Note).kind,
          ...(refuses === null ? {} : { filter: filter as (message: Message<ScenarioTopic>) => boolean }),
          // What the type forbids on some topics is nothing to the bus.
        } as SubscribeOptions<ScenarioTopic>,
      ),
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
  return { log, operations }
}
