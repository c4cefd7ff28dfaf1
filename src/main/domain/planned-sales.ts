import { type Asset, baseOf, quoteOf } from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, type Price, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Leg } from './proposal.ts'

/** Coins that a plan gives away, and what it gets for them after the fee, in the account's quote. */
export type PlannedSale = {
  readonly asset: Asset
  readonly amount: Amount
  readonly proceeds: Money
  readonly at: EpochMs
}

/**
 * What legs dispose of: buying XRP with BTC is a sale of BTC too. The quote asset is what all is measured in, and none.
 *
 * @param priceOf quote per unit of each asset, those of the plan.
 */
export function plannedSales(
  legs: readonly Leg[],
  quote: Asset,
  priceOf: (asset: Asset) => Price | null,
  at: EpochMs,
): PlannedSale[] {
  return legs.flatMap((leg) => {
    const [base, unit] = [baseOf(leg.symbol), quoteOf(leg.symbol)]
    const cost = leg.amount.times(leg.price)
    const worth = (amount: Decimal, asset: Asset): Money => amount.times(priceOf(asset) ?? ZERO) as Money
    const fee = worth(leg.fee, leg.feeAsset)
    if (leg.side === 'sell')
      return [{ asset: base, amount: leg.amount, proceeds: worth(cost, unit).minus(fee) as Money, at }]
    if (unit === quote) return []
    const given = leg.feeAsset === unit ? cost.plus(leg.fee) : cost
    return [{ asset: unit, amount: given as Amount, proceeds: worth(cost, unit), at }]
  })
}
