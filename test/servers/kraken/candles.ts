/** Open, high, low, close, and what was traded since `time` (seconds). */
export type Bar = {
  readonly time: number
  open: number
  high: number
  low: number
  close: number
  /** Base units. */
  volume: number
  /** Σ price × volume. */
  turnover: number
  count: number
}

const MINUTE_S = 60
/** Two days and a bit. */
const MOST_MINUTES = 3_000
/** Kraken gives no more at once. */
const MOST_ROWS = 720

/** A market's past, minute by minute. */
export class Candles {
  private readonly minutes: Bar[] = []

  /** Adds a closed minute of the past; to be given oldest first, before anything is traded. */
  seed(bar: Omit<Bar, 'turnover' | 'count'>): void {
    this.minutes.push({ ...bar, turnover: bar.close * bar.volume, count: 1 })
    if (this.minutes.length > MOST_MINUTES) this.minutes.shift()
  }

  trade(seconds: number, price: number, volume: number): void {
    const time = Math.floor(seconds / MINUTE_S) * MINUTE_S
    let bar = this.minutes.at(-1)
    if (bar === undefined || bar.time < time) {
      bar = { time, open: price, high: price, low: price, close: price, volume: 0, turnover: 0, count: 0 }
      this.minutes.push(bar)
      if (this.minutes.length > MOST_MINUTES) this.minutes.shift()
    }
    bar.high = Math.max(bar.high, price)
    bar.low = Math.min(bar.low, price)
    bar.close = price
    bar.volume += volume
    bar.turnover += price * volume
    bar.count++
  }

  /**
   * Bars of `minutes` up to now, oldest first, the last one still open. An interval without a trade stands at the last
   * price with no volume: Kraken's REST answers fill them in.
   */
  rows(minutes: number, nowSeconds: number): readonly Bar[] {
    const length = minutes * MINUTE_S
    const bars: Bar[] = []
    for (const minute of this.minutes) {
      const time = Math.floor(minute.time / length) * length
      this.fillUpTo(bars, time, length)
      const open = bars.at(-1)
      if (open?.time === time) merge(open, minute)
      else bars.push({ ...minute, time })
    }
    if (bars.length > 0) this.fillUpTo(bars, Math.floor(nowSeconds / length) * length + length, length)
    return bars.slice(-MOST_ROWS)
  }

  /** The last day: what a ticker tells of it. Null before the first trade. */
  day(nowSeconds: number): Bar | null {
    const since = nowSeconds - 86_400
    let day: Bar | null = null
    for (const minute of this.minutes) {
      if (minute.time < since) continue
      if (day === null) day = { ...minute }
      else merge(day, minute)
    }
    return day
  }

  private fillUpTo(bars: Bar[], time: number, length: number): void {
    for (let last = bars.at(-1); last !== undefined && last.time + length < time; last = bars.at(-1)) {
      const price = last.close
      const empty = { open: price, high: price, low: price, close: price, volume: 0, turnover: 0, count: 0 }
      bars.push({ time: last.time + length, ...empty })
    }
  }
}

function merge(into: Bar, next: Bar): void {
  into.high = Math.max(into.high, next.high)
  into.low = Math.min(into.low, next.low)
  into.close = next.close
  into.volume += next.volume
  into.turnover += next.turnover
  into.count += next.count
}
