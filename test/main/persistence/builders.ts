import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Conflict } from '../../../src/main/domain/conflict.ts'
import type { LedgerEntry } from '../../../src/main/domain/ledger.ts'
import { type Fill, type Order, type OrderIntent, pendingOrder } from '../../../src/main/domain/order.ts'
import type { Position } from '../../../src/main/domain/position.ts'
import type { Leg, Proposal } from '../../../src/main/domain/proposal.ts'
import { type Database, openDatabase } from '../../../src/main/persistence/database.ts'
import type {
  ClientOrderId,
  ConflictId,
  CorrelationId,
  OrderId,
  PositionId,
  ProposalId,
  TradeId,
} from '../../../src/shared/ids.ts'
import { asset, pair } from '../../../src/shared/ids.ts'
import { amount, decimal, money, price, ZERO } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { regimeOf, signalOf } from '../../support/signal-builders.ts'

export const MIGRATIONS = join(import.meta.dirname, '../../../migrations')
export const NOON = epochMs(1_700_000_000_000)
export const at = (ms: number) => epochMs(NOON + ms)
export const BTC_USDT = pair('BTC/USDT')
const correlation = 'cor_1' as CorrelationId

export function openOrThrow(file: string, migrationsDir = MIGRATIONS): Database {
  const opened = openDatabase(file, { migrationsDir, now: NOON })
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`)
  return opened.value
}
export const openMemory = (): Database => openOrThrow(':memory:')

/** A folder of its own for `work`, gone afterwards. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const result = work(folder)
    if (result instanceof Promise) return result.finally(remove) as T
    remove()
    return result
  } catch (error) {
    remove()
    throw error
  }
}

export const aLeg = (change: Partial<Leg> = {}): Leg => ({
  symbol: BTC_USDT,
  side: 'buy',
  amount: amount('0.02'),
  price: price('50000'),
  worstPrice: price('50250'),
  orderType: 'market',
  fee: amount('4'),
  feeAsset: asset('USDT'),
  notBefore: NOON,
  ...change,
})

export const aProposal = (change: Partial<Proposal> = {}): Proposal => ({
  id: 'prp_1' as ProposalId,
  kind: 'rebalance',
  status: 'approved',
  createdAt: NOON,
  expiresAt: at(900_000),
  snoozedUntil: null,
  reason: 'BTC is 5.2 pp below its third',
  legs: [aLeg()],
  weights: [],
  prices: [{ symbol: BTC_USDT, price: price('50000'), at: NOON }],
  fees: money('4'),
  coreValue: money('10000'),
  largestDriftPp: decimal('5.2'),
  bags: [],
  trade: null,
  details: null,
  conflictId: null,
  correlationId: correlation,
  hash: 'h',
  decidedAt: NOON,
  decidedBy: 'trader',
  approvedLegs: null,
  stoppedLegs: [],
  note: null,
  ...change,
})

export const anIntent = (change: Partial<OrderIntent> = {}): OrderIntent => ({
  id: 'ord_1' as OrderId,
  clientOrderId: '1'.padStart(32, '0') as ClientOrderId,
  symbol: BTC_USDT,
  side: 'buy',
  type: 'market',
  amount: amount('0.02'),
  limitPrice: price('50250'),
  leverage: 1,
  sleeve: 'core',
  receipt: { kind: 'proposal_leg', proposalId: 'prp_1' as ProposalId, leg: 0 },
  createdAt: NOON,
  deadline: at(5_000),
  correlationId: correlation,
  ...change,
})
export const anOrder = (change: Partial<OrderIntent> = {}): Order => pendingOrder(anIntent(change))
/** Distinct ids from one number. */
export const numbered = (n: number) => ({
  id: `ord_${n}` as OrderId,
  clientOrderId: n.toString(16).padStart(32, '0') as ClientOrderId,
})

export const aFill = (change: Partial<Fill> = {}): Fill => ({
  tradeId: 'T1' as TradeId,
  orderId: 'ord_1' as OrderId,
  symbol: BTC_USDT,
  side: 'buy',
  amount: amount('0.02'),
  price: price('50000'),
  fee: amount('4'),
  feeAsset: asset('USDT'),
  at: at(1_000),
  ...change,
})

export const aPosition = (change: Partial<Position> = {}): Position => ({
  id: 'pos_1' as PositionId,
  proposalId: 'prp_1' as ProposalId,
  symbol: BTC_USDT,
  entryOrderId: 'ord_1' as OrderId,
  amount: ZERO,
  cost: ZERO,
  openFees: ZERO,
  realized: ZERO,
  stop: price('49000'),
  target: price('52000'),
  openedAt: NOON,
  closedAt: null,
  side: 'long',
  leverage: 1,
  exitReason: null,
  keep: null,
  correlationId: correlation,
  ...change,
})

/** At the trader's word, of nothing. */
export const aCorrection = (change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'correction',
  at: NOON,
  reference: 'correction BTC',
  reason: 'counted by hand',
  bookedBy: 'trader',
  prices: new Map(),
  lines: [],
  ...change,
})

export const aConflict = (change: Partial<Conflict> = {}): Conflict => ({
  id: 'cfl_1' as ConflictId,
  type: 'regime_incompatible',
  symbol: BTC_USDT,
  detectedAt: NOON,
  deadline: at(60_000),
  sides: [
    { who: 'trading_decision', says: 'go long', confidence: 0.7, values: { entry: 50_000 }, messageId: null },
    { who: 'regime_detection', says: 'the market is choppy', confidence: 0.8, values: { adx: 12.3 }, messageId: null },
  ],
  stake: {
    kind: 'signals',
    signals: [
      {
        signal: signalOf({ confidence: 0.7, atr: 321.5 }),
        regime: regimeOf({ regime: 'choppy' }),
        sizeFactor: 1,
        settled: [],
        conflictId: null,
        correlationId: correlation,
      },
    ],
  },
  options: [{ id: 'abort', kind: 'abort', text: 'No trade.', effect: { do: 'nothing' } }],
  defaultOptionId: 'abort',
  waitsFor: { kind: 'agent', agent: 'regime_detection', symbol: BTC_USDT },
  afterWait: { still: 'abort', noLonger: 'abort' },
  asking: null,
  attempts: [],
  resolution: null,
  waited: null,
  correlationId: correlation,
  ...change,
})
