import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, ZERO } from '../../shared/money.ts'
import { type Account, type LedgerEntry, OWNED_ACCOUNTS } from './ledger.ts'

export type Part = { readonly asset: Asset; readonly amount: Amount }

/** What an entry brought into all that is owned and took out of it, fees apart. Both sides above zero. */
export type EntryFlow = {
  readonly received: readonly Part[]
  readonly sent: readonly Part[]
  /** Below zero for a rebate. */
  readonly fees: readonly Part[]
}

const OWNED: ReadonlySet<Account> = new Set(OWNED_ACCOUNTS)

/** What only goes from one sleeve or place to another is in neither side. */
export function flowOf(entry: LedgerEntry): EntryFlow {
  const changes = new Map<Asset, Amount>()
  const fees = new Map<Asset, Amount>()
  for (const { account, asset, amount } of entry.lines) {
    if (account === 'fees') add(fees, asset, amount)
    // What pays the fee lost it too: without it there is what was traded.
    if (account === 'fees' || OWNED.has(account)) add(changes, asset, amount)
  }
  const parts = [...changes].map(([asset, amount]) => ({ asset, amount }))
  return {
    received: parts.filter(({ amount }) => amount.gt(ZERO)),
    sent: parts
      .filter(({ amount }) => amount.lt(ZERO))
      .map(({ asset, amount }) => ({ asset, amount: amount.neg() as Amount })),
    fees: [...fees].filter(([, amount]) => !amount.eq(ZERO)).map(([asset, amount]) => ({ asset, amount })),
  }
}

/** In quote, at the price of that moment; null where nobody knows it. */
export function worthOf(entry: LedgerEntry, quote: Asset, { asset, amount }: Part): Money | null {
  if (asset === quote) return amount as Decimal as Money
  const price = entry.prices.get(asset)
  return price === undefined ? null : (amount.times(price) as Money)
}

/** What changed hands, in quote: the side that is quote, else either side at the price of that moment. */
export function worthOfTrade(entry: LedgerEntry, quote: Asset, received: Part, sent: Part): Money | null {
  if (received.asset === quote) return worthOf(entry, quote, received)
  return worthOf(entry, quote, sent) ?? worthOf(entry, quote, received)
}

function add(to: Map<Asset, Amount>, asset: Asset, amount: Amount): void {
  to.set(asset, (to.get(asset) ?? ZERO).plus(amount) as Amount)
}
