import type { Bus } from '../../src/main/bus/bus.ts'
import type { RegimeOutput, SentimentOutput, TaOutput, TradingSignal } from '../../src/main/domain/signal.ts'
import { type CorrelationId, type MessageId, pair } from '../../src/shared/ids.ts'
import { epochMs } from '../../src/shared/time.ts'

const BTC_USDT = pair('BTC/USDT')
const NOON = epochMs(1_767_268_800_000)

/** A purchase of BTC at 50,000 that is news. */
export const signalOf = (change: Partial<TradingSignal> = {}): TradingSignal => ({
  symbol: BTC_USDT,
  at: NOON,
  action: 'BUY',
  bias: 'long',
  confidence: 0.85,
  entry: 50_000,
  atr: 400,
  stop: 49_200,
  target: 51_600,
  voices: [{ name: 'technical_analysis', bias: 'long', confidence: 0.85, weight: 1 }],
  reason: 'BUY: long with confidence 0.85 (technical_analysis long 0.85).',
  isNews: true,
  taMessageId: 'msg_1' as MessageId,
  ...change,
})

export const taOf = (change: Partial<TaOutput> = {}): TaOutput => ({
  symbol: BTC_USDT,
  at: NOON,
  trend: 'up',
  momentum: 'rising',
  bias: 'long',
  confidence: 0.72,
  close: 50_000,
  indicators: { atr: 400 },
  isNews: true,
  ...change,
})

export const regimeOf = (change: Partial<RegimeOutput> = {}): RegimeOutput => ({
  symbol: BTC_USDT,
  at: NOON,
  regime: 'trending_bull',
  confidence: 0.8,
  sizeMultiplier: 1,
  indicators: { choppiness: 40 },
  isNews: true,
  ...change,
})

export const moodOf = (change: Partial<SentimentOutput> = {}): SentimentOutput => ({
  symbol: BTC_USDT,
  at: NOON,
  bias: 'long',
  confidence: 0.5,
  score: 0.4,
  items: [],
  problems: [],
  isNews: true,
  ...change,
})

/** As the trading decision announces it, under a correlation id of its own. */
export function decided(bus: Bus, signal: TradingSignal): void {
  const correlationId = `cor_${signal.at}` as CorrelationId
  bus.publish('trading_signals', signal, { source: 'trading_decision', correlationId })
}
