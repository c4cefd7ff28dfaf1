import type { Cancel } from '../ports.ts'
import type { Ring } from './ring.ts'
import type { Message, Topic } from './topics.ts'

/** Index into PRIORITIES: 0 is LOW, 3 is URGENT. */
export type Level = 0 | 1 | 2 | 3
export const LEVELS_DOWN = [3, 2, 1, 0] as const
const LEVELS_UP = [0, 1, 2, 3] as const

export type Rings = readonly [Ring<Entry>, Ring<Entry>, Ring<Entry>, Ring<Entry>]

/** One published message on its way. */
export type Entry = {
  readonly message: Message
  readonly level: Level
  /** Order of publication. */
  readonly seq: number
  /** In how many subscribers' queues it stands. */
  waiting: number
  /** Published while a loss was being reported. */
  readonly isReport: boolean
}

export type DeadLetterReason = 'expired' | 'timed out' | 'queue full' | 'dropped' | `failed: ${string}`

/** An asynchronous handler at work on one message. */
export type Run = { readonly message: Message; readonly isReport: boolean; cancelLimit: Cancel }

export type Subscriber = {
  readonly name: string
  readonly topic: Topic
  /** Order of subscription: who is served first where a message goes to several. */
  readonly order: number
  readonly handler: (message: Message) => unknown
  readonly filter: ((message: Message) => boolean) | null
  readonly key: (payload: Message['payload']) => string
  readonly whenFull: 'conflate' | 'dropOldest' | 'reject'
  readonly capacity: number
  readonly timeLimitMs: number
  readonly rings: Rings
  queued: number
  run: Run | null
  isRemoved: boolean
  /**
   * Not served when the message of this order of publication is handed round directly: it has it queued, or does not
   * want it. A number, because a reference to every new message would cost the collector more than the delivery; 0: none.
   */
  passedOver: number
  delivered: number
  dead: number
  conflated: number
}

export function enqueue(subscriber: Subscriber, entry: Entry): void {
  subscriber.rings[entry.level].push(entry)
  subscriber.queued++
  entry.waiting++
}

/** Takes the first message of `level`; undefined where there is none. */
export function dequeue(subscriber: Subscriber, level: Level): Entry | undefined {
  const entry = subscriber.rings[level].shift()
  if (entry === undefined) return undefined
  subscriber.queued--
  entry.waiting--
  return entry
}

/** What this subscriber sees next. */
export function headOf(subscriber: Subscriber): Entry | undefined {
  for (const level of LEVELS_DOWN) {
    const entry = subscriber.rings[level].peek()
    if (entry !== undefined) return entry
  }
  return undefined
}

export function discardAll(subscriber: Subscriber): void {
  for (const level of LEVELS_UP) while (dequeue(subscriber, level) !== undefined);
}

/**
 * Makes room in a full queue by the subscriber's own rule. Every loss but a conflation is told to `lose`: what was
 * conflated has a newer message of the same key behind it.
 *
 * @returns false when there is no room and `incoming` itself was lost.
 */
export function makeRoom(
  subscriber: Subscriber,
  incoming: Entry,
  lose: (subscriber: Subscriber, entry: Entry, reason: DeadLetterReason) => void,
): boolean {
  if (subscriber.whenFull === 'reject') {
    lose(subscriber, incoming, 'queue full')
    return false
  }
  if (subscriber.whenFull === 'conflate') {
    conflate(subscriber, incoming)
    if (subscriber.queued < subscriber.capacity) return true
  }
  // The oldest of the lowest priority goes, the incoming one included: nothing urgent makes way for something that is not.
  const lowest = LEVELS_UP.find((level) => subscriber.rings[level].length > 0)
  const oldest = lowest === undefined || lowest > incoming.level ? undefined : dequeue(subscriber, lowest)
  lose(subscriber, oldest ?? incoming, 'dropped')
  return oldest !== undefined
}

/** Keeps the latest published message per key, whatever its priority; `incoming` is the latest of its own. */
function conflate(subscriber: Subscriber, incoming: Entry): void {
  const seen = new Set<string>([subscriber.key(incoming.message.payload)])
  const superseded = new Set<Entry>()
  const newestFirst = subscriber.rings.flatMap((ring) => [...ring]).sort((a, b) => b.seq - a.seq)
  for (const entry of newestFirst) {
    const key = subscriber.key(entry.message.payload)
    if (seen.has(key)) superseded.add(entry)
    else seen.add(key)
  }
  for (const ring of subscriber.rings) ring.retain((entry) => !superseded.has(entry))
  for (const entry of superseded) entry.waiting--
  subscriber.queued -= superseded.size
  subscriber.conflated += superseded.size
}
