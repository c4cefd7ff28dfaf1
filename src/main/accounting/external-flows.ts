import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Money, ZERO } from '../../shared/money.ts'
import { flowOf, worthOf } from '../domain/entry-flow.ts'
import type { EntryKind, LedgerEntry } from '../domain/ledger.ts'

/** What changes the account without anybody having earned or lost it. A reward is income, and no such thing. */
const FLOWS: readonly EntryKind[] = ['deposit', 'withdrawal', 'correction']

/**
 * What came into the account from outside, less what left it: no profit, and no loss. Derived from the ledger, entry by
 * entry. What nobody knew the price of counts with nothing.
 */
export class ExternalFlows {
  private readonly quote: Asset
  private readonly amounts = new Map<Asset, Amount>()
  private value: Money = ZERO

  constructor(quote: Asset) {
    this.quote = quote
  }

  /** An entry that is on disk. */
  onEntry(entry: LedgerEntry): void {
    if (!FLOWS.includes(entry.kind)) return
    const { received, sent } = flowOf(entry)
    for (const part of received) this.add(entry, part.asset, part.amount)
    for (const part of sent) this.add(entry, part.asset, part.amount.neg() as Amount)
  }

  /** Since the first entry, in quote at the prices of the moments when it came and went; below zero when more left. */
  total(): Money {
    return this.value
  }

  /** The same in units of one asset. */
  of(asset: Asset): Amount {
    return this.amounts.get(asset) ?? ZERO
  }

  private add(entry: LedgerEntry, asset: Asset, amount: Amount): void {
    this.amounts.set(asset, this.of(asset).plus(amount) as Amount)
    this.value = this.value.plus(worthOf(entry, this.quote, { asset, amount }) ?? ZERO) as Money
  }
}
