import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Money, minOf, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type Lot, type LotMethod, type LotQueue, lotQueue } from './lot-order.ts'

/** A part of a lot that was sold. */
export type Gain = {
  readonly asset: Asset
  readonly acquiredAt: EpochMs
  readonly disposedAt: EpochMs
  readonly amount: Amount
  readonly cost: Money | null
  /** After the sale's fee; null where the price is not known. */
  readonly proceeds: Money | null
  /** The trade. */
  readonly reference: string
}

/** Null while either side is unknown. */
export const gainOf = ({ cost, proceeds }: Pick<Gain, 'cost' | 'proceeds'>): Money | null =>
  cost === null || proceeds === null ? null : (proceeds.minus(cost) as Money)

/** What is held of one asset, lot by lot. Taking costs as much as the lots it uses up, whatever else is held. */
export class Holdings {
  private readonly lots: LotQueue
  private readonly asset: Asset
  private held: Amount = ZERO
  /** What was taken and nobody knows where from. */
  private owed: Amount = ZERO
  private known: Money = ZERO
  private unknown = 0

  constructor(asset: Asset, method: LotMethod) {
    this.asset = asset
    this.lots = lotQueue(method)
  }

  amount(): Amount {
    return this.held
  }

  /** In quote; null while the cost of any lot is unknown. */
  cost(): Money | null {
    return this.unknown > 0 ? null : this.known
  }

  /** In the order in which they will be sold. */
  all(): readonly Lot[] {
    return this.lots.all()
  }

  /** What is owed is made up for first: those coins are gone already, and their sale is told of. */
  add(lot: Lot): void {
    if (!lot.amount.gt(ZERO)) return
    const owed = minOf(this.owed, lot.amount)
    this.owed = this.owed.minus(owed) as Amount
    const kept = owed.gt(ZERO) ? restOf(lot, partOf(lot, owed)) : lot
    if (!kept.amount.gt(ZERO)) return
    for (const change of this.lots.add(kept)) this.count(change.lot, change.sign)
  }

  /**
   * Takes an amount out, lot by lot. The cost of a part is rounded down at the 24th decimal; the rest stays with the lot,
   * so that costs taken and kept always come to the cost paid.
   *
   * Fills, withdrawals and corrections may reach the ledger before what they used up. What is taken beyond what is held
   * is a part acquired at that moment at a cost that nobody knows, and whatever comes next makes up for it.
   */
  take(amount: Amount, at: EpochMs): readonly Lot[] {
    const parts: Lot[] = []
    let left = minOf(amount, this.held)
    const missing = amount.minus(left) as Amount
    while (left.gt(ZERO)) {
      const lot = this.lots.next()
      this.count(lot, -1)
      const part = lot.amount.lte(left) ? lot : partOf(lot, left)
      parts.push(part)
      left = left.minus(part.amount) as Amount
      if (part === lot) continue
      const rest = restOf(lot, part)
      this.lots.putBack(rest)
      this.count(rest, 1)
    }
    if (missing.gt(ZERO)) {
      this.owed = this.owed.plus(missing) as Amount
      parts.push({ asset: this.asset, acquiredAt: at, amount: missing, cost: null })
    }
    return parts
  }

  private count(lot: Lot, sign: 1 | -1): void {
    this.held = (sign > 0 ? this.held.plus(lot.amount) : this.held.minus(lot.amount)) as Amount
    if (lot.cost === null) this.unknown += sign
    else this.known = (sign > 0 ? this.known.plus(lot.cost) : this.known.minus(lot.cost)) as Money
  }
}

/**
 * A copy to take from. It costs a walk over all lots: for previews only.
 *
 * Lots come in the order in which they will be sold, so that in the copy the first in is the first out by any method.
 */
export function copyOf(holdings: Holdings, asset: Asset): Holdings {
  const copy = new Holdings(asset, 'fifo')
  for (const lot of holdings.all()) copy.add(lot)
  return copy
}

const partOf = (lot: Lot, amount: Amount): Lot => ({
  ...lot,
  amount,
  cost: lot.cost && (lot.cost.times(amount).div(lot.amount) as Money),
})

const restOf = (lot: Lot, part: Lot): Lot => ({
  ...lot,
  amount: lot.amount.minus(part.amount) as Amount,
  cost: lot.cost && part.cost && (lot.cost.minus(part.cost) as Money),
})
