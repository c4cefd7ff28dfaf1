import type { ConflictView, ProposalView, ResolverView } from '../../shared/contract/views.ts'
import { quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Decimal, decimal, type Price, shown, toText, ZERO } from '../../shared/money.ts'
import type { ResolverScore } from '../coordinator/conflict-scorer.ts'
import { type Conflict, type ResolvedBy, stageOf, type WaitsFor } from '../domain/conflict.ts'
import type { ConflictScores } from '../domain/counterfactual.ts'
import { filledOf, ordersOfLeg } from '../domain/execution.ts'
import { isFinal, type Order } from '../domain/order.ts'
import { isApprovedLeg, type Proposal } from '../domain/proposal.ts'
import type { RecordedRiskDecision } from '../ports.ts'
import { type Current, planView, progressView } from './plan-views.ts'
import { titleOf } from './summary.ts'

const HUNDRED = decimal('100')
const BASIS_POINTS = decimal('10000')
const asPercent = (fraction: Decimal): string => shown(fraction.times(HUNDRED), 4)

export type ProposalFacts = {
  readonly orders: readonly Order[]
  readonly blockedBecause: string | null
  readonly priceNow: (symbol: TradedPair) => Price | null
  readonly quote: string
  /** What the risk engine said of it; null for a rebalance. */
  readonly risk: RecordedRiskDecision | null
  /** Null for all but the plan that is being carried out, or could be resumed. */
  readonly current: Current | null
}

export function proposalView(proposal: Proposal, facts: ProposalFacts): ProposalView {
  const { orders, blockedBecause, priceNow, quote, risk, current } = facts
  const quotePrices = new Map(proposal.prices.map((used) => [used.symbol as string, used.price]))
  const priceOfQuote = (symbol: TradedPair): Decimal =>
    quoteOf(symbol) === quote ? decimal('1') : (quotePrices.get(`${quoteOf(symbol)}/${quote}`) ?? ZERO)
  return {
    id: proposal.id,
    kind: proposal.kind,
    status: proposal.status,
    hash: proposal.hash,
    title: titleOf(proposal),
    reason: proposal.reason,
    createdAt: proposal.createdAt,
    expiresAt: proposal.expiresAt,
    snoozedUntil: proposal.snoozedUntil,
    decidedAt: proposal.decidedAt,
    decidedBy: proposal.decidedBy,
    note: proposal.note,
    legs: proposal.legs.map((leg, index) => {
      const own = ordersOfLeg(orders, index)
      return {
        index,
        symbol: leg.symbol,
        side: leg.side,
        orderType: leg.orderType,
        amount: toText(leg.amount),
        price: toText(leg.price),
        worstPrice: toText(leg.worstPrice),
        value: shown(leg.amount.times(leg.price).times(priceOfQuote(leg.symbol)), 2),
        fee: toText(leg.fee.round(10)),
        feeAsset: leg.feeAsset,
        filled: toText(filledOf(own)),
        slippageBound: shown(
          leg.amount.times(leg.price.minus(leg.worstPrice).abs()).times(priceOfQuote(leg.symbol)),
          2,
        ),
        notBefore: leg.notBefore,
        status: legStatus(proposal, index, own),
        problem: proposal.stoppedLegs.find((stopped) => stopped.leg === index)?.because ?? null,
      }
    }),
    weights: proposal.weights.map((weight) => ({
      asset: weight.asset,
      beforePercent: asPercent(weight.before),
      afterPercent: asPercent(weight.after),
      targetPercent: asPercent(weight.target),
    })),
    prices: proposal.prices.map((used) => {
      const now = priceNow(used.symbol)
      return {
        symbol: used.symbol,
        price: toText(used.price),
        at: used.at,
        now: now === null ? null : toText(now),
        movedPercent: now === null ? null : shown(now.minus(used.price).div(used.price).times(HUNDRED), 3),
      }
    }),
    fees: shown(proposal.fees, 2),
    feesBasisPoints: proposal.coreValue.gt(ZERO)
      ? shown(proposal.fees.div(proposal.coreValue).times(BASIS_POINTS), 1)
      : '0',
    coreValue: shown(proposal.coreValue, 2),
    bags: proposal.bags.map((bag) => ({ asset: bag.asset, amount: toText(bag.amount) })),
    trade: proposal.trade && {
      symbol: proposal.trade.symbol,
      entry: toText(proposal.trade.entry),
      stop: toText(proposal.trade.stop),
      target: toText(proposal.trade.target),
      confidence: proposal.trade.confidence,
    },
    rules: (risk?.rules ?? []).map(({ rule, outcome, text }) => ({ rule, outcome, text })),
    plan: planView(proposal),
    progress:
      proposal.kind === 'rebalance' && proposal.decidedBy !== null && proposal.status !== 'rejected'
        ? progressView(proposal, orders, current)
        : null,
    conflictId: proposal.conflictId,
    correlationId: proposal.correlationId,
    blockedBecause,
  }
}

function legStatus(proposal: Proposal, index: number, own: readonly Order[]): ProposalView['legs'][number]['status'] {
  const leg = proposal.legs[index]
  if (!isApprovedLeg(proposal, index)) return 'left_out'
  if (leg !== undefined && filledOf(own).gte(leg.amount)) return 'done'
  if (own.some((order) => !isFinal(order.status))) return 'working'
  if (proposal.status === 'completed') return 'done'
  if (proposal.status === 'approved') return own.length > 0 ? 'working' : 'waiting'
  return proposal.status === 'pending' ? 'planned' : 'stopped'
}

/** @param scores null while it is not scored. */
export function conflictView(conflict: Conflict, scores: ConflictScores | null): ConflictView {
  const [one, other] = conflict.sides
  const current = conflict.attempts.find((attempt) => attempt.endedAt === null)
  return {
    id: conflict.id,
    type: conflict.type,
    stage: scores === null ? stageOf(conflict) : 'scored',
    symbol: conflict.symbol,
    title: `${conflict.symbol}: ${one.says}, but ${other.says}`,
    detectedAt: conflict.detectedAt,
    deadline: conflict.deadline,
    sides: conflict.sides.map(({ who, says, confidence, values }) => ({
      who: who.replaceAll('_', ' '),
      says,
      confidence,
      values: { ...values },
    })),
    options: conflict.options.map(({ id, kind, text }) => {
      const earned = scores?.get(id) ?? null
      return { id, kind, text, earned: earned && shown(earned, 2) }
    }),
    defaultOptionId: conflict.defaultOptionId,
    waitsFor: waitsForText(conflict.waitsFor),
    waited: conflict.waited && { ...conflict.waited },
    asking: conflict.asking,
    askingSince: current?.startedAt ?? null,
    attempts: conflict.attempts.map((attempt) => ({ ...attempt })),
    resolution: conflict.resolution && {
      by: conflict.resolution.by,
      optionId: conflict.resolution.optionId,
      reasons: conflict.resolution.reasons,
      confidence: conflict.resolution.confidence,
      at: conflict.resolution.at,
    },
    correlationId: conflict.correlationId,
  }
}

/** In the order in which they are asked. */
const RESOLVERS: readonly ResolvedBy[] = ['deepseek', 'claude', 'trader', 'default']

export const resolverViews = (scores: ReadonlyMap<ResolvedBy, ResolverScore>): ResolverView[] =>
  RESOLVERS.flatMap((by): ResolverView[] => {
    const score = scores.get(by)
    if (score === undefined) return []
    const { answers, byDefault, costUsd, earned } = score
    const isModel = by === 'deepseek' || by === 'claude'
    const costs = isModel ? toText(costUsd) : null
    return [{ by, answers, earned: shown(earned, 2), byDefault: shown(byDefault, 2), costUsd: costs }]
  })

const waitsForText = (waitsFor: WaitsFor): string =>
  waitsFor.kind === 'rebalance'
    ? 'the end of the rebalance'
    : `the next word of ${waitsFor.agent.replaceAll('_', ' ')} on ${waitsFor.symbol}`
