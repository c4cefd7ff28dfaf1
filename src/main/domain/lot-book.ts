import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Decimal, type Money, ZERO } from '../../shared/money.ts'
import { flowOf, type Part, worthOf, worthOfTrade } from './entry-flow.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Lot, LotMethod } from './lot-order.ts'
import { copyOf, type Gain, Holdings } from './lots.ts'

/**
 * What everything held has cost, and what selling parts of it has brought, entry by entry.
 *
 * Lots belong to the account as a whole, as tax offices see one wallet: sleeves do not matter, and what only goes from
 * one to another changes nothing. The quote asset is what all is measured in and has no lots. A fee in quote makes a
 * purchase dearer and a sale bring less; a fee paid in coins is those coins sold at the price of that moment. Deposits and
 * rewards count as acquired at the price of that moment; what leaves without a sale leaves without a gain.
 */
export class LotBook {
  private readonly quote: Asset
  private readonly method: LotMethod
  private readonly holdings = new Map<Asset, Holdings>()

  constructor(quote: Asset, method: LotMethod) {
    this.quote = quote
    this.method = method
  }

  of(asset: Asset): Holdings {
    const known = this.holdings.get(asset) ?? new Holdings(asset, this.method)
    this.holdings.set(asset, known)
    return known
  }

  assets(): readonly Asset[] {
    return [...this.holdings.keys()]
  }

  /**
   * Total: whatever the ledger accepts has its lots, and they come to what is owned of each asset, or to nothing where
   * less than nothing is owned.
   *
   * @returns what the entry realized, in the order in which lots were used up.
   */
  apply(entry: LedgerEntry): readonly Gain[] {
    const { received, sent, fees } = flowOf(entry)
    const [bought, ...alsoBought] = received
    const [sold, ...alsoSold] = sent
    const isOneForAnother = bought !== undefined && sold !== undefined && alsoBought.length + alsoSold.length === 0
    const gains: Gain[] = []
    // On margin no coins change hands: what closing brought is money, and no lot has to do with it.
    if (entry.kind === 'fill' && isOneForAnother) gains.push(...this.trade(entry, bought, sold, fees))
    else this.move(entry, received, sent)
    for (const fee of fees) gains.push(...this.payFee(entry, fee))
    return gains
  }

  /** Selling from a copy: what it would realize, and nothing changes. */
  preview(sales: ReadonlyArray<{ asset: Asset; amount: Amount; proceeds: Money; at: Gain['disposedAt'] }>): Gain[] {
    const copies = new Map<Asset, Holdings>()
    return sales.flatMap(({ asset, amount, proceeds, at }) => {
      const copy = copies.get(asset) ?? copyOf(this.of(asset), asset)
      copies.set(asset, copy)
      return gainsOf(copy.take(amount, at), proceeds, at, 'preview')
    })
  }

  /** Coins that came or went other than in exchange for others. */
  private move(entry: LedgerEntry, received: readonly Part[], sent: readonly Part[]): void {
    for (const part of received) this.acquire(entry, part, worthOf(entry, this.quote, part))
    for (const { asset, amount } of sent) {
      if (asset !== this.quote) this.of(asset).take(amount, entry.at)
    }
  }

  private trade(entry: LedgerEntry, bought: Part, sold: Part, fees: readonly Part[]): readonly Gain[] {
    const value = worthOfTrade(entry, this.quote, bought, sold)
    const fee = fees.reduce<Money | null>((total, each) => plus(total, worthOf(entry, this.quote, each)), ZERO)
    // Of a cross pair the fee is the purchase's: it counts once.
    const proceeds = bought.asset === this.quote ? minus(value, fee) : value
    const gains = this.dispose(entry, sold, proceeds)
    this.acquire(entry, bought, plus(value, fee))
    return gains
  }

  /** A fee in coins is those coins sold; a rebate is some acquired. */
  private payFee(entry: LedgerEntry, { asset, amount }: Part): readonly Gain[] {
    const part = { asset, amount: amount.abs() as Amount }
    const worth = worthOf(entry, this.quote, part)
    if (amount.gt(ZERO)) return this.dispose(entry, part, worth)
    this.acquire(entry, part, worth)
    return []
  }

  private dispose({ at, reference }: LedgerEntry, { asset, amount }: Part, proceeds: Money | null): readonly Gain[] {
    return asset === this.quote ? [] : gainsOf(this.of(asset).take(amount, at), proceeds, at, reference)
  }

  private acquire({ at }: LedgerEntry, { asset, amount }: Part, cost: Money | null): void {
    if (asset !== this.quote) this.of(asset).add({ asset, acquiredAt: at, amount, cost })
  }
}

const plus = (a: Money | null, b: Money | null): Money | null =>
  a === null || b === null ? null : (a.plus(b) as Money)
const minus = (a: Money | null, b: Money | null): Money | null =>
  a === null || b === null ? null : (a.minus(b) as Money)

/** Proceeds in proportion to the amounts; the last part takes what rounding left, so that they come to the whole. */
function gainsOf(parts: readonly Lot[], proceeds: Money | null, at: Gain['disposedAt'], reference: string): Gain[] {
  const total = parts.reduce<Decimal>((sum, part) => sum.plus(part.amount), ZERO)
  let left = proceeds
  return parts.map((part, i) => {
    const isLast = i === parts.length - 1
    const own =
      proceeds === null || left === null ? null : isLast ? left : (proceeds.times(part.amount).div(total) as Money)
    if (own !== null && left !== null) left = left.minus(own) as Money
    const { asset, acquiredAt, amount, cost } = part
    return { asset, acquiredAt, disposedAt: at, amount, cost, proceeds: own, reference }
  })
}
