import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import type { TradedPair } from '../../../shared/ids.ts'
import { after, type EpochMs, epochMs, MINUTE, nextBoundary, SECOND } from '../../../shared/time.ts'
import type { Candle, ClosedCandle } from '../../domain/market.ts'
import type { Cancel, Clock } from '../../ports.ts'

/** What is needed of the library: the latest minutes of a market, and what it remembers of those before. */
export type CandleSource = {
  watchOHLCV(symbol: string, timeframe: string): Promise<unknown>
  readonly ohlcvs: Readonly<Record<string, Readonly<Record<string, readonly (readonly unknown[])[]>>>>
}
type Options = {
  readonly source: CandleSource
  readonly clock: Clock
  readonly symbols: readonly TradedPair[]
  readonly tell: (closed: readonly ClosedCandle[]) => void
  readonly signal: AbortSignal
}

/** How long after its end a minute may still be told of by a trade in it that was reported late. */
const GRACE_MS = 2 * SECOND
/** Minutes from before the start that are told of too: those that ended while the past was read. */
const OVERLAP_MS = 5 * MINUTE
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
const TIMEFRAME = '1m'

/**
 * Closed minutes of every market as Kraken itself makes them, from trades. Kraken does not say when a minute is over: it
 * is when the clock says so, and a moment for what was on its way. While the line is lost no minute is told of; when it
 * is back it brings those that were missed. A minute in which nobody traded is not told of.
 *
 * @returns stops it.
 */
export function watchCandles({ source, clock, symbols, tell, signal }: Options): Cancel {
  if (signal.aborted) return () => {}
  const start = nextBoundary(clock.now(), MINUTE) - MINUTE - OVERLAP_MS
  const toldTo = new Map<TradedPair, number>(symbols.map((symbol) => [symbol, start]))
  const isUp = new Set<TradedPair>()
  let cancel: Cancel = () => {}

  async function watch(symbol: TradedPair): Promise<void> {
    const persistent = retry(handleAll, {
      maxAttempts: Number.MAX_SAFE_INTEGER,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS }),
    })
    persistent.onFailure(() => isUp.delete(symbol))
    while (!signal.aborted) {
      await persistent.execute(() => source.watchOHLCV(symbol, TIMEFRAME), signal)
      isUp.add(symbol)
    }
  }

  function lookLater(): void {
    const end = nextBoundary(epochMs(clock.now() - GRACE_MS), MINUTE)
    cancel = clock.at(after(end, GRACE_MS), () => {
      const moments = new Map<number, ClosedCandle[]>()
      for (const symbol of isUp) {
        const from = toldTo.get(symbol) ?? start
        for (const candle of closedIn(source.ohlcvs[symbol]?.[TIMEFRAME] ?? [], from, end)) {
          moments.set(candle.openTime, [...(moments.get(candle.openTime) ?? []), { symbol, candle }])
        }
        toldTo.set(symbol, end)
      }
      for (const [, moment] of [...moments].sort(([a], [b]) => a - b)) tell(moment)
      if (!signal.aborted) lookLater()
    })
  }

  // What is wrong with the line is told by the prices, which share it.
  for (const symbol of symbols) watch(symbol).catch(() => undefined)
  lookLater()
  return () => cancel()
}

/** The minutes that opened from `from` on and ended by `to`. */
function closedIn(remembered: readonly (readonly unknown[])[], from: number, to: EpochMs): readonly Candle[] {
  return remembered.flatMap((row): Candle[] => {
    const [openTime, open, high, low, close, volume] = row.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    if (openTime < from || openTime + MINUTE > to) return []
    return [{ openTime: epochMs(openTime), intervalMs: MINUTE, open, high, low, close, volume }]
  })
}
