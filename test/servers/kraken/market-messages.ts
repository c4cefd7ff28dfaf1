import type { Bar } from './candles.ts'
import type { Market, PublicTrade } from './market.ts'
import { type Book, changesBetween, checksumOf, topOf } from './order-book.ts'

const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

export function tickerData(market: Market, now: number) {
  const { tick, symbol } = market
  const day = market.candles.day(now / 1_000)
  const { bids, asks } = market.book()
  const last = tick?.last ?? 0
  const open = day?.open ?? last
  const volume = day?.volume ?? 0
  return {
    symbol,
    bid: tick?.bid ?? 0,
    bid_qty: Number(bids[0]?.qty ?? 0),
    ask: tick?.ask ?? 0,
    ask_qty: Number(asks[0]?.qty ?? 0),
    last,
    volume,
    vwap: day === null || volume === 0 ? last : Number((day.turnover / volume).toFixed(market.priceDecimals)),
    low: day?.low ?? last,
    high: day?.high ?? last,
    change: Number((last - open).toFixed(market.priceDecimals)),
    change_pct: open === 0 ? 0 : Number((((last - open) / open) * 100).toFixed(2)),
    timestamp: stamp(now),
  }
}

export const tradeData = ({ symbol }: Market, trade: PublicTrade) => ({
  symbol,
  side: trade.side,
  price: trade.price,
  qty: trade.volume,
  ord_type: 'limit',
  trade_id: trade.number,
  timestamp: stamp(trade.at),
})

const numbered = (side: Book['bids']) => side.map(({ price, qty }) => ({ price: Number(price), qty: Number(qty) }))

export function bookSnapshot({ symbol }: Market, book: Book, depth: number, now: number) {
  const { bids, asks } = topOf(book, depth)
  return { symbol, bids: numbered(bids), asks: numbered(asks), checksum: checksumOf(book), timestamp: stamp(now) }
}

/** Null when nothing changed within the depth. */
export function bookUpdate({ symbol }: Market, before: Book, after: Book, depth: number, now: number) {
  const { bids, asks } = changesBetween(topOf(before, depth), topOf(after, depth))
  if (bids.length + asks.length === 0) return null
  return { symbol, bids: numbered(bids), asks: numbered(asks), checksum: checksumOf(after), timestamp: stamp(now) }
}

export const candleData = ({ symbol, priceDecimals }: Market, interval: number, bar: Bar) => ({
  symbol,
  interval,
  interval_begin: new Date(bar.time * 1_000).toISOString().replace('Z', '000000Z'),
  open: bar.open,
  high: bar.high,
  low: bar.low,
  close: bar.close,
  volume: bar.volume,
  vwap: bar.volume === 0 ? bar.close : Number((bar.turnover / bar.volume).toFixed(priceDecimals)),
  trades: bar.count,
  timestamp: stamp((bar.time + interval * 60) * 1_000),
})
