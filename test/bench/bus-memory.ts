import { setImmediate } from 'node:timers/promises'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { createBus } from '../../src/main/bus/bus.ts'
import { PRIORITIES, type Priority } from '../../src/main/bus/topics.ts'
import { after, epochMs } from '../../src/shared/time.ts'
import { type BenchContext, collectGarbage, type Row } from './measure.ts'

const MESSAGES = 10_000_000
const LOOKS = 10
const BATCH = 1_000
const TTL_MS = 5
const REFUSAL = new Error('no')

/**
 * What the bus holds after ten million messages against what it held after the first tenth of them: by subscribers that
 * take everything, that are slow and conflate, drop or refuse, that fail, and that come and go.
 */
export async function busMemoryBench({ say, note }: BenchContext): Promise<Row[]> {
  note('Memory: of the heap after a collection. To be flat.')
  const run = createRun()
  const held: number[] = []
  for (let look = 1; look <= LOOKS; look++) {
    say(`memory, ${((look * MESSAGES) / LOOKS).toLocaleString('en-US')} messages`)
    await run.publish(MESSAGES / LOOKS)
    held.push(heldMegabytes())
  }
  run.demandEverything()
  const [first = Number.NaN] = held
  const last = held.at(-1) ?? Number.NaN
  return [
    {
      name: `heap after ${MESSAGES.toLocaleString('en-US')} messages on the bus`,
      median: last,
      min: Math.min(...held),
      max: Math.max(...held),
      unit: 'MB',
      peer: `after ${(MESSAGES / LOOKS).toLocaleString('en-US')}`,
      peerMedian: first,
      ratio: last / first,
    },
  ]
}

function heldMegabytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 1e6
}

function createRun() {
  const clock = createSimulatedClock(epochMs(0))
  const lost = new Map<string, number>()
  const bus = createBus({
    clock,
    ids: createRandomIds(),
    settings: { historyPerTopic: 500, queueCapacity: 100, handlerTimeLimitMs: 3, ttlMs: {} },
    keyOf: { system_events: ({ kind }) => kind },
    onDeadLetter: (_message, subscriber) => void lost.set(subscriber, (lost.get(subscriber) ?? 0) + 1),
  })
  let taken = 0
  bus.on('system_events', () => void taken++, { name: 'all', whenFull: 'reject' })
  for (const whenFull of ['conflate', 'dropOldest', 'reject'] as const) {
    bus.on('system_events', () => new Promise((resolve) => void clock.at(after(clock.now(), 2), resolve)), {
      name: `slow, ${whenFull}`,
      whenFull,
      key: ({ kind }) => kind,
    })
  }
  bus.on('system_events', () => new Promise(() => {}), { name: 'hanging', whenFull: 'dropOldest' })
  bus.on(
    'system_events',
    ({ payload }) => {
      if (payload.kind === 'k7') throw REFUSAL
    },
    { name: 'failing', whenFull: 'reject', filter: ({ payload }) => payload.kind !== 'k1' },
  )
  let n = 0
  const publishOne = (): void => {
    const priority = PRIORITIES[n % 4] as Priority
    bus.publish('system_events', { kind: `k${n % 20}`, text: 'x' }, { source: 'bench', priority, ttlMs: TTL_MS })
    n++
  }
  // One in so many batches is published by a handler: it is queued before it is delivered.
  bus.on(
    'risk_alerts',
    () => {
      for (let i = 0; i < BATCH - 1; i++) publishOne()
    },
    { name: 'flood', whenFull: 'reject' },
  )
  return {
    async publish(messages: number): Promise<void> {
      for (let done = 0; done < messages; done += BATCH) {
        const leave = bus.on('system_events', () => {}, { name: 'guest', whenFull: 'reject' })
        if (done % (10 * BATCH) === 0) bus.publish('risk_alerts', { code: '', text: '' }, { source: 'bench' })
        else for (let i = 0; i < BATCH; i++) publishOne()
        leave()
        clock.advanceTo(after(clock.now(), 1))
        clock.runDue()
        await setImmediate()
      }
    },
    /** A bus on which nothing happened would be flat, too. */
    demandEverything(): void {
      if (taken < MESSAGES / 2) throw new Error(`only ${taken} messages were taken`)
      for (const name of ['slow, dropOldest', 'slow, reject', 'hanging', 'failing']) {
        if (!lost.has(name)) throw new Error(`${name}: nothing was lost`)
      }
      if (!bus.stats().some(({ conflated }) => conflated > 0)) throw new Error('nothing was conflated')
    },
  }
}
