import type { Stores } from '../ports.ts'
import { createAgentCallStore } from './agent-calls.ts'
import { createBagShareStore } from './bag-shares.ts'
import { createCandleStore } from './candle-store.ts'
import { createConflictScoreStore } from './conflict-scores.ts'
import { createConflictStore } from './conflicts.ts'
import type { Database } from './database.ts'
import { createEquityStore } from './equity.ts'
import { createFillStore } from './fills.ts'
import { createForecastStore } from './forecasts.ts'
import { createLedgerStore } from './ledger.ts'
import { createLlmCallStore } from './llm-calls.ts'
import { createMessageStores } from './messages.ts'
import { createMovementStore } from './movements.ts'
import { createAgentOutputStore, createMarketSampleStore, createStateStore } from './observations.ts'
import { createOrderStore } from './orders.ts'
import { createPositionStore } from './positions.ts'
import { createProposalStore } from './proposals.ts'
import { createRiskDecisionStore } from './risk-decisions.ts'
import { createSessionLogStore } from './session-log.ts'
import { createTransactions } from './transactions.ts'

/** Of each symbol and width, where no setting says otherwise. */
const CANDLES_KEPT = 1_000

/** Every store over one database. Call `messages.flush()` and `candles.flush()` before the database is closed. */
export function createStores({ sql, file }: Database, candlesKept = CANDLES_KEPT): Stores {
  const transactions = createTransactions(sql)
  const { transact, afterCommit } = transactions
  const totalChanges = sql.prepare<[], number>('SELECT total_changes()').pluck()
  return {
    transact,
    afterCommit,
    rowsWritten: () => totalChanges.get() ?? 0,
    orders: createOrderStore(sql, transact),
    fills: createFillStore(sql),
    ledger: createLedgerStore(sql, transact),
    movements: createMovementStore(sql),
    bagShares: createBagShareStore(sql),
    proposals: createProposalStore(sql),
    conflicts: createConflictStore(sql),
    llmCalls: createLlmCallStore(sql),
    conflictScores: createConflictScoreStore(sql, transact),
    positions: createPositionStore(sql),
    riskDecisions: createRiskDecisionStore(sql),
    equity: createEquityStore(sql),
    agentOutputs: createAgentOutputStore(sql),
    agentCalls: createAgentCallStore(sql),
    forecasts: createForecastStore(sql, transact),
    ...createMessageStores(sql, transactions, file),
    sessionLog: createSessionLogStore(sql, transactions),
    state: createStateStore(sql),
    marketSamples: createMarketSampleStore(sql),
    candles: createCandleStore(sql, transact, candlesKept),
  }
}
