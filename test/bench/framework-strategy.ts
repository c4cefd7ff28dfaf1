import type { BTH } from '@backtest/framework'
import { FAST, MovingAverage, SLOW } from './moving-average.ts'

/*
 * The strategy that `@backtest/framework` loads by its file name: the crossing of two moving averages, as in its demo,
 * but with sums of its own (its `getCandles` copies the whole history at every call) and without a promise where there
 * is nothing to do.
 */
const fast = new MovingAverage(FAST)
const slow = new MovingAverage(SLOW)
let startedAt = 0
let playedMs = 0

/** Time spent between the framework's own start and finish callbacks since the last call: candles are loaded by then. */
export function takePlayedMs(): number {
  const ms = playedMs
  playedMs = 0
  return ms
}

const strategy = {
  __esModule: true,
  startCallback(): void {
    fast.clear()
    slow.clear()
    startedAt = performance.now()
  },
  finishCallback(): void {
    playedMs += performance.now() - startedAt
  },
  runStrategy({ currentCandle, orderBook, buy, sell }: BTH): Promise<void> | undefined {
    const quick = fast.add(currentCandle.close)
    const steady = slow.add(currentCandle.close)
    if (quick > steady && !orderBook.bought) return buy()
    if (quick < steady && orderBook.bought) return sell()
    return undefined
  },
}

/** What `require` of this file answers with. */
export { strategy as 'module.exports' }
