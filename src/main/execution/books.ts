import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Price, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Account, Balances, type LedgerEntry, pricesOfFill } from '../domain/ledger.ts'
import type { Fill } from '../domain/order.ts'
import type { LedgerStore } from '../ports.ts'

export type BooksSettings = {
  /** What all is valued in; null where nothing is. */
  readonly quote: Asset | null
  /** Quote per unit at that moment; null where nobody knows. */
  readonly priceAt: (asset: Asset, at: EpochMs) => Price | null
  /** Told of every entry that is on disk, those of earlier runs first. */
  readonly onEntry: (entry: LedgerEntry) => void
}
const ALONE: BooksSettings = { quote: null, priceAt: () => null, onEntry: () => {} }

/** The ledger's balances in memory: derived once at the start, then entry by entry. */
export class Books {
  private readonly balances = new Balances()
  private changes = 0
  private firstAt: EpochMs | null = null
  private readonly levelledAt = new Map<Asset, EpochMs>()
  private readonly earnReferences = new Set<string>()
  private readonly spentOnBags = new Map<Asset, Amount>()
  private readonly store: LedgerStore
  private readonly settings: BooksSettings

  constructor(store: LedgerStore, settings: BooksSettings = ALONE) {
    this.store = store
    this.settings = settings
    for (const entry of store.all()) this.take(entry)
  }

  /**
   * Writes an entry inside the caller's transaction, with the prices of its moment that it does not have yet. Call
   * `commit` with what this answers once it has committed: what is in memory must never be ahead of the disk.
   */
  write(entry: LedgerEntry): LedgerEntry {
    const valued = this.valued(entry)
    this.store.append(valued)
    return valued
  }

  commit(entries: readonly LedgerEntry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) this.take(entry)
    this.changes++
  }

  private valued(entry: LedgerEntry): LedgerEntry {
    const { quote, priceAt } = this.settings
    const prices = new Map(entry.prices)
    for (const { asset } of entry.lines) {
      if (asset === quote || prices.has(asset)) continue
      const price = priceAt(asset, entry.at)
      if (price !== null) prices.set(asset, price)
    }
    return { ...entry, prices }
  }

  /** Prices of the entry that books this fill, as far as the fill says them itself. */
  pricesOf(fill: Fill): LedgerEntry['prices'] {
    const { quote, priceAt } = this.settings
    return quote === null ? new Map() : pricesOfFill(fill, quote, (asset) => priceAt(asset, fill.at))
  }

  private take(entry: LedgerEntry): void {
    this.balances.apply(entry)
    this.settings.onEntry(entry)
    this.firstAt ??= entry.at
    if (entry.kind === 'earn') this.earnReferences.add(entry.reference)
    if (entry.kind === 'fill') this.noteBagPurchase(entry)
    if (entry.kind !== 'opening' && entry.kind !== 'correction') return
    for (const { asset } of entry.lines) this.levelledAt.set(asset, entry.at)
  }

  /** The savings pay for nothing but purchases, and what is bought goes into its bag. */
  private noteBagPurchase({ lines }: LedgerEntry): void {
    const bought = lines.find(({ account }) => account === 'hodl')?.asset
    if (bought === undefined) return
    for (const { account, amount } of lines) {
      if (account === 'savings') this.spentOnBags.set(bought, this.spentOnBag(bought).minus(amount) as Amount)
    }
  }

  /** Changes whenever any balance does. */
  version(): number {
    return this.changes
  }

  of(account: Account, asset: Asset): Amount {
    return this.balances.of(account, asset)
  }

  owned(asset: Asset): Amount {
    return this.balances.owned(asset)
  }

  /** What the savings have paid for coins of an asset, fees included, in quote. */
  spentOnBag(asset: Asset): Amount {
    return this.spentOnBags.get(asset) ?? ZERO
  }

  /** When the first entry was booked; null before it. */
  openedAt(): EpochMs | null {
    return this.firstAt
  }

  /** When an opening or a correction last took over what the exchange held of an asset: what came before is in it. */
  levelAt(asset: Asset): EpochMs | null {
    return this.levelledAt.get(asset) ?? null
  }

  /** Whether a change of place with this reference is booked. */
  hasEarn(reference: string): boolean {
    return this.earnReferences.has(reference)
  }
}
