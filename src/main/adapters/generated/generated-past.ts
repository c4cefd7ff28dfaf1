import type { TradedPair } from '../../../shared/ids.ts'
import { DAY, epochMs, HOUR, MINUTE } from '../../../shared/time.ts'
import { CandleLadder } from '../../domain/candle-ladder.ts'
import { openTimeOf } from '../../domain/candles.ts'
import type { Candle } from '../../domain/market.ts'
import { type GeneratedMarket, priceOf } from './generated-market.ts'
import { PriceWalk } from './price-walk.ts'

/** How far back every price was walked, and how far before that by the minute only. */
const FINE_MS = 12 * HOUR
const COARSE_MS = 68 * DAY
/** Most candles of a width that are remembered, as with Kraken. */
const KEPT = 720

type Past = (symbol: TradedPair, intervalMs: number, count: number) => readonly Candle[]

/**
 * The past of a generated market, made up with it: the same seed and start give the same. It ends, by the minute, where
 * the market starts. Twelve hours of it have every price, 68 days before that one a minute, so that there are 720
 * candles of up to an hour, 410 of 4 h and 67 of 1 d at least.
 */
export function createGeneratedPast(market: GeneratedMarket): Past {
  const end = openTimeOf(market.clock.now(), MINUTE)
  const symbols = market.rules.map((rules) => rules.symbol)
  let charts: ReadonlyMap<TradedPair, Chart> | null = null
  return (symbol, intervalMs, count) => {
    charts ??= walkedThrough(market, symbols, end)
    return charts.get(symbol)?.last(intervalMs, count) ?? []
  }
}

/** The candles of one symbol, as they close. */
class Chart {
  private readonly ladder = new CandleLadder(MINUTE)
  private readonly byWidth = new Map<number, Candle[]>()

  add(minute: Candle): void {
    const closed: Candle[] = [minute]
    this.ladder.add(minute, closed)
    for (const candle of closed) {
      const candles = this.byWidth.get(candle.intervalMs)
      if (candles === undefined) this.byWidth.set(candle.intervalMs, [candle])
      else if (candles.push(candle) >= 2 * KEPT) candles.splice(0, KEPT)
    }
  }

  last(intervalMs: number, count: number): readonly Candle[] {
    const candles = this.byWidth.get(intervalMs) ?? []
    return candles.filter(({ missing }) => missing === undefined).slice(-Math.min(count, KEPT))
  }
}

function walkedThrough(market: GeneratedMarket, symbols: readonly TradedPair[], end: number) {
  const { startPrices, anchors, walk: settings } = market
  const stepsPerMinute = Math.max(1, Math.round(MINUTE / settings.stepMs))
  const fine = walked(new PriceWalk(startPrices, settings, anchors), FINE_MS / MINUTE, stepsPerMinute, symbols)
  const rough = new PriceWalk(startPrices, { ...settings, seed: settings.seed + 2, stepMs: MINUTE }, anchors)
  const coarse = walked(rough, COARSE_MS / MINUTE, 1, symbols)

  const charts = new Map<TradedPair, Chart>()
  symbols.forEach((symbol, i) => {
    const [older, newer] = [coarse[i] as Bars, fine[i] as Bars]
    const start = priceOf(symbol, startPrices)
    if (start === null) return
    // Each stretch was walked from the start prices: it is moved so that it ends where the next one, or the market, begins.
    const newerScale = start / (newer.close.at(-1) as number)
    const olderScale = (start * newerScale) / (older.close.at(-1) as number)
    const chart = new Chart()
    fill(chart, older, end - FINE_MS - COARSE_MS, olderScale, stepsPerMinute)
    fill(chart, newer, end - FINE_MS, newerScale, stepsPerMinute)
    charts.set(symbol, chart)
  })
  return charts
}

type Bars = {
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}
const barsOf = (minutes: number): Bars => ({
  open: new Float64Array(minutes),
  high: new Float64Array(minutes),
  low: new Float64Array(minutes),
  close: new Float64Array(minutes),
})

/** Minutes of a walk, symbol by symbol. With one price in each they begin where the one before ended. */
function walked(
  walk: PriceWalk,
  minutes: number,
  stepsPerMinute: number,
  symbols: readonly TradedPair[],
): readonly Bars[] {
  const all = symbols.map(() => barsOf(minutes))
  for (let minute = 0; minute < minutes; minute++) {
    for (let step = 0; step < stepsPerMinute; step++) {
      const prices = walk.next()
      for (let i = 0; i < all.length; i++) {
        const price = priceOf(symbols[i] as TradedPair, prices)
        if (price === null) continue
        const { open, high, low, close } = all[i] as Bars
        if (step === 0) {
          const first = stepsPerMinute === 1 && minute > 0 ? (close[minute - 1] as number) : price
          open[minute] = first
          high[minute] = first
          low[minute] = first
        }
        if (price > (high[minute] as number)) high[minute] = price
        if (price < (low[minute] as number)) low[minute] = price
        close[minute] = price
      }
    }
  }
  return all
}

function fill(chart: Chart, { open, high, low, close }: Bars, from: number, scale: number, volume: number): void {
  for (let i = 0; i < close.length; i++) {
    chart.add({
      openTime: epochMs(from + i * MINUTE),
      intervalMs: MINUTE,
      open: (open[i] as number) * scale,
      high: (high[i] as number) * scale,
      low: (low[i] as number) * scale,
      close: (close[i] as number) * scale,
      volume,
    })
  }
}
