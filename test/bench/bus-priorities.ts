import PQueue from 'p-queue'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { createBus } from '../../src/main/bus/bus.ts'
import { PRIORITIES, type Priority } from '../../src/main/bus/topics.ts'
import { epochMs } from '../../src/shared/time.ts'
import { type BenchContext, collectGarbage, compare, interleave, quantile, type Row } from './measure.ts'

const OURS = 'bus, 1,000 queued by priority, then handled'
const PEER = 'p-queue'
const BATCH = 1_000
const BATCHES = 300
/** p-queue takes tens of times as long. */
const BATCHES_OF_PEER = 15

/** What waits for one that works: tasks of four priorities, added in turn, carried out the most urgent first. */
export async function busPrioritiesBench({ runs, say, note }: BenchContext): Promise<Row[]> {
  note(`Priority queueing: the median of batches of ${BATCH.toLocaleString('en-US')}. To be at least 15 × ${PEER}.`)
  const samples = await interleave([ours(), theirs()], { runs, warmUps: 1, say })
  return [compare(samples, OURS, PEER, 'messages/s')]
}

function ours() {
  const bus = createBus({
    clock: createSimulatedClock(epochMs(Date.now())),
    ids: createRandomIds(),
    settings: { historyPerTopic: 1_000, queueCapacity: BATCH, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter(message, subscriber, reason) {
      throw new Error(`${message.id} did not reach ${subscriber}: ${reason}`)
    },
  })
  const levels: number[] = []
  bus.on('system_events', ({ priority }) => void levels.push(PRIORITIES.indexOf(priority)), {
    name: 'worker',
    whenFull: 'reject',
  })
  // What a handler publishes waits until it is done.
  bus.on(
    'risk_alerts',
    () => {
      for (let i = 0; i < BATCH; i++) {
        bus.publish(
          'system_events',
          { kind: 'bench', text: '' },
          { source: 'bench', priority: PRIORITIES[i % 4] as Priority },
        )
      }
    },
    { name: 'flood', whenFull: 'reject' },
  )
  return {
    name: OURS,
    measure: () =>
      rate(BATCHES, levels, () => void bus.publish('risk_alerts', { code: '', text: '' }, { source: 'bench' })),
  }
}

function theirs() {
  const queue = new PQueue({ concurrency: 1, autoStart: false })
  const levels: number[] = []
  return {
    name: PEER,
    measure: () =>
      rate(BATCHES_OF_PEER, levels, async () => {
        for (let i = 0; i < BATCH; i++) void queue.add(() => void levels.push(i % 4), { priority: i % 4 })
        queue.start()
        await queue.onIdle()
        queue.pause()
      }),
  }
}

/** Messages a second of the median batch. */
async function rate(batches: number, levels: number[], queueAll: () => void | Promise<void>): Promise<number> {
  collectGarbage()
  const times: number[] = []
  for (let i = 0; i < batches; i++) {
    levels.length = 0
    const startedAt = performance.now()
    const done = queueAll()
    if (done !== undefined) await done
    times.push(performance.now() - startedAt)
    if (levels.length !== BATCH) throw new Error('not everything was handled')
    if (levels.some((level, at) => level > (levels[at - 1] ?? 3))) throw new Error('not the most urgent first')
  }
  return (BATCH / quantile(times, 0.5)) * 1_000
}
