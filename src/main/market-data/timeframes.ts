import type { TradedPair } from '../../shared/ids.ts'
import { type EpochMs, minuteText } from '../../shared/time.ts'
import { CandleLadder } from '../domain/candle-ladder.ts'
import { candleFault, closeTimeOf, isSameCandle, timeframeName } from '../domain/candles.ts'
import type { Candle, ClosedCandle } from '../domain/market.ts'
import type { NoteFault } from './market-faults.ts'

/** One symbol's finest candles and what is made of them. */
type Chart = {
  readonly ladder: CandleLadder
  last: Candle | null
  /** What the past reached up to: candles from before it are known, and no news. */
  readonly knownTo: number
  /** The last closed candle of every width. */
  readonly closed: Map<number, Candle>
}

/**
 * Looks at the finest candles of every symbol as they close and makes the coarser ones of them, in the same moment. Those
 * that are late, told twice, off the grid or impossible are left out; these, gaps, and intervals in which nobody traded
 * are noted.
 *
 * The first candle of a symbol says how wide its finest ones are. Candles that close at one moment come together: a
 * coarser one of a symbol that has none in that moment closes too.
 */
export class Timeframes {
  private readonly charts = new Map<TradedPair, Chart>()
  private readonly note: NoteFault

  constructor(note: NoteFault) {
    this.note = note
  }

  /** Closed candles of one moment: those of them that count and the coarser ones that they close, finest first. */
  add(moment: readonly ClosedCandle[]): readonly ClosedCandle[] {
    const told: ClosedCandle[] = []
    const coarser: Candle[] = []
    let time = 0
    let hasCoarser = false
    for (const closed of moment) {
      const { symbol, candle } = closed
      const chart = this.charts.get(symbol) ?? this.open(symbol, candle)
      if (chart === null || !this.isNext(symbol, candle, chart)) continue
      const closeTime = closeTimeOf(candle)
      if (closeTime > time) time = closeTime
      chart.last = candle
      chart.closed.set(candle.intervalMs, candle)
      told.push(closed)
      chart.ladder.add(candle, coarser)
      if (coarser.length > 0) hasCoarser = take(symbol, chart, coarser, told)
    }
    for (const [symbol, chart] of this.charts) {
      if (chart.ladder.isClosedAt(time)) continue
      chart.ladder.closeUpTo(time, coarser)
      if (coarser.length > 0) hasCoarser = take(symbol, chart, coarser, told)
    }
    return hasCoarser ? told.sort((a, b) => a.candle.intervalMs - b.candle.intervalMs) : told
  }

  /**
   * Starts from the past, so that the candles that are open now are whole when they close. Nothing is told of it.
   *
   * @param past closed candles of one symbol of any widths, in any order; where there are none of the finest, of which
   *   the others are made, those that are open at `now` begin then.
   */
  prime(symbol: TradedPair, past: readonly Candle[], baseMs: number, now: EpochMs): void {
    const closed = new Map<number, Candle>()
    for (const candle of past) {
      const known = closed.get(candle.intervalMs)
      if (known === undefined || candle.openTime > known.openTime) closed.set(candle.intervalMs, candle)
    }
    const finest = closed.get(baseMs)
    const knownTo = finest === undefined ? now : closeTimeOf(finest)
    const ladder = new CandleLadder(baseMs)
    ladder.prime(past, knownTo)
    // What is missing between the past and the first live candle is a gap like any other.
    this.charts.set(symbol, { ladder, last: finest ?? null, knownTo, closed })
  }

  /** The last closed candle of every width, finest first. */
  lastClosed(symbol: TradedPair): readonly Candle[] {
    const closed = [...(this.charts.get(symbol)?.closed.values() ?? [])]
    return closed.sort((a, b) => a.intervalMs - b.intervalMs)
  }

  private open(symbol: TradedPair, candle: Candle): Chart | null {
    const fault = candleFault(candle)
    if (fault !== null) {
      this.note(symbol, fault, sentence(fault, candle))
      return null
    }
    const chart = { ladder: new CandleLadder(candle.intervalMs), last: null, knownTo: 0, closed: new Map() }
    this.charts.set(symbol, chart)
    return chart
  }

  private isNext(symbol: TradedPair, candle: Candle, { ladder, last, knownTo }: Chart): boolean {
    const { openTime, intervalMs } = candle
    const fault = candleFault(candle)
    if (fault !== null || intervalMs !== ladder.baseMs) {
      this.note(symbol, fault ?? 'off_grid', sentence(fault ?? 'off_grid', candle))
      return false
    }
    const closeTime = openTime + intervalMs
    if (closeTime <= knownTo) return false
    if (last !== null && openTime === last.openTime) {
      const again = isSameCandle(candle, last) ? 'the same again' : 'something else, which does not count'
      this.note(symbol, 'duplicate', `The ${named(candle)} was told of twice; the second said ${again}.`)
      return false
    }
    if (ladder.isClosedAt(closeTime) || (last !== null && openTime < last.openTime)) {
      this.note(symbol, 'late', `The ${named(candle)} came after its time had passed, and was left out.`)
      return false
    }
    if (last !== null && openTime !== last.openTime + intervalMs) {
      const missing = (openTime - last.openTime) / intervalMs - 1
      const what = missing === 1 ? '1 candle' : `${missing} candles`
      this.note(
        symbol,
        'gap',
        `${what} of ${timeframeName(intervalMs)} missing before ${minuteText(openTime)}.`,
        missing,
      )
    }
    if (candle.volume === 0) this.note(symbol, 'no_volume', `Nobody traded in the ${named(candle)}.`)
    return true
  }
}

/** Empties `coarser` into what is told; what the past knew already is no news. */
function take(symbol: TradedPair, { closed }: Chart, coarser: Candle[], told: ClosedCandle[]): true {
  for (const candle of coarser) {
    const known = closed.get(candle.intervalMs)
    if (known !== undefined && candle.openTime <= known.openTime) continue
    closed.set(candle.intervalMs, candle)
    told.push({ symbol, candle })
  }
  coarser.length = 0
  return true
}

const named = ({ openTime, intervalMs }: Candle): string =>
  `${timeframeName(intervalMs)} candle of ${minuteText(openTime)}`

function sentence(fault: 'off_grid' | 'impossible', candle: Candle): string {
  const { open, high, low, close, volume } = candle
  return fault === 'off_grid'
    ? `A candle of ${candle.intervalMs} ms that opens at ${candle.openTime} ms fits no grid, and was left out.`
    : `A candle of ${open} / ${high} / ${low} / ${close}, volume ${volume}, is impossible, and was left out.`
}
