import { ramp } from './bias.ts'
import type { Regime } from './signal.ts'

export type RegimeRules = {
  /** ADX from which a market trends, and from which it trends beyond doubt. */
  readonly trendAdx: number
  readonly fullTrendAdx: number
  /** Change of the slope's average (in ATRs over the slope's candles) from which it trends, and beyond doubt. */
  readonly trendSlope: number
  readonly fullTrendSlope: number
  /** Volatility percentile (0 to 1) from which a market is volatile. */
  readonly volatileFrom: number
  /** Volatility percentile (0 to 1) up to which it is quiet. */
  readonly quietUpTo: number
  /** A close in this outer part of the range (fraction of it, on either side) is at the range's edge. */
  readonly edge: number
  /** Choppiness Index (0 to 100) from which much movement leads nowhere. */
  readonly choppyFrom: number
}

/** What regime detection sees of one symbol as of one candle. All finite. */
export type MarketCondition = {
  /** 0 to 100. */
  readonly adx: number
  /** Change of the slope's average over the slope's candles, in ATRs: its sign is the direction. */
  readonly slope: number
  /** Share of the window's candles that were clearly calmer than now (ATR as a fraction of the price), 0 to 1. */
  readonly volatilityPercentile: number
  /** 0 (straight line) to 100. */
  readonly choppiness: number
  /** Where the close stands in the range of the last candles: 0 at its low, 1 at its high. */
  readonly rangePosition: number
  /** That range as a fraction of the price; 0 when nothing has moved at all. */
  readonly range: number
}

/** One reading, before hysteresis. `confidence` is 0.5 at the edge of a regime's conditions and 1 well inside. */
export type RegimeReading = { readonly regime: Regime; readonly confidence: number }

const reading = (regime: Regime, margin: number): RegimeReading => ({ regime, confidence: 0.5 + margin / 2 })

/**
 * The first regime, in this order, whose conditions hold: the most dangerous first, because the others are judgements
 * about a market that behaves.
 *
 * 1. nothing moves: `ranging`
 * 2. volatility percentile ≥ volatileFrom: `volatile_bull` / `volatile_bear` by the slope's sign
 * 3. ADX ≥ trendAdx and |slope| ≥ trendSlope: `trending_bull` / `trending_bear`
 * 4. percentile ≤ quietUpTo and the close at the range's edge: `breakout_potential`
 * 5. choppiness ≥ choppyFrom: `choppy`
 * 6. `ranging`
 *
 * Source: our own thresholds; ADX is Wilder's (1978), the Choppiness Index Dreiss's.
 */
export function classify(condition: MarketCondition, rules: RegimeRules): RegimeReading {
  const { adx, slope, volatilityPercentile: percentile, choppiness, rangePosition } = condition
  if (condition.range === 0) return reading('ranging', 1)
  if (percentile >= rules.volatileFrom) {
    return reading(slope < 0 ? 'volatile_bear' : 'volatile_bull', ramp(percentile, rules.volatileFrom, 1))
  }
  if (adx >= rules.trendAdx && Math.abs(slope) >= rules.trendSlope) {
    return reading(
      slope < 0 ? 'trending_bear' : 'trending_bull',
      Math.min(
        ramp(adx, rules.trendAdx, rules.fullTrendAdx),
        ramp(Math.abs(slope), rules.trendSlope, rules.fullTrendSlope),
      ),
    )
  }
  const isAtEdge = rangePosition <= rules.edge || rangePosition >= 1 - rules.edge
  if (percentile <= rules.quietUpTo && isAtEdge) {
    return reading('breakout_potential', ramp(-percentile, -rules.quietUpTo, 0))
  }
  if (choppiness >= rules.choppyFrom) return reading('choppy', ramp(choppiness, rules.choppyFrom, 100))
  return reading('ranging', Math.min(ramp(-adx, -rules.trendAdx, 0), ramp(-choppiness, -rules.choppyFrom, 0)))
}

/** The regime in force and the one that may replace it. */
export type RegimeState = {
  readonly regime: Regime
  /** 0 to 1. */
  readonly confidence: number
  /** Seen last, and how many times in a row, when it is not the regime in force. */
  readonly candidate: Regime | null
  readonly timesSeen: number
}

/**
 * The state after one more reading: another regime takes over when it was read `confirmations` times in a row. The very
 * first reading is in force at once. A reading that contradicts lowers the confidence to what is left beside it.
 */
export function confirm(state: RegimeState | null, read: RegimeReading, confirmations: number): RegimeState {
  const { regime, confidence } = read
  if (state === null || regime === state.regime) return { regime, confidence, candidate: null, timesSeen: 0 }
  const timesSeen = regime === state.candidate ? state.timesSeen + 1 : 1
  if (timesSeen >= confirmations) return { regime, confidence, candidate: null, timesSeen: 0 }
  return { regime: state.regime, confidence: 1 - confidence, candidate: regime, timesSeen }
}
