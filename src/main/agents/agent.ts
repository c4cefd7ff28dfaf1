import type { TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Candle } from '../domain/market.ts'

/** One analyst: fed every closed candle, asked on its schedule. Deterministic: the same candles give the same bytes. */
export type Agent<Output> = {
  readonly name: 'technical_analysis' | 'regime_detection'
  /** Candles of a symbol it must have seen before it speaks of it. */
  readonly warmUp: number
  /** Takes in one closed candle; cost independent of how many there were before. */
  observe(symbol: TradedPair, candle: Candle): void
  /** How many candles of this symbol it has seen. */
  seen(symbol: TradedPair): number
  /** Its opinion as of the last candle observed; null while warming up. */
  run(symbol: TradedPair, now: EpochMs): Output | null
}
