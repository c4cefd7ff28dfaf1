import { ROUNDING } from '../domain/bias.ts'

/**
 * How many standard deviations the close stands from the middle of its Bollinger band: number for number what the
 * library's bands (period closes, population deviation) give, without the three lists that those make for each candle.
 */
export class Stretch {
  /** Above the middle positive; 0 until the band is full, and where the deviation is a rounding error. */
  value = 0
  private readonly closes: Float64Array
  private seen = 0

  /** @param period in candles, at least 2. */
  constructor(period: number) {
    this.closes = new Float64Array(period)
  }

  observe(close: number): void {
    const { closes } = this
    const { length } = closes
    closes.copyWithin(0, 1)
    closes[length - 1] = close
    this.seen++
    if (this.seen < length) return
    let sum = 0
    for (let i = 0; i < length; i++) sum += closes[i] as number
    const middle = sum / length
    let squares = 0
    for (let i = 0; i < length; i++) {
      const difference = (closes[i] as number) - middle
      squares += difference * difference
    }
    const deviation = Math.sqrt(squares / length)
    this.value = deviation <= close * ROUNDING ? 0 : (close - middle) / deviation
  }
}
