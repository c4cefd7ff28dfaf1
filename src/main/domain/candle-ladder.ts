import { type EpochMs, epochMs } from '../../shared/time.ts'
import { closeTimeOf, coarserThan, openTimeOf } from './candles.ts'
import type { Candle } from './market.ts'

/** Volumes are told in units of 10⁻⁸ of the base at the finest. */
const UNITS = 100_000_000
/** Below it a double holds all eight decimals; above it the 15 digits that every double holds. */
const ALL_DECIMALS_BELOW = 2 ** 26

/** The part of a volume after the point in units, without the noise of the digits that a double of its size cannot hold. */
function unitsOf(volume: number, whole: number): number {
  const units = (volume - whole) * UNITS
  if (volume < ALL_DECIMALS_BELOW) return Math.round(units)
  let step = 100
  for (let limit = 1e9; limit <= volume && step < UNITS; limit *= 10) step *= 10
  return Math.round(units / step) * step
}

/**
 * One candle in the making from finer ones: open of the first, highest high, lowest low, close of the last.
 *
 * Volume is summed as the decimals that the exchange tells and not as floats, so that the sum is the exchange's, whatever
 * the finer candles were summed up to before.
 */
class CandleFold {
  readonly intervalMs: number
  private readonly baseMs: number
  private openTime = 0
  private open = 0
  private high = 0
  private low = 0
  private close = 0
  private whole = 0
  private units = 0
  /** Base candles inside; 0 while nothing is open. */
  private seen = 0

  constructor(intervalMs: number, baseMs: number) {
    this.intervalMs = intervalMs
    this.baseMs = baseMs
  }

  /** The next finer candle; whatever ended before it opens is closed already. */
  take(candle: Candle): void {
    const { high, low, volume } = candle
    if (this.seen === 0) {
      this.openTime = openTimeOf(candle.openTime, this.intervalMs)
      this.open = candle.open
      this.high = high
      this.low = low
      this.whole = 0
      this.units = 0
    } else {
      if (high > this.high) this.high = high
      if (low < this.low) this.low = low
    }
    this.close = candle.close
    const whole = Math.floor(volume)
    this.whole += whole
    this.units += unitsOf(volume, whole)
    this.seen += candle.intervalMs / this.baseMs - (candle.missing ?? 0)
  }

  /** The open candle when it ends by `time`, and then none is open. */
  closeUpTo(time: number): Candle | null {
    if (this.seen === 0 || this.openTime + this.intervalMs > time) return null
    const { intervalMs, open, high, low, close } = this
    const missing = intervalMs / this.baseMs - this.seen
    this.seen = 0
    const candle = { openTime: epochMs(this.openTime), intervalMs, open, high, low, close, volume: this.volume() }
    return missing === 0 ? candle : { ...candle, missing }
  }

  private volume(): number {
    const units = this.whole * UNITS + this.units
    if (units <= Number.MAX_SAFE_INTEGER) return units / UNITS
    const carried = Math.floor(this.units / UNITS)
    return this.whole + carried + (this.units - carried * UNITS) / UNITS
  }
}

/**
 * Every coarser candle of one symbol, made from its finest ones as they close: each width from the next finer, at a cost
 * that depends on nothing but their number. A coarser candle closes with the candle that ends it, or, where that is
 * missing, as soon as a later time is known; `missing` says how many of the finest it lacks. An interval without a
 * candle makes none, and neither does one of which the beginning is not known.
 */
export class CandleLadder {
  readonly baseMs: number
  private readonly rungs: readonly CandleFold[]
  private closedTo = 0
  /** Since when candles are known; what opened before is a fraction, and nobody is told of it. */
  private knownFrom = Number.POSITIVE_INFINITY

  /** @param widths each a multiple of the one before. */
  constructor(baseMs: number, widths = coarserThan(baseMs)) {
    this.baseMs = baseMs
    this.rungs = widths.map((intervalMs) => new CandleFold(intervalMs, baseMs))
  }

  /** @param candle of the base width, later than all before. Closed ones are added to `closed`, in order of time by width. */
  add(candle: Candle, closed: Candle[]): void {
    const { openTime } = candle
    if (this.knownFrom === Number.POSITIVE_INFINITY) this.knownFrom = openTime
    if (openTime > this.closedTo) this.closeUpTo(openTime, closed)
    this.rungs[0]?.take(candle)
    this.closeUpTo(openTime + this.baseMs, closed)
  }

  /** Closes what ends by `time`: no candle that opens before it comes any more. */
  closeUpTo(time: number, closed: Candle[]): void {
    this.closedTo = time
    const { rungs } = this
    for (let i = 0; i < rungs.length; i++) {
      const candle = rungs[i]?.closeUpTo(time)
      if (candle === null || candle === undefined) continue
      if (candle.openTime >= this.knownFrom) closed.push(candle)
      rungs[i + 1]?.take(candle)
    }
  }

  /** The time up to which everything is closed. */
  isClosedAt(time: number): boolean {
    return time <= this.closedTo
  }

  /**
   * Starts the candles that are open at `now` from the past: each from the widest of `past` that fit, up to where the
   * next finer one that is open begins.
   *
   * @param past closed candles of any of the widths, in any order.
   */
  prime(past: readonly Candle[], now: EpochMs): void {
    const widestFirst = past
      .filter((candle) => closeTimeOf(candle) <= now)
      .sort((a, b) => a.openTime - b.openTime || b.intervalMs - a.intervalMs)
    this.knownFrom = widestFirst[0]?.openTime ?? Number.POSITIVE_INFINITY
    let finerFrom = openTimeOf(now, this.baseMs)
    for (const rung of this.rungs) {
      const from = openTimeOf(now, rung.intervalMs)
      let next: number = from
      for (const candle of widestFirst) {
        if (candle.openTime < next || candle.intervalMs % this.baseMs !== 0 || closeTimeOf(candle) > finerFrom) continue
        rung.take(candle)
        next = closeTimeOf(candle)
      }
      finerFrom = from
    }
    this.closedTo = openTimeOf(now, this.baseMs)
  }
}
