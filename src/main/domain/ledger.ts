import type { Asset } from '../../shared/ids.ts'
import { baseOf, quoteOf } from '../../shared/ids.ts'
import { type Amount, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Fill, TradingSleeve } from './order.ts'

export type Sleeve = 'core' | 'hodl' | 'tactical'
export const SLEEVES: readonly Sleeve[] = ['core', 'hodl', 'tactical']
/** Where a holding comes from or goes to, so that every entry sums to zero. */
export type CounterAccount = 'exchange' | 'fees' | 'outside'
export type Account = Sleeve | CounterAccount

export type LedgerLine = { readonly account: Account; readonly asset: Asset; readonly amount: Amount }
export type LedgerEntry = {
  readonly kind: 'opening' | 'fill' | 'transfer' | 'correction'
  readonly at: EpochMs
  /** What it books: a trade id, a position id, a reason. */
  readonly reference: string
  readonly lines: readonly LedgerLine[]
}

/** Error `ledger/unbalanced` names the asset whose lines do not sum to zero. */
export function checkBalanced(entry: LedgerEntry): Result<LedgerEntry> {
  const sums = new Map<Asset, Amount>()
  for (const line of entry.lines) sums.set(line.asset, (sums.get(line.asset) ?? ZERO).plus(line.amount) as Amount)
  for (const [asset, total] of sums) {
    if (!total.eq(ZERO)) return fail('ledger/unbalanced', `${entry.reference}: ${asset} sums to ${toText(total)}`)
  }
  return ok(entry)
}

const move = (asset: Asset, amount: Amount, from: Account, to: Account): LedgerLine[] =>
  amount.eq(ZERO)
    ? []
    : [
        { account: from, asset, amount: amount.neg() as Amount },
        { account: to, asset, amount },
      ]

/** Holdings that were there before anything was traded. */
export const openingEntry = (asset: Asset, sleeve: Sleeve, amount: Amount, at: EpochMs): LedgerEntry => ({
  kind: 'opening',
  at,
  reference: `opening ${sleeve} ${asset}`,
  lines: move(asset, amount, 'outside', sleeve),
})

/** A fill moves base and quote between the sleeve and the exchange, and the fee from the sleeve to `fees`. */
export function fillEntry(fill: Fill, sleeve: TradingSleeve): LedgerEntry {
  const cost = fill.price.times(fill.amount) as Amount
  const base = baseOf(fill.symbol)
  const quote = quoteOf(fill.symbol)
  const lines =
    fill.side === 'buy'
      ? [...move(base, fill.amount, 'exchange', sleeve), ...move(quote, cost, sleeve, 'exchange')]
      : [...move(base, fill.amount, sleeve, 'exchange'), ...move(quote, cost, 'exchange', sleeve)]
  return {
    kind: 'fill',
    at: fill.at,
    reference: fill.tradeId,
    lines: [...lines, ...move(fill.feeAsset, fill.fee, sleeve, 'fees')],
  }
}

/**
 * A fill on margin: no coins and no price change hands. Opening moves only the fee; closing also moves what it brought.
 *
 * @param gross what closing brought before fees, in quote, below zero for a loss; 0 for opening.
 */
export const marginFillEntry = (fill: Fill, sleeve: TradingSleeve, gross: Amount): LedgerEntry => ({
  kind: 'fill',
  at: fill.at,
  reference: fill.tradeId,
  lines: [...move(quoteOf(fill.symbol), gross, 'exchange', sleeve), ...move(fill.feeAsset, fill.fee, sleeve, 'fees')],
})

/** Between sleeves, e.g. the quote a tactical trade borrows from core and repays. */
export const transferEntry = (
  asset: Asset,
  amount: Amount,
  from: Sleeve,
  to: Sleeve,
  at: EpochMs,
  reference: string,
): LedgerEntry => ({ kind: 'transfer', at, reference, lines: move(asset, amount, from, to) })

/** What the exchange holds beyond the ledger (or less), at a person's word. */
export const correctionEntry = (asset: Asset, difference: Amount, at: EpochMs, reason: string): LedgerEntry => ({
  kind: 'correction',
  at,
  reference: reason,
  lines: move(asset, difference, 'outside', 'core'),
})

/** Amount per account and asset. Derived from entries, never stored. */
export class Balances {
  private readonly amounts = new Map<string, Amount>()

  of(account: Account, asset: Asset): Amount {
    return this.amounts.get(`${account} ${asset}`) ?? ZERO
  }

  /** What the sleeves hold together: what the exchange must report. */
  owned(asset: Asset): Amount {
    return SLEEVES.reduce<Amount>((total, sleeve) => total.plus(this.of(sleeve, asset)) as Amount, ZERO)
  }

  apply(entry: LedgerEntry): void {
    for (const line of entry.lines) {
      const key = `${line.account} ${line.asset}`
      this.amounts.set(key, (this.amounts.get(key) ?? ZERO).plus(line.amount) as Amount)
    }
  }
}
