import { crc32 } from 'node:zlib'

export type Level = { readonly price: string; readonly qty: string }
export type Book = { readonly bids: readonly Level[]; readonly asks: readonly Level[] }

type Touch = {
  readonly bid: number
  readonly ask: number
  /** Base units at the touch; behind it there is always one. */
  readonly bidSize: string | null
  readonly askSize: string | null
}
type Grid = { readonly step: number; readonly priceDecimals: number; readonly lotDecimals: number }

/** How many levels each side has at most. */
const DEPTH = 25
const PLENTY = '1'

/** A book round a touch: what is not scripted is made up, a step apart. */
export function bookAround(touch: Touch, { step, priceDecimals, lotDecimals }: Grid): Book {
  const side = (start: number, direction: 1 | -1, size: string | null): Level[] =>
    Array.from({ length: DEPTH }, (_, i) => ({
      price: (start + direction * i * step).toFixed(priceDecimals),
      qty: Number((i === 0 ? size : null) ?? PLENTY).toFixed(lotDecimals),
    })).filter(({ price, qty }) => Number(price) > 0 && Number(qty) > 0)
  return { bids: side(touch.bid, -1, touch.bidSize), asks: side(touch.ask, 1, touch.askSize) }
}

export const topOf = (book: Book, depth: number): Book => ({
  bids: book.bids.slice(0, depth),
  asks: book.asks.slice(0, depth),
})

/** What has to be said so that `before` becomes `after`: a level that is gone has quantity zero. */
export function changesBetween(before: Book, after: Book): Book {
  const side = (old: readonly Level[], now: readonly Level[]): Level[] => {
    const left = new Map(old.map(({ price, qty }) => [price, qty]))
    const changed = now.filter(({ price, qty }) => left.get(price) !== qty)
    for (const { price } of now) left.delete(price)
    return [...[...left.keys()].map((price) => ({ price, qty: '0' })), ...changed]
  }
  return { bids: side(before.bids, after.bids), asks: side(before.asks, after.asks) }
}

/** CRC32 over the ten best levels, asks first. Source: Kraken, "Book checksum (v2)". */
export function checksumOf(book: Book): number {
  const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')
  const text = [...book.asks.slice(0, 10), ...book.bids.slice(0, 10)]
    .map(({ price, qty }) => digits(price) + digits(qty))
    .join('')
  return crc32(text)
}
