import type { pro } from 'ccxt'
import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import type { TradedPair } from '../../../shared/ids.ts'
import { epochMs } from '../../../shared/time.ts'
import type { Candle, Tick } from '../../domain/market.ts'
import type { Clock, FeedListener, FeedStatus, MarketFeed } from '../../ports.ts'

export type KrakenFeedOptions = {
  readonly clock: Clock
  readonly symbols: readonly TradedPair[]
  /** Base URLs, so that any server that speaks like Kraken can stand in. */
  readonly restUrl: string
  readonly wsUrl: string
  readonly timeoutMs: number
}

type KrakenExchange = InstanceType<typeof pro.kraken>
type Ticker = { readonly symbol: string; readonly bid?: unknown; readonly ask?: unknown; readonly last?: unknown }

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
/** Kraken gives at most 720 candles. */
const MOST_CANDLES = 720

/**
 * Kraken's public prices through ccxt. The socket's own time stamps are empty, so ticks are stamped on receipt. A line
 * that is lost is opened again with growing pauses; until then the status says so and prices grow stale.
 */
export function createKrakenFeed(options: KrakenFeedOptions): MarketFeed {
  const { clock, symbols } = options
  const stopped = new AbortController()
  let exchange: Promise<KrakenExchange> | null = null
  let listener: FeedListener | null = null
  let problem: string | null = 'connecting'

  const open = (): Promise<KrakenExchange> => {
    exchange ??= openExchange(options)
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

  async function watch(): Promise<void> {
    const kraken = await open()
    // Reloaded, because ccxt keeps the promise of a first attempt that failed.
    const markets = await persistent.execute(() => kraken.loadMarkets(true), stopped.signal)
    const active = symbols.filter((symbol) => markets[symbol]?.active === true)
    const missing = symbols.filter((symbol) => !active.includes(symbol))
    const left = missing.length === 0 ? null : `${missing.join(', ')} cannot be traded on Kraken now`
    if (active.length === 0) return status(left)
    while (!stopped.signal.aborted) {
      const tickers = (await persistent.execute(() => kraken.watchTickers(active), stopped.signal)) as Record<
        string,
        Ticker
      >
      if (stopped.signal.aborted) return
      const at = clock.now()
      const read = Object.values(tickers).map((ticker) => tickOf(ticker, at))
      const ticks = read.flatMap((tick) => (typeof tick === 'string' ? [] : [tick]))
      const next = read.find((tick) => typeof tick === 'string') ?? left
      if (next !== problem) status(next as string | null)
      if (ticks.length > 0) listener?.prices(ticks)
    }
  }

  return {
    symbols,
    async history(symbol, intervalMs, count) {
      const kraken = await open()
      const timeframe = Object.entries(kraken.timeframes).find(
        ([, minutes]) => Number(minutes) * 60_000 === intervalMs,
      )?.[0]
      if (timeframe === undefined) return []
      const rows = await kraken.fetchOHLCV(symbol, timeframe, undefined, Math.min(count + 1, MOST_CANDLES))
      const now = clock.now()
      return rows.flatMap((row): Candle[] => {
        const [openTime, o, h, l, c, volume] = row.map(Number) as [number, number, number, number, number, number]
        if (openTime + intervalMs > now) return [] // still open
        return [{ openTime: epochMs(openTime), intervalMs, open: o, high: h, low: l, close: c, volume }]
      })
    },
    start(given) {
      listener = given
      status(problem)
      watch().catch((error: unknown) => {
        if (!stopped.signal.aborted) status(`Prices have stopped (${shortened(error)}): restart to try again`)
      })
    },
    stop() {
      stopped.abort()
      // Closing rejects what is being waited for: that is the end of the loop, not a failure.
      exchange?.then((kraken) => kraken.close()).catch(() => undefined)
    },
  }
}

/** Loaded only here: ccxt costs half a second and 100 MB. */
async function openExchange({ restUrl, wsUrl, timeoutMs }: KrakenFeedOptions): Promise<KrakenExchange> {
  const { default: ccxt } = await import('ccxt')
  const kraken = new ccxt.pro.kraken({ number: String, timeout: timeoutMs, newUpdates: true })
  const urls = kraken.urls as { api: Record<string, unknown> }
  for (const [name, url] of Object.entries(urls.api)) {
    if (name === 'ws') urls.api.ws = Object.fromEntries(Object.keys(url as object).map((key) => [key, wsUrl]))
    else if (typeof url === 'string') urls.api[name] = restUrl
  }
  if (wsUrl.startsWith('ws:')) await kraken.loadHttpProxyAgent()
  return kraken
}

/** A tick, or why it cannot be one. */
function tickOf(ticker: Ticker, at: ReturnType<Clock['now']>): Tick | string {
  const [bid = Number.NaN, ask = Number.NaN, last = Number.NaN] = [ticker.bid, ticker.ask, ticker.last].map(Number)
  if (!(bid > 0 && ask > 0 && last > 0)) return `${ticker.symbol}: Kraken sent no usable price`
  if (bid > ask) return `${ticker.symbol}: the book is crossed (${bid} over ${ask})`
  return { symbol: ticker.symbol as TradedPair, at, bid, ask, last }
}

const shortened = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n')[0]?.slice(0, 160) ??
  'unknown'
