import type { Asset, ConflictId, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  type Fraction,
  type Money,
  type Price,
  toText,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { LegType, Side } from './order.ts'

/** One trade of a proposal. Amount and worst price are maxima: execution may only shrink them. */
export type Leg = {
  readonly symbol: TradedPair
  readonly side: Side
  readonly amount: Amount
  /** Price the plan was made at, quote per base. */
  readonly price: Price
  /** Worst price execution may accept. */
  readonly worstPrice: Price
  readonly orderType: LegType
  readonly fee: Amount
  readonly feeAsset: Asset
  /** Execution of this leg may not start earlier. */
  readonly notBefore: EpochMs
}

export type WeightChange = {
  readonly asset: Asset
  readonly before: Fraction
  readonly after: Fraction
  readonly target: Fraction
}

export type PriceUsed = { readonly symbol: TradedPair; readonly price: Price; readonly at: EpochMs }

/** Entry, stop and target of a tactical proposal. */
export type TradePlan = {
  readonly symbol: TradedPair
  readonly entry: Price
  readonly stop: Price
  readonly target: Price
  readonly confidence: number
  /** 1 is spot; a margin trade is its value divided by this of money. */
  readonly leverage: number
}

export type ProposalStatus = 'pending' | 'approved' | 'completed' | 'incomplete' | 'rejected' | 'expired' | 'voided'

export type Proposal = {
  readonly id: ProposalId
  readonly kind: 'rebalance' | 'tactical'
  readonly status: ProposalStatus
  readonly createdAt: EpochMs
  /** Execution must start before it. */
  readonly expiresAt: EpochMs
  readonly snoozedUntil: EpochMs | null
  /** Why it was made, in one sentence. */
  readonly reason: string
  readonly legs: readonly Leg[]
  readonly weights: readonly WeightChange[]
  readonly prices: readonly PriceUsed[]
  /** Sum of the legs' fees at the plan's prices, in quote. */
  readonly fees: Money
  readonly coreValue: Money
  readonly largestDriftPp: Decimal
  readonly bags: ReadonlyArray<{ readonly asset: Asset; readonly amount: Amount }>
  readonly trade: TradePlan | null
  readonly conflictId: ConflictId | null
  readonly correlationId: CorrelationId
  /** SHA-256 over everything above that was shown: what an approval names. */
  readonly hash: string
  readonly decidedAt: EpochMs | null
  readonly decidedBy: 'trader' | 'auto' | null
  /** The trader's words with a rejection, or what ended it. */
  readonly note: string | null
}

const HUNDRED = decimal('100')

declare const approved: unique symbol
/** Only `approve` makes one, and the executor takes nothing else: sending an unapproved trade does not compile. */
export type ApprovedProposal = Proposal & { readonly status: 'approved'; readonly [approved]: true }

export type ApprovalContext = {
  readonly now: EpochMs
  readonly by: 'trader' | 'auto'
  /** Hash of what the decider was shown. */
  readonly hash: string
  /** Price of each symbol now; null where there is none fresh. */
  readonly priceNow: (symbol: TradedPair) => Price | null
  /** 0.5 = half a percent. */
  readonly maxPriceMovePercent: Decimal
}

/**
 * Turns a pending proposal into one that may be executed.
 *
 * Errors: `proposal/not-pending`, `proposal/changed` (another hash than the one shown), `proposal/expired`,
 * `proposal/stale-price`, `proposal/price-moved` (plan again before approving).
 */
export function approve(proposal: Proposal, context: ApprovalContext): Result<ApprovedProposal> {
  if (proposal.status !== 'pending') {
    return fail('proposal/not-pending', `This proposal is ${proposal.status} already: nothing was sent.`)
  }
  if (context.hash !== proposal.hash) {
    return fail('proposal/changed', 'The proposal is not the one that was shown. Look at it again before approving.')
  }
  if (context.now >= proposal.expiresAt) {
    return fail('proposal/expired', 'The proposal has expired. A fresh one is made at the next check.')
  }
  const legsWithoutPrice = proposal.legs.filter((leg) => !proposal.prices.some(({ symbol }) => symbol === leg.symbol))
  if (legsWithoutPrice.length > 0) {
    return fail(
      'proposal/stale-price',
      `The plan does not say at which price of ${legsWithoutPrice[0]?.symbol} it was made.`,
    )
  }
  for (const used of proposal.prices) {
    const current = context.priceNow(used.symbol)
    if (current === null) {
      return fail('proposal/stale-price', `There is no fresh price of ${used.symbol}. Approve when prices are back.`)
    }
    const moved = current.minus(used.price).abs().times(HUNDRED)
    if (moved.gt(used.price.times(context.maxPriceMovePercent))) {
      return fail(
        'proposal/price-moved',
        `${used.symbol} moved from ${used.price.toFixed()} to ${current.toFixed()}, more than ${context.maxPriceMovePercent.toFixed()} %. Plan again before approving.`,
      )
    }
  }
  return ok({ ...proposal, status: 'approved', decidedAt: context.now, decidedBy: context.by } as ApprovedProposal)
}

/** A proposal read back as approved, e.g. after a restart: the approval was checked when it was given. */
export const asApproved = (proposal: Proposal): ApprovedProposal | null =>
  proposal.status === 'approved' ? (proposal as ApprovedProposal) : null

/** A proposal before anybody has seen it. */
export type ProposalDraft = Omit<Proposal, 'hash' | 'status' | 'snoozedUntil' | 'decidedAt' | 'decidedBy' | 'note'>

/** What waits for a decision, with the hash of everything that is shown. */
export const pendingProposal = (draft: ProposalDraft, hash: (text: string) => string): Proposal => ({
  ...draft,
  status: 'pending',
  snoozedUntil: null,
  hash: hash(boundText(draft)),
  decidedAt: null,
  decidedBy: null,
  note: null,
})

/** Everything an approval binds, as one text in a fixed order: what the proposal's hash is taken of. */
export const boundText = (proposal: ProposalDraft): string =>
  JSON.stringify([
    proposal.id,
    proposal.kind,
    proposal.createdAt,
    proposal.expiresAt,
    proposal.legs.map((leg) => [
      leg.symbol,
      leg.side,
      toText(leg.amount),
      toText(leg.price),
      toText(leg.worstPrice),
      leg.orderType,
      toText(leg.fee),
      leg.feeAsset,
      leg.notBefore,
    ]),
    proposal.prices.map((used) => [used.symbol, toText(used.price), used.at]),
    proposal.bags.map((bag) => [bag.asset, toText(bag.amount)]),
    proposal.weights.map((weight) => [
      weight.asset,
      toText(weight.before),
      toText(weight.after),
      toText(weight.target),
    ]),
    [toText(proposal.fees), toText(proposal.coreValue), toText(proposal.largestDriftPp), proposal.reason],
    proposal.trade && [
      proposal.trade.symbol,
      toText(proposal.trade.entry),
      toText(proposal.trade.stop),
      toText(proposal.trade.target),
      proposal.trade.confidence,
      // Spot stays unsaid, so that what was approved before there was margin keeps its hash.
      ...(proposal.trade.leverage === 1 ? [] : [proposal.trade.leverage]),
    ],
    proposal.conflictId,
  ])

/** Pending proposals end by a rejection, by time, or because what they rest on is gone. */
export function close(
  proposal: Proposal,
  status: 'rejected' | 'expired' | 'voided',
  now: EpochMs,
  note: string,
): Result<Proposal> {
  if (proposal.status !== 'pending') {
    return fail('proposal/not-pending', `This proposal is ${proposal.status} already: it cannot be ${status}.`)
  }
  return ok({ ...proposal, status, decidedAt: now, decidedBy: status === 'rejected' ? 'trader' : null, note })
}

/** After execution: `completed` when every leg was filled as far as it could be, `incomplete` with the reason otherwise. */
export const finish = (proposal: Proposal, incompleteBecause: string | null): Proposal => ({
  ...proposal,
  status: incompleteBecause === null ? 'completed' : 'incomplete',
  note: incompleteBecause,
})
