import type { VenueTick } from '../../src/main/adapters/paper/venue.ts'
import type { TradedPair } from '../../src/shared/ids.ts'
import { type Amount, amount } from '../../src/shared/money.ts'
import type { EpochMs } from '../../src/shared/time.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from './money-arbitraries.ts'

/** A restless market: prices on the tick, a touch with little on offer now and then, and large moves on demand. */
export type CrashMarket = {
  /** Every price of this moment; the next step of the walk. */
  next(at: EpochMs): readonly VenueTick[]
  /** Multiplies a price, e.g. by 0.95: through a stop. */
  jump(symbol: TradedPair, factor: number): void
}

/** Units of the last decimal place, so that what is sent over any wire is the same price. */
const PLACES = new Map<TradedPair, number>([
  [BTC_USDT, 1],
  [XRP_USDT, 5],
  [XRP_BTC, 8],
])
const STEP = 0.003
/** No price runs away: it is pulled back to where it began by this part of the distance. */
const PULL = 0.02
/** How often there is little on offer, and how little it is in quote. */
const THIN = 0.5
const THIN_VALUE = 400

export function createCrashMarket(random: () => number): CrashMarket {
  const anchors = new Map<TradedPair, number>([
    [BTC_USDT, 50_000],
    [XRP_USDT, 2],
  ])
  const prices = new Map(anchors)

  function tick(symbol: TradedPair, last: number, at: EpochMs): VenueTick {
    const places = PLACES.get(symbol) ?? 0
    const step = 10 ** -places
    const rounded = Number(last.toFixed(places))
    const bid = Number((rounded - step).toFixed(places))
    const ask = Number((rounded + step).toFixed(places))
    const plain = { symbol, at, bid, ask, last: rounded }
    if (random() >= THIN) return plain
    const inQuote = symbol === XRP_BTC ? THIN_VALUE / (prices.get(BTC_USDT) ?? 1) : THIN_VALUE
    const size = (): Amount => amount((((0.1 + random()) * inQuote) / last).toFixed(8))
    return { ...plain, bidSize: size(), askSize: size() }
  }

  return {
    next(at) {
      for (const [symbol, price] of prices) {
        const anchor = anchors.get(symbol) ?? price
        prices.set(symbol, price * (1 + (random() - 0.5) * 2 * STEP) + (anchor - price) * PULL)
      }
      const btc = prices.get(BTC_USDT) as number
      const xrp = prices.get(XRP_USDT) as number
      return [
        tick(BTC_USDT, btc, at),
        tick(XRP_USDT, xrp, at),
        tick(XRP_BTC, (xrp / btc) * (1 + (random() - 0.5) * 0.002), at),
      ]
    },
    jump(symbol, factor) {
      const price = prices.get(symbol)
      if (price !== undefined) prices.set(symbol, price * factor)
    },
  }
}
