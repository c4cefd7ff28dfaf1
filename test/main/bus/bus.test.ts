import { describe, expect, it, vi } from 'vitest'
import { type Bus, type BusDeps, createBus, type SubscribeOptions } from '../../../src/main/bus/bus.ts'
import { type Message, NEVER_DROPPED, type Priority } from '../../../src/main/bus/topics.ts'
import type { CorrelationId } from '../../../src/shared/ids.ts'
import { createManualClock } from '../../support/manual-clock.ts'

type Letter = { text: string; subscriber: string; reason: string }

function makeBus(overrides: Partial<BusDeps> = {}) {
  const clock = createManualClock(1_000)
  const letters: Letter[] = []
  let ids = 0
  const bus = createBus({
    clock,
    ids: { next: (prefix) => `${prefix}_${++ids}` },
    settings: { historyPerTopic: 3, queueCapacity: 100, handlerTimeLimitMs: 50, ttlMs: {} },
    onDeadLetter: (message, subscriber, reason) => letters.push({ text: textOf(message), subscriber, reason }),
    ...overrides,
  })
  return { bus, clock, letters }
}
const textOf = (message: Message): string => (message.payload as { text: string }).text

type Extras = { priority?: Priority; ttlMs?: number; kind?: string }
const say = (bus: Bus, text: string, { kind = 'note', ...options }: Extras = {}) =>
  bus.publish('system_events', { kind, text }, { source: 'test', ...options })

/** Subscribes and returns what is seen, as it is seen. */
function listen(
  bus: Bus,
  options: Partial<SubscribeOptions<'system_events'>> & { does?: (text: string) => void | Promise<void> } = {},
) {
  const { does, ...rest } = options
  const seen: string[] = []
  const stop = bus.on(
    'system_events',
    (message) => {
      seen.push(message.payload.text)
      return does?.(message.payload.text)
    },
    { name: 'listener', whenFull: 'reject', ...rest },
  )
  return { seen, stop }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))
const never = () => new Promise<void>(() => {})

/** Publishes `texts` from inside a handler, so that they are queued when delivery of the first begins. */
function queueUp(bus: Bus, publish: () => void): void {
  const stop = bus.on('risk_alerts', publish, { name: 'starter', whenFull: 'reject' })
  bus.publish('risk_alerts', { code: 'start', text: '' }, { source: 'test' })
  stop()
}

describe('a message', () => {
  it('carries its id, source, time, priority, its place in a decision and its time to live', () => {
    const { bus } = makeBus({
      settings: { historyPerTopic: 3, queueCapacity: 9, handlerTimeLimitMs: 9, ttlMs: { risk_alerts: 70 } },
    })
    const first = say(bus, 'first')
    const second = bus.publish(
      'risk_alerts',
      { code: 'x', text: 'second' },
      { source: 'risk', priority: 'URGENT', correlationId: 'cor_1' as CorrelationId, causationId: first.id },
    )
    expect(first).toEqual({
      id: 'msg_1',
      topic: 'system_events',
      source: 'test',
      priority: 'NORMAL',
      timestamp: 1_000,
      payload: { kind: 'note', text: 'first' },
      correlationId: null,
      causationId: null,
      ttlMs: Number.POSITIVE_INFINITY,
    })
    expect(second).toMatchObject({
      source: 'risk',
      priority: 'URGENT',
      correlationId: 'cor_1',
      causationId: 'msg_1',
      ttlMs: 70,
    })
  })

  it('does not compile with the payload of another topic, and is refused with a time to live that is no duration', () => {
    const { bus } = makeBus()
    // @ts-expect-error a risk alert is not a system event
    bus.publish('system_events', { code: 'x', text: 'y' }, { source: 'test' })
    expect(() => say(bus, 'x', { ttlMs: -1 })).toThrow(RangeError)
    expect(() => say(bus, 'x', { ttlMs: Number.NaN })).toThrow(RangeError)
  })

  it('reaches only the subscribers of its topic', () => {
    const { bus } = makeBus()
    const { seen } = listen(bus)
    bus.publish('risk_alerts', { code: 'x', text: 'alert' }, { source: 'test' })
    say(bus, 'event')
    expect(seen).toEqual(['event'])
  })
})

describe('order of delivery', () => {
  it('has reached every synchronous subscriber, in order of subscription, when publish returns', () => {
    const { bus } = makeBus()
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) listen(bus, { name, does: () => void order.push(name) })
    say(bus, 'x')
    expect(order).toEqual(['a', 'b', 'c'])
    expect(bus.isIdle()).toBe(true)
  })

  it('is by priority, then by publication', () => {
    const { bus } = makeBus()
    const { seen } = listen(bus)
    queueUp(bus, () => {
      for (const priority of ['LOW', 'NORMAL', 'URGENT', 'HIGH'] as const) {
        say(bus, `${priority} 1`, { priority })
        say(bus, `${priority} 2`, { priority })
      }
    })
    expect(seen).toEqual(['URGENT 1', 'URGENT 2', 'HIGH 1', 'HIGH 2', 'NORMAL 1', 'NORMAL 2', 'LOW 1', 'LOW 2'])
  })

  it('lets an urgent message pass a normal one that has not reached everybody yet', () => {
    const { bus } = makeBus()
    listen(bus, { does: (text) => void (text === 'normal' && say(bus, 'urgent', { priority: 'URGENT' })) })
    const { seen } = listen(bus)
    say(bus, 'normal')
    expect(seen).toEqual(['urgent', 'normal'])
  })

  it('does not let a message published by a handler overtake what is queued at the same priority', () => {
    const { bus } = makeBus()
    const { seen } = listen(bus, { does: (text) => void (text === 'first' && say(bus, 'answer to first')) })
    queueUp(bus, () => {
      say(bus, 'first')
      say(bus, 'second')
    })
    expect(seen).toEqual(['first', 'second', 'answer to first'])
  })

  it('does not grow the stack however long handlers answer each other', () => {
    const { bus } = makeBus()
    let count = 0
    listen(bus, { does: () => void (++count < 200_000 && say(bus, 'again')) })
    say(bus, 'start')
    expect(count).toBe(200_000)
  })

  it('keeps its order when more is queued than the rings first held', () => {
    const { bus } = makeBus({
      settings: { historyPerTopic: 1, queueCapacity: 5_000, handlerTimeLimitMs: 9, ttlMs: {} },
    })
    const { seen } = listen(bus)
    const texts = Array.from({ length: 5_000 }, (_, i) => `${i}`)
    queueUp(bus, () => {
      for (const text of texts) say(bus, text)
    })
    expect(seen).toEqual(texts)
  })
})

describe('an asynchronous handler', () => {
  it('has settled before its subscriber sees the next message, while others go on', async () => {
    const { bus } = makeBus()
    const release: (() => void)[] = []
    const slow = listen(bus, { does: () => new Promise((resolve) => release.push(resolve)) })
    const quick = listen(bus)
    say(bus, 'one')
    say(bus, 'two')
    expect([slow.seen, quick.seen]).toEqual([['one'], ['one', 'two']])
    release[0]?.()
    await settled()
    expect(slow.seen).toEqual(['one', 'two'])
  })

  it('finds the urgent message first when it comes back', async () => {
    const { bus } = makeBus()
    let release = (): void => {}
    const { seen } = listen(bus, {
      does: (text) => (text === 'first' ? new Promise((resolve) => (release = resolve)) : undefined),
    })
    say(bus, 'first')
    say(bus, 'normal')
    say(bus, 'urgent', { priority: 'URGENT' })
    release()
    await settled()
    expect(seen).toEqual(['first', 'urgent', 'normal'])
  })

  it('is given up after its time limit: dead letter, next message, and its late end changes nothing', async () => {
    const { bus, clock, letters } = makeBus()
    let release = (): void => {}
    const { seen } = listen(bus, {
      does: (text) => (text === 'stuck' ? new Promise((resolve) => (release = resolve)) : undefined),
    })
    say(bus, 'stuck')
    say(bus, 'next')
    clock.advance(49)
    expect([seen, letters]).toEqual([['stuck'], []])
    clock.advance(1)
    expect(seen).toEqual(['stuck', 'next'])
    expect(letters).toEqual([{ text: 'stuck', subscriber: 'listener', reason: 'timed out' }])
    release()
    await settled()
    expect(bus.stats()).toMatchObject([{ delivered: 1, dead: 1, queued: 0 }])
  })

  it('has a time limit of its own where it asks for one', () => {
    const { bus, clock, letters } = makeBus()
    listen(bus, { does: never, timeLimitMs: 5 })
    say(bus, 'x')
    clock.advance(5)
    expect(letters).toHaveLength(1)
  })

  it('leaves no timer behind, and a synchronous one arms none', async () => {
    const { bus, clock } = makeBus()
    listen(bus)
    say(bus, 'x')
    expect(clock.waiting()).toBe(0)
    listen(bus, { does: () => Promise.resolve() })
    say(bus, 'x')
    expect(clock.waiting()).toBe(1)
    await settled()
    expect(clock.waiting()).toBe(0)
  })
})

describe('a handler that fails', () => {
  it('harms no other subscriber and not the publisher: the message is a dead letter with the reason', async () => {
    const { bus, letters } = makeBus()
    listen(bus, {
      name: 'thrower',
      does: () => {
        throw new Error('no such position')
      },
    })
    listen(bus, { name: 'rejecter', does: () => Promise.reject(new Error('disk full')) })
    listen(bus, { name: 'odd', does: () => Promise.reject('just text') })
    const { seen } = listen(bus)
    say(bus, 'x')
    await settled()
    expect(seen).toEqual(['x'])
    expect(letters).toEqual([
      { text: 'x', subscriber: 'thrower', reason: 'failed: no such position' },
      { text: 'x', subscriber: 'rejecter', reason: 'failed: disk full' },
      { text: 'x', subscriber: 'odd', reason: 'failed: just text' },
    ])
  })

  it('sees its next message', () => {
    const { bus } = makeBus()
    const { seen } = listen(bus, {
      does: () => {
        throw new Error('always')
      },
    })
    say(bus, 'one')
    say(bus, 'two')
    expect(seen).toEqual(['one', 'two'])
  })
})

describe('time to live', () => {
  it('is counted to the moment of delivery: as old as it may be is delivered, older is a dead letter', () => {
    const { bus, clock, letters } = makeBus()
    const { seen } = listen(bus, { does: (text) => (text === 'busy' ? never() : undefined) })
    say(bus, 'busy')
    say(bus, 'just', { ttlMs: 50 })
    say(bus, 'late', { ttlMs: 49 })
    clock.advance(50)
    expect(seen).toEqual(['busy', 'just'])
    expect(letters).toContainEqual({ text: 'late', subscriber: 'listener', reason: 'expired' })
  })

  it('runs out for those whom a slow synchronous handler made wait', () => {
    const { bus, clock, letters } = makeBus()
    listen(bus, { does: () => clock.advance(10) })
    const { seen } = listen(bus, { name: 'second' })
    say(bus, 'x', { ttlMs: 9 })
    expect(seen).toEqual([])
    expect(letters).toEqual([{ text: 'x', subscriber: 'second', reason: 'expired' }])
  })
})

describe('a full queue', () => {
  const fill = (bus: Bus, ...messages: [text: string, extras?: Extras][]) => {
    say(bus, 'busy')
    return messages.map(([text, extras]) => say(bus, text, extras))
  }
  const busyFirst = (text: string) => (text === 'busy' ? never() : undefined)

  it('that rejects tells the publisher who refused, and the owner of the bus; the others have the message', () => {
    const overflow = vi.fn()
    const { bus, clock, letters } = makeBus({ onOverflow: overflow })
    const slow = listen(bus, { name: 'slow', whenFull: 'reject', capacity: 1, does: busyFirst })
    const quick = listen(bus, { name: 'quick' })
    const [kept, refused] = fill(bus, ['kept'], ['refused'])
    expect(kept?.rejectedBy).toBeUndefined()
    expect(refused?.rejectedBy).toEqual(['slow'])
    expect(quick.seen).toEqual(['busy', 'kept', 'refused'])
    expect(letters).toEqual([{ text: 'refused', subscriber: 'slow', reason: 'queue full' }])
    expect(overflow).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: refused?.id }), 'slow')
    clock.advance(50)
    expect(slow.seen).toEqual(['busy', 'kept'])
  })

  it('must reject where orders, or what becomes one, are spoken of: anything else does not compile', () => {
    const { bus } = makeBus()
    for (const topic of NEVER_DROPPED) {
      bus.on(topic, () => {}, { name: 'honest', whenFull: 'reject' })
      // @ts-expect-error
      bus.on(topic, () => {}, { name: 'careless', whenFull: 'dropOldest' })
    }
    for (const topic of ['market_data', 'risk_alerts'] as const) {
      // @ts-expect-error
      bus.on(topic, () => {}, { name: 'careless about one of them', whenFull: 'conflate' })
    }
  })

  it('that drops the oldest makes it a dead letter and keeps the newer', () => {
    const { bus, clock, letters } = makeBus()
    const { seen } = listen(bus, { whenFull: 'dropOldest', capacity: 2, does: busyFirst })
    fill(bus, ['one'], ['two'], ['three'])
    expect(letters).toEqual([{ text: 'one', subscriber: 'listener', reason: 'dropped' }])
    clock.advance(50)
    expect(seen).toEqual(['busy', 'two', 'three'])
  })

  it('never drops something urgent for something that is not, even if that comes later', () => {
    const { bus, letters } = makeBus()
    listen(bus, { whenFull: 'dropOldest', capacity: 2, does: busyFirst })
    fill(
      bus,
      ['urgent', { priority: 'URGENT' }],
      ['normal'],
      ['high', { priority: 'HIGH' }],
      ['low', { priority: 'LOW' }],
    )
    expect(letters.map(({ text }) => text)).toEqual(['normal', 'low'])
  })

  it('that conflates keeps the latest per key, in order of publication, without dead letters', () => {
    const { bus, clock, letters } = makeBus()
    const { seen } = listen(bus, {
      whenFull: 'conflate',
      capacity: 3,
      key: ({ kind }) => kind,
      does: busyFirst,
    })
    fill(
      bus,
      ['BTC 1', { kind: 'BTC' }],
      ['XRP 1', { kind: 'XRP' }],
      ['BTC 2', { kind: 'BTC' }],
      ['BTC 3', { kind: 'BTC' }],
    )
    expect(letters).toEqual([])
    expect(bus.stats()).toMatchObject([{ queued: 2, conflated: 2, dead: 0 }])
    clock.advance(50)
    expect(seen).toEqual(['busy', 'XRP 1', 'BTC 3'])
  })

  it('that conflates drops the oldest when there are more keys than places, and says so', () => {
    const { bus, letters } = makeBus()
    listen(bus, { whenFull: 'conflate', capacity: 2, key: ({ kind }) => kind, does: busyFirst })
    fill(bus, ['a', { kind: 'a' }], ['b', { kind: 'b' }], ['c', { kind: 'c' }])
    expect(letters).toEqual([{ text: 'a', subscriber: 'listener', reason: 'dropped' }])
  })

  it('holds no more than it said while a handler floods it', () => {
    const { bus } = makeBus()
    const { seen } = listen(bus, { whenFull: 'dropOldest', capacity: 2 })
    queueUp(bus, () => {
      for (let i = 0; i < 10_000; i++) say(bus, `${i}`)
    })
    expect(seen).toEqual(['9998', '9999'])
  })
})

describe('a filter', () => {
  it('lets through what it says; the rest takes no room', () => {
    const { bus, letters } = makeBus()
    const { seen } = listen(bus, { capacity: 1, filter: ({ payload }) => payload.text.startsWith('y') })
    queueUp(bus, () => {
      say(bus, 'no')
      say(bus, 'yes')
      say(bus, 'no again')
    })
    expect([seen, letters]).toEqual([['yes'], []])
  })

  it('that throws costs only its own subscriber the message', () => {
    const { bus, letters } = makeBus()
    listen(bus, {
      name: 'broken',
      filter: () => {
        throw new Error('bad filter')
      },
    })
    const { seen } = listen(bus)
    say(bus, 'x')
    expect(seen).toEqual(['x'])
    expect(letters).toEqual([{ text: 'x', subscriber: 'broken', reason: 'failed: bad filter' }])
  })

  it('must not publish', () => {
    const { bus, letters } = makeBus()
    listen(bus, { name: 'chatty', filter: () => say(bus, 'from the filter') !== null })
    say(bus, 'x')
    expect(letters).toEqual([{ text: 'x', subscriber: 'chatty', reason: 'failed: a filter or key must not publish' }])
    expect(bus.isIdle()).toBe(true)
  })
})

describe('a key that throws', () => {
  it('costs its subscriber the message and nobody else', () => {
    const { bus, letters } = makeBus()
    listen(bus, {
      name: 'broken',
      whenFull: 'conflate',
      capacity: 1,
      key: () => {
        throw new Error('bad key')
      },
      does: never,
    })
    const { seen } = listen(bus)
    for (const text of ['one', 'two', 'three']) say(bus, text)
    expect(seen).toEqual(['one', 'two', 'three'])
    expect(letters).toEqual([{ text: 'three', subscriber: 'broken', reason: 'failed: bad key' }])
  })
})

describe('subscribing and unsubscribing', () => {
  it('during a delivery begins with the next publication', () => {
    const { bus } = makeBus()
    let late: string[] | null = null
    listen(bus, {
      does: (text) => {
        if (text !== 'first') return
        late = listen(bus).seen
        say(bus, 'third')
      },
    })
    queueUp(bus, () => {
      say(bus, 'first')
      say(bus, 'second')
    })
    expect(late).toEqual(['third'])
  })

  it('during a delivery ends at once, for the message on its way as for those that wait', () => {
    const { bus, letters } = makeBus()
    listen(bus, { does: () => second.stop() })
    const second = listen(bus)
    const third = listen(bus)
    say(bus, 'x')
    expect([second.seen, third.seen, letters]).toEqual([[], ['x'], []])
  })

  it('lets a handler at work finish, and still reports its failure', async () => {
    const { bus, letters } = makeBus()
    let fail = (_: Error): void => {}
    const { stop } = listen(bus, { does: () => new Promise((_, reject) => (fail = reject)) })
    say(bus, 'x')
    stop()
    stop()
    expect(bus.isIdle()).toBe(false)
    fail(new Error('after all'))
    await bus.idle()
    expect(letters).toEqual([{ text: 'x', subscriber: 'listener', reason: 'failed: after all' }])
  })

  it('with a capacity or time limit that is none is refused', () => {
    const { bus } = makeBus()
    expect(() => listen(bus, { capacity: 0 })).toThrow(RangeError)
    expect(() => listen(bus, { capacity: 1.5 })).toThrow(RangeError)
    expect(() => listen(bus, { timeLimitMs: 0 })).toThrow(RangeError)
    expect(() =>
      makeBus({ settings: { historyPerTopic: 0, queueCapacity: 1, handlerTimeLimitMs: 1, ttlMs: {} } }),
    ).toThrow(RangeError)
  })
})

describe('what the bus remembers', () => {
  it('is the latest message of a topic and of each key, where one message may speak of several', () => {
    const { bus } = makeBus({
      keyOf: { system_events: ({ kind }) => kind, risk_alerts: ({ code }) => code.split(',') },
    })
    expect(bus.latest('system_events')).toBeNull()
    say(bus, 'one', { kind: 'BTC' })
    say(bus, 'two', { kind: 'XRP' })
    bus.publish('risk_alerts', { code: 'a,b', text: 'both' }, { source: 'test' })
    expect(bus.latest('system_events')?.payload.text).toBe('two')
    expect(bus.latest('system_events', 'BTC')?.payload.text).toBe('one')
    expect(bus.latest('system_events', 'ETH')).toBeNull()
    expect(bus.latest('risk_alerts', 'b')?.payload.text).toBe('both')
    expect(bus.latest('proposals')).toBeNull()
  })

  it('is the last few messages of each topic, oldest first', () => {
    const { bus } = makeBus()
    const texts = () => bus.history('system_events').map(({ payload }) => payload.text)
    expect(texts()).toEqual([])
    for (const text of ['1', '2']) say(bus, text)
    expect(texts()).toEqual(['1', '2'])
    for (const text of ['3', '4', '5', '6', '7']) say(bus, text)
    expect(texts()).toEqual(['5', '6', '7'])
  })
})

describe('idleness', () => {
  it('is reached when the last asynchronous handler, and all it led to, is done', async () => {
    const { bus } = makeBus()
    const { seen } = listen(bus, {
      does: async (text) => {
        await null
        if (text === 'one') say(bus, 'two')
      },
    })
    say(bus, 'one')
    expect(bus.isIdle()).toBe(false)
    await bus.idle()
    expect(seen).toEqual(['one', 'two'])
    expect(bus.isIdle()).toBe(true)
    await bus.idle()
  })

  it('is not while a handler is running', () => {
    const { bus } = makeBus()
    const inside: boolean[] = []
    listen(bus, { does: () => void inside.push(bus.isIdle()) })
    say(bus, 'x')
    expect(inside).toEqual([false])
  })
})

describe('reporting dead letters', () => {
  const failing = (): void => {
    throw new Error('always')
  }

  it('may publish, after everybody before has been offered the lost message', () => {
    const seen: string[] = []
    const { bus } = makeBus({ onDeadLetter: () => void say(bus, 'a message was lost') })
    bus.on('risk_alerts', failing, { name: 'broken', whenFull: 'reject' })
    bus.on('risk_alerts', ({ payload }) => void seen.push(payload.text), { name: 'sound', whenFull: 'reject' })
    listen(bus, { does: (text) => void seen.push(text) })
    bus.publish('risk_alerts', { code: 'x', text: 'alert' }, { source: 'test' })
    expect(seen).toEqual(['alert', 'a message was lost'])
  })

  it('ends, even when the listener to the reports is the one that is broken', () => {
    let reports = 0
    const { bus } = makeBus({ onDeadLetter: () => void say(bus, `report ${++reports}`) })
    listen(bus, { does: failing })
    say(bus, 'x')
    expect(reports).toBe(2)
    expect(bus.history('system_events').map(({ payload }) => payload.text)).toEqual(['x', 'report 1', 'report 2'])
    expect(bus.isIdle()).toBe(true)
  })

  it('that itself throws stops no delivery and is not swallowed', async () => {
    const uncaught: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      const bug = new Error('the journal is gone')
      const { bus } = makeBus({
        onDeadLetter() {
          throw bug
        },
      })
      listen(bus, { does: failing })
      const { seen } = listen(bus)
      say(bus, 'x')
      expect(seen).toEqual(['x'])
      await settled()
      expect(uncaught).toEqual([bug])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of others) process.on('uncaughtException', listener)
    }
  })
})
