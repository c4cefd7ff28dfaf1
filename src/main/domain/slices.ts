import { type Amount, type Decimal, floorToStep, integer, ONE, quotient, ZERO } from '../../shared/money.ts'
import { brings, type Network, spends, type Trade } from './plan-network.ts'

export type SlicedTrade = Trade & { readonly slice: number }

/**
 * The same trades in equal shares of whole lots, slice after slice; the last slice takes what is left. A share that its
 * market would not take waits for the next slice, so that a small trade has fewer, and nothing is spent before the slices
 * of other trades have brought it.
 *
 * @param trades in funding order, each at least its market's minimum; together they spend nothing that is not there.
 */
export function inSlices(network: Network, trades: readonly Trade[], slices: number): SlicedTrade[] {
  const balances: Decimal[] = [...network.spendable]
  const done: Decimal[] = trades.map(() => ZERO)
  const sliced: SlicedTrade[] = []
  for (let slice = 0; slice < slices; slice++) {
    for (const [i, trade] of trades.entries()) {
      const left = trade.amount.minus(done[i] as Decimal) as Amount
      const amount = slice === slices - 1 ? left : share(trade, left, slice, slices, balances)
      if (!amount.gt(ZERO)) continue
      done[i] = (done[i] as Decimal).plus(amount)
      carryOut(balances, { ...trade, amount })
      sliced.push({ ...trade, amount, slice })
    }
  }
  return sliced
}

/** What a trade does in one slice but the last: nothing where that, or what would be left of it, were too little. */
function share(trade: Trade, left: Amount, slice: number, slices: number, balances: readonly Decimal[]): Amount {
  const { lot } = trade.market.route.rules
  const after = trade.amount.times(integer(slices - slice - 1)).div(integer(slices))
  const due = floorToStep(left.minus(after) as Amount, lot)
  const amount = affordable(trade, due, balances[spends(trade)] as Decimal)
  const isEnough = isTaken(trade, amount) && isTaken(trade, left.minus(amount))
  return isEnough ? amount : ZERO
}

function isTaken({ market }: Trade, amount: Decimal): boolean {
  const { rules, price } = market.route
  return amount.gte(rules.minAmount) && amount.times(price).gte(rules.minCost) && amount.gt(ZERO)
}

function affordable({ market, side }: Trade, amount: Amount, balance: Decimal): Amount {
  const { price, fee, rules } = market.route
  const spent = side === 'sell' ? ONE : price.times(ONE.plus(fee))
  if (amount.times(spent).lte(balance)) return amount
  return floorToStep(quotient(balance, spent) as Amount, rules.lot)
}

function carryOut(balances: Decimal[], trade: Trade): void {
  const { price, fee } = trade.market.route
  const cost = trade.amount.times(price)
  const [spent, brought] =
    trade.side === 'buy' ? [cost.times(ONE.plus(fee)), trade.amount] : [trade.amount, cost.times(ONE.minus(fee))]
  const [from, to] = [spends(trade), brings(trade)]
  balances[from] = (balances[from] as Decimal).minus(spent)
  balances[to] = (balances[to] as Decimal).plus(brought)
}
