import { setImmediate } from 'node:timers/promises'
import Emittery from 'emittery'
import { EventEmitter } from 'eventemitter3'
import { createSystemClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { type Bus, createBus } from '../../src/main/bus/bus.ts'
import { type BenchContext, type Contestant, compare, interleave, type Row } from './measure.ts'

const SUBSCRIBERS = [1, 10, 100]
const PAYLOAD = { kind: 'bench', text: 'A fact that somebody published.' }
const TARGET_MS = 150

let received = 0
const receive = (message: { readonly payload: typeof PAYLOAD }): void => {
  received += message.payload.kind.length
}
const receivePlain = (payload: typeof PAYLOAD): void => {
  received += payload.kind.length
}

/** The bus as the workstation has it: random ids, the machine's clock, history kept. */
function ourBus(subscribers: number): Bus {
  const bus = createBus({
    clock: createSystemClock(),
    ids: createRandomIds(),
    settings: { historyPerTopic: 1_000, queueCapacity: 1_000, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter(message, subscriber, reason) {
      throw new Error(`${message.id} did not reach ${subscriber}: ${reason}`)
    },
  })
  for (let i = 0; i < subscribers; i++) bus.on('system_events', receive, { name: `s${i}`, whenFull: 'reject' })
  return bus
}

/** Publishes until the time is long enough to be measured; every handler must have been called each time. */
async function publishesPerSecond(subscribers: number, publish: (times: number) => void | Promise<void>) {
  let times = 100
  for (;;) {
    await setImmediate()
    received = 0
    const startedAt = performance.now()
    await publish(times)
    const ms = performance.now() - startedAt
    if (received !== times * subscribers * PAYLOAD.kind.length) throw new Error('a subscriber was not called')
    if (ms >= TARGET_MS) return (times / ms) * 1_000
    times = Math.ceil(times * Math.min(20, Math.max(1.2, (1.2 * TARGET_MS) / Math.max(ms, 0.01))))
  }
}

function contestants(subscribers: number): Contestant[] {
  const bus = ourBus(subscribers)
  const plain = new EventEmitter<{ fact: [typeof PAYLOAD] }>()
  const emittery = new Emittery<{ fact: typeof PAYLOAD }>()
  for (let i = 0; i < subscribers; i++) {
    plain.on('fact', (payload) => receivePlain(payload))
    emittery.on('fact', ({ data }) => receivePlain(data))
  }
  return [
    {
      name: nameOf(subscribers),
      measure: () =>
        publishesPerSecond(subscribers, (times) => {
          for (let i = 0; i < times; i++) bus.publish('system_events', PAYLOAD, { source: 'bench' })
        }),
    },
    {
      name: 'eventemitter3',
      measure: () =>
        publishesPerSecond(subscribers, (times) => {
          for (let i = 0; i < times; i++) plain.emit('fact', PAYLOAD)
        }),
    },
    {
      name: 'emittery',
      measure: () =>
        publishesPerSecond(subscribers, async (times) => {
          for (let i = 0; i < times; i++) await emittery.emit('fact', PAYLOAD)
        }),
    },
  ]
}

const nameOf = (subscribers: number): string => `bus publish, ${subscribers} subscriber${subscribers === 1 ? '' : 's'}`

export async function busBench({ runs, say }: BenchContext): Promise<Row[]> {
  const rows: Row[] = []
  for (const subscribers of SUBSCRIBERS) {
    const samples = await interleave(contestants(subscribers), { runs, warmUps: 1, say })
    for (const peer of ['eventemitter3', 'emittery']) {
      rows.push(compare(samples, nameOf(subscribers), peer, 'publishes/s'))
    }
  }
  return rows
}
