import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { createSystemClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { type Bus, createBus } from '../../src/main/bus/bus.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { MessageStore } from '../../src/main/ports.ts'
import { epochMs } from '../../src/shared/time.ts'
import { type BenchContext, collectGarbage, quantile, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const MIGRATIONS_DIR = join(import.meta.dirname, '../../migrations')
const SUBSCRIBERS = 10
/** In one tenth of a second; twice as many, and the audit would not wait for its timer. */
const BATCH = 1_000
const BATCHES_PER_RUN = 200
const OURS = 'publish, audit on'
const PEER = 'audit off'

/**
 * What a publisher waits for with the audit among the listeners, and without. Between two batches the flush that the
 * program's timer asks for every tenth of a second is done, without waiting for that tenth to pass.
 */
export const busAuditBench = ({ runs, say, note }: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    note(
      `Audit: time per publication in batches of ${BATCH}, all runs pooled. The p99 is to be at most 2 × that without.`,
    )
    const opened = openDatabase(join(folder, 'audit.db'), { migrationsDir: MIGRATIONS_DIR, now: epochMs(0) })
    if (!opened.ok) throw new Error(opened.error.message)
    const { messages, journal } = createStores(opened.value)
    const audited = createListenedBus(messages)
    const plain = createListenedBus(null)
    const ours: number[] = []
    const theirs: number[] = []
    for (let run = -1; run < runs; run++) {
      say(`audit, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
      collectGarbage()
      for (let batch = 0; batch < BATCHES_PER_RUN; batch++) {
        // In turn, who comes first in the wake of the flush.
        const turns = [() => timeOf(audited), () => timeOf(plain)]
        const [first, second] = batch % 2 === 0 ? turns : turns.toReversed()
        const times = [first?.() ?? Number.NaN, second?.() ?? Number.NaN]
        messages.flush()
        await setImmediate()
        if (run < 0) continue
        const [own, other] = batch % 2 === 0 ? times : times.toReversed()
        ours.push(own ?? Number.NaN)
        theirs.push(other ?? Number.NaN)
      }
    }
    if (journal.head().seq !== (runs + 1) * BATCHES_PER_RUN * BATCH) throw new Error('not everything was written')
    opened.value.close()
    return [0.5, 0.99].map((q) => ({
      name: `${OURS}, p${q * 100}`,
      median: quantile(ours, q),
      min: quantile(ours, 0),
      max: quantile(ours, 1),
      unit: 'µs',
      peer: PEER,
      peerMedian: quantile(theirs, q),
      ratio: quantile(ours, q) / quantile(theirs, q),
    }))
  })

function createListenedBus(audit: MessageStore | null): Bus {
  const bus = createBus({
    clock: createSystemClock(),
    ids: createRandomIds(),
    settings: { historyPerTopic: 1_000, queueCapacity: 1_000, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter(message, subscriber, reason) {
      throw new Error(`${message.id} did not reach ${subscriber}: ${reason}`)
    },
  })
  // As it is wired: first of all, and only what is news.
  if (audit !== null) {
    bus.on('system_events', (message) => audit.append(message), {
      name: 'audit',
      filter: ({ payload }) => !('isNews' in payload),
      whenFull: 'reject',
    })
  }
  for (let i = 0; i < SUBSCRIBERS; i++) {
    const heard = { kind: '' }
    bus.on(
      'system_events',
      ({ payload }) => {
        heard.kind = payload.kind
      },
      { name: `s${i}`, whenFull: 'reject' },
    )
  }
  return bus
}

/** In µs per publication. */
function timeOf(bus: Bus): number {
  const startedAt = performance.now()
  for (let i = 0; i < BATCH; i++) {
    bus.publish('system_events', { kind: 'bench', text: 'A fact that somebody published.' }, { source: 'bench' })
  }
  return performance.now() - startedAt
}
