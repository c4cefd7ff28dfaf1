import type { Stores, Transact } from '../ports.ts'
import { createBagShareStore } from './bag-shares.ts'
import type { Sql } from './columns.ts'
import { createConflictStore } from './conflicts.ts'
import type { Database } from './database.ts'
import { createEquityStore } from './equity.ts'
import { createFillStore } from './fills.ts'
import { createLedgerStore } from './ledger.ts'
import { createMessageStores } from './messages.ts'
import { createMovementStore } from './movements.ts'
import { createAgentOutputStore, createMarketSampleStore, createStateStore } from './observations.ts'
import { createOrderStore } from './orders.ts'
import { createPositionStore } from './positions.ts'
import { createProposalStore } from './proposals.ts'

/** Runs work as one transaction; inside another it joins that one, and is kept or undone with it. */
function createTransact(sql: Sql): Transact {
  const run = sql.transaction((work: () => unknown) => work())
  return <T>(work: () => T): T => (sql.inTransaction ? work() : (run(work) as T))
}

/** Every store over one database. Call `messages.flush()` before the database is closed. */
export function createStores({ sql }: Database): Stores {
  const transact = createTransact(sql)
  const totalChanges = sql.prepare<[], number>('SELECT total_changes()').pluck()
  return {
    transact,
    rowsWritten: () => totalChanges.get() ?? 0,
    orders: createOrderStore(sql, transact),
    fills: createFillStore(sql),
    ledger: createLedgerStore(sql, transact),
    movements: createMovementStore(sql),
    bagShares: createBagShareStore(sql),
    proposals: createProposalStore(sql),
    conflicts: createConflictStore(sql),
    positions: createPositionStore(sql),
    equity: createEquityStore(sql),
    agentOutputs: createAgentOutputStore(sql),
    ...createMessageStores(sql, transact),
    state: createStateStore(sql),
    marketSamples: createMarketSampleStore(sql),
  }
}
