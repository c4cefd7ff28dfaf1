import type { TradedPair } from '../../shared/ids.ts'
import { type Decimal, decimal, type Money, type Price, sum, ZERO } from '../../shared/money.ts'
import type { Position } from './position.ts'

/** Every rule there is, in the order in which a decision lists them. */
export type RiskRule =
  | 'direction'
  | 'breakers'
  | 'minimum_confidence'
  | 'stop'
  | 'reward_to_risk'
  | 'positions_per_symbol'
  | 'positions'
  | 'risk_per_trade'
  | 'position_size'
  | 'sizing'
  | 'leverage'
  | 'exposure'
  | 'free_quote'
  | 'market_minimum'

/** What one rule said of one trade, with its numbers in words. */
export type RuleOutcome = {
  readonly rule: RiskRule
  readonly outcome: 'passed' | 'cut' | 'refused'
  readonly text: string
}

export type RiskLimits = {
  /** 0 to 1. */
  readonly minimumConfidence: number
  /** After so many losses in a row more is asked for; fewest losses first. */
  readonly afterLosses: readonly { readonly losses: number; readonly minimumConfidence: number }[]
  /** Part of the size (0 to 1) from each confidence on; lowest confidence first. */
  readonly confidenceTiers: readonly { readonly from: number; readonly size: number }[]
  readonly riskPerTradePercent: Decimal
  readonly maxPositionPercent: Decimal
  readonly maxExposurePercent: Decimal
  readonly maxPositionsPerSymbol: number
  readonly maxPositions: number
  readonly stopAtrMultiple: Decimal
  readonly stopMinPercent: Decimal
  readonly stopMaxPercent: (symbol: TradedPair) => Decimal
  readonly rewardToRisk: Decimal
  /** 1: spot, long only. Above it trades are on margin, long or short. */
  readonly leverage: number
}

/** A trade that was proposed or approved, as far as it is in no position yet. */
export type Commitment = {
  readonly symbol: TradedPair
  /** What its position will have cost at worst, in quote. */
  readonly cost: Money
  /** Quote it will still take from core, fee included. */
  readonly cash: Money
  /** False where a part of it is a position already, which is counted as one. */
  readonly isPosition: boolean
}

/** What takes up the limits besides the trade that is asked about. */
export type Others = { readonly open: readonly Position[]; readonly committed: readonly Commitment[] }

const PERCENT = decimal('0.01')
export const percentOf = (whole: Decimal, percent: Decimal): Decimal => whole.times(percent).times(PERCENT)

export const judged = (rule: RiskRule, isFine: boolean, text: string): RuleOutcome => ({
  rule,
  outcome: isFine ? 'passed' : 'refused',
  text,
})

/** What is asked for now, 0 to 1. */
const minimumConfidence = (
  lossesInARow: number,
  { minimumConfidence: least, afterLosses }: Pick<RiskLimits, 'minimumConfidence' | 'afterLosses'>,
): number =>
  afterLosses.reduce(
    (most, step) => (lossesInARow >= step.losses ? Math.max(most, step.minimumConfidence) : most),
    least,
  )

/** Part of its size that a trade of this confidence has, 0 to 1. */
export const tierOf = (confidence: number, { confidenceTiers }: Pick<RiskLimits, 'confidenceTiers'>): number =>
  confidenceTiers.reduce((size, tier) => (confidence >= tier.from ? tier.size : size), 0)

/** @param heldBackBecause one sentence for each breaker that has tripped. */
export function breakersRule(heldBackBecause: readonly string[]): RuleOutcome {
  const held = heldBackBecause.join(' ')
  return judged('breakers', held === '', held === '' ? 'No circuit breaker has tripped.' : held)
}

export function confidenceRule(confidence: number, lossesInARow: number, limits: RiskLimits): RuleOutcome {
  const minimum = minimumConfidence(lossesInARow, limits)
  const after = lossesInARow === 0 ? '' : ` after ${lossesInARow} losses in a row`
  // Rounded down: what is below the minimum must not read like it.
  const shownConfidence = (Math.floor(confidence * 10_000 + 1e-6) / 10_000).toFixed(
    confidence * 100 === Math.round(confidence * 100) ? 2 : 4,
  )
  const text = `${shownConfidence}, at least ${minimum.toFixed(2)}${after}.`
  return judged('minimum_confidence', confidence >= minimum, text)
}

export function perSymbolRule(symbol: TradedPair, others: Others, { maxPositionsPerSymbol: most }: RiskLimits) {
  const count = countOf(others, (of) => of === symbol)
  return judged('positions_per_symbol', count < most, `${count} on ${symbol}, at most ${most}.`)
}

export function positionsRule(others: Others, { maxPositions: most }: RiskLimits): RuleOutcome {
  const count = countOf(others, () => true)
  return judged('positions', count < most, `${count} in all, at most ${most}.`)
}

const countOf = ({ open, committed }: Others, isMeant: (symbol: TradedPair) => boolean): number =>
  open.filter(({ symbol }) => isMeant(symbol)).length +
  committed.filter(({ symbol, isPosition }) => !isPosition && isMeant(symbol)).length

/** What positions have cost, and what others will at worst, in quote. */
export const exposureOf = ({ open, committed }: Others): Money =>
  sum([...open, ...committed].map(({ cost }) => cost)) as Money

/** What a position costs for each unit bought or sold short, at most: it is measured there, so that no fill exceeds it. */
export const highestPrice = (...prices: readonly Price[]): Price =>
  prices.reduce<Price>((highest, price) => (price.gt(highest) ? price : highest), ZERO as Decimal as Price)
