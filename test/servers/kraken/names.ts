import { baseOf, quoteOf, type TradedPair } from '../../../src/shared/ids.ts'

/** Where Kraken's names are not the usual ones: its old assets have an `X` or `Z` in front, and bitcoin is XBT. */
const OLD_ASSETS: Readonly<Record<string, { readonly id: string; readonly altname: string }>> = {
  BTC: { id: 'XXBT', altname: 'XBT' },
  XRP: { id: 'XXRP', altname: 'XRP' },
  ETH: { id: 'XETH', altname: 'ETH' },
  USD: { id: 'ZUSD', altname: 'USD' },
  EUR: { id: 'ZEUR', altname: 'EUR' },
}
const CODES = new Map(
  Object.entries(OLD_ASSETS).flatMap(([code, { id, altname }]) => [[id, code] as const, [altname, code] as const]),
)

const split = (code: string): readonly [string, string] => {
  const dot = code.indexOf('.')
  return dot < 0 ? [code, ''] : [code.slice(0, dot), code.slice(dot)]
}

/** Kraken's name of an asset: `BTC` is `XXBT`, `BTC.F` is `XBT.F`. */
export function assetId(code: string): string {
  const [plain, suffix] = split(code)
  if (suffix !== '') return assetAltname(code)
  return OLD_ASSETS[plain]?.id ?? plain
}

export function assetAltname(code: string): string {
  const [plain, suffix] = split(code)
  return (OLD_ASSETS[plain]?.altname ?? plain) + suffix
}

/** From any of Kraken's names back to ours. */
export function assetCode(name: string): string {
  const [plain, suffix] = split(name)
  return (CODES.get(plain) ?? plain) + suffix
}

export type PairNames = {
  /** Ours, and the sockets': `XRP/BTC`. */
  readonly symbol: TradedPair
  /** `XXRPXXBT`; the key of answers. */
  readonly id: string
  /** `XRPXBT`; what an order's description says. */
  readonly altname: string
  /** `XRP/XBT`. */
  readonly wsname: string
}

export function pairNames(symbol: TradedPair): PairNames {
  const [base, quote] = [baseOf(symbol), quoteOf(symbol)]
  const altname = assetAltname(base) + assetAltname(quote)
  // The long name is kept for pairs of two old assets only.
  const isOld = base in OLD_ASSETS && quote in OLD_ASSETS
  return {
    symbol,
    altname,
    id: isOld ? assetId(base) + assetId(quote) : altname,
    wsname: `${assetAltname(base)}/${assetAltname(quote)}`,
  }
}
