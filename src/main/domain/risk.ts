import { baseOf, quoteOf } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  floorToStep,
  fromFloat,
  integer,
  type Money,
  maxOf,
  minOf,
  ONE,
  type Price,
  quotient,
  shown,
  sum,
  toText,
  ZERO,
} from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { MarketRules } from './market.ts'
import type { TradePlan } from './proposal.ts'
import { type Exits, exitsOf } from './risk-exits.ts'
import {
  breakersRule,
  confidenceRule,
  exposureOf,
  highestPrice,
  judged,
  type Others,
  percentOf,
  perSymbolRule,
  positionsRule,
  type RiskLimits,
  type RiskRule,
  type RuleOutcome,
  tierOf,
} from './risk-rules.ts'
import type { TradingSignal } from './signal.ts'

/** What the circuit breakers say at the moment of the decision. */
export type BreakerVerdict = {
  readonly lossesInARow: number
  /** Why nothing may be entered, one sentence for each breaker that has tripped. */
  readonly heldBackBecause: readonly string[]
  /** Their factor on the size, 0 to 1: a half after a row of losses. */
  readonly sizeFactor: number
  /** Since when it is below 1; null while it is not. */
  readonly smallerSince: EpochMs | null
}

/** What the risk engine looks at, read at the moment of the decision. */
export type RiskContext = Others & {
  readonly equity: Money
  /** Core's quote that is not spoken for: what can be lent. */
  readonly freeQuote: Amount
  readonly price: Price
  /** The most that may be paid (long), the least that may be taken (short), quote per base. */
  readonly worstPrice: Price
  readonly rules: MarketRules
  /** Regime's factor on the size, 0 to 1. */
  readonly sizeMultiplier: number
  /** The chosen option's factor, 0 to 1. */
  readonly sizeFactor: number
  readonly breakers: BreakerVerdict
}

export type SizedTrade = Exits & {
  readonly amount: Amount
  /** What the signal would have had before exposure and free quote cut it. */
  readonly ownAmount: Amount
}
export type RiskDecision = {
  /** Null when a rule refused. */
  readonly trade: SizedTrade | null
  /** All of them, also after a refusal. */
  readonly rules: readonly RuleOutcome[]
}

/** The exchange's own limit. */
const MOST_LEVERAGE = 5
/** No setting allows more of equity to be lost between entry and stop. */
const MOST_RISK_PERCENT = decimal('2')
/**
 * Prices and equity move while somebody decides: by so large a part of a limit they may have been carried past it. The
 * other limits have no such leeway.
 */
const STOP_LEEWAY = decimal('0.2')
const POSITION_LEEWAY = decimal('0.05')
/** No trade is made for less, whatever the price has done since its target was set. */
const LEAST_REWARD_TO_RISK = decimal('1.5')
const HUNDRED = decimal('100')

/**
 * Whether a signal may be traded, how large, and with which exits. Deterministic; rejects or shrinks, never enlarges.
 *
 *     own size   = min(equity × risk ÷ stop distance, equity × position limit ÷ price)
 *                  × confidence tier × regime × chosen option × breakers
 *     amount     = min(own size, room below the exposure limit, what the free quote buys), rounded down to the lot
 *
 * Trades that were proposed or approved before take up room like positions. Exposure and quote are measured at the worst
 * price, so that no fill exceeds them; risk and position at the price of now, which slippage may carry over by its cap.
 *
 * Source: design, "Risk engine".
 */
export function assess(signal: TradingSignal, context: RiskContext, limits: RiskLimits): RiskDecision {
  const { price, rules, equity, breakers } = context
  const base = baseOf(signal.symbol)
  const isLong = signal.bias === 'long'
  const exits = exitsOf(isLong, signal.atr, signal.symbol, context, limits)
  const distance = exits === null ? ZERO : price.minus(exits.stop).abs()

  const byRisk = exits === null ? ZERO : quotient(percentOf(equity, limits.riskPerTradePercent), distance)
  const byPosition = quotient(percentOf(equity, limits.maxPositionPercent), price)
  const factors = [tierOf(signal.confidence, limits), context.sizeMultiplier, context.sizeFactor, breakers.sizeFactor]
  const factor = factors.reduce<Decimal>((product, each) => product.times(shareOf(each)), ONE)
  const own = maxOf(minOf(byRisk, byPosition).times(factor), ZERO)

  const highest = highestPrice(price, context.worstPrice)
  const taken = exposureOf(context)
  const most = percentOf(equity, limits.maxExposurePercent)
  const byExposure = maxOf(quotient(most.minus(taken), highest), ZERO)
  const free = context.freeQuote.minus(sum(context.committed.map(({ cash }) => cash)))
  const byQuote = maxOf(quotient(free, highest.times(cashPerValue(rules, limits))), ZERO)

  const ownAmount = floorToStep(own as Amount, rules.lot)
  const left = minOf(own, minOf(byExposure, byQuote))
  const amount = left.eq(own) ? ownAmount : floorToStep(left as Amount, rules.lot)
  const isTaken = amount.gt(ZERO) && amount.gte(rules.minAmount) && amount.times(price).gte(rules.minCost)

  const cutTo = (rule: RiskRule, to: Decimal, from: Decimal, text: string): RuleOutcome =>
    to.gte(from)
      ? judged(rule, true, text)
      : to.gt(ZERO)
        ? { rule, outcome: 'cut', text: `${text} Cut to ${size(to)} ${base}.` }
        : judged(rule, false, `${text} Nothing is left.`)
  const outcomes: readonly RuleOutcome[] = [
    directionRule(signal, limits),
    breakersRule(breakers.heldBackBecause),
    confidenceRule(signal.confidence, breakers.lossesInARow, limits),
    stopRule(signal, exits, price, limits),
    rewardRule(exits, price, limits),
    perSymbolRule(signal.symbol, context, limits),
    positionsRule(context, limits),
    judged(
      'risk_per_trade',
      exits !== null && limits.riskPerTradePercent.lte(MOST_RISK_PERCENT),
      exits === null
        ? 'Without a stop nobody knows what is at risk.'
        : `${toText(limits.riskPerTradePercent)} % of ${shown(equity, 2)} at risk is ${size(byRisk)} ${base}.`,
    ),
    cutTo('position_size', byPosition, byRisk, `At most ${toText(limits.maxPositionPercent)} % of equity.`),
    cutTo(
      'sizing',
      own,
      minOf(byRisk, byPosition),
      `× ${factors[0]} for confidence, × ${factors[1]} for the regime, × ${factors[2]} as chosen, × ${factors[3]} after losses.`,
    ),
    leverageRule(limits),
    cutTo(
      'exposure',
      byExposure,
      own,
      `${shown(taken, 2)} of at most ${shown(most, 2)} ${quoteOf(signal.symbol)} is in positions or proposed.`,
    ),
    cutTo('free_quote', byQuote, own, `${shown(free, 2)} ${quoteOf(signal.symbol)} is free.`),
    judged(
      'market_minimum',
      isTaken,
      `${toText(amount)} ${base}; the market takes ${toText(rules.minAmount)} ${base} and ${toText(rules.minCost)} ${quoteOf(signal.symbol)}.`,
    ),
  ]
  const isRefused = exits === null || outcomes.some(({ outcome }) => outcome === 'refused')
  return { trade: isRefused ? null : { amount, ownAmount, ...exits }, rules: outcomes }
}

/** The money behind it and the fee, for each unit of quote that a position costs. */
const cashPerValue = ({ takerFee }: MarketRules, { leverage }: Pick<RiskLimits, 'leverage'>): Decimal =>
  ONE.div(integer(leverage)).plus(takerFee)

/** What is asked about at its approval: a trade whose size and exits are settled. */
export type SettledTrade = {
  readonly trade: TradePlan
  readonly amount: Amount
  readonly worstPrice: Price
  readonly proposedAt: EpochMs
}

/**
 * What a trade still has to keep to when it is approved later than it was proposed: the rules that the trades, the losses
 * and the breakers of meanwhile may have changed. Its size is not made again: it cannot grow.
 *
 * @returns the rules that were asked; the trade may be made when none has refused.
 */
export function reassess(
  { trade, amount, worstPrice, proposedAt }: SettledTrade,
  context: Pick<RiskContext, 'open' | 'committed' | 'equity' | 'price' | 'breakers'>,
  limits: RiskLimits,
): readonly RuleOutcome[] {
  const { breakers } = context
  const { smallerSince } = breakers
  const { equity, price } = context
  const most = percentOf(equity, limits.maxExposurePercent)
  const cost = amount.times(highestPrice(worstPrice, price))
  const total = exposureOf(context).plus(cost)
  const mostInOne = percentOf(equity, limits.maxPositionPercent).times(ONE.plus(POSITION_LEEWAY))
  const value = amount.times(price)
  // From the price of now: what may be paid beyond it was allowed for when the size was made.
  const atRisk = amount.times(price.minus(trade.stop).abs())
  const mostAtRisk = percentOf(equity, MOST_RISK_PERCENT)
  return [
    breakersRule(breakers.heldBackBecause),
    confidenceRule(trade.confidence, breakers.lossesInARow, limits),
    ...exitRules(trade, context.price, limits),
    perSymbolRule(trade.symbol, context, limits),
    positionsRule(context, limits),
    judged('risk_per_trade', atRisk.lte(mostAtRisk), `${shown(atRisk, 2)} at risk, at most ${shown(mostAtRisk, 2)}.`),
    judged('position_size', value.lte(mostInOne), `${shown(value, 2)}, at most ${shown(mostInOne, 2)}.`),
    judged(
      'sizing',
      smallerSince === null || proposedAt >= smallerSince,
      smallerSince === null
        ? 'Its size is the one of now.'
        : `${breakers.lossesInARow} losses in a row: trades are smaller than when it was proposed.`,
    ),
    judged('exposure', total.lte(most), `${shown(total, 2)} with it, at most ${shown(most, 2)}.`),
  ]
}

/** Stop and target that were set at another price, from the price of now. */
function exitRules({ symbol, stop, target }: TradePlan, price: Price, limits: RiskLimits): readonly RuleOutcome[] {
  const isLong = target.gt(stop)
  const risk = isLong ? price.minus(stop) : stop.minus(price)
  const reward = isLong ? target.minus(price) : price.minus(target)
  const least = percentOf(price, limits.stopMinPercent).times(ONE.minus(STOP_LEEWAY))
  const most = percentOf(price, limits.stopMaxPercent(symbol)).times(ONE.plus(STOP_LEEWAY))
  const isFar = risk.gte(least) && risk.lte(most)
  const range = `${toText(limits.stopMinPercent)} to ${toText(limits.stopMaxPercent(symbol))} %`
  return [
    judged('stop', isFar, `${percentText(risk, price)} % from the price of now, allowed ${range} with some leeway.`),
    judged(
      'reward_to_risk',
      risk.gt(ZERO) && reward.gte(risk.times(LEAST_REWARD_TO_RISK)),
      `${risk.gt(ZERO) ? shown(quotient(reward, risk), 2) : 'None'} at the price of now, at least ${toText(LEAST_REWARD_TO_RISK)}.`,
    ),
  ]
}

/** The rule that refused first, for a sentence; null when none did. */
export const refusalOf = (rules: readonly RuleOutcome[]): RuleOutcome | null =>
  rules.find(({ outcome }) => outcome === 'refused') ?? null

function directionRule({ bias }: TradingSignal, { leverage }: RiskLimits): RuleOutcome {
  if (bias === 'long') return judged('direction', true, 'A purchase.')
  if (bias === 'short') return judged('direction', leverage > 1, 'Selling short takes margin.')
  return judged('direction', false, 'There is no direction.')
}

function stopRule({ symbol }: TradingSignal, exits: Exits | null, price: Price, limits: RiskLimits): RuleOutcome {
  const range = `${toText(limits.stopMinPercent)} to ${toText(limits.stopMaxPercent(symbol))} %`
  if (exits === null)
    return judged(
      'stop',
      false,
      `No stop can be had ${range} from the entry: there is no range, or the tick is too coarse.`,
    )
  return judged(
    'stop',
    true,
    `${percentText(price.minus(exits.stop).abs(), price)} % from the entry, allowed ${range}.`,
  )
}

function rewardRule(exits: Exits | null, price: Price, { rewardToRisk }: RiskLimits): RuleOutcome {
  if (exits === null) return judged('reward_to_risk', false, 'Without a stop there is no ratio.')
  const risk = price.minus(exits.stop).abs()
  const reward = exits.target.minus(price).abs()
  const isEnough = reward.gte(risk.times(rewardToRisk))
  return judged('reward_to_risk', isEnough, `${shown(quotient(reward, risk), 2)}, at least ${toText(rewardToRisk)}.`)
}

function leverageRule({ leverage }: RiskLimits): RuleOutcome {
  const isFine = leverage >= 1 && leverage <= MOST_LEVERAGE
  return judged('leverage', isFine, leverage === 1 ? 'Spot.' : `${leverage}, at most ${MOST_LEVERAGE}.`)
}

/** Confined to [0, 1], so that nothing enlarges; 0 for what is no number. */
const shareOf = (factor: number): Decimal => fromFloat(factor > 0 ? Math.min(factor, 1) : 0)

const size = (amount: Decimal): string => toText(amount.round(8, 0))
const percentText = (part: Decimal, whole: Decimal): string => shown(quotient(part.times(HUNDRED), whole), 2)
