import type { CorrelationId, MessageId } from '../../shared/ids.ts'
import type { Clock, Ids } from '../ports.ts'
import { createDelivery } from './delivery.ts'
import { History, Ring } from './ring.ts'
import type { DeadLetterReason, Level, Subscriber } from './subscriber.ts'
import {
  type Message,
  type NeverDropped,
  PRIORITIES,
  type Priority,
  TOPICS,
  type Topic,
  type Topics,
} from './topics.ts'

export type { DeadLetterReason } from './subscriber.ts'

export type PublishOptions = {
  /** The service that publishes. */
  readonly source: string
  /** NORMAL unless given. */
  readonly priority?: Priority
  readonly correlationId?: CorrelationId
  readonly causationId?: MessageId
  /** At least 0; the topic's setting unless given, Infinity where there is none. */
  readonly ttlMs?: number
}

/** What was published; `rejectedBy` names the subscribers whose full queue refused it and is absent when all took it. */
export type Published<T extends Topic> = Message<T> & { readonly rejectedBy?: readonly string[] }

/**
 * What happens to a message that finds `capacity` messages queued. `conflate`: of all queued only the latest per key
 * stays. `dropOldest`: the oldest of the lowest priority becomes a dead letter. `reject`: the incoming one does, and
 * the publisher is told: what never may be dropped leaves no other choice. Conflating more keys than fit falls back to
 * `dropOldest`.
 */
export type WhenFull = 'conflate' | 'dropOldest' | 'reject'

export type SubscribeOptions<T extends Topic> = {
  /** Who it is, in dead letters and statistics. */
  readonly name: string
  /** Another rule than `reject` does not compile where one of the topics is `NEVER_DROPPED`. */
  readonly whenFull: [Extract<T, NeverDropped>] extends [never] ? WhenFull : 'reject'
  /** Messages that may wait, the one being handled not counted; the setting `queueCapacity` unless given. */
  readonly capacity?: number
  /** For `conflate`; all messages of the topic are one key unless given. Pure, like `filter`: neither may publish. */
  readonly key?: (payload: Topics[T]) => string
  /** Asked once, at publication: what does not pass takes no room in the queue. */
  readonly filter?: (message: Message<T>) => boolean
  /** Of an asynchronous handler; the setting `handlerTimeLimitMs` unless given. A synchronous one cannot be stopped. */
  readonly timeLimitMs?: number
}

export type SubscriberStats = {
  readonly name: string
  readonly topic: Topic
  readonly whenFull: WhenFull
  readonly queued: number
  /** Handled without failure. */
  readonly delivered: number
  /** Became dead letters, for whatever reason. */
  readonly dead: number
  /** Superseded by a newer message of the same key while the queue was full. */
  readonly conflated: number
}

/**
 * In-process publish/subscribe for facts that have been saved; a question is a port's call instead.
 *
 * At any moment the next delivery is the one of highest priority, then of earliest publication, then of earliest
 * subscription, among subscribers that are not busy with an asynchronous handler. What is published outside a handler
 * has reached every synchronous subscriber when `publish` returns; what is published inside one waits its turn.
 */
export type Bus = {
  /**
   * Composes a message and sends it. @throws RangeError when `ttlMs` is negative or NaN; Error from inside a filter or
   * key.
   */
  publish<T extends Topic>(topic: T, payload: Topics[T], options: PublishOptions): Published<T>
  /** A message with its id and its moment, of which nobody knows yet. @throws RangeError as `publish`. */
  compose<T extends Topic>(topic: T, payload: Topics[T], options: PublishOptions): Message<T>
  /** Takes a composed message to its subscribers; once each. @throws Error from inside a filter or key. */
  send<T extends Topic>(message: Message<T>): Published<T>
  /**
   * From now on: of what was published before, even if it is still queued elsewhere, nothing is delivered.
   * A handler that throws or rejects makes the message a dead letter; one that exceeds its time limit too, and the
   * subscriber goes on to its next message while the late handler runs on unobserved.
   *
   * @returns unsubscribes, at once: what is queued for it is discarded; a handler at work may finish.
   * @throws RangeError when capacity or time limit are not positive.
   */
  on<T extends Topic>(
    topic: T,
    handler: (message: Message<T>) => void | Promise<void>,
    options: SubscribeOptions<T>,
  ): () => void
  /** The last published, with `key` the last of that key; O(1). May be older than its TTL; null when there is none. */
  latest<T extends Topic>(topic: T, key?: string): Message<T> | null
  /** The last `historyPerTopic` messages, oldest first. */
  history<T extends Topic>(topic: T): readonly Message<T>[]
  /** True when nothing is queued and no handler is running. */
  isIdle(): boolean
  /** Resolves when idle. Awaited inside a handler it waits for that handler, and so for its time limit. */
  idle(): Promise<void>
  /** In order of subscription; those that unsubscribed are gone. */
  stats(): readonly SubscriberStats[]
}

export type BusSettings = {
  readonly historyPerTopic: number
  readonly queueCapacity: number
  readonly handlerTimeLimitMs: number
  /** Infinity where none is given. */
  readonly ttlMs: { readonly [T in Topic]?: number }
}

export type BusDeps = {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly settings: BusSettings
  /** By what `latest` finds a topic's messages: a symbol, or several where a message speaks of several. */
  readonly keyOf?: { readonly [T in Topic]?: (payload: Topics[T]) => string | readonly string[] }
  /**
   * May publish, once: what is published while reporting the loss of such a report is kept in history but delivered to
   * nobody, or a broken listener would keep the bus busy for ever. Must not throw; if it does, the bus goes on and the
   * error becomes the process's uncaught exception.
   */
  readonly onDeadLetter: (message: Message, subscriber: string, reason: DeadLetterReason) => void
  /** A `reject` queue was full, after the dead letter: possibly an order's fact. Same terms as `onDeadLetter`. */
  readonly onOverflow?: (message: Message, subscriber: string) => void
}

type TopicState = {
  subscribers: readonly Subscriber[]
  readonly latestByKey: Map<string, Message>
  readonly keyOf: ((payload: Message['payload']) => string | readonly string[]) | undefined
  readonly history: History<Message>
  readonly ttlMs: number
}

const LEVEL_OF = Object.fromEntries(PRIORITIES.map((priority, level) => [priority, level])) as Record<Priority, Level>

/** @throws RangeError when a setting is not a positive number. */
export function createBus(deps: BusDeps): Bus {
  const { clock, ids, settings } = deps
  demandCount('historyPerTopic', settings.historyPerTopic)

  const topics = Object.fromEntries(TOPICS.map((topic) => [topic, createTopicState(topic)])) as Record<
    Topic,
    TopicState
  >
  const delivery = createDelivery({
    clock,
    subscribersOf: (topic) => topics[topic].subscribers,
    onDeadLetter: deps.onDeadLetter,
    onOverflow: deps.onOverflow ?? (() => {}),
  })
  let subscriptions = 0

  function createTopicState(topic: Topic): TopicState {
    return {
      subscribers: [],
      latestByKey: new Map(),
      keyOf: deps.keyOf?.[topic] as TopicState['keyOf'],
      history: new History(settings.historyPerTopic),
      ttlMs: settings.ttlMs[topic] ?? Number.POSITIVE_INFINITY,
    }
  }

  function remember(state: TopicState, message: Message): void {
    if (state.keyOf !== undefined) {
      const keys = state.keyOf(message.payload)
      if (typeof keys === 'string') state.latestByKey.set(keys, message)
      else for (const key of keys) state.latestByKey.set(key, message)
    }
    state.history.push(message)
  }

  function compose<T extends Topic>(topic: T, payload: Topics[T], options: PublishOptions): Message<T> {
    const ttlMs = options.ttlMs ?? topics[topic].ttlMs
    if (!(ttlMs >= 0)) throw new RangeError(`ttlMs must be at least 0, not ${ttlMs}`)
    return {
      id: ids.next('msg') as MessageId,
      topic,
      source: options.source,
      priority: options.priority ?? 'NORMAL',
      timestamp: clock.now(),
      payload,
      correlationId: options.correlationId ?? null,
      causationId: options.causationId ?? null,
      ttlMs,
    }
  }

  function send<T extends Topic>(message: Message<T>): Published<T> {
    const state = topics[message.topic]
    delivery.refuseInsidePredicate()
    remember(state, message as Message)
    const rejectedBy = delivery.accept(message as Message, LEVEL_OF[message.priority], state.subscribers)
    return rejectedBy === null ? message : { ...message, rejectedBy }
  }

  return {
    publish: (topic, payload, options) => send(compose(topic, payload, options)),
    compose,
    send,

    on<T extends Topic>(
      topic: T,
      handler: (message: Message<T>) => void | Promise<void>,
      options: SubscribeOptions<T>,
    ): () => void {
      const state = topics[topic]
      const subscriber: Subscriber = {
        name: options.name,
        topic,
        order: subscriptions++,
        handler: handler as Subscriber['handler'],
        filter: (options.filter ?? null) as Subscriber['filter'],
        key: (options.key ?? (() => '')) as Subscriber['key'],
        whenFull: options.whenFull,
        capacity: demandCount('capacity', options.capacity ?? settings.queueCapacity),
        timeLimitMs: demandPositive('timeLimitMs', options.timeLimitMs ?? settings.handlerTimeLimitMs),
        rings: [new Ring(), new Ring(), new Ring(), new Ring()],
        queued: 0,
        run: null,
        isRemoved: false,
        passedOver: 0,
        delivered: 0,
        dead: 0,
        conflated: 0,
      }
      // A new array each time: a delivery that is going through the old one is not disturbed.
      state.subscribers = [...state.subscribers, subscriber]
      delivery.subscribersChanged()
      return () => {
        if (subscriber.isRemoved) return
        state.subscribers = state.subscribers.filter((other) => other !== subscriber)
        delivery.remove(subscriber)
      }
    },

    latest<T extends Topic>(topic: T, key?: string): Message<T> | null {
      const state = topics[topic]
      return (key === undefined ? state.history.last() : (state.latestByKey.get(key) ?? null)) as Message<T> | null
    },
    history: <T extends Topic>(topic: T) => topics[topic].history.toArray() as unknown as readonly Message<T>[],
    isIdle: delivery.isIdle,
    idle: delivery.idle,
    stats: () => {
      delivery.queueDirect()
      return TOPICS.flatMap((topic) => topics[topic].subscribers)
        .sort((a, b) => a.order - b.order)
        .map(({ name, topic, whenFull, queued, delivered, dead, conflated }) => ({
          name,
          topic,
          whenFull,
          queued,
          delivered,
          dead,
          conflated,
        }))
    },
  }
}

function demandPositive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`${name} must be above 0, not ${value}`)
  return value
}

function demandCount(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number from 1, not ${value}`)
  return value
}
