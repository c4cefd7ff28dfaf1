import { type Conflict, openedConflict } from '../../../src/main/domain/conflict.ts'
import type { RegimeOutput, TradingSignal } from '../../../src/main/domain/signal.ts'
import { type ConflictId, type CorrelationId, pair } from '../../../src/shared/ids.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { signalOf } from '../../support/signal-builders.ts'

/* One case that the tests of conflicts argue about. */

const BTC_USDT = pair('BTC/USDT')
export const NOON = epochMs(1_767_268_800_000)
export const CORRELATION = 'cor_1' as CorrelationId

export const aSignal = (change: Partial<TradingSignal> = {}): TradingSignal =>
  signalOf({ confidence: 0.724, entry: 44_492.75, atr: 312.5, ...change })
export const aRegime = (change: Partial<RegimeOutput> = {}): RegimeOutput => ({
  symbol: BTC_USDT,
  at: NOON,
  regime: 'choppy',
  confidence: 0.81,
  sizeMultiplier: 0.4,
  indicators: { adx14: 12.345, atr_percent: 0.7023, slope: -3.2 },
  isNews: true,
  ...change,
})
export const aConflict = (change: Partial<Conflict> = {}): Conflict => ({
  ...openedConflict({
    id: 'cfl_1' as ConflictId,
    signal: aSignal(),
    regime: aRegime(),
    correlationId: CORRELATION,
    detectedAt: NOON,
    defaultAfterMs: 300_000,
  }),
  ...change,
})
