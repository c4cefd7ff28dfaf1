import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Money, money, toText, ZERO } from '../../shared/money.ts'
import { flowOf, type Part, worthOf as worthInEntry } from '../domain/entry-flow.ts'
import type { EntryKind, LedgerEntry } from '../domain/ledger.ts'
import type { StateStore } from '../ports.ts'

/** What changes the account without anybody having earned or lost it. A reward is income, and no such thing. */
const FLOWS: readonly EntryKind[] = ['deposit', 'withdrawal', 'correction']
/** Name of the saved values of what nobody knew the price of, in quote, by `keyOf`. */
const VALUES = 'flow_values'

/**
 * What came into the account from outside, less what left it: no profit, and no loss. Derived from the ledger, entry by
 * entry. What nobody knew the price of, because it was found late, waits for the first price there is: it has no cost
 * that a tax tool could use, and still it is neither profit nor loss. Only those values are stored.
 */
export class ExternalFlows {
  private readonly quote: Asset
  private readonly state: StateStore
  private readonly amounts = new Map<Asset, Amount>()
  private readonly saved: Map<string, Money>
  private waiting: (Part & { readonly key: string })[] = []
  private value: Money = ZERO

  constructor(quote: Asset, state: StateStore) {
    this.quote = quote
    this.state = state
    const values = JSON.parse(state.get(VALUES) ?? '{}') as Record<string, string>
    this.saved = new Map(Object.entries(values).map(([key, text]) => [key, money(text)]))
  }

  /** An entry that is on disk. */
  onEntry(entry: LedgerEntry): void {
    if (!FLOWS.includes(entry.kind)) return
    const { received, sent } = flowOf(entry)
    for (const part of received) this.add(entry, part)
    for (const { asset, amount } of sent) this.add(entry, { asset, amount: amount.neg() as Amount })
  }

  /** Since the first entry, in quote at the prices of the moments when it came and went; below zero when more left. */
  total(): Money {
    return this.value
  }

  /** The same in units of one asset. */
  of(asset: Asset): Amount {
    return this.amounts.get(asset) ?? ZERO
  }

  /** Whether the worth of something is not in the total yet. */
  isWaiting(): boolean {
    return this.waiting.length > 0
  }

  /** Counts what waits with what this much of an asset is worth now, in quote; null while that is unknown. */
  valueAt(worthOf: (asset: Asset, amount: Amount) => Money | null): void {
    const stillWaiting = this.waiting.filter(({ key, asset, amount }) => {
      const worth = worthOf(asset, amount)
      if (worth === null) return true
      this.saved.set(key, worth)
      this.value = this.value.plus(worth) as Money
      return false
    })
    if (stillWaiting.length === this.waiting.length) return
    this.waiting = stillWaiting
    this.state.set(
      VALUES,
      JSON.stringify(Object.fromEntries([...this.saved].map(([key, worth]) => [key, toText(worth)]))),
    )
  }

  private add(entry: LedgerEntry, { asset, amount }: Part): void {
    this.amounts.set(asset, this.of(asset).plus(amount) as Amount)
    const key = keyOf(entry, asset)
    const worth = worthInEntry(entry, this.quote, { asset, amount }) ?? this.saved.get(key)
    if (worth === undefined) this.waiting.push({ key, asset, amount })
    else this.value = this.value.plus(worth) as Money
  }
}

/** A correction's reference is not its own: two of them differ by their time. */
const keyOf = ({ reference, at }: LedgerEntry, asset: Asset): string => `${reference} ${asset} ${at}`
