import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Decimal, ZERO } from '../../shared/money.ts'
import { type Account, Balances, type LedgerEntry } from '../domain/ledger.ts'
import type { LedgerStore } from '../ports.ts'

/** The ledger's balances in memory: derived once at the start, then entry by entry. */
export class Books {
  private readonly balances = new Balances()
  private changes = 0
  private readonly store: LedgerStore

  constructor(store: LedgerStore) {
    this.store = store
    for (const entry of store.all()) this.balances.apply(entry)
  }

  /**
   * Writes an entry inside the caller's transaction. Call `commit` with the same entries once it has committed: what is
   * in memory must never be ahead of the disk.
   */
  write(entry: LedgerEntry): LedgerEntry {
    this.store.append(entry)
    return entry
  }

  commit(entries: readonly LedgerEntry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) this.balances.apply(entry)
    this.changes++
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

  isEmpty(assets: readonly Asset[]): boolean {
    return assets.every((asset) => this.owned(asset).eq(ZERO as Decimal))
  }
}
