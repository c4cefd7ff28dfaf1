import type { TradedPair } from '../../../shared/ids.ts'
import { toFloat } from '../../../shared/money.ts'
import { after, type EpochMs } from '../../../shared/time.ts'
import type { MarketRules, Tick } from '../../domain/market.ts'
import type { Cancel, FeedListener, MarketFeed } from '../../ports.ts'
import { type GeneratedMarket, priceOf } from './generated-market.ts'
import { createGeneratedPast } from './generated-past.ts'
import { PriceWalk } from './price-walk.ts'

/** Prices nobody ever paid, for trying things out: everything made from them is labelled SIMULATED. */
export function createGeneratedFeed(options: GeneratedMarket): MarketFeed {
  const { clock, rules, startPrices, walk: settings } = options
  let timer: Cancel | null = null
  const walk = new PriceWalk(startPrices, { ...settings, seed: settings.seed + 1 }, options.anchors)
  const past = createGeneratedPast(options)

  const emit = (listener: FeedListener): void => {
    const prices = walk.next()
    const at = clock.now()
    listener.prices(rules.flatMap((market) => tickOf(market, prices, at) ?? []))
  }
  return {
    symbols: rules.map((market) => market.symbol),
    async history(symbol, intervalMs, count) {
      return past(symbol, intervalMs, count)
    },
    start(listener) {
      listener.status({
        connected: true,
        source: `a generated market, seed ${settings.seed}`,
        isSimulated: true,
        problem: null,
      })
      // The next price is due a step after the last one was, not after it was sent: a late timer does not slow the market.
      let due = clock.now()
      const tick = (): void => {
        emit(listener)
        due = after(due, settings.stepMs)
        if (due < clock.now()) due = clock.now()
        timer = clock.at(due, tick)
      }
      tick()
    },
    stop() {
      timer?.()
    },
  }
}

function tickOf(market: MarketRules, prices: ReadonlyMap<TradedPair, number>, at: EpochMs): Tick | null {
  const middle = priceOf(market.symbol, prices)
  if (middle === null) return null
  const step = toFloat(market.tick)
  const half = Math.max(middle * toFloat(market.halfSpread), step / 2)
  const onGrid = (price: number): number => Number((Math.round(price / step) * step).toPrecision(12))
  return { symbol: market.symbol, at, bid: onGrid(middle - half), ask: onGrid(middle + half), last: onGrid(middle) }
}
