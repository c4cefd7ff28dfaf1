import { baseOf, quoteOf, type TradedPair } from '../../../shared/ids.ts'
import { toFloat } from '../../../shared/money.ts'
import { after, type EpochMs, epochMs } from '../../../shared/time.ts'
import type { Candle, MarketRules, Tick } from '../../domain/market.ts'
import type { Cancel, Clock, FeedListener, MarketFeed } from '../../ports.ts'
import { PriceWalk, type WalkSettings } from './price-walk.ts'

export type GeneratedMarket = {
  readonly clock: Clock
  /** Every symbol, cross pairs included; only those with a start price walk, the others follow from them. */
  readonly rules: readonly MarketRules[]
  readonly startPrices: ReadonlyMap<TradedPair, number>
  /** What prices are pulled back to in the long run: the same after every restart. */
  readonly anchors: ReadonlyMap<TradedPair, number>
  readonly walk: WalkSettings
}

/** Prices nobody ever paid, for trying things out: everything made from them is labelled SIMULATED. */
export function createGeneratedFeed(options: GeneratedMarket): MarketFeed {
  const { clock, rules, startPrices, walk: settings } = options
  let timer: Cancel | null = null
  const walk = new PriceWalk(startPrices, { ...settings, seed: settings.seed + 1 }, options.anchors)
  const past = recordHistory(new PriceWalk(startPrices, settings, options.anchors), options)

  const emit = (listener: FeedListener): void => {
    const prices = walk.next()
    const at = clock.now()
    listener.prices(rules.flatMap((market) => tickOf(market, prices, at) ?? []))
  }
  return {
    symbols: rules.map((market) => market.symbol),
    async history(symbol, intervalMs, count) {
      return past.candles(symbol, intervalMs, count)
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

/** A symbol's own walk, or the ratio of two others through their common quote. */
function priceOf(symbol: TradedPair, prices: ReadonlyMap<TradedPair, number>): number | null {
  const own = prices.get(symbol)
  if (own !== undefined) return own
  for (const [candidate, base] of prices) {
    if (baseOf(candidate) !== baseOf(symbol)) continue
    const quote = prices.get(`${quoteOf(symbol)}/${quoteOf(candidate)}` as TradedPair)
    if (quote !== undefined) return base / quote
  }
  return null
}

const HISTORY_MS = 12 * 3_600_000

/** Twelve hours of one-minute candles, scaled so that they end where the market starts. */
function recordHistory(walk: PriceWalk, options: GeneratedMarket) {
  const minute = 60_000
  const end = Math.floor(options.clock.now() / minute) * minute
  const stepsPerMinute = Math.max(1, Math.round(minute / options.walk.stepMs))
  const candles = new Map<TradedPair, Candle[]>(options.rules.map((market) => [market.symbol, []]))
  let lastPrices: ReadonlyMap<TradedPair, number> = options.startPrices
  for (let openTime = end - HISTORY_MS; openTime < end; openTime += minute) {
    const open = new Map<TradedPair, { open: number; high: number; low: number; close: number }>()
    for (let step = 0; step < stepsPerMinute; step++) {
      lastPrices = walk.next()
      for (const { symbol } of options.rules) {
        const price = priceOf(symbol, lastPrices)
        if (price === null) continue
        const candle = open.get(symbol) ?? { open: price, high: price, low: price, close: price }
        candle.high = Math.max(candle.high, price)
        candle.low = Math.min(candle.low, price)
        candle.close = price
        open.set(symbol, candle)
      }
    }
    for (const [symbol, candle] of open) {
      candles.get(symbol)?.push({ openTime: epochMs(openTime), intervalMs: minute, volume: stepsPerMinute, ...candle })
    }
  }
  return {
    candles(symbol: TradedPair, intervalMs: number, count: number): readonly Candle[] {
      const scale = (priceOf(symbol, options.startPrices) ?? 1) / (priceOf(symbol, lastPrices) ?? 1)
      if (intervalMs !== minute) return []
      return (candles.get(symbol) ?? []).slice(-count).map((candle) => ({
        ...candle,
        open: candle.open * scale,
        high: candle.high * scale,
        low: candle.low * scale,
        close: candle.close * scale,
      }))
    },
  }
}
