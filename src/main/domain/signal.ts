import type { MessageId, TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'

export type Bias = 'long' | 'short' | 'neutral'
export type Trend = 'up' | 'down' | 'flat'
export type Momentum = 'rising' | 'falling' | 'steady'

export type Regime =
  | 'trending_bull'
  | 'trending_bear'
  | 'ranging'
  | 'volatile_bull'
  | 'volatile_bear'
  | 'choppy'
  | 'breakout_potential'

/** What technical analysis says of one symbol. Indicator values are floats and never size an order directly. */
export type TaOutput = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly trend: Trend
  readonly momentum: Momentum
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
  readonly close: number
  readonly indicators: Readonly<Record<string, number>>
  /** False while the opinion is the one published before: such outputs are not persisted again. */
  readonly isNews: boolean
}

export type RegimeOutput = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly regime: Regime
  readonly confidence: number
  /** Factor on position size, 0 to 1. */
  readonly sizeMultiplier: number
  readonly indicators: Readonly<Record<string, number>>
  readonly isNews: boolean
}

/** A directional opinion strong enough to act on. */
export type TradingSignal = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly bias: 'long' | 'short'
  readonly confidence: number
  readonly entry: number
  /** Average true range, in quote: what the stop distance is made of. */
  readonly atr: number
  readonly taMessageId: MessageId
}
