import Emittery from 'emittery'
import { EventEmitter } from 'eventemitter3'
import { createSimulatedClock, createSystemClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { type Bus, createBus } from '../../src/main/bus/bus.ts'
import type { Message } from '../../src/main/bus/topics.ts'
import type { Clock } from '../../src/main/ports.ts'
import { epochMs, MINUTE } from '../../src/shared/time.ts'
import { type BenchContext, collectGarbage, compare, interleave, quantile, type Row } from './measure.ts'

const SUBSCRIBERS = 10
const BATCH = 1_000
const BATCHES = 300
/** emittery takes a hundred times as long. */
const BATCHES_OF_EMITTERY = 15
const PAYLOAD = { kind: 'bench', text: 'A fact that somebody published.' }
type Payload = typeof PAYLOAD
/** Every handler adds to a count of its own: that nobody was left out is seen afterwards. */
type Ear = { heard: number }

const OURS = "bus, 10 subscribers, priority, TTL, 2 filters, a replay's clock"
const OURS_LIVE = "the same on the machine's clock"
const EMITTER = 'eventemitter3, bare emit'
const EMITTERY = 'emittery'

/**
 * The same fact to ten listeners, all of which take it, beside as many of another topic. The clock stands still during a
 * batch, as in a replay: a TTL is looked at before every single delivery, and a machine's clock takes several times as
 * long to read as a handler to call.
 */
export async function busPublishBench({ runs, say, note }: BenchContext): Promise<Row[]> {
  const clock = createSimulatedClock(epochMs(Date.now()))
  const samples = await interleave([ours(OURS, clock), bareEmitter(), emittery()], { runs, warmUps: 2, say })
  // Afterwards: the program has one bus, and the compiler makes the most of that.
  const live = await interleave([ours(OURS_LIVE, createSystemClock()), bareEmitter()], { runs, warmUps: 2, say })
  note(
    `Publishing: the median of batches of ${BATCH.toLocaleString('en-US')}. To be at least 0.6 × eventemitter3 and 20 × emittery. On the machine's clock every look at a TTL costs a reading of it, eleven a publication.`,
  )
  return [
    compare(samples, OURS, EMITTER, 'publishes/s'),
    compare(samples, OURS, EMITTERY, 'publishes/s'),
    compare(live, OURS_LIVE, EMITTER, 'publishes/s'),
  ]
}

/** With random ids and a history, as the workstation has it. */
function ours(name: string, clock: Clock) {
  const bus = createBus({
    clock,
    ids: createRandomIds(),
    settings: { historyPerTopic: 1_000, queueCapacity: 1_000, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter(message, subscriber, reason) {
      throw new Error(`${message.id} did not reach ${subscriber}: ${reason}`)
    },
  })
  const ears = listeners((ear, i) => subscribe(bus, ear, i))
  const fail = (): never => {
    throw new Error('a message came to another topic')
  }
  for (let i = 0; i < SUBSCRIBERS; i++) bus.on('risk_alerts', fail, { name: `elsewhere ${i}`, whenFull: 'reject' })
  return {
    name,
    measure: () =>
      rate(BATCHES, ears, () => {
        for (let i = 0; i < BATCH; i++) {
          bus.publish('system_events', PAYLOAD, { source: 'bench', priority: 'HIGH', ttlMs: MINUTE })
        }
      }),
  }
}

function subscribe(bus: Bus, ear: Ear, i: number): void {
  const isFact = ({ payload }: Message<'system_events'>): boolean => payload.kind.length > 0
  bus.on('system_events', ({ payload }) => hear(ear, payload), {
    name: `s${i}`,
    whenFull: 'reject',
    ...(i < 2 ? { filter: isFact } : {}),
  })
}

function bareEmitter() {
  const emitter = new EventEmitter<{ fact: [Payload] }>()
  const ears = listeners((ear) => void emitter.on('fact', (payload) => hear(ear, payload)))
  return {
    name: EMITTER,
    measure: () =>
      rate(BATCHES, ears, () => {
        for (let i = 0; i < BATCH; i++) emitter.emit('fact', PAYLOAD)
      }),
  }
}

function emittery() {
  const emitter = new Emittery<{ fact: Payload }>()
  const ears = listeners((ear) => void emitter.on('fact', ({ data }) => hear(ear, data)))
  return {
    name: EMITTERY,
    measure: () =>
      rate(BATCHES_OF_EMITTERY, ears, async () => {
        for (let i = 0; i < BATCH; i++) await emitter.emit('fact', PAYLOAD)
      }),
  }
}

function hear(ear: Ear, { kind }: Payload): void {
  ear.heard += kind.length
}

function listeners(listen: (ear: Ear, i: number) => void): readonly Ear[] {
  return Array.from({ length: SUBSCRIBERS }, (_, i) => {
    const ear = { heard: 0 }
    listen(ear, i)
    return ear
  })
}

/** Publications a second of the median batch. */
async function rate(batches: number, ears: readonly Ear[], publish: () => void | Promise<void>): Promise<number> {
  for (const ear of ears) ear.heard = 0
  collectGarbage()
  const times: number[] = []
  for (let i = 0; i < batches; i++) {
    const startedAt = performance.now()
    const done = publish()
    if (done !== undefined) await done
    times.push(performance.now() - startedAt)
  }
  for (const { heard } of ears) {
    if (heard !== batches * BATCH * PAYLOAD.kind.length) throw new Error('a listener was not called')
  }
  return (BATCH / quantile(times, 0.5)) * 1_000
}
