import type { Stores, Transact } from '../ports.ts'
import { createAgentCallStore } from './agent-calls.ts'
import { createBagShareStore } from './bag-shares.ts'
import { createCandleStore } from './candle-store.ts'
import type { Sql } from './columns.ts'
import { createConflictStore } from './conflicts.ts'
import type { Database } from './database.ts'
import { createEquityStore } from './equity.ts'
import { createFillStore } from './fills.ts'
import { createForecastStore } from './forecasts.ts'
import { createLedgerStore } from './ledger.ts'
import { createMessageStores } from './messages.ts'
import { createMovementStore } from './movements.ts'
import { createAgentOutputStore, createMarketSampleStore, createStateStore } from './observations.ts'
import { createOrderStore } from './orders.ts'
import { createPositionStore } from './positions.ts'
import { createProposalStore } from './proposals.ts'
import { createRiskDecisionStore } from './risk-decisions.ts'

/** Runs work as one transaction; inside another it joins that one, and is kept or undone with it. */
function createTransact(sql: Sql): Transact {
  const run = sql.transaction((work: () => unknown) => work())
  return <T>(work: () => T): T => (sql.inTransaction ? work() : (run(work) as T))
}

/** Of each symbol and width, where no setting says otherwise. */
const CANDLES_KEPT = 1_000

/** Every store over one database. Call `messages.flush()` and `candles.flush()` before the database is closed. */
export function createStores({ sql }: Database, candlesKept = CANDLES_KEPT): Stores {
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
    riskDecisions: createRiskDecisionStore(sql),
    equity: createEquityStore(sql),
    agentOutputs: createAgentOutputStore(sql),
    agentCalls: createAgentCallStore(sql),
    forecasts: createForecastStore(sql, transact),
    ...createMessageStores(sql, transact),
    state: createStateStore(sql),
    marketSamples: createMarketSampleStore(sql),
    candles: createCandleStore(sql, transact, candlesKept),
  }
}
