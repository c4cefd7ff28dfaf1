import { type Asset, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Decimal, decimal, type Money, maxOf, shown, sum, toText, ZERO } from '../../shared/money.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { type Holding, totalValue } from './allocation.ts'
import { type Case, factOf } from './case.ts'
import type { Resolver } from './conflict.ts'
import type { LegType } from './order.ts'
import type { Leg } from './proposal.ts'
import type { Plan, PlanSettings } from './rebalance.ts'
import { oneLine } from './resolution-text.ts'
import type { RegimeOutput } from './signal.ts'

/** A way to carry out a plan. But for order type and slices its settings are the trader's own, slippage cap included. */
export type Strategy = { readonly id: string; readonly settings: PlanSettings }

/** A strategy with the plan that it would be now. */
export type PlannedStrategy = Strategy & { readonly plan: Plan }

/** What came of asking the models. */
export type Consulted = {
  /** Null when none of them chose. */
  readonly chosen: {
    readonly optionId: string
    readonly by: Resolver
    readonly model: string
    readonly confidence: number
    readonly reasons: string
  } | null
  readonly tookMs: number
  /** Of all answers, in USD. */
  readonly cost: Decimal
  /** What became of each question, in one line each. */
  readonly outcomes: readonly string[]
}

const ORDER_TYPES: readonly LegType[] = ['limit', 'market', 'post_only']
const HUNDRED = decimal('100')
/** Characters of a model's reasons that are shown with the plan. */
const REASONS_SHOWN = 400

/**
 * All ways there are, the settings' own first: each order type, whole, and in the settings' slices where they have any.
 */
export function strategiesOf(settings: PlanSettings): readonly [Strategy, ...Strategy[]] {
  const schedules = settings.slices > 1 ? [settings.slices, 1] : [1]
  const types = [settings.orderType, ...ORDER_TYPES.filter((orderType) => orderType !== settings.orderType)]
  const [own, ...others] = types.flatMap((orderType) =>
    schedules.map((slices) => ({
      id: slices > 1 ? `${orderType}_in_slices` : orderType,
      settings: { ...settings, orderType, slices },
    })),
  )
  return [own as Strategy, ...others]
}

/**
 * Those among which somebody may choose: each another plan than the ones before it, and no order of it worth more than
 * `maxNotional` at its worst price. The settings' own is what happens without a choice and is not judged.
 *
 * @param planned with the settings' own first; only those that could be planned.
 */
export function offered(
  planned: readonly PlannedStrategy[],
  ownId: string,
  maxNotional: Money,
  holdings: readonly Holding[],
): readonly PlannedStrategy[] {
  const seen = new Set<string>()
  return planned.filter(({ id, plan }) => {
    const key = JSON.stringify(
      plan.legs.map((leg) => [leg.symbol, leg.side, toText(leg.amount), leg.orderType, leg.notBefore]),
    )
    if (plan.legs.length === 0 || seen.has(key)) return false
    seen.add(key)
    return id === ownId || plan.legs.every((leg) => legValue(leg, holdings, 'at worst').lte(maxNotional))
  })
}

/** What a market looks like at the moment: bid and ask in units of its quote. */
export type Touch = { readonly symbol: TradedPair; readonly bid: number; readonly ask: number }

/**
 * What a model is asked. Nothing in it comes from outside but numbers.
 *
 * @param options at least one; the first applies without a choice.
 */
export function strategyCase(
  options: readonly [PlannedStrategy, ...PlannedStrategy[]],
  market: {
    readonly why: string
    readonly quote: Asset
    readonly holdings: readonly Holding[]
    readonly touches: readonly Touch[]
    readonly regimes: readonly RegimeOutput[]
    /** One-day one-sigma effect of staying off target, in quote; null while unknown. */
    readonly driftRiskPerDay: Money | null
  },
): Case {
  const [{ id, plan, settings }] = options
  const { holdings, quote } = market
  return {
    facts: {
      plan: {
        why: market.why,
        coreValue: `${shown(totalValue(holdings), 2)} ${quote}`,
        broughtBackToTarget: `${shown(plan.broughtBack, 2)} ${quote}`,
        riskOfWaitingOneDay: market.driftRiskPerDay === null ? null : `${shown(market.driftRiskPerDay, 2)} ${quote}`,
        slippageCapPercent: toText(settings.slippageCapPercent),
      },
      weights: plan.weights.map(({ asset, before, target }) => ({
        asset,
        nowPercent: shown(before.times(HUNDRED), 2),
        targetPercent: shown(target.times(HUNDRED), 2),
      })),
      trades: tradesOf(plan).map(({ symbol, side, legs }) => ({
        trade: `${side} ${symbol}`,
        value: `${shown(sum(legs.map((leg) => legValue(leg, holdings))), 2)} ${quote}`,
      })),
      markets: market.touches.map(({ symbol, bid, ask }) => ({
        symbol,
        bid: factOf(bid),
        ask: factOf(ask),
        spreadPercent: factOf(((ask - bid) / ask) * 100),
      })),
      regimes: market.regimes.map(({ symbol, regime, confidence }) => ({
        symbol,
        regime,
        confidence: factOf(confidence),
      })),
    },
    options: options.map((option) => ({ id: option.id, text: consequenceOf(option, quote) })),
    defaultOptionId: id,
  }
}

const HOW: Record<LegType, string> = {
  limit: 'limit orders at the touch, re-quoted, then market orders within the slippage cap',
  market: 'market orders at once, within the slippage cap',
  post_only: 'limit orders that rest at the touch, re-quoted and never takers; what nobody takes is not traded',
}

function consequenceOf({ plan, settings }: PlannedStrategy, quote: Asset): string {
  const starts = new Set(plan.legs.map(({ notBefore }) => notBefore)).size
  const when = starts > 1 ? `In ${starts} slices, ${settings.sliceEveryMs / MINUTE} minutes apart` : 'All at once'
  const fees = `${shown(plan.fees, 2)} ${quote}`
  const worst = `${shown(plan.slippageBound, 2)} ${quote}`
  return `${when}: ${HOW[settings.orderType]}. Fees of ${fees} at the plan's prices; the worst prices allowed cost at most ${worst} more.`
}

/** Who chose what, why, how long it took and what it cost. */
export function choiceSaid({ chosen, tookMs, cost, outcomes }: Consulted): string {
  const price = `in ${(tookMs / SECOND).toFixed(1)} s for ${toText(cost)} USD`
  if (chosen === null) return `no model chose, ${price}${outcomes.length === 0 ? '' : ` (${asked(outcomes)})`}`
  const who = `${RESOLVER_NAMES[chosen.by]} (${oneLine(chosen.model, 100)})`
  const reasons = oneLine(chosen.reasons, REASONS_SHOWN)
  return `${who} chose "${chosen.optionId}" with confidence ${chosen.confidence.toFixed(2)}, ${price}: ${reasons}`
}

/** For the journal, where nothing was planned after it too: every question that was paid for. */
export const consultationSaid = (consulted: Consulted): string =>
  `Strategy: ${choiceSaid(consulted)}${consulted.chosen === null ? '' : ` Asked: ${asked(consulted.outcomes)}`}`

/**
 * For the plan itself, which the approval binds.
 *
 * @param applied what is planned, which is the settings' own when the choice is not possible any more.
 */
export function strategySaid(consulted: Consulted, applied: Strategy): string {
  const isChosen = consulted.chosen?.optionId === applied.id
  const isLost = consulted.chosen !== null && !isChosen
  const why = isLost ? ', because the choice is not possible at the prices of now' : ''
  return `Carried out as "${applied.id}"${isChosen ? '' : `, by the settings${why}`}: ${choiceSaid(consulted)}`
}

const asked = (outcomes: readonly string[]): string => oneLine(outcomes.join('; '), 2 * REASONS_SHOWN)

export const RESOLVER_NAMES: Record<Resolver, string> = { deepseek: 'DeepSeek', claude: 'Claude' }

function tradesOf({ legs }: Plan): { symbol: TradedPair; side: Leg['side']; legs: readonly Leg[] }[] {
  const trades = new Map<string, { symbol: TradedPair; side: Leg['side']; legs: Leg[] }>()
  for (const leg of legs) {
    const { symbol, side } = leg
    const trade = trades.get(`${side} ${symbol}`) ?? { symbol, side, legs: [] }
    trade.legs.push(leg)
    trades.set(`${side} ${symbol}`, trade)
  }
  return [...trades.values()]
}

/** In the account's quote. */
function legValue(leg: Leg, holdings: readonly Holding[], at: 'planned' | 'at worst' = 'planned'): Money {
  const price = at === 'planned' ? leg.price : maxOf(leg.price, leg.worstPrice)
  const unit = holdings.find(({ asset }) => asset === quoteOf(leg.symbol))?.price ?? ZERO
  return leg.amount.times(price).times(unit) as Money
}
