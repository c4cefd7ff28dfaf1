import type { TradedPair } from '../../../shared/ids.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import type { ClosedCandle, Tick } from '../../domain/market.ts'
import type { Cancel, Clock, FeedListener, FeedStatus, MarketFeed } from '../../ports.ts'
import type { CandleFault } from './candle-fault.ts'
import { type CandleFileInfo, inspectCandleFile, openCandleFile } from './candle-file.ts'
import { createCandleMerge } from './merge.ts'

export type Recording = { readonly symbol: TradedPair; readonly file: string; readonly info: CandleFileInfo }

/** Checks every file whole; the first fault found is the answer. */
export async function inspectRecordings(
  files: readonly { readonly symbol: TradedPair; readonly file: string }[],
): Promise<Result<readonly Recording[], CandleFault>> {
  const recordings: Recording[] = []
  for (const { symbol, file } of files) {
    const info = await inspectCandleFile(file)
    if (!info.ok) return info
    recordings.push({ symbol, file, info: info.value })
  }
  return ok(recordings)
}

/** When the first candle of any recording closes: where the clock of a feed starts. Infinity without recordings. */
export const firstCloseOf = (recordings: readonly Recording[]): EpochMs =>
  epochMs(Math.min(...recordings.map(({ info }) => info.firstOpen + info.intervalMs)))

/**
 * Plays recorded candles on `clock`, which starts at `firstCloseOf`. Each close is a price (bid, ask and last alike) and
 * then a closed candle; all symbols of one moment come together. A clock that runs ahead is followed without waiting.
 */
export function createRecordedFeed(clock: Clock, recordings: readonly Recording[]): MarketFeed {
  const names = recordings.map(({ symbol, info }) => `${symbol} from ${info.name}`).join(', ')
  const status = (problem: string | null): FeedStatus => ({
    connected: problem === null,
    source: `recorded ${names}`,
    isSimulated: false,
    problem,
  })
  let stopPlaying: (() => void) | null = null

  function play(listener: FeedListener): () => void {
    const merge = createCandleMerge(
      recordings.map(({ symbol, file, info }) => ({
        symbol,
        intervalMs: info.intervalMs,
        reader: openCandleFile(file),
      })),
    )
    let isStopped = false
    let cancel: Cancel | null = null

    function stop(): void {
      isStopped = true
      cancel?.()
      merge.close()
    }

    function takeStep(): void {
      const closeTime = merge.stepTime()
      const at = clock.now()
      const ticks: Tick[] = []
      const closed: ClosedCandle[] = []
      merge.takeStep((source, open, high, low, close, volume) => {
        const { symbol, info } = recordings[source] as Recording
        const openTime = epochMs(closeTime - info.intervalMs)
        ticks.push({ symbol, at, bid: close, ask: close, last: close })
        closed.push({ symbol, candle: { openTime, intervalMs: info.intervalMs, open, high, low, close, volume } })
      })
      listener.prices(ticks)
      if (!isStopped) listener.candles(closed)
      if (!isStopped) goOn()
    }

    function goOn(): void {
      if (merge.hasStep()) cancel = clock.at(merge.stepTime(), takeStep)
      else void refill()
    }

    async function refill(): Promise<void> {
      let problem: string | null = null
      try {
        if (!(await merge.refill())) problem = 'the recording has ended'
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
      }
      if (isStopped) return
      if (problem === null) return goOn()
      stop()
      listener.status(status(problem))
    }

    listener.status(status(null))
    void refill()
    return stop
  }

  return {
    symbols: recordings.map(({ symbol }) => symbol),
    // The recording starts with the clock: nothing of it lies before.
    history: async () => [],
    start(listener) {
      stopPlaying?.()
      stopPlaying = play(listener)
    },
    stop() {
      stopPlaying?.()
      stopPlaying = null
    },
  }
}
