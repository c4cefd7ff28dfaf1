import { Asset } from '../../../shared/ids.ts'
import { type Amount, amount, ZERO } from '../../../shared/money.ts'
import type { Holding } from '../../ports.ts'
import type { ResultOf } from './messages.ts'

/**
 * Balances by asset. Kraken's automatic earning moves them to names with a suffix (`XBT.F`, `.S`, `.M`, `.B`): owned,
 * not sellable. Left out they would look like an asset fallen to nothing, and start a huge false rebalance.
 */
export function holdingsOf(
  balances: ResultOf<'BalanceEx'>,
  codeOf: (asset: string) => string,
): ReadonlyMap<Asset, Holding> {
  const holdings = new Map<Asset, Holding>()
  for (const [name, { balance }] of Object.entries(balances)) {
    const [base = '', ...suffix] = codeOf(name).split('.')
    const asset = Asset.safeParse(base)
    if (!asset.success) continue
    const { spot, earn } = holdings.get(asset.data) ?? { spot: ZERO, earn: ZERO }
    const units = amount(balance)
    const isEarning = suffix.length > 0
    holdings.set(asset.data, {
      spot: isEarning ? spot : (spot.plus(units) as Amount),
      earn: isEarning ? (earn.plus(units) as Amount) : earn,
    })
  }
  return holdings
}
