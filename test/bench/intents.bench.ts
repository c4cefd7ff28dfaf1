import { join } from 'node:path'
import { pendingOrder } from '../../src/main/domain/order.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Stores } from '../../src/main/ports.ts'
import type { ClientOrderId, OrderId } from '../../src/shared/ids.ts'
import { intentOf, NOON, proposalOf } from '../support/trading-builders.ts'
import { createBareInserts, INTENT_COLUMNS } from './bare-inserts.ts'
import { type BenchContext, compare, interleave, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const MIGRATIONS_DIR = join(import.meta.dirname, '../../migrations')
const OURS = 'SQLite intents, each durable'
const PEER = 'bare better-sqlite3 insert loop'
const PER_SLICE = 50
const SLICES = 8

/** The disk's mood changes by the second: a run is many short slices, ours and theirs in turn. */
export const intentsBench = ({ runs, say }: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    const opened = openDatabase(join(folder, 'engine.db'), { migrationsDir: MIGRATIONS_DIR, now: NOON })
    if (!opened.ok) throw new Error(opened.error.message)
    const stores = createStores(opened.value)
    stores.proposals.insert(proposalOf({ status: 'approved' }))
    const bare = createBareInserts(join(folder, 'bare.db'), INTENT_COLUMNS)
    const insertOrder = orderInserts(stores)
    const slices = await interleave(
      [
        { name: OURS, measure: () => perSecond(insertOrder) },
        { name: PEER, measure: () => perSecond(bare.insert) },
      ],
      { runs: runs * SLICES, warmUps: SLICES, say: (text) => say(text.replace('run', 'slice')) },
    )
    bare.close()
    opened.value.close()
    const samples = new Map([...slices].map(([name, rates]) => [name, ratesOfRuns(rates)]))
    return [compare(samples, OURS, PEER, 'inserts/s')]
  })

function orderInserts(stores: Stores): () => void {
  let count = 0
  return () => {
    count++
    const clientOrderId = count.toString(16).padStart(32, '0') as ClientOrderId
    stores.orders.insert(pendingOrder(intentOf({ id: `ord_${count}` as OrderId, clientOrderId })))
  }
}

function perSecond(insert: () => void): number {
  const startedAt = performance.now()
  for (let i = 0; i < PER_SLICE; i++) insert()
  return (PER_SLICE / (performance.now() - startedAt)) * 1_000
}

/** All slices of a run hold the same number of inserts: their rate together is the harmonic mean. */
function ratesOfRuns(rates: readonly number[]): number[] {
  const runs: number[] = []
  for (let i = 0; i < rates.length; i += SLICES) {
    const own = rates.slice(i, i + SLICES)
    runs.push(own.length / own.reduce((total, rate) => total + 1 / rate, 0))
  }
  return runs
}
