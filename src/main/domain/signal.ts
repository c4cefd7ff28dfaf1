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

/** A direction, whoever says it: what agents of further kinds publish. */
export type Opinion = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
  /** One sentence. */
  readonly reason: string
  /** The values it was made of. */
  readonly indicators: Readonly<Record<string, number>>
  readonly isNews: boolean
}

/** One text or number from outside that sentiment was made of. Texts are untrusted: shown as text, fenced in prompts. */
export type SentimentItem = {
  /** Name of the source in agents.yaml, e.g. `fear_greed`. */
  readonly source: string
  /** A cleaned headline, or what an index said in words. */
  readonly text: string
  readonly at: EpochMs
  /** −1 (fear) to 1 (greed). */
  readonly score: number
}

export type SentimentOutput = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly bias: Bias
  /** 0 to 1; 0 when no source could be reached. */
  readonly confidence: number
  /** −1 to 1: the weighted mean of the items. */
  readonly score: number
  /** What it was made of, newest first. */
  readonly items: readonly SentimentItem[]
  /** What could not be reached or read, in words; [] when all is well. */
  readonly problems: readonly string[]
  readonly isNews: boolean
}

export type TradeAction = 'BUY' | 'SELL' | 'HOLD' | 'CLOSE'

/** What one voice counted for in a decision. */
export type Voice = {
  /** Agent, or model of the panel. */
  readonly name: string
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
  /** Its share in the decision, 0 to 1. */
  readonly weight: number
}

/** What the trading decision says of one symbol. Only BUY and SELL that are news are signals that may be traded. */
export type TradingSignal = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly action: TradeAction
  /** long for BUY, short for SELL; for HOLD and CLOSE where the voices point. */
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
  readonly entry: number
  /** Average true range, in quote: what the stop distance is made of. */
  readonly atr: number
  /** Suggested, in quote; the risk engine decides. Null for HOLD and CLOSE. */
  readonly stop: number | null
  readonly target: number | null
  readonly voices: readonly Voice[]
  readonly reason: string
  readonly isNews: boolean
  readonly taMessageId: MessageId
}
