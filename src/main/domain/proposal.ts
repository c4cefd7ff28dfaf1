import {
  type Asset,
  type ConflictId,
  type CorrelationId,
  type ProposalId,
  quoteOf,
  type TradedPair,
} from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  type Fraction,
  type Money,
  type Price,
  sum,
  toText,
  ZERO,
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

/** What selling part of a lot would realize, at the plan's prices; in quote. */
export type LotGain = {
  readonly asset: Asset
  readonly acquiredAt: EpochMs
  readonly amount: Amount
  /** What that part cost, purchase fee included; null where nobody knows (before there were prices in the ledger). */
  readonly cost: Money | null
  /** After the sale's fee. */
  readonly proceeds: Money
}

/** Everything else that is shown with a rebalance before it is approved; in quote unless it says otherwise. */
export type PlanDetails = {
  /** `resumed`: what a plan that was not carried out to its end left over. */
  readonly trigger: 'drift' | 'forced' | 'new_money' | 'resumed'
  /** The plan whose rest this is. */
  readonly resumes: ProposalId | null
  /** Fees, half spreads and rounding at the plan's prices. */
  readonly cost: Money
  /** What the worst prices approved may cost on top. */
  readonly slippageBound: Money
  /** Wanted, and left out because a market does not take so little. */
  readonly folded: ReadonlyArray<{ readonly symbol: TradedPair; readonly side: Side; readonly amount: Amount }>
  readonly gains: readonly LotGain[]
  /** One-day one-sigma effect of staying off target; null while the volatility is unknown. */
  readonly driftRiskPerDay: Money | null
}

/** Why part of a leg, or all of it, was not traded. */
export type StoppedLeg = { readonly leg: number; readonly because: string }

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
  /** Of a rebalance; null for a tactical trade, and for what was proposed before there were any. */
  readonly details: PlanDetails | null
  readonly conflictId: ConflictId | null
  readonly correlationId: CorrelationId
  /** SHA-256 over everything above that was shown: what an approval names. */
  readonly hash: string
  readonly decidedAt: EpochMs | null
  readonly decidedBy: 'trader' | 'auto' | null
  /** Indexes of the legs that were approved; null for all of them. */
  readonly approvedLegs: readonly number[] | null
  /** Legs that execution gave up on; empty until it has ended. */
  readonly stoppedLegs: readonly StoppedLeg[]
  /** The trader's words with a rejection, or what ended it. */
  readonly note: string | null
}

/** A proposal before anybody has seen it. */
export type ProposalDraft = Omit<
  Proposal,
  'hash' | 'status' | 'snoozedUntil' | 'decidedAt' | 'decidedBy' | 'approvedLegs' | 'stoppedLegs' | 'note'
>

/** What waits for a decision, with the hash of everything that is shown. */
export const pendingProposal = (draft: ProposalDraft, hash: (text: string) => string): Proposal => ({
  ...draft,
  status: 'pending',
  snoozedUntil: null,
  hash: hash(boundText(draft)),
  decidedAt: null,
  decidedBy: null,
  approvedLegs: null,
  stoppedLegs: [],
  note: null,
})

/** Whether execution may trade a leg, once the proposal is approved. */
export const isApprovedLeg = ({ approvedLegs }: Proposal, leg: number): boolean =>
  approvedLegs === null || approvedLegs.includes(leg)

/** What all legs trade, at the plan's prices, in the account's quote. */
export function tradedValue({ legs, prices }: Pick<Proposal, 'legs' | 'prices'>, quote: Asset): Money {
  const inQuote = new Map<string, Price>(prices.map(({ symbol, price }) => [symbol, price]))
  return sum(
    legs.map(({ symbol, amount, price }): Money => {
      const value = amount.times(price) as Money
      const unit = quoteOf(symbol)
      return unit === quote ? value : (value.times(inQuote.get(`${unit}/${quote}`) ?? ZERO) as Money)
    }),
  )
}

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
    ...(proposal.details === null ? [] : [boundDetails(proposal.details)]),
  ])

const boundDetails = (details: PlanDetails) => [
  details.trigger,
  details.resumes,
  toText(details.cost),
  toText(details.slippageBound),
  details.folded.map(({ symbol, side, amount }) => [symbol, side, toText(amount)]),
  details.gains.map(({ asset, acquiredAt, amount, cost, proceeds }) => [
    asset,
    acquiredAt,
    toText(amount),
    cost && toText(cost),
    toText(proceeds),
  ]),
  details.driftRiskPerDay && toText(details.driftRiskPerDay),
]

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

/**
 * After execution: `completed` when every approved leg was filled as far as it could be, `incomplete` with what stopped
 * the others.
 */
export function finish(proposal: Proposal, stoppedLegs: readonly StoppedLeg[]): Proposal {
  if (stoppedLegs.length === 0) return { ...proposal, status: 'completed' }
  const note = stoppedLegs.map(({ leg, because }) => `${titleOfLeg(proposal.legs[leg])}: ${because}`).join(' ')
  return { ...proposal, status: 'incomplete', stoppedLegs, note }
}

const titleOfLeg = (leg: Leg | undefined): string => (leg === undefined ? 'a leg' : `${leg.side} ${leg.symbol}`)

/** An approval that nobody acted on in time; nothing was sent for it. */
export const neverStarted = (proposal: Proposal): Proposal => ({
  ...proposal,
  status: 'voided',
  note: 'Execution did not start before the proposal expired.',
})

/** Whether a plan stopped early and is the last one that was carried out. `recent` newest first. */
export const isResumable = (plan: Proposal, recent: readonly Proposal[]): boolean =>
  plan.status === 'incomplete' &&
  recent.find(({ kind, status }) => kind === 'rebalance' && CARRIED_OUT.includes(status))?.id === plan.id

const CARRIED_OUT: readonly Proposal['status'][] = ['approved', 'completed', 'incomplete']
