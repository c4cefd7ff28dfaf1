import type { Bus, BusDeps, DeadLetterReason, Published, SubscribeOptions } from '../../../src/main/bus/bus.ts'
import { type Message, PRIORITIES, type Topic } from '../../../src/main/bus/topics.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { after } from '../../../src/shared/time.ts'

type Sub = {
  readonly options: SubscribeOptions<Topic>
  readonly topic: Topic
  readonly handler: (message: Message) => unknown
  run: object | null
  delivered: number
  dead: number
  conflated: number
}
type Waiting = { readonly message: Message; readonly sub: Sub; readonly seq: number; readonly isReport: boolean }

/**
 * The rules of the bus with no thought for speed: one list of (message, subscriber) pairs, searched from end to end
 * before every single delivery. What the real bus is compared with.
 */
export function createReferenceBus(deps: BusDeps): Bus {
  const { clock, ids, settings } = deps
  const published: Message[] = []
  let subs: Sub[] = []
  let waiting: Waiting[] = []
  const untold: { what: Waiting; reason: DeadLetterReason }[] = []
  let telling: Waiting | null = null
  let isDraining = false
  let running = 0

  const levelOf = (w: Waiting): number => PRIORITIES.indexOf(w.message.priority)
  const isFree = (sub: Sub): boolean => sub.run === null
  const queueOf = (sub: Sub): Waiting[] => waiting.filter((w) => w.sub === sub)
  const capacityOf = (sub: Sub): number => sub.options.capacity ?? settings.queueCapacity

  function lose(what: Waiting, reason: DeadLetterReason): void {
    what.sub.dead++
    waiting = waiting.filter((w) => w !== what)
    untold.push({ what, reason })
  }

  function tell(): void {
    if (telling !== null) return
    for (let loss = untold.shift(); loss !== undefined; loss = untold.shift()) {
      telling = loss.what
      deps.onDeadLetter(loss.what.message, loss.what.sub.options.name, loss.reason)
      if (loss.reason === 'queue full') deps.onOverflow?.(loss.what.message, loss.what.sub.options.name)
    }
    telling = null
  }

  function enqueue(incoming: Waiting): void {
    const { sub } = incoming
    waiting.push(incoming)
    if (queueOf(sub).length <= capacityOf(sub)) return
    if (sub.options.whenFull === 'reject') {
      lose(incoming, 'queue full')
      return
    }
    if (sub.options.whenFull === 'conflate') {
      const keyOf = (w: Waiting): string => sub.options.key?.(w.message.payload) ?? ''
      for (const older of queueOf(sub)) {
        if (!queueOf(sub).some((w) => w.seq > older.seq && keyOf(w) === keyOf(older))) continue
        waiting = waiting.filter((w) => w !== older)
        sub.conflated++
      }
      if (queueOf(sub).length <= capacityOf(sub)) return
    }
    const [victim] = queueOf(sub).sort((a, b) => levelOf(a) - levelOf(b) || a.seq - b.seq)
    lose(victim as Waiting, 'dropped')
  }

  function drain(): void {
    if (isDraining) return
    isDraining = true
    for (;;) {
      tell()
      const [next] = waiting
        .filter((w) => isFree(w.sub))
        .sort((a, b) => levelOf(b) - levelOf(a) || a.seq - b.seq || subs.indexOf(a.sub) - subs.indexOf(b.sub))
      if (next === undefined) break
      waiting = waiting.filter((w) => w !== next)
      deliver(next)
    }
    isDraining = false
  }

  function deliver(what: Waiting): void {
    const { message, sub } = what
    if (clock.now() - message.timestamp > message.ttlMs) {
      lose(what, 'expired')
      return
    }
    let result: unknown
    try {
      result = sub.handler(message)
    } catch (error) {
      lose(what, `failed: ${(error as Error).message}`)
      return
    }
    if (!(result instanceof Promise)) {
      sub.delivered++
      return
    }
    const run = {}
    sub.run = run
    running++
    const settle = (problem: DeadLetterReason | null): void => {
      if (sub.run !== run) return
      sub.run = null
      running--
      if (problem === null) sub.delivered++
      else lose(what, problem)
      if (isDraining) tell()
      drain()
    }
    const limit = sub.options.timeLimitMs ?? settings.handlerTimeLimitMs
    clock.at(after(clock.now(), limit), () => settle('timed out'))
    result.then(
      () => settle(null),
      (error: Error) => settle(`failed: ${error.message}`),
    )
  }

  const bus: Bus = {
    publish: (topic, payload, options) => bus.send(bus.compose(topic, payload, options)),
    compose(topic, payload, options) {
      return {
        id: ids.next('msg') as MessageId,
        topic,
        source: options.source,
        priority: options.priority ?? 'NORMAL',
        timestamp: clock.now(),
        payload,
        correlationId: options.correlationId ?? null,
        causationId: options.causationId ?? null,
        ttlMs: options.ttlMs ?? settings.ttlMs[topic] ?? Number.POSITIVE_INFINITY,
      }
    },
    send(message) {
      const { topic } = message
      const sent = message as Message
      published.push(sent)
      if (telling?.isReport) return message

      const isReport = telling !== null
      const lossesBefore = untold.length
      for (const sub of subs.filter((s) => s.topic === topic)) {
        const what: Waiting = { message: sent, sub, seq: published.length, isReport }
        try {
          if (sub.options.filter?.(sent) === false) continue
        } catch (error) {
          lose(what, `failed: ${(error as Error).message}`)
          continue
        }
        enqueue(what)
      }
      const rejectedBy = untold
        .slice(lossesBefore)
        .filter(({ reason }) => reason === 'queue full')
        .map(({ what }) => what.sub.options.name)
      if (isDraining) tell()
      drain()
      return rejectedBy.length === 0 ? message : ({ ...message, rejectedBy } as Published<typeof topic>)
    },
    on(topic, handler, options) {
      const sub: Sub = {
        options: options as unknown as SubscribeOptions<Topic>,
        topic,
        handler: handler as unknown as Sub['handler'],
        run: null,
        delivered: 0,
        dead: 0,
        conflated: 0,
      }
      subs.push(sub)
      return () => {
        subs = subs.filter((s) => s !== sub)
        waiting = waiting.filter((w) => w.sub !== sub)
      }
    },
    latest(topic, key) {
      const keyOf = deps.keyOf?.[topic]
      const hasKey = (message: Message): boolean =>
        key === undefined || (keyOf !== undefined && [keyOf(message.payload as never)].flat().includes(key))
      return (published.findLast((m) => m.topic === topic && hasKey(m)) ?? null) as never
    },
    history: (topic) => published.filter((m) => m.topic === topic).slice(-settings.historyPerTopic) as never,
    isIdle: () => !isDraining && running === 0,
    idle: () => Promise.reject(new Error('not modelled')),
    stats: () =>
      subs.map((s) => ({
        name: s.options.name,
        topic: s.topic,
        whenFull: s.options.whenFull,
        queued: queueOf(s).length,
        delivered: s.delivered,
        dead: s.dead,
        conflated: s.conflated,
      })),
  }
  return bus
}
