import type { Asset } from '../../shared/ids.ts'
import { type Money, ZERO } from '../../shared/money.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import { LotBook } from '../domain/lot-book.ts'
import type { Lot, LotMethod } from '../domain/lot-order.ts'
import { type Gain, gainOf } from '../domain/lots.ts'

/** A running sum, and how many of its parts nobody knows. */
type Sum = { known: Money; unknown: number }

/**
 * Lots, cost basis and realized gains: all derived from the ledger, entry by entry. What an entry costs does not depend
 * on how many came before it; of what was sold only sums are kept.
 */
export class Accounting {
  readonly method: LotMethod
  private readonly book: LotBook
  private readonly all: Sum = { known: ZERO, unknown: 0 }
  private readonly years = new Map<number, Sum>()

  constructor(quote: Asset, method: LotMethod) {
    this.method = method
    this.book = new LotBook(quote, method)
  }

  /** An entry that is on disk. */
  onEntry(entry: LedgerEntry): void {
    for (const gain of this.book.apply(entry)) {
      const value = gainOf(gain)
      add(this.all, value)
      add(this.yearOf(new Date(gain.disposedAt).getUTCFullYear()), value)
    }
  }

  /** Oldest first. A walk over all of them. */
  openLots(): readonly Lot[] {
    const lots = this.book.assets().flatMap((asset) => this.book.of(asset).all())
    return lots.toSorted((a, b) => a.acquiredAt - b.acquiredAt)
  }

  /** Of everything held of an asset other than the quote, in quote; null while the cost of any part is unknown. */
  costBasis(asset: Asset): Money | null {
    return this.book.of(asset).cost()
  }

  /** Since the first entry, in quote; null while any gain is unknown. */
  realized(): Money | null {
    return totalOf(this.all)
  }

  /** The same of one UTC year. */
  realizedIn(year: number): Money | null {
    return totalOf(this.years.get(year) ?? { known: ZERO, unknown: 0 })
  }

  /** What sales would realize, one after the other. */
  preview(sales: Parameters<LotBook['preview']>[0]): readonly Gain[] {
    return this.book.preview(sales)
  }

  private yearOf(year: number): Sum {
    const known = this.years.get(year) ?? { known: ZERO, unknown: 0 }
    this.years.set(year, known)
    return known
  }
}

function add(to: Sum, value: Money | null): void {
  if (value === null) to.unknown++
  else to.known = to.known.plus(value) as Money
}

const totalOf = ({ known, unknown }: Sum): Money | null => (unknown > 0 ? null : known)
