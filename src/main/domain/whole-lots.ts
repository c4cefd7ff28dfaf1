import {
  type Amount,
  type Decimal,
  decimal,
  floorToStep,
  type Money,
  maxOf,
  minOf,
  sum,
  ZERO,
} from '../../shared/money.ts'
import type { Holding } from './allocation.ts'
import { brings, type Network, spends, symbolOf, type Trade } from './plan-network.ts'

/** What the holdings become when trades are carried out at their prices and fees. */
export type Outcome = {
  readonly amounts: readonly Decimal[]
  readonly values: readonly Decimal[]
  readonly total: Decimal
}

export function outcomeOf(network: Network, trades: readonly Trade[]): Outcome {
  const amounts: Decimal[] = network.holdings.map(({ amount }) => amount)
  const add = (i: number, change: Decimal): void => {
    amounts[i] = (amounts[i] as Decimal).plus(change)
  }
  for (const { market, side, amount } of trades) {
    const { price, fee } = market.route
    const cost = amount.times(price)
    add(market.base, side === 'buy' ? amount : amount.neg())
    add(market.quote, side === 'buy' ? cost.neg() : cost)
    add(market.quote, cost.times(fee).neg())
  }
  const values = amounts.map((amount, i) => amount.times((network.holdings[i] as Holding).price))
  return { amounts, values, total: sum(values) }
}

/** Value on the wrong side of the targets, multiplied out by all parts. */
const excess = (network: Network, { values, total }: Outcome, i: number): Decimal =>
  (values[i] as Decimal).times(network.allParts).minus((network.parts[i] as Decimal).times(total))

/** How much value would have to move for every asset to be at its target; in quote. */
export function offTarget(network: Network, outcome: Outcome): Money {
  if (!network.allParts.gt(ZERO)) return ZERO
  const both = sum(network.holdings.map((_, i) => excess(network, outcome, i).abs()))
  return both.times(decimal('0.5')).div(network.allParts) as Money
}

export type Fitted = {
  /** Whole lots, none below its market's minimum. */
  readonly trades: readonly Trade[]
  /** Wanted, and left out because a market does not take so little; the amounts that were wanted. */
  readonly folded: readonly Trade[]
  readonly outcome: Outcome
}

/** A trade while its amount is being found. */
type Draft = { readonly wanted: Trade; amount: Amount }

/**
 * Exact amounts made whole lots, rounded down, and never enlarged: a trade below its market's minimum is left out, and
 * those that it would have funded, or that it was to pass on, shrink with it. What only comes never ends above its target
 * and what only goes never below it; an asset through which value passes may miss it by the lots of its trades. Nothing
 * is spent that is not there.
 */
export function fitToLots(network: Network, wanted: readonly Trade[]): Fitted {
  const drafts = wanted.map((trade): Draft => ({ wanted: trade, amount: floorToStep(trade.amount, lotOf(trade)) }))
  for (;;) {
    const tooSmall = drafts.filter((draft) => draft.amount.gt(ZERO) && isBelowMinimum(draft))
    for (const draft of tooSmall) draft.amount = ZERO
    const trades = drafts.flatMap(({ wanted: trade, amount }) => (amount.gt(ZERO) ? [{ ...trade, amount }] : []))
    const outcome = outcomeOf(network, trades)
    if (tooSmall.length === 0 && !shrink(network, drafts, outcome)) {
      return { trades, outcome, folded: drafts.filter(({ amount }) => amount.eq(ZERO)).flatMap(asFolded) }
    }
  }
}

const lotOf = ({ market }: Trade): Amount => market.route.rules.lot

function isBelowMinimum({ wanted, amount }: Draft): boolean {
  const { rules, price } = wanted.market.route
  return amount.lt(rules.minAmount) || amount.times(price).lt(rules.minCost)
}

/** Less than a lot is rounding and nobody's wish. */
function asFolded({ wanted }: Draft): Trade[] {
  const amount = floorToStep(wanted.amount, lotOf(wanted))
  return amount.gt(ZERO) ? [{ ...wanted, amount }] : []
}

/** Takes lots off where too much would come, go or be spent; whether there was such a place. */
function shrink(network: Network, drafts: readonly Draft[], outcome: Outcome): boolean {
  const used = drafts.filter(({ amount }) => amount.gt(ZERO))
  let isShrunk = false
  for (const [i, holding] of network.holdings.entries()) {
    const coming = used.filter(({ wanted }) => brings(wanted) === i)
    const going = used.filter(({ wanted }) => spends(wanted) === i)
    if (coming.length + going.length === 0) continue
    const change = (outcome.values[i] as Decimal).minus(network.values[i] as Decimal)
    const missing = (network.spendable[i] as Amount).times(holding.price).plus(change).neg()
    const passes = coming.length > 0 && going.length > 0
    const allowed = passes
      ? sum([...coming, ...going].map(({ wanted }) => lotOf(wanted).times(wanted.market.tradedValue)))
      : ZERO
    const above = excess(network, outcome, i).div(network.allParts)
    // Beyond its target, or away from it when it was beyond already.
    const tooMuch = minOf(above, change).minus(allowed)
    const tooLittle = maxOf(minOf(above.neg(), change.neg()).minus(allowed), missing)
    if (tooLittle.gt(ZERO)) takeOff(going, tooLittle)
    else if (tooMuch.gt(ZERO)) takeOff(coming, tooMuch)
    else continue
    isShrunk = true
  }
  return isShrunk
}

/** Takes as many lots off as are worth `value`, off the dearest trades first. */
function takeOff(from: readonly Draft[], value: Decimal): void {
  const dearest = [...from].sort(
    (a, b) =>
      b.wanted.market.costRate.cmp(a.wanted.market.costRate) ||
      (symbolOf(a.wanted.market) < symbolOf(b.wanted.market) ? -1 : 1),
  )
  let left = value
  for (const draft of dearest) {
    if (!left.gt(ZERO)) return
    const perLot = lotOf(draft.wanted).times(draft.wanted.market.tradedValue)
    const lots = left.div(perLot).round(0, 3)
    const taken = minOf(draft.amount, maxOf(lots, decimal('1')).times(lotOf(draft.wanted)) as Amount)
    draft.amount = draft.amount.minus(taken) as Amount
    left = left.minus(taken.times(draft.wanted.market.tradedValue))
  }
}
