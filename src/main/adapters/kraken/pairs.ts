import { TradedPair } from '../../../shared/ids.ts'
import { type Amount, amount, decimal, type Fraction, type Price, price } from '../../../shared/money.ts'
import { RawPair } from './messages.ts'

/** A market as Kraken lists it. */
export type Pair = {
  /** `XXRPXXBT`. */
  readonly id: string
  readonly symbol: TradedPair
  /** `online`, `cancel_only`, `post_only`, `limit_only`, `reduce_only`, … */
  readonly status: string
  readonly lot: Amount
  readonly tick: Price
  readonly minAmount: Amount
  readonly minCost: Amount
  /** Of the first tier: what an account without volume pays. */
  readonly takerFee: Fraction
  readonly makerFee: Fraction
}

export type PairBook = {
  bySymbol(symbol: TradedPair): Pair | null
  /** By any of Kraken's names for it; null when it is not listed (any more). */
  symbolOf(name: string): TradedPair | null
}

const HUNDRED = decimal('100')
export const fractionOfPercent = (percent: string): Fraction => decimal(percent).div(HUNDRED) as Fraction

/** What is listed once more under another name: `XBTUSD:BTNL`, `XXBTZUSD.d`. */
const isVariant = (id: string): boolean => id.includes(':') || id.includes('.')

/** Markets are found by what they trade, so a new name of a pair changes nothing. */
export function readPairs(listing: Readonly<Record<string, unknown>>, codeOf: (asset: string) => string): PairBook {
  const bySymbol = new Map<TradedPair, Pair>()
  const byName = new Map<string, TradedPair>()
  for (const [id, entry] of Object.entries(listing)) {
    const read = RawPair.safeParse(entry)
    if (!read.success || isVariant(id)) continue
    const symbol = TradedPair.safeParse(`${codeOf(read.data.base)}/${codeOf(read.data.quote)}`.toUpperCase())
    if (!symbol.success) continue
    bySymbol.set(symbol.data, pairOf(id, symbol.data, read.data))
    for (const name of [id, read.data.altname, read.data.wsname ?? id]) byName.set(name, symbol.data)
  }
  return { bySymbol: (symbol) => bySymbol.get(symbol) ?? null, symbolOf: (name) => byName.get(name) ?? null }
}

function pairOf(id: string, symbol: TradedPair, raw: RawPair): Pair {
  const taker = raw.fees[0]?.[1] ?? '0'
  return {
    id,
    symbol,
    status: raw.status,
    lot: amount(step(raw.lot_decimals)),
    tick: price(raw.tick_size ?? step(raw.pair_decimals)),
    minAmount: amount(raw.ordermin),
    minCost: amount(raw.costmin),
    takerFee: fractionOfPercent(taker),
    makerFee: fractionOfPercent(raw.fees_maker?.[0]?.[1] ?? taker),
  }
}

const step = (decimals: number): string => (decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`)
