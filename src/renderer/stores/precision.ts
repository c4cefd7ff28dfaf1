import { useMemo } from 'react'
import { fixed, upTo } from '../format.ts'
import { useView } from './projection.ts'

export type Precision = {
  amount(asset: string, text: string | null): string
  price(symbol: string, text: string | null): string
  /** Of the market's prices; null where it is not known. */
  priceDecimals(symbol: string): number | null
  readonly quote: string
}

const MOST_DECIMALS = 8
export const baseOf = (symbol: string): string => symbol.slice(0, symbol.indexOf('/'))
export const quoteOf = (symbol: string): string => symbol.slice(symbol.indexOf('/') + 1)

/** Amounts and prices with the decimals that their market has. Where it is not known, as they came. */
export function usePrecision(): Precision {
  const quote = useView((view) => view.status.quote)
  const key = useView((view) =>
    view.portfolio.assets.map(({ asset, decimals, priceDecimals }) => `${asset} ${decimals} ${priceDecimals}`).join(),
  )
  return useMemo(() => {
    const known = new Map(
      key.split(',').map((entry) => {
        const [asset = '', amount, price] = entry.split(' ')
        return [asset, { amount: Number(amount), price: Number(price) }]
      }),
    )
    const priceDecimals = (symbol: string): number | null =>
      quoteOf(symbol) === quote ? (known.get(baseOf(symbol))?.price ?? null) : null
    return {
      quote,
      priceDecimals,
      amount(asset, text) {
        const decimals = known.get(asset)?.amount
        return decimals === undefined ? upTo(text, MOST_DECIMALS) : fixed(text, decimals)
      },
      price(symbol, text) {
        const decimals = priceDecimals(symbol)
        return decimals === null ? upTo(text, MOST_DECIMALS) : fixed(text, decimals)
      },
    }
  }, [quote, key])
}
