import { ExponentialBackoff, handleAll, handleWhen, retry } from 'cockatiel'
import type { TradedPair } from '../../../shared/ids.ts'
import { after, type EpochMs, epochMs } from '../../../shared/time.ts'
import type { Candle, Tick } from '../../domain/market.ts'
import type { Cancel, Clock, FeedListener, FeedStatus, MarketFeed } from '../../ports.ts'
import { type CandleSource, watchCandles } from './candle-stream.ts'
import { type KrakenExchange, openKraken } from './open-kraken.ts'
import { createRedactor } from './redact.ts'

export type KrakenFeedOptions = {
  readonly clock: Clock
  readonly symbols: readonly TradedPair[]
  /** Base URLs, so that any server that speaks like Kraken can stand in. */
  readonly restUrl: string
  readonly wsUrl: string
  readonly timeoutMs: number
}

type Ticker = { readonly symbol: string; readonly bid?: unknown; readonly ask?: unknown; readonly last?: unknown }

/** Half of what makes a price stale by default. */
const QUIET_MS = 5_000
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
/** Kraken gives at most 720 candles, the last of them still open. */
const MOST_CANDLES = 720
/** Whoever asks too much in a row is told so, and may ask again a little later. */
const CROWDED = new Set(['RateLimitExceeded', 'DDoSProtection'])
const CROWDED_PAUSE_MS = 1_500
const SETTLED_MS = 2_000

/**
 * Kraken's public prices and candles through ccxt. The socket's own time stamps are empty, so ticks are stamped on receipt. A line
 * that is lost is opened again with growing pauses; until then the status says so and prices grow stale.
 */
export function createKrakenFeed(options: KrakenFeedOptions): MarketFeed {
  const { clock, symbols } = options
  const stopped = new AbortController()
  let exchange: Promise<KrakenExchange> | null = null
  let listener: FeedListener | null = null
  let problem: string | null = 'connecting'
  const seen = new Map<string, Ticker>()
  const seenAt = new Map<string, EpochMs>()
  let cancelRefresh: Cancel = () => {}
  let stopCandles: Cancel = () => {}

  const open = (): Promise<KrakenExchange> => {
    exchange ??= openKraken({ ...options, wsAuthUrl: options.wsUrl }, options.timeoutMs)
    return exchange
  }
  const status = (next: string | null): void => {
    problem = next
    const said: FeedStatus = {
      connected: next === null,
      source: 'Kraken public prices',
      isSimulated: false,
      problem: next,
    }
    listener?.status(said)
  }
  const persistent = retry(handleAll, {
    maxAttempts: Number.MAX_SAFE_INTEGER,
    backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS }),
  })
  persistent.onFailure(({ reason }) => {
    const why = 'error' in reason ? reason.error : reason
    if (!stopped.signal.aborted) status(`Kraken cannot be reached (${shortened(why)}); trying again`)
  })

  async function watch(since: EpochMs): Promise<void> {
    const kraken = await open()
    const markets = await persistent.execute(() => loadMarkets(kraken), stopped.signal)
    const active = symbols.filter((symbol) => markets[symbol]?.active === true)
    const missing = symbols.filter((symbol) => !active.includes(symbol))
    const left = missing.length === 0 ? null : `${missing.join(', ')} cannot be traded on Kraken now`
    if (active.length === 0) return status(left)
    refreshLater(kraken, active, left)
    stopCandles = watchCandles({
      source: kraken as CandleSource,
      clock,
      symbols: active,
      since,
      tell: (closed, isBehind) => listener?.candles(closed, isBehind),
      signal: stopped.signal,
    })
    while (!stopped.signal.aborted) {
      await persistent.execute(() => kraken.watchTickers(active), stopped.signal)
      if (stopped.signal.aborted) return
      // All that came since the last look: the library hands over one message and only remembers the others.
      const remembered = kraken.tickers as Record<string, Ticker>
      tell(
        active.flatMap((symbol) => remembered[symbol] ?? []),
        left,
      )
    }
  }

  function tell(tickers: readonly Ticker[], left: string | null): void {
    const at = clock.now()
    const fresh = tickers.filter((ticker) => seen.get(ticker.symbol) !== ticker)
    const read = fresh.map((ticker) => tickOf(ticker, at))
    for (const ticker of fresh) {
      seen.set(ticker.symbol, ticker)
      seenAt.set(ticker.symbol, at)
    }
    const ticks = read.flatMap((tick) => (typeof tick === 'string' ? [] : [tick]))
    const next = read.find((tick) => typeof tick === 'string') ?? left
    if (next !== problem) status(next as string | null)
    if (ticks.length > 0) listener?.prices(ticks)
  }

  /**
   * The socket tells of a price when somebody trades. Where nobody does the last one still holds, and whether it does is
   * asked for: a quiet market must not look like a dead line, nor a dead line like a quiet market.
   */
  function refreshLater(kraken: KrakenExchange, active: readonly TradedPair[], left: string | null): void {
    if (stopped.signal.aborted) return
    cancelRefresh = clock.at(after(clock.now(), QUIET_MS), () => {
      const quiet = active.filter((symbol) => clock.now() - (seenAt.get(symbol) ?? 0) >= QUIET_MS)
      const asked = quiet.length === 0 ? Promise.resolve({}) : kraken.fetchTickers(quiet)
      asked
        .then((tickers) => tell(Object.values(tickers as Record<string, Ticker>), left))
        // Prices grow stale, and the socket's side says what is wrong.
        .catch(() => undefined)
        .finally(() => refreshLater(kraken, active, left))
    })
  }

  const patient = retry(
    handleWhen((error) => error instanceof Error && CROWDED.has(error.name)),
    { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: CROWDED_PAUSE_MS }) },
  )

  return {
    symbols,
    async history(symbol, intervalMs, count) {
      const kraken = await open()
      const timeframe = Object.entries(kraken.timeframes).find(
        ([, minutes]) => Number(minutes) * 60_000 === intervalMs,
      )?.[0]
      if (timeframe === undefined) return []
      const limit = Math.min(count + 1, MOST_CANDLES)
      const rows = await patient
        .execute(() => kraken.fetchOHLCV(symbol, timeframe, undefined, limit))
        .catch((error: unknown) => {
          throw new Error(shortened(error))
        })
      const now = clock.now()
      // The last is the one that is open at the exchange, whatever the clock here says.
      return rows.slice(0, -1).flatMap((row): Candle[] => {
        const [openTime, o, h, l, c, volume] = row.map(Number) as [number, number, number, number, number, number]
        // Still open, or so lately closed that a trade in it may be on its way.
        if (openTime + intervalMs + SETTLED_MS > now) return []
        return [{ openTime: epochMs(openTime), intervalMs, open: o, high: h, low: l, close: c, volume }]
      })
    },
    start(given) {
      listener = given
      status(problem)
      watch(clock.now()).catch((error: unknown) => {
        if (!stopped.signal.aborted) status(`Prices have stopped (${shortened(error)}): restart to try again`)
      })
    },
    stop() {
      stopped.abort()
      cancelRefresh()
      stopCandles()
      // Closing rejects what is being waited for: that is the end of the loop, not a failure.
      exchange?.then((kraken) => kraken.close()).catch(() => undefined)
    },
  }
}

/** Once; ccxt would keep the promise of a first attempt that failed. */
const loadMarkets = (kraken: KrakenExchange) => kraken.loadMarkets(kraken.markets === undefined)

/** A tick, or why it cannot be one. */
function tickOf(ticker: Ticker, at: ReturnType<Clock['now']>): Tick | string {
  const [bid = Number.NaN, ask = Number.NaN, last = Number.NaN] = [ticker.bid, ticker.ask, ticker.last].map(Number)
  if (!(bid > 0 && ask > 0 && last > 0)) return `${ticker.symbol}: Kraken sent no usable price`
  if (bid > ask) return `${ticker.symbol}: the book is crossed (${bid} over ${ask})`
  return { symbol: ticker.symbol as TradedPair, at, bid, ask, last }
}

const redact = createRedactor([])
/** The library's errors quote the address, and in full whatever answered there. */
const shortened = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return redact(text.split('\n')[0] ?? '').slice(0, 160)
}
