import { type Asset, baseOf, quoteOf, TradedPair } from '../shared/ids.ts'
import { fromFloat, type Price } from '../shared/money.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { epochMs, MINUTE, SECOND } from '../shared/time.ts'
import { createGeneratedFeed } from './adapters/generated/generated-feed.ts'
import { createKrakenFeed } from './adapters/kraken/kraken-feed.ts'
import { createRecordedFeed, firstCloseOf, inspectRecordings } from './adapters/recorded/recorded-feed.ts'
import { createScaledClock, createSystemClock, type ScaledClock } from './adapters/system/clock.ts'
import type { Settings } from './config.ts'
import { marketsOf } from './engine.ts'
import type { MarketFeed, Stores } from './ports.ts'

export type MarketName = 'simulated' | 'recorded' | 'kraken'
type MarketOptions = {
  readonly market: MarketName
  readonly candles: readonly { readonly symbol: string; readonly file: string }[]
}

/** The source of prices and the clock that goes with it. */
export async function openMarket(
  options: MarketOptions,
  settings: Settings,
  stores: Stores,
): Promise<Result<{ clock: ScaledClock; feed: MarketFeed; staleMs: number; baseIntervalMs: number }>> {
  const { simulated_market: simulated, kraken } = settings.execution
  const staleMs = settings.execution.gate.stale_price_ms
  const markets = marketsOf(settings)
  const rules = markets.symbols.flatMap((symbol) => markets.rules(symbol) ?? [])
  switch (options.market) {
    case 'kraken': {
      const clock = createScaledClock({ start: null, speed: 1 })
      const feed = createKrakenFeed({
        clock,
        symbols: markets.symbols,
        restUrl: kraken.rest_url,
        wsUrl: kraken.ws_url,
        timeoutMs: kraken.timeout_ms,
      })
      return ok({ clock, feed, staleMs, baseIntervalMs: MINUTE })
    }
    case 'recorded': {
      const files = options.candles.map(({ symbol, file }) => ({ symbol: TradedPair.parse(symbol), file }))
      if (files.length === 0) {
        return fail(
          'candles/missing',
          'A recorded market needs recordings: --candles BTC/USDT=FILE --candles XRP/USDT=FILE',
        )
      }
      const recordings = await inspectRecordings(files)
      if (!recordings.ok) return recordings
      const clock = createScaledClock({ start: firstCloseOf(recordings.value), speed: simulated.speed })
      // A recorded price holds until the next candle closes.
      const interval = Math.max(...recordings.value.map(({ info }) => info.intervalMs))
      const feed = createRecordedFeed(clock, recordings.value)
      return ok({ clock, feed, staleMs: interval, baseIntervalMs: interval })
    }
    case 'simulated': {
      const samples = markets.symbols.flatMap((symbol) => stores.marketSamples.last(symbol) ?? [])
      // Simulated time runs ahead of the wall clock; it never goes back behind what is in the database.
      const lastSeen = Math.max(0, ...samples.map((tick) => tick.at + 1))
      const start = epochMs(Math.max(createSystemClock().now(), lastSeen))
      const clock = createScaledClock({ start, speed: simulated.speed })
      const startPrices = new Map(Object.entries(simulated.start_prices) as [TradedPair, number][])
      for (const tick of samples) if (startPrices.has(tick.symbol)) startPrices.set(tick.symbol, tick.last)
      const feed = createGeneratedFeed({
        clock,
        rules,
        startPrices,
        anchors: new Map(Object.entries(simulated.start_prices) as [TradedPair, number][]),
        walk: {
          // Another stretch of the same market after a restart, not the same one again.
          seed: simulated.seed + Math.floor(lastSeen / MINUTE),
          stepMs: simulated.price_every_seconds * SECOND,
          hourlyVolatility: new Map(Object.entries(simulated.hourly_volatility) as [TradedPair, number][]),
          moveEveryMs: simulated.move_every_hours * 60 * MINUTE,
          moveSize: simulated.move_size,
          moveMs: simulated.move_minutes * MINUTE,
        },
      })
      return ok({ clock, feed, staleMs, baseIntervalMs: MINUTE })
    }
  }
}

/** Simulated time slows to real time while somebody has to decide: expiry and price guard are the trader's. */
export function paceOf(
  clock: ScaledClock,
  stores: Stores,
  settings: Settings,
  market: MarketName,
  isAsking: () => boolean,
): (() => void) | null {
  if (market === 'kraken') return null
  const fast = settings.execution.simulated_market.speed
  return () => {
    const isPending =
      isAsking() ||
      stores.proposals.withStatus('pending').length > 0 ||
      stores.conflicts.unapplied().some(({ resolution }) => resolution === null)
    clock.setSpeed(isPending ? 1 : fast)
  }
}

/** What each asset was worth in quote when the last minute ended; without those of which the source has no past. */
export async function pricesNow(
  feed: Pick<MarketFeed, 'symbols' | 'history'>,
  quote: Asset,
): Promise<ReadonlyMap<Asset, Price>> {
  const symbols = feed.symbols.filter((symbol) => quoteOf(symbol) === quote)
  const prices = await Promise.all(
    symbols.map(async (symbol): Promise<[Asset, Price][]> => {
      const last = (await feed.history(symbol, MINUTE, 1)).at(-1)
      return last === undefined ? [] : [[baseOf(symbol), fromFloat(last.close) as Price]]
    }),
  )
  return new Map(prices.flat())
}
