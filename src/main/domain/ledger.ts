import type { Asset } from '../../shared/ids.ts'
import { baseOf, quoteOf } from '../../shared/ids.ts'
import { type Amount, type Price, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Fill, TradingSleeve } from './order.ts'

export type Sleeve = 'core' | 'hodl' | 'tactical'
export const SLEEVES: readonly Sleeve[] = ['core', 'hodl', 'tactical']
/**
 * Everything that is owned. `savings`: quote set aside from tactical profits until it suffices for a bag purchase.
 * `unclassified`: what came or went other than by a trade, until somebody says which sleeve it belongs to; below zero
 * after a withdrawal.
 */
export type OwnedAccount = Sleeve | 'savings' | 'unclassified'
export const OWNED_ACCOUNTS: readonly OwnedAccount[] = [...SLEEVES, 'savings', 'unclassified']
/** Where a holding comes from or goes to, so that every entry sums to zero. */
type CounterAccount = 'exchange' | 'fees' | 'outside'
/** Where at the exchange it lies, whichever sleeve owns it: `earning` cannot be sold. They mirror each other. */
type PlaceAccount = 'spot' | 'earning'
export type Account = OwnedAccount | CounterAccount | PlaceAccount
export const ACCOUNTS: readonly Account[] = [...OWNED_ACCOUNTS, 'exchange', 'fees', 'outside', 'spot', 'earning']

export type EntryKind =
  | 'opening'
  | 'fill'
  | 'transfer'
  /** Movements between the account and the world. */
  | 'deposit'
  | 'withdrawal'
  | 'reward'
  /** A movement finds its sleeve. */
  | 'classification'
  /** A profit's share, or the trader's own additions and releases. */
  | 'bag'
  /** From spot to earning, or back. */
  | 'earn'
  | 'correction'

export type LedgerLine = { readonly account: Account; readonly asset: Asset; readonly amount: Amount }
export type LedgerEntry = {
  readonly kind: EntryKind
  readonly at: EpochMs
  /** What it books: a trade id, a position id, the exchange's id of a movement. */
  readonly reference: string
  /** In the words of the person who wanted it; null where nobody did. A correction always has one. */
  readonly reason: string | null
  readonly bookedBy: 'engine' | 'trader'
  /** Quote per unit of the assets moved at that moment, as far as known; what cost basis is made from. */
  readonly prices: ReadonlyMap<Asset, Price>
  readonly lines: readonly LedgerLine[]
}
const NO_PRICES: ReadonlyMap<Asset, Price> = new Map()
const pricesOf = (asset: Asset, price: Price | null): LedgerEntry['prices'] =>
  price === null ? NO_PRICES : new Map([[asset, price]])
const BY_ENGINE = { reason: null, bookedBy: 'engine', prices: NO_PRICES } as const

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

/**
 * Holdings that were there before anything was traded.
 *
 * @param price quote per unit at that moment, which counts as what they cost; null where nobody knows.
 */
export const openingEntry = (
  asset: Asset,
  sleeve: Sleeve,
  amount: Amount,
  at: EpochMs,
  price: Price | null = null,
): LedgerEntry => ({
  ...BY_ENGINE,
  kind: 'opening',
  at,
  reference: `opening ${sleeve} ${asset}`,
  prices: pricesOf(asset, price),
  lines: move(asset, amount, 'outside', sleeve),
})

/**
 * What a fill's own price says of its assets, in the account's quote: of a cross pair by way of what its quote asset was
 * worth, so that both sides come to the same value. Empty where that is not known.
 *
 * @param priceOf the market's, at the moment of the fill.
 */
export function pricesOfFill(
  { symbol, price }: Pick<Fill, 'symbol' | 'price'>,
  quote: Asset,
  priceOf: (asset: Asset) => Price | null,
): LedgerEntry['prices'] {
  const [base, paidIn] = [baseOf(symbol), quoteOf(symbol)]
  if (base === quote) return NO_PRICES
  if (paidIn === quote) return new Map([[base, price]])
  const unit = priceOf(paidIn)
  if (unit === null) return NO_PRICES
  return new Map([
    [base, price.times(unit) as Price],
    [paidIn, unit],
  ])
}

/**
 * A fill moves base and quote between the sleeve and the exchange, and the fee from the sleeve to `fees`. What is bought
 * for a bag is paid from the savings.
 */
export function fillEntry(fill: Fill, sleeve: TradingSleeve, prices: LedgerEntry['prices'] = NO_PRICES): LedgerEntry {
  const purse: OwnedAccount = sleeve === 'hodl' ? 'savings' : sleeve
  const cost = fill.price.times(fill.amount) as Amount
  const base = baseOf(fill.symbol)
  const quote = quoteOf(fill.symbol)
  const lines =
    fill.side === 'buy'
      ? [...move(base, fill.amount, 'exchange', sleeve), ...move(quote, cost, purse, 'exchange')]
      : [...move(base, fill.amount, sleeve, 'exchange'), ...move(quote, cost, 'exchange', purse)]
  return {
    ...BY_ENGINE,
    kind: 'fill',
    at: fill.at,
    reference: fill.tradeId,
    prices,
    lines: [...lines, ...move(fill.feeAsset, fill.fee, fill.feeAsset === base ? sleeve : purse, 'fees')],
  }
}

/**
 * A fill on margin: no coins and no price change hands. Opening moves only the fee; closing also moves what it brought.
 *
 * @param gross what closing brought before fees, in quote, below zero for a loss; 0 for opening.
 */
export const marginFillEntry = (fill: Fill, sleeve: TradingSleeve, gross: Amount): LedgerEntry => ({
  ...BY_ENGINE,
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
): LedgerEntry => ({ ...BY_ENGINE, kind: 'transfer', at, reference, lines: move(asset, amount, from, to) })

type Moved = { readonly id: string; readonly asset: Asset; readonly amount: Amount; readonly at: EpochMs }

/**
 * What came or went other than by a trade belongs to no sleeve yet.
 *
 * @param price quote per unit at that moment; null where nobody knows.
 */
export const movementEntry = (
  movement: Moved & { readonly kind: 'deposit' | 'withdrawal' | 'reward' },
  price: Price | null,
): LedgerEntry => ({
  ...BY_ENGINE,
  kind: movement.kind,
  at: movement.at,
  reference: movement.id,
  prices: pricesOf(movement.asset, price),
  lines:
    movement.kind === 'withdrawal'
      ? move(movement.asset, movement.amount, 'unclassified', 'outside')
      : move(movement.asset, movement.amount, 'outside', 'unclassified'),
})

/** A movement finds its sleeve: `gained` comes into it (below zero: leaves it). */
export const classificationEntry = (
  movement: Pick<Moved, 'id' | 'asset'> & { readonly gained: Amount },
  sleeve: 'core' | 'hodl',
  at: EpochMs,
  by: { readonly bookedBy: 'engine' | 'trader'; readonly reason: string | null },
): LedgerEntry => ({
  ...BY_ENGINE,
  ...by,
  kind: 'classification',
  at,
  reference: movement.id,
  lines: move(movement.asset, movement.gained, 'unclassified', sleeve),
})

/** Into earning at the exchange (below zero: back to spot), whichever sleeves own it: a change of place. */
export const earnEntry = ({ id, asset, amount, at }: Moved): LedgerEntry => ({
  ...BY_ENGINE,
  kind: 'earn',
  at,
  reference: id,
  lines: move(asset, amount, 'spot', 'earning'),
})

/** What the exchange holds beyond the ledger (or less), at a person's word. */
export const correctionEntry = (asset: Asset, difference: Amount, at: EpochMs, reason: string): LedgerEntry => ({
  ...BY_ENGINE,
  kind: 'correction',
  at,
  reference: `correction ${asset}`,
  reason,
  bookedBy: 'trader',
  lines: move(asset, difference, 'outside', 'core'),
})

/** Amount per account and asset. Derived from entries, never stored. */
export class Balances {
  private readonly amounts = new Map<string, Amount>()

  of(account: Account, asset: Asset): Amount {
    return this.amounts.get(`${account} ${asset}`) ?? ZERO
  }

  /** What the account holds in all: what the exchange must report. */
  owned(asset: Asset): Amount {
    return OWNED_ACCOUNTS.reduce<Amount>((total, account) => total.plus(this.of(account, asset)) as Amount, ZERO)
  }

  apply(entry: LedgerEntry): void {
    for (const line of entry.lines) {
      const key = `${line.account} ${line.asset}`
      this.amounts.set(key, (this.amounts.get(key) ?? ZERO).plus(line.amount) as Amount)
    }
  }
}
