import type { TradedPair } from '../../shared/ids.ts'
import type { Amount, Fraction, Price } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'

/**
 * One price observation. `last` has at most 15 significant digits, so that its shortest text is exact: decisions take it
 * through `fromFloat`; indicators, charts and pre-checks use it as it is.
 */
export type Tick = {
  readonly symbol: TradedPair
  /** When it was received, on our own clock: exchange stamps are not trusted for staleness. */
  readonly at: EpochMs
  readonly bid: number
  readonly ask: number
  readonly last: number
}

/** Open, high, low, close in quote per base; volume in base. `openTime` is the candle's open, it closes `intervalMs` later. */
export type Candle = {
  readonly openTime: EpochMs
  readonly intervalMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** How many of the finest candles that it was made from were missing; absent where none was. */
  readonly missing?: number
}

/** Candles of one width that somebody wants to have seen before the first live one. */
export type CandleNeed = { readonly intervalMs: number; readonly count: number }

export type ClosedCandle = { readonly symbol: TradedPair; readonly candle: Candle }

/** What the exchange demands of an order on one market. */
export type MarketRules = {
  readonly symbol: TradedPair
  /** Amounts are whole multiples of it (base). */
  readonly lot: Amount
  /** Prices are whole multiples of it (quote). */
  readonly tick: Price
  readonly minAmount: Amount
  /** Smallest amount × price (quote). */
  readonly minCost: Amount
  readonly takerFee: Fraction
  readonly makerFee: Fraction
  /** Assumed distance from mid to touch, as a fraction of the price: the cost of crossing when no book is known. */
  readonly halfSpread: Fraction
}
