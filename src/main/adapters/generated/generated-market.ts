import { baseOf, quoteOf, type TradedPair } from '../../../shared/ids.ts'
import type { MarketRules } from '../../domain/market.ts'
import type { Clock } from '../../ports.ts'
import type { WalkSettings } from './price-walk.ts'

export type GeneratedMarket = {
  readonly clock: Clock
  /** Every symbol, cross pairs included; only those with a start price walk, the others follow from them. */
  readonly rules: readonly MarketRules[]
  readonly startPrices: ReadonlyMap<TradedPair, number>
  /** What prices are pulled back to in the long run: the same after every restart. */
  readonly anchors: ReadonlyMap<TradedPair, number>
  readonly walk: WalkSettings
}

/** A symbol's own walk, or the ratio of two others through their common quote. */
export function priceOf(symbol: TradedPair, prices: ReadonlyMap<TradedPair, number>): number | null {
  const own = prices.get(symbol)
  if (own !== undefined) return own
  for (const [candidate, base] of prices) {
    if (baseOf(candidate) !== baseOf(symbol)) continue
    const quote = prices.get(`${quoteOf(symbol)}/${quoteOf(candidate)}` as TradedPair)
    if (quote !== undefined) return base / quote
  }
  return null
}
