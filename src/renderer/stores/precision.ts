import { useMemo } from 'react'
import { fixed, upTo } from '../format.ts'
import { useView } from './projection.ts'

export type Precision = {
  amount(asset: string, text: string | null): string
  price(symbol: string, text: string | null): string
  readonly quote: string
}

const MOST_DECIMALS = 8
export const baseOf = (symbol: string): string => symbol.slice(0, symbol.indexOf('/'))
const quoteOf = (symbol: string): string => symbol.slice(symbol.indexOf('/') + 1)

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
    return {
      quote,
      amount(asset, text) {
        const decimals = known.get(asset)?.amount
        return decimals === undefined ? upTo(text, MOST_DECIMALS) : fixed(text, decimals)
      },
      price(symbol, text) {
        const decimals = quoteOf(symbol) === quote ? known.get(baseOf(symbol))?.price : undefined
        return decimals === undefined ? upTo(text, MOST_DECIMALS) : fixed(text, decimals)
      },
    }
  }, [quote, key])
}
