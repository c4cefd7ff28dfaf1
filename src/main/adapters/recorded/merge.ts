import type { TradedPair } from '../../../shared/ids.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import type { CandleBlock, CandleReader } from './candle-file.ts'

export type MergeSource = { readonly symbol: TradedPair; readonly intervalMs: number; readonly reader: CandleReader }

/** `source` counts in the order in which the sources were given. */
type VisitCandle = (source: number, open: number, high: number, low: number, close: number, volume: number) => void

/**
 * Several recordings as one sequence of steps, each a moment at which candles close. Promises only between blocks:
 *
 *     while (await merge.refill()) while (merge.hasStep()) { …merge.stepTime()…; merge.takeStep(visit) }
 */
export type CandleMerge = {
  /** Reads on where a block is used up. False when every recording is over. */
  refill(): Promise<boolean>
  /** False when `refill` is needed first. */
  hasStep(): boolean
  /** When the next candles close; only after `hasStep`. */
  stepTime(): EpochMs
  /** Visits every candle that closes at `stepTime`, in order of the sources, and moves on. */
  takeStep(visit: VisitCandle): void
  close(): void
}

const NOT_READ = Number.NaN
const OVER = Number.POSITIVE_INFINITY

export function createCandleMerge(sources: readonly MergeSource[]): CandleMerge {
  const count = sources.length
  const blocks: (CandleBlock | null)[] = sources.map(() => null)
  const places = new Int32Array(count)
  // When each source's next candle closes.
  const closesAt = new Float64Array(count).fill(NOT_READ)
  const intervals = Float64Array.from(sources, (source) => source.intervalMs)
  let starved = count
  let time = OVER

  function findTime(): void {
    time = OVER
    for (let i = 0; i < count; i++) if ((closesAt[i] as number) < time) time = closesAt[i] as number
  }

  return {
    async refill() {
      for (const [i, source] of sources.entries()) {
        if (!Number.isNaN(closesAt[i])) continue
        const block = await source.reader.nextBlock()
        blocks[i] = block
        places[i] = 0
        closesAt[i] = block === null ? OVER : (block.time[0] as number) + source.intervalMs
        starved--
      }
      findTime()
      return time < OVER
    },
    hasStep: () => starved === 0 && time < OVER,
    stepTime: () => epochMs(time),
    takeStep(visit) {
      const now = time
      let next = OVER
      for (let i = 0; i < count; i++) {
        let closing = closesAt[i] as number
        if (closing === now) {
          const block = blocks[i] as CandleBlock
          const at = places[i] as number
          visit(
            i,
            block.open[at] as number,
            block.high[at] as number,
            block.low[at] as number,
            block.close[at] as number,
            block.volume[at] as number,
          )
          places[i] = at + 1
          if (at + 1 < block.length) closing = (block.time[at + 1] as number) + (intervals[i] as number)
          else {
            closing = NOT_READ
            starved++
          }
          closesAt[i] = closing
        }
        if (closing < next) next = closing
      }
      time = next
    },
    close() {
      for (const source of sources) source.reader.close()
    },
  }
}
