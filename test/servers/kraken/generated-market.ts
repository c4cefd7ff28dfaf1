import { createGeneratedFeed } from '../../../src/main/adapters/generated/generated-feed.ts'
import { pair } from '../../../src/shared/ids.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { DEFAULT_MARKETS } from './default-markets.ts'
import type { KrakenServer } from './server.ts'

const [BTC, XRP] = [pair('BTC/USDT'), pair('XRP/USDT')]
/** More than any part of the app asks for. */
const PAST_MINUTES = DAY / MINUTE

/** Prices that nobody ever paid, with half a day behind them and no end; returns what stops them. */
export async function runGeneratedMarket(
  server: KrakenServer,
  options: { readonly seed: number; readonly everyMs: number },
): Promise<() => void> {
  const prices = new Map([
    [BTC, 91_240.5],
    [XRP, 2.1875],
  ])
  const feed = createGeneratedFeed({
    clock: server.clock,
    rules: DEFAULT_MARKETS,
    startPrices: prices,
    anchors: prices,
    walk: {
      seed: options.seed,
      stepMs: options.everyMs,
      hourlyVolatility: new Map([
        [BTC, 0.004],
        [XRP, 0.007],
      ]),
      moveEveryMs: 4 * HOUR,
      moveSize: 0.3,
      moveMs: 12 * MINUTE,
    },
  })
  for (const symbol of feed.symbols) {
    const candles = server.candles(symbol)
    for (const { openTime, ...bar } of await feed.history(symbol, MINUTE, PAST_MINUTES)) {
      candles.seed({ time: openTime / SECOND, ...bar })
    }
  }
  feed.start({
    prices: (ticks) => {
      for (const { symbol, bid, ask, last } of ticks) server.setTick(symbol, { bid, ask, last })
    },
    candles: () => undefined,
    status: () => undefined,
  })
  return () => feed.stop()
}
