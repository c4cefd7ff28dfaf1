import type { VenueTick } from '../../../src/main/adapters/paper/venue.ts'
import type { MarketRules } from '../../../src/main/domain/market.ts'
import type { Clock } from '../../../src/main/ports.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { toFloat, toText } from '../../../src/shared/money.ts'
import { Candles } from './candles.ts'
import { type PairNames, pairNames } from './names.ts'
import { type Book, bookAround } from './order-book.ts'

export const MARKET_STATUSES = [
  'online',
  'cancel_only',
  'post_only',
  'limit_only',
  'reduce_only',
  'maintenance',
  /** Not on the list any more. */
  'delisted',
] as const
export type MarketStatus = (typeof MARKET_STATUSES)[number]

export type PublicTrade = {
  readonly number: number
  readonly price: number
  /** Base units. */
  readonly volume: number
  readonly side: 'buy' | 'sell'
  readonly at: number
}

const decimalsOf = (step: string): number => (step.includes('.') ? step.length - step.indexOf('.') - 1 : 0)
const MOST_TRADES = 1_000

/** One pair as everybody sees it. */
export class Market {
  readonly rules: MarketRules
  readonly names: PairNames
  readonly priceDecimals: number
  readonly lotDecimals: number
  readonly candles = new Candles()
  readonly trades: PublicTrade[] = []
  status: MarketStatus = 'online'
  tick: VenueTick | null = null
  private tradeCount = 0
  private readonly clock: Clock

  constructor(rules: MarketRules, clock: Clock) {
    this.rules = rules
    this.names = pairNames(rules.symbol)
    this.priceDecimals = decimalsOf(toText(rules.tick))
    this.lotDecimals = decimalsOf(toText(rules.lot))
    this.clock = clock
  }

  get symbol(): TradedPair {
    return this.rules.symbol
  }

  /** Nothing trades in the other statuses, and then the touch means nothing to a resting order. */
  get isMatching(): boolean {
    return this.status === 'online' || this.status === 'limit_only' || this.status === 'reduce_only'
  }

  see(tick: VenueTick): void {
    this.tick = tick
  }

  /** Somebody traded at the last price. */
  print(price: number, volume: number): PublicTrade {
    const at = this.clock.now()
    const side = this.tick !== null && price >= this.tick.ask ? 'buy' : 'sell'
    const trade = { number: ++this.tradeCount, price, volume, side, at } as const
    this.trades.push(trade)
    if (this.trades.length > MOST_TRADES) this.trades.shift()
    this.candles.trade(at / 1_000, price, volume)
    return trade
  }

  /** Empty before the first price. */
  book(): Book {
    const { tick } = this
    if (tick === null) return { bids: [], asks: [] }
    const size = (given: VenueTick['bidSize']) => (given === undefined ? null : toText(given))
    const touch = { bid: tick.bid, ask: tick.ask, bidSize: size(tick.bidSize), askSize: size(tick.askSize) }
    return bookAround(touch, { ...this, step: toFloat(this.rules.tick) })
  }
}

/** Every pair there is, under any of its names. */
export class Markets {
  private readonly bySymbol = new Map<TradedPair, Market>()
  private readonly byName = new Map<string, Market>()

  constructor(rules: readonly MarketRules[], clock: Clock) {
    for (const each of rules) {
      const market = new Market(each, clock)
      this.bySymbol.set(each.symbol, market)
      const { id, altname, wsname } = market.names
      for (const name of [id, altname, wsname]) this.byName.set(name, market)
    }
  }

  all(): readonly Market[] {
    return [...this.bySymbol.values()]
  }
  /** @throws for a pair that the server was not started with. */
  of(symbol: TradedPair): Market {
    const market = this.bySymbol.get(symbol)
    if (market === undefined) throw new Error(`${symbol} is not traded on this server`)
    return market
  }
  /** By our own name, which the sockets use. Null when it is not listed (any more). */
  listed(symbol: string): Market | null {
    const market = this.bySymbol.get(symbol as TradedPair) ?? null
    return market?.status === 'delisted' ? null : market
  }
  /** By a name of the REST side. */
  named(name: string): Market | null {
    const market = this.byName.get(name) ?? null
    return market?.status === 'delisted' ? null : market
  }
}
