import { type Asset, quoteOf } from '../../shared/ids.ts'
import { type Amount, type Decimal, sum, toText, ZERO } from '../../shared/money.ts'
import type { Bus } from '../bus/bus.ts'
import { profitShare, shareEntry } from '../domain/bag-share.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { Position } from '../domain/position.ts'
import type { BagShare, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type ProfitShareDeps = {
  readonly bus: Bus
  readonly stores: Pick<Stores, 'bagShares'>
  readonly books: Books
  readonly bags: {
    readonly quote: Asset
    /** Equal parts go to each of them; only profits in `quote` are shared. */
    readonly assets: readonly Asset[]
    readonly sharePercent: Decimal
  }
  /** Amounts in the bags are not what was shown with a proposal any more. */
  readonly onBagsChanged: (because: string) => void
}

/**
 * The bags' share of a position's profit. It is booked in the transaction of the fill that closes the position, before
 * the loan's settlement returns the rest to core: neither a crash nor a resent fill can book it twice or lose it. What a
 * late fill changes about a closed position is core's gain or loss alone, and is not shared again.
 */
export class ProfitShares {
  private readonly deps: ProfitShareDeps
  private readonly totals = new Map<Asset, Amount>()

  constructor(deps: ProfitShareDeps) {
    this.deps = deps
    for (const asset of deps.bags.assets) this.totals.set(asset, deps.stores.bagShares.total(asset))
  }

  /** What has been set aside for an asset and not been spent on it, in quote; the quote's own part waits for nothing. */
  savedFor(asset: Asset): Amount {
    if (asset === this.deps.bags.quote) return ZERO
    return (this.totals.get(asset) ?? ZERO).minus(this.deps.books.spentOnBag(asset)) as Amount
  }

  /** Writes the share of a position that was just closed inside the caller's transaction; [] where there is none. */
  write(position: Position): { readonly entries: readonly LedgerEntry[]; readonly shares: readonly BagShare[] } {
    const { stores, books, bags } = this.deps
    const { id: positionId, symbol, realized, closedAt: at } = position
    const none = { entries: [], shares: [] }
    if (at === null || quoteOf(symbol) !== bags.quote || stores.bagShares.ofPosition(positionId).length > 0) return none
    const parts = profitShare(realized, bags.sharePercent, bags.assets)
    if (parts.length === 0) return none
    const shares = parts.map(({ asset, amount }) => ({ positionId, asset, amount, at }))
    for (const share of shares) stores.bagShares.add(share)
    return { entries: [books.write(shareEntry(position, parts, at))], shares }
  }

  /** Once the transaction of `write` has committed, and the books know of its entries. */
  commit(position: Position, shares: readonly BagShare[]): void {
    if (shares.length === 0) return
    for (const { asset, amount } of shares) {
      this.totals.set(asset, (this.totals.get(asset) ?? ZERO).plus(amount) as Amount)
    }
    const { bus, bags, onBagsChanged } = this.deps
    const text = `${toText(sum(shares.map(({ amount }) => amount)))} ${bags.quote} of the profit of ${toText(position.realized)} on ${position.symbol} are for the bags.`
    bus.publish('system_events', { kind: 'bag', text }, { source: 'executor', correlationId: position.correlationId })
    if (shares.some(({ asset }) => asset === bags.quote)) {
      onBagsChanged(`The ${bags.quote} bag has grown by its share of a profit.`)
    }
  }
}
