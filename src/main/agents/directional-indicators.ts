import { ADX, RSI } from 'trading-signals'
import type { Candle } from '../domain/market.ts'
import { WilderAverage } from './wilder-average.ts'

/*
 * Wilder's two indicators of direction, made safe for markets that stand still. Fed only candles without any range, the
 * library's ADX divides 0 by 0 and answers NaN for ever after, and its RSI answers 100. So both begin with the candle
 * before the first movement; from then on their averages decay but are never 0 again.
 */

/** ADX, +DI and −DI, each 0 to 100; 0 while there is too little movement to tell. */
export class DirectionalIndex {
  adx = 0
  private readonly index: ADX
  private previous: Candle | null = null
  private hasMoved = false

  /** @param period in candles, at least 2. */
  constructor(period: number) {
    this.index = new ADX(period, WilderAverage)
  }

  observe(candle: Candle): void {
    if (!this.hasMoved) {
      const { previous } = this
      this.previous = candle
      if (previous === null || (candle.high === candle.low && candle.close === previous.close)) return
      this.hasMoved = true
      this.index.update(previous, false)
    }
    this.adx = this.index.update(candle, false) ?? 0
  }

  get plusDi(): number {
    const { pdi } = this.index
    return typeof pdi === 'number' ? pdi * 100 : 0
  }

  get minusDi(): number {
    const { mdi } = this.index
    return typeof mdi === 'number' ? mdi * 100 : 0
  }
}

/** RSI, 0 to 100; 50 (neither way) while the close has moved too little to tell. */
export class RelativeStrength {
  rsi = 50
  private readonly index: RSI
  private previous: number | null = null
  private hasMoved = false

  /** @param period in candles, at least 2. */
  constructor(period: number) {
    this.index = new RSI(period, WilderAverage)
  }

  observe(close: number): void {
    if (!this.hasMoved) {
      const { previous } = this
      this.previous = close
      if (previous === null || close === previous) return
      this.hasMoved = true
      this.index.update(previous, false)
    }
    this.rsi = this.index.update(close, false) ?? 50
  }
}
