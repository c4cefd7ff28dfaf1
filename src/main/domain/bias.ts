import type { Bias, Momentum, Trend } from './signal.ts'

/** How much each kind of evidence counts, and from where to where it counts. */
export type BiasSettings = {
  /** Shares of the four kinds of evidence; they sum to 1. */
  readonly weights: {
    readonly trend: number
    readonly momentum: number
    readonly strength: number
    readonly confirmation: number
  }
  /** Two averages closer than this (in ATRs) are not in order. */
  readonly minGapAtr: number
  /** MACD histogram (in ATRs) that counts as full momentum. */
  readonly fullHistogramAtr: number
  /** Distance of the RSI from 50 that counts as full momentum. */
  readonly fullRsiDistance: number
  /** ADX up to which a market has no direction, and from which it has a full one. */
  readonly noStrengthAdx: number
  readonly fullStrengthAdx: number
  /** Standard deviations from the Bollinger middle from which a move counts as stretched, and as fully stretched. */
  readonly stretchedFrom: number
  readonly fullyStretchedAt: number
  /** Part of the confidence that a fully stretched move loses, 0 to 1. */
  readonly stretchPenalty: number
  /** Part of the confidence that is lost when every wider chart points the other way, 0 to 1. */
  readonly opposedPenalty: number
  /** Below this score (0 to 1) there is no direction. */
  readonly neutralBelow: number
}

/** Indicator values as of one candle, in quote unless said otherwise. All finite. */
export type Evidence = {
  readonly emaFast: number
  readonly emaMedium: number
  readonly emaSlow: number
  readonly emaBase: number
  /** 0 to 100. */
  readonly rsi: number
  readonly macdHistogram: number
  readonly atr: number
  /** 0 to 100, as are the two directional indicators. */
  readonly adx: number
  readonly plusDi: number
  readonly minusDi: number
  /** Standard deviations of the close from the Bollinger middle, above it positive. */
  readonly stretch: number
  /** On-balance volume and its average, in base since the first candle: only which is above counts. */
  readonly obv: number
  readonly obvAverage: number
  /** Since 00:00 UTC. */
  readonly vwap: number
  /** Below the close while it says up. */
  readonly supertrend: number
}

export type DirectionalOpinion = {
  readonly trend: Trend
  readonly momentum: Momentum
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
}

/** Smallest range that is one, as a fraction of the price: below it differences are rounding errors. */
export const ROUNDING = 1e-9

/** `value` confined to [-1, 1]. */
const unit = (value: number): number => Math.max(-1, Math.min(1, value))

/** 0 at `from`, 1 at `to`, straight between, confined to [0, 1]; 0 when there is nothing between. */
export const ramp = (value: number, from: number, to: number): number => {
  if (from === to) return 0
  return Math.max(0, Math.min(1, (value - from) / (to - from)))
}

/** 1 when `faster` is above `slower` by more than `gap`, -1 when below, 0 when they are too close to be in order. */
const order = (faster: number, slower: number, gap: number): number =>
  faster - slower > gap ? 1 : slower - faster > gap ? -1 : 0

/**
 * What the indicators say together.
 *
 *     trend     = mean of the three orders fast/medium, medium/slow, slow/base, each -1, 0 or 1
 *     momentum  = ( unit(histogram ÷ fullHistogramAtr·ATR) + unit((RSI − 50) ÷ fullRsiDistance) ) ÷ 2
 *     strength  = ramp(ADX from noStrengthAdx to fullStrengthAdx), with the sign of +DI − −DI
 *     confirmation = mean of the signs of close − Supertrend, close − VWAP and OBV − its average
 *     score     = sum of the four, each times its weight                                           in [-1, 1]
 *     confidence = |score| · (1 − stretchPenalty · ramp(stretch along the score from stretchedFrom to fullyStretchedAt))
 *
 * The bias is the score's sign, or neutral below `neutralBelow`. So the confidence is 1 only when averages, momentum and
 * directional movement all point the same way at full strength and the price has not already run away from its mean;
 * with the weights of agents.yaml 0.60 needs two of them at nearly full strength, and one that objects fully rules it out.
 * It is a degree of agreement, not a probability.
 *
 * Source: our own; the parts are Wilder's RSI, ATR and ADX (1978), Appel's MACD, Bollinger's bands. No more than this is
 * claimed for it: it says where the market points, not that it will go there.
 *
 * @param close the price, in quote, positive.
 */
export function biasOf(evidence: Evidence, close: number, settings: BiasSettings): DirectionalOpinion {
  const { emaFast, emaMedium, emaSlow, emaBase, rsi, macdHistogram } = evidence
  const { weights, neutralBelow } = settings
  const atr = Math.max(evidence.atr, close * ROUNDING)
  const gap = settings.minGapAtr * atr
  const orders = order(emaFast, emaMedium, gap) + order(emaMedium, emaSlow, gap) + order(emaSlow, emaBase, gap)

  const histogram = unit(macdHistogram / (settings.fullHistogramAtr * atr))
  const rsiDistance = unit((rsi - 50) / settings.fullRsiDistance)
  const strength =
    Math.sign(evidence.plusDi - evidence.minusDi) * ramp(evidence.adx, settings.noStrengthAdx, settings.fullStrengthAdx)
  const confirmation =
    Math.sign(close - evidence.supertrend) +
    Math.sign(close - evidence.vwap) +
    Math.sign(evidence.obv - evidence.obvAverage)
  const score =
    (weights.trend * orders) / 3 +
    (weights.momentum * (histogram + rsiDistance)) / 2 +
    weights.strength * strength +
    (weights.confirmation * confirmation) / 3

  const stretched = ramp(evidence.stretch * Math.sign(score), settings.stretchedFrom, settings.fullyStretchedAt)
  return {
    trend: orders === 3 ? 'up' : orders === -3 ? 'down' : 'flat',
    momentum: histogram > 0 && rsiDistance > 0 ? 'rising' : histogram < 0 && rsiDistance < 0 ? 'falling' : 'steady',
    bias: Math.abs(score) < neutralBelow || score === 0 ? 'neutral' : score > 0 ? 'long' : 'short',
    confidence: Math.min(1, Math.abs(score)) * (1 - settings.stretchPenalty * stretched),
  }
}

/**
 * The opinion of a chart among those of wider ones (4 hours beside 15 minutes): it loses
 * `opposedPenalty · opposed ÷ all` of its confidence, where `opposed` are those that point the other way. None adds any.
 */
export function withHigherCharts(
  opinion: DirectionalOpinion,
  higher: readonly DirectionalOpinion[],
  { opposedPenalty }: Pick<BiasSettings, 'opposedPenalty'>,
): DirectionalOpinion {
  if (opinion.bias === 'neutral' || higher.length === 0) return opinion
  const opposed = higher.filter(({ bias }) => bias !== 'neutral' && bias !== opinion.bias).length
  return { ...opinion, confidence: opinion.confidence * (1 - (opposedPenalty * opposed) / higher.length) }
}
