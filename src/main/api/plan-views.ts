import type { PlanView, ProgressView } from '../../shared/contract/views.ts'
import { type Asset, baseOf, quoteOf } from '../../shared/ids.ts'
import { type Decimal, decimal, type Money, shown, sum, toText, ZERO } from '../../shared/money.ts'
import { DAY, minuteText } from '../../shared/time.ts'
import { filledOf, ordersOfLeg } from '../domain/execution.ts'
import { gainOf } from '../domain/lots.ts'
import { type Fill, isFinal, type Order } from '../domain/order.ts'
import { isApprovedLeg, type Leg, type Proposal } from '../domain/proposal.ts'

const BASIS_POINTS = decimal('10000')

/** What is shown of a rebalance beside its legs; null for what was proposed before there was any of it. */
export function planView({ details, coreValue, createdAt }: Proposal): PlanView | null {
  if (details === null) return null
  const gains = details.gains.map(gainOf)
  return {
    trigger: details.trigger,
    resumes: details.resumes,
    cost: shown(details.cost, 2),
    costBasisPoints: coreValue.gt(ZERO) ? shown(details.cost.div(coreValue).times(BASIS_POINTS), 1) : '0',
    slippageBound: shown(details.slippageBound, 2),
    folded: details.folded.map(({ symbol, side, amount }) => ({ symbol, side, amount: toText(amount) })),
    gains: details.gains.map((gain, i) => ({
      asset: gain.asset,
      acquiredAt: gain.acquiredAt,
      heldDays: Math.floor((createdAt - gain.acquiredAt) / DAY),
      amount: toText(gain.amount),
      cost: moneyText(gain.cost),
      proceeds: shown(gain.proceeds, 2),
      gain: moneyText(gains[i] ?? null),
    })),
    gain: gains.some((gain) => gain === null) ? null : shown(sum(gains.map((gain) => gain ?? ZERO)), 2),
    driftRiskPerDay: moneyText(details.driftRiskPerDay),
  }
}

const moneyText = (value: Money | null): string | null => value && shown(value, 2)

/** A plan that is being carried out, or stopped early and could be resumed. */
export type Current = {
  readonly fills: readonly Fill[]
  /** In percentage points, at the prices of now; null while unknown. */
  readonly remainingDriftPp: string | null
}

/**
 * Where an approved plan stands.
 *
 * @param current null for a plan that others have followed: what is left of it is theirs.
 */
export function progressView(proposal: Proposal, orders: readonly Order[], current: Current | null): ProgressView {
  const approved = [...proposal.legs.entries()].filter(([index]) => isApprovedLeg(proposal, index))
  const isDone = ([index, leg]: [number, Leg]): boolean => filledOf(ordersOfLeg(orders, index)).gte(leg.amount)
  return {
    legsDone: approved.filter(isDone).length,
    legs: approved.length,
    waitingCash: current === null || proposal.status === 'completed' ? [] : waitingCash(proposal, current.fills),
    remainingDriftPp: current?.remainingDriftPp ?? null,
    next: nextText(proposal, orders, approved.find((leg) => !isDone(leg))?.[1] ?? null, current !== null),
    canResume: current !== null && proposal.status === 'incomplete',
  }
}

/** What the fills have brought beyond what all approved legs were to bring: it is for purchases that are still to come. */
function waitingCash(proposal: Proposal, fills: readonly Fill[]): ProgressView['waitingCash'] {
  const left = new Map<Asset, Decimal>()
  const add = (asset: Asset, change: Decimal): void => {
    left.set(asset, (left.get(asset) ?? ZERO).plus(change))
  }
  for (const { symbol, side, amount, price, fee, feeAsset } of fills) {
    add(quoteOf(symbol), amount.times(side === 'sell' ? price : price.neg()))
    add(feeAsset, fee.neg())
  }
  for (const [index, { symbol, side, amount, price, fee, feeAsset }] of proposal.legs.entries()) {
    if (!isApprovedLeg(proposal, index)) continue
    add(quoteOf(symbol), amount.times(side === 'sell' ? price.neg() : price))
    add(feeAsset, fee)
  }
  const spent = new Set(proposal.legs.map(({ symbol, side }) => (side === 'buy' ? quoteOf(symbol) : baseOf(symbol))))
  return [...left]
    .filter(([asset, amount]) => spent.has(asset) && amount.gt(ZERO))
    .map(([asset, amount]) => ({ asset, amount: toText(amount.round(8)) }))
}

function nextText(proposal: Proposal, orders: readonly Order[], next: Leg | null, isCurrent: boolean): string {
  switch (proposal.status) {
    case 'approved': {
      if (next === null) return 'Every leg is done: the plan is being closed.'
      const name = `${next.side} ${next.symbol}`
      const isWorking = orders.some(({ status, inDoubt }) => !isFinal(status) || inDoubt)
      if (isWorking) return `An order is at work; what is next: ${name}.`
      return `Next: ${name}, not before ${minuteText(next.notBefore)}.`
    }
    case 'incomplete':
      return isCurrent
        ? 'It stopped early. Resume plans the rest anew, from what is held now and at the prices of now.'
        : 'It stopped early, and a later plan has taken over.'
    case 'voided':
      return 'Nothing was sent.'
    default:
      return 'Every approved leg is done.'
  }
}
