import type { TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type { Candle, ClosedCandle, Tick } from '../domain/market.ts'

type Open = { openTime: number; open: number; high: number; low: number; close: number; ticks: number }

/**
 * Candles from ticks. A candle closes when a tick of a later interval of any symbol arrives; intervals without a tick
 * make none. Volume is the number of ticks: tickers do not tell traded amounts.
 */
export class CandleBuilder {
  private readonly open = new Map<TradedPair, Open>()
  private readonly intervalMs: number

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs
  }

  /** Takes in the ticks of one moment and answers with the candles that this moment closed. */
  add(ticks: readonly Tick[]): ClosedCandle[] {
    const closed: ClosedCandle[] = []
    const at = ticks[0]?.at
    if (at === undefined) return closed
    const openTime = Math.floor(at / this.intervalMs) * this.intervalMs
    for (const [symbol, candle] of this.open) {
      if (candle.openTime >= openTime) continue
      closed.push({ symbol, candle: this.finish(candle) })
      this.open.delete(symbol)
    }
    for (const tick of ticks) {
      const candle = this.open.get(tick.symbol)
      if (candle === undefined) {
        const { last } = tick
        this.open.set(tick.symbol, { openTime, open: last, high: last, low: last, close: last, ticks: 1 })
        continue
      }
      candle.high = Math.max(candle.high, tick.last)
      candle.low = Math.min(candle.low, tick.last)
      candle.close = tick.last
      candle.ticks++
    }
    return closed
  }

  private finish(candle: Open): Candle {
    const { open, high, low, close, ticks } = candle
    return { openTime: epochMs(candle.openTime), intervalMs: this.intervalMs, open, high, low, close, volume: ticks }
  }
}
