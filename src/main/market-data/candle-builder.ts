import type { TradedPair } from '../../shared/ids.ts'
import { secondText } from '../../shared/time.ts'
import { openTimeOf, timeframeName } from '../domain/candles.ts'
import type { ClosedCandle, Tick } from '../domain/market.ts'
import type { NoteFault } from './market-faults.ts'

type Open = {
  open: number
  high: number
  low: number
  close: number
  ticks: number
  /** When the first and the last tick were seen. */
  from: number
  to: number
  last: Tick
}

/**
 * Candles from ticks, all symbols on one grid. Volume is the number of ticks: they do not tell traded amounts.
 *
 * What the candles are depends on the ticks alone: they close when a tick of a later interval, of any symbol, arrives,
 * and never by a timer. A timer would race the ticks of its own moment, and would close on a dead line a candle of which
 * nobody knows whether it was over. The price of it is that a candle closes with the first tick after its end: as often
 * as the feed has prices, if nobody trades because it asks for them. An interval without a tick makes no candle.
 *
 * Within an open interval ticks count at their own time, in whatever order they come. One from before it is late and left
 * out: what was closed does not change. The interval in which watching began makes no candle: how it opened was not seen.
 */
export class CandleBuilder {
  private readonly open = new Map<TradedPair, Open>()
  private openTime = -1
  /** Before it nothing was watched. */
  private watchedFrom = -1
  private readonly intervalMs: number
  private readonly note: NoteFault

  constructor(intervalMs: number, note: NoteFault) {
    this.intervalMs = intervalMs
    this.note = note
  }

  /** Takes in the ticks of one moment and answers with the candles that this moment closed. */
  add(ticks: readonly Tick[]): ClosedCandle[] {
    const closed: ClosedCandle[] = []
    for (const tick of ticks) {
      if (!isPossible(tick)) {
        this.note(tick.symbol, 'impossible', `A price of ${tick.last} (${tick.bid} to ${tick.ask}) was left out.`)
        continue
      }
      const openTime = openTimeOf(tick.at, this.intervalMs)
      if (openTime > this.openTime) {
        this.close(closed)
        if (this.watchedFrom < 0) this.watchedFrom = tick.at
        this.openTime = openTime
      }
      if (openTime < this.openTime) {
        const name = timeframeName(this.intervalMs)
        this.note(tick.symbol, 'late', `A price of ${secondText(tick.at)} came after its ${name} candle was closed.`)
      } else this.take(tick)
    }
    return closed
  }

  private take(tick: Tick): void {
    const { at, last } = tick
    const candle = this.open.get(tick.symbol)
    if (candle === undefined) {
      const first = { open: last, high: last, low: last, close: last, ticks: 1, from: at, to: at, last: tick }
      this.open.set(tick.symbol, first)
      return
    }
    if (isSame(tick, candle.last)) {
      this.note(tick.symbol, 'duplicate', `A price of ${secondText(at)} was told of twice.`)
      return
    }
    if (at < candle.to) {
      this.note(
        tick.symbol,
        'disordered',
        `A price of ${secondText(at)} came after one of ${secondText(candle.last.at)}.`,
      )
    }
    if (last > candle.high) candle.high = last
    if (last < candle.low) candle.low = last
    if (at >= candle.to) {
      candle.close = last
      candle.to = at
    } else if (at < candle.from) {
      candle.open = last
      candle.from = at
    }
    candle.last = tick
    candle.ticks++
  }

  private close(closed: ClosedCandle[]): void {
    const isWhole = this.openTime >= this.watchedFrom
    for (const [symbol, { open, high, low, close, ticks }] of this.open) {
      const { intervalMs } = this
      const openTime = openTimeOf(this.openTime, intervalMs)
      if (isWhole) closed.push({ symbol, candle: { openTime, intervalMs, open, high, low, close, volume: ticks } })
    }
    this.open.clear()
  }
}

const isPossible = ({ at, bid, ask, last }: Tick): boolean =>
  bid > 0 && bid < Infinity && ask > 0 && ask < Infinity && last > 0 && last < Infinity && Number.isSafeInteger(at)

const isSame = (a: Tick, b: Tick): boolean => a.at === b.at && a.last === b.last && a.bid === b.bid && a.ask === b.ask
