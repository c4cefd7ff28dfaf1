import {
  type Conflict,
  type FoundConflict,
  openedConflict,
  type SignalAtStake,
} from '../../../src/main/domain/conflict.ts'
import { regimeIncompatible } from '../../../src/main/domain/conflict-detection.ts'
import type { RegimeOutput, TradingSignal } from '../../../src/main/domain/signal.ts'
import { type ConflictId, type CorrelationId, type MessageId, pair } from '../../../src/shared/ids.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { signalOf } from '../../support/signal-builders.ts'

/* One case that the tests of conflicts argue about. */

const BTC_USDT = pair('BTC/USDT')
export const NOON = epochMs(1_767_268_800_000)
export const CORRELATION = 'cor_1' as CorrelationId

const aSignal = (change: Partial<TradingSignal> = {}): TradingSignal =>
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
export const atStake = (change: Partial<TradingSignal> = {}, more: Partial<SignalAtStake> = {}): SignalAtStake => ({
  signal: aSignal(change),
  regime: null,
  sizeFactor: 1,
  settled: [],
  conflictId: null,
  correlationId: CORRELATION,
  ...more,
})
/** A purchase of BTC in a choppy market. */
export function aFind(signal: Partial<TradingSignal> = {}, regime: Partial<RegimeOutput> = {}): FoundConflict {
  const found = regimeIncompatible(atStake(signal), { output: aRegime(regime), messageId: 'msg_2' as MessageId })
  if (found === null) throw new Error('there is no conflict')
  return found
}
export const aConflict = (change: Partial<Conflict> = {}): Conflict => ({
  ...openedConflict(aFind(), { id: 'cfl_1' as ConflictId, detectedAt: NOON, defaultAfterMs: 300_000 }),
  ...change,
})
