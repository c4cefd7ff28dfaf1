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
  /** Up to when the past is known. */
  readonly since: EpochMs
  readonly tell: (closed: readonly ClosedCandle[], isBehind: boolean) => void
  readonly signal: AbortSignal
}

/** How long after the first word of a new minute the one before it may still be told of by a trade reported late. */
const GRACE_MS = 2 * SECOND
/** Minutes from before the start that are told of too: those that ended while the past was read. */
const OVERLAP_MS = 5 * MINUTE
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
const TIMEFRAME = '1m'

/**
 * Closed minutes of every market as Kraken itself makes them, from trades. Kraken does not say when a minute is over: it
 * is once something has traded in a later one, in whichever market, and a moment for what was on its way. So neither a
 * clock that is wrong nor a line that is silent (a sleep, a socket half dead) ends a minute early: while the line is lost
 * no minute is told of, and when it is back it brings those that were missed. A minute in which nobody traded is not
 * told of.
 *
 * @returns stops it.
 */
export function watchCandles({ source, clock, symbols, since, tell, signal }: Options): Cancel {
  if (signal.aborted) return () => {}
  const start = nextBoundary(since, MINUTE) - MINUTE - OVERLAP_MS
  const toldTo = new Map<TradedPair, number>(symbols.map((symbol) => [symbol, start]))
  const isUp = new Set<TradedPair>()
  /** Since when a market that was told of has been silent. */
  const lost = new Map<TradedPair, EpochMs>()
  /** The minute that is open at the exchange, as far as anything was traded. */
  let openMinute = 0
  let cancel: Cancel = () => {}

  const rowsOf = (symbol: TradedPair): readonly (readonly unknown[])[] => source.ohlcvs[symbol]?.[TIMEFRAME] ?? []

  async function watch(symbol: TradedPair): Promise<void> {
    const persistent = retry(handleAll, {
      maxAttempts: Number.MAX_SAFE_INTEGER,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS }),
    })
    persistent.onFailure(() => {
      if (isUp.delete(symbol)) lost.set(symbol, clock.now())
    })
    while (!signal.aborted) {
      await persistent.execute(() => source.watchOHLCV(symbol, TIMEFRAME), signal)
      isUp.add(symbol)
      lost.delete(symbol)
      notice(rowsOf(symbol))
    }
  }

  /** Looks a moment after the first word of a new minute. */
  function notice(rows: readonly (readonly unknown[])[]): void {
    const newest = rows.reduce((latest, [openTime]) => Math.max(latest, Number(openTime)), 0)
    if (newest <= openMinute || signal.aborted) return
    openMinute = newest
    cancel()
    cancel = clock.at(after(clock.now(), GRACE_MS), tellClosed)
  }

  function tellClosed(): void {
    // Each comes back in its own time; what the others tell of meanwhile would make its minutes late.
    if ([...lost.values()].some((since) => clock.now() - since < LONGEST_RETRY_MS + GRACE_MS)) {
      cancel = clock.at(after(clock.now(), GRACE_MS), tellClosed)
      return
    }
    const moments = new Map<number, ClosedCandle[]>()
    for (const symbol of isUp) {
      for (const candle of closedIn(rowsOf(symbol), toldTo.get(symbol) ?? start, openMinute)) {
        moments.set(candle.openTime, [...(moments.get(candle.openTime) ?? []), { symbol, candle }])
        toldTo.set(symbol, candle.openTime + MINUTE)
      }
    }
    const inOrder = [...moments].sort(([a], [b]) => a - b)
    for (const [i, [, moment]] of inOrder.entries()) tell(moment, i < inOrder.length - 1)
  }

  // What is wrong with the line is told by the prices, which share it.
  for (const symbol of symbols) watch(symbol).catch(() => undefined)
  return () => cancel()
}

/** The minutes that opened from `from` on and ended by `to`. */
function closedIn(remembered: readonly (readonly unknown[])[], from: number, to: number): readonly Candle[] {
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
