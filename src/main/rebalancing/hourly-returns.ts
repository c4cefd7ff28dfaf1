import type { Asset, TradedPair } from '../../shared/ids.ts'
import { HOUR } from '../../shared/time.ts'
import type { ClosedCandle } from '../domain/market.ts'

/** A week is remembered; with less than two days nothing is said. */
const REMEMBERED = 168
const ENOUGH = 48
const HOURS_PER_DAY = 24

type Closes = { last: number; hour: number; readonly returns: Map<number, number> }

/** How much the assets have moved against each other lately: what staying off target may cost. */
export class HourlyReturns {
  private readonly quote: Asset
  private readonly assets: readonly Asset[]
  private readonly closes = new Map<TradedPair, Closes>()

  constructor(quote: Asset, assets: readonly Asset[]) {
    this.quote = quote
    this.assets = assets
  }

  /** The past candles that it wants, so that it need not watch for two days first. */
  readonly need = { intervalMs: HOUR, count: REMEMBERED }

  /** Candles in the order in which they closed. Those of more than an hour say nothing new. */
  onCandles(closed: readonly ClosedCandle[]): void {
    for (const { symbol, candle } of closed) {
      const closesAt = candle.openTime + candle.intervalMs
      if (closesAt % HOUR !== 0 || candle.intervalMs > HOUR) continue
      const hour = closesAt / HOUR
      const known = this.closes.get(symbol)
      if (known === undefined) {
        this.closes.set(symbol, { last: candle.close, hour, returns: new Map() })
        continue
      }
      if (hour <= known.hour) continue
      if (hour === known.hour + 1) known.returns.set(hour, candle.close / known.last - 1)
      for (const old of known.returns.keys()) {
        if (old > hour - REMEMBERED) break
        known.returns.delete(old)
      }
      known.last = candle.close
      known.hour = hour
    }
  }

  /**
   * One standard deviation of a day's effect of holding so much more or less than the targets, as a fraction of the whole.
   * Null while fewer than 48 hours are known of every asset that is off target. Floats: shown, never traded on.
   */
  riskPerDay(drift: ReadonlyMap<Asset, number>): number | null {
    const moving = this.symbols().flatMap((symbol, i) => {
      const weight = drift.get(this.traded()[i] as Asset) ?? 0
      return weight === 0 ? [] : [{ weight, returns: this.closes.get(symbol)?.returns ?? new Map<number, number>() }]
    })
    const [first, ...others] = moving
    if (first === undefined) return 0
    let count = 0
    let squares = 0
    for (const [hour, change] of first.returns) {
      if (!others.every(({ returns }) => returns.has(hour))) continue
      const effect = others.reduce(
        (sum, { weight, returns }) => sum + weight * (returns.get(hour) ?? 0),
        first.weight * change,
      )
      count++
      squares += effect * effect
    }
    return count < ENOUGH ? null : Math.sqrt((squares / count) * HOURS_PER_DAY)
  }

  /** Pearson's correlation of the hourly returns of two pairs, −1 to 1; null while fewer than 48 hours are known of both. */
  correlation(one: TradedPair, other: TradedPair): number | null {
    const [xs, ys] = [this.closes.get(one)?.returns, this.closes.get(other)?.returns]
    if (xs === undefined || ys === undefined) return null
    let [count, sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0, 0]
    for (const [hour, x] of xs) {
      const y = ys.get(hour)
      if (y === undefined) continue
      count++
      sumX += x
      sumY += y
      sumXX += x * x
      sumYY += y * y
      sumXY += x * y
    }
    if (count < ENOUGH) return null
    const spread = Math.sqrt((count * sumXX - sumX * sumX) * (count * sumYY - sumY * sumY))
    return spread > 0 ? Math.max(-1, Math.min(1, (count * sumXY - sumX * sumY) / spread)) : null
  }

  private traded(): Asset[] {
    return this.assets.filter((asset) => asset !== this.quote)
  }

  private symbols(): TradedPair[] {
    return this.traded().map((asset) => `${asset}/${this.quote}` as TradedPair)
  }
}
