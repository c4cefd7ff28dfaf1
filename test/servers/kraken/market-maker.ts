import type { VenueTick } from '../../../src/main/adapters/paper/venue.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { type Amount, toFloat } from '../../../src/shared/money.ts'
import type { Desk } from './desk.ts'
import type { Market, MarketStatus } from './market.ts'
import type { Sockets } from './sockets.ts'

export type Quote = {
  readonly bid: number
  readonly ask: number
  /** Somebody trades here; without it only the touch moves. */
  readonly last?: number
  /** Base units on offer; as much as anybody wants when left out. */
  readonly bidSize?: Amount
  readonly askSize?: Amount
  /** Base units that are traded at `last`. */
  readonly volume?: number
}

/** What moves a market: a script's quotes and candles, and its opening and closing. */
export class MarketMaker {
  private readonly desk: Desk
  private readonly sockets: Sockets

  constructor(desk: Desk, sockets: Sockets) {
    this.desk = desk
    this.sockets = sockets
    for (const [symbol, status] of desk.store.marketStatuses()) {
      const market = desk.markets.all().find((each) => each.symbol === symbol)
      if (market !== undefined) market.status = status as MarketStatus
    }
  }

  setTick(symbol: TradedPair, { bid, ask, last, bidSize, askSize, volume = 1 }: Quote): void {
    const market = this.desk.markets.of(symbol)
    const { tick: before } = market
    const book = market.book()
    const tick: VenueTick = {
      symbol,
      at: this.desk.clock.now(),
      bid,
      ask,
      last: last ?? before?.last ?? bid,
      ...(bidSize === undefined ? {} : { bidSize }),
      ...(askSize === undefined ? {} : { askSize }),
    }
    market.see(tick)
    const trade = last === undefined ? null : market.print(last, volume)
    const hasMovedTouch = before === null || before.bid !== bid || before.ask !== ask
    // Prices are heard of before what they did to the account's orders.
    this.sockets.onTick(market, book, hasMovedTouch, trade)
    this.match(market)
  }

  playCandle(symbol: TradedPair, candle: { open: number; high: number; low: number; close: number }): void {
    const { open, high, low, close } = candle
    const step = toFloat(this.desk.markets.of(symbol).rules.tick)
    const isLowFirst = open - low < high - open
    for (const last of isLowFirst ? [open, low, high, close] : [open, high, low, close]) {
      const ask = Number((last + step).toPrecision(15))
      this.setTick(symbol, { bid: last, ask, last })
    }
  }

  /** Delisting takes the open orders with it. */
  setStatus(symbol: TradedPair, status: MarketStatus): void {
    const market = this.desk.markets.of(symbol)
    const { venue, store } = this.desk
    if (status === 'delisted') {
      for (const order of venue.openOrders()) {
        if (order.symbol === symbol) venue.cancel({ number: order.number }, 'Market delisted')
      }
    }
    market.status = status
    store.saveMarketStatus(symbol, status)
    this.match(market)
  }

  private match(market: Market): void {
    if (market.tick !== null && market.isMatching) this.desk.venue.onTicks([market.tick])
  }
}
