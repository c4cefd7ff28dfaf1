import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, decimal, maxOf, type Price, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { OrderIntent } from './order.ts'
import { boundText, isApprovedLeg, type Leg, type Proposal } from './proposal.ts'

declare const approved: unique symbol
/** Only `approve` makes one, and the executor takes nothing else: sending an unapproved trade does not compile. */
export type ApprovedProposal = Proposal & { readonly status: 'approved'; readonly [approved]: true }

export type ApprovalContext = {
  readonly now: EpochMs
  readonly by: 'trader' | 'auto'
  /** Hash of what the decider was shown. */
  readonly hash: string
  /** Indexes of the legs that are approved; null for all of them. */
  readonly legs: readonly number[] | null
  /** Price of each symbol now; null where there is none fresh. */
  readonly priceNow: (symbol: TradedPair) => Price | null
  /** 0.5 = half a percent. */
  readonly maxPriceMovePercent: Decimal
  readonly bagOf: (asset: Asset) => Amount
  /** What could be spent of an asset for such a proposal at once. */
  readonly free: (asset: Asset) => Amount
  readonly digest: (text: string) => string
}

const HUNDRED = decimal('100')

/** The plan is not the one to be carried out now: it is voided, and a fresh one takes its place. */
const VOIDING: readonly string[] = [
  'proposal/price-moved',
  'proposal/bags-changed',
  'proposal/balance',
  'proposal/expired',
  // Exits and size belong to the prices and the account of then.
  'risk/stop',
  'risk/reward-to-risk',
  'risk/risk-per-trade',
  'risk/position-size',
]
export const voidsPlan = (code: string): boolean => VOIDING.includes(code)

/**
 * Turns a pending proposal, or some legs of it, into one that may be executed.
 *
 * Errors: `proposal/not-pending`, `proposal/changed` (another hash than the one shown), `proposal/no-such-leg`,
 * `proposal/stale-price`, `proposal/unfunded` (the chosen legs need what others would bring); and those that void it:
 * `proposal/expired`, `proposal/price-moved`, `proposal/bags-changed`, `proposal/balance`.
 */
export function approve(proposal: Proposal, context: ApprovalContext): Result<ApprovedProposal> {
  if (proposal.status !== 'pending') {
    return fail('proposal/not-pending', `This proposal is ${proposal.status} already: nothing was sent.`)
  }
  if (context.hash !== proposal.hash || context.digest(boundText(proposal)) !== proposal.hash) {
    return fail('proposal/changed', 'The proposal is not the one that was shown. Look at it again before approving.')
  }
  const problem = legsProblem(proposal, context) ?? outdated(proposal, context) ?? fundsProblem(proposal, context)
  if (problem !== null) return problem
  const chosen = context.legs === null || context.legs.length === proposal.legs.length ? null : [...context.legs]
  return ok({
    ...proposal,
    status: 'approved',
    decidedAt: context.now,
    decidedBy: context.by,
    approvedLegs: chosen?.sort((a, b) => a - b) ?? null,
  } as ApprovedProposal)
}

type Problem = ReturnType<typeof fail> | null

function legsProblem(proposal: Proposal, { legs }: ApprovalContext): Problem {
  if (legs === null) return null
  const isEach = legs.every((leg) => Number.isSafeInteger(leg) && proposal.legs[leg] !== undefined)
  return isEach && legs.length > 0 && new Set(legs).size === legs.length
    ? null
    : fail('proposal/no-such-leg', `The plan has ${proposal.legs.length} legs: approve some of those, each once.`)
}

/** What the plan rests on is not so any more. */
function outdated(proposal: Proposal, context: ApprovalContext): Problem {
  if (context.now >= proposal.expiresAt) {
    return fail('proposal/expired', 'The proposal has expired.')
  }
  const withoutPrice = proposal.legs.find((leg) => !proposal.prices.some(({ symbol }) => symbol === leg.symbol))
  if (withoutPrice !== undefined) {
    return fail('proposal/stale-price', `The plan does not say at which price of ${withoutPrice.symbol} it was made.`)
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
        `${used.symbol} moved from ${used.price.toFixed()} to ${current.toFixed()}, more than ${context.maxPriceMovePercent.toFixed()} %: it has to be planned again.`,
      )
    }
  }
  const changed = proposal.bags.find(({ asset, amount }) => !context.bagOf(asset).eq(amount))
  return changed === undefined
    ? null
    : fail('proposal/bags-changed', `The plan was made for a bag of ${toText(changed.amount)} ${changed.asset}.`)
}

/** On margin only part of the value is needed, and the gate knows how much. */
function fundsProblem(proposal: Proposal, { legs, free }: ApprovalContext): Problem {
  if (proposal.trade !== null && proposal.trade.leverage > 1) return null
  const short = shortOf(proposal.legs, free)
  if (short !== null) return fail('proposal/balance', `The plan needs ${short}.`)
  const chosen =
    legs === null
      ? null
      : shortOf(
          proposal.legs.filter((_, index) => legs.includes(index)),
          free,
        )
  return chosen === null
    ? null
    : fail('proposal/unfunded', `Without the other legs there is not enough: it takes ${chosen}.`)
}

/** What legs carried out in their order need and is not there; null when all of it is. */
function shortOf(legs: readonly Leg[], free: (asset: Asset) => Amount): string | null {
  for (const [asset, needed] of neededFor(legs)) {
    const there = free(asset)
    if (there.lt(needed)) return `${toText(needed.round(8))} ${asset}, and ${toText(there.round(8))} is free`
  }
  return null
}

/** The most that legs spend of each asset before others bring it, at the plan's prices with fees. */
export function neededFor(legs: readonly Leg[]): ReadonlyMap<Asset, Amount> {
  const balances = new Map<Asset, Decimal>()
  const needed = new Map<Asset, Amount>()
  const change = (asset: Asset, by: Decimal): void => {
    const balance = (balances.get(asset) ?? ZERO).plus(by)
    balances.set(asset, balance)
    needed.set(asset, maxOf(needed.get(asset) ?? ZERO, balance.neg()) as Amount)
  }
  for (const { symbol, side, amount, price, fee, feeAsset } of legs) {
    const cost = amount.times(price)
    // The fee of a sale comes out of what it brings.
    if (side === 'sell') change(quoteOf(symbol), cost)
    change(feeAsset, fee.neg())
    change(side === 'sell' ? baseOf(symbol) : quoteOf(symbol), side === 'sell' ? amount.neg() : cost.neg())
    if (side === 'buy') change(baseOf(symbol), amount)
  }
  return needed
}

/** A proposal read back as approved, e.g. after a restart: the approval was checked when it was given. */
export const asApproved = (proposal: Proposal): ApprovedProposal | null =>
  proposal.status === 'approved' ? (proposal as ApprovedProposal) : null

/**
 * Why an order is not what was approved; null when it is, or needs no approval.
 *
 * @param proposal what its receipt names, as it is written down now.
 * @param taken    what earlier orders of that leg have filled, or may fill yet.
 */
export function unapproved(
  { receipt, symbol, side, amount, limitPrice }: OrderIntent,
  proposal: Proposal | null,
  taken: Amount,
  digest: (text: string) => string,
): string | null {
  if (receipt.kind !== 'proposal_leg') return null
  const leg = proposal?.legs[receipt.leg]
  if (proposal === null || leg === undefined) return 'no such leg was ever proposed'
  if (proposal.status !== 'approved') return `its proposal is ${proposal.status}`
  if (digest(boundText(proposal)) !== proposal.hash) return 'its proposal is not the one that was approved'
  if (!isApprovedLeg(proposal, receipt.leg)) return 'its leg was left out of the approval'
  if (symbol !== leg.symbol || side !== leg.side) return `${leg.side} ${leg.symbol} was approved`
  if (amount.plus(taken).gt(leg.amount)) return `no more than ${toText(leg.amount)} was approved`
  const isWorse = side === 'buy' ? limitPrice.gt(leg.worstPrice) : limitPrice.lt(leg.worstPrice)
  return isWorse ? `no price beyond ${toText(leg.worstPrice)} was approved` : null
}
