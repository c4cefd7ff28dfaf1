import { WSMA } from 'trading-signals'

/**
 * Wilder's average, number for number the library's, which keeps summing up its first period long after the average has
 * begun and that sum is of no use: here it stops then. An update costs the same whatever the period.
 */
export class WilderAverage extends WSMA {
  private readonly share: number

  /** @param period in candles, at least 2. */
  constructor(period: number) {
    super(period)
    this.share = 1 / period
  }

  override update(value: number, replace: boolean): number | null {
    const { result } = this
    if (result === undefined || replace) return super.update(value, replace)
    return this.setResult((value - result) * this.share + result, false)
  }
}
