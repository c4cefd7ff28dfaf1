import { ATR, CHOP, EMA } from 'trading-signals'
import type { Candle } from '../domain/market.ts'
import type { MarketCondition } from '../domain/regime.ts'
import { DirectionalIndex } from './directional-indicators.ts'
import { FloatWindow } from './float-window.ts'
import { WilderAverage } from './wilder-average.ts'

/** All periods in candles, at least 2. */
export type RegimeChartSettings = {
  readonly adxPeriod: number
  readonly atrPeriod: number
  readonly choppinessPeriod: number
  /** The average whose slope is the direction, and over how many candles it is taken. */
  readonly slopeEma: number
  readonly slopeCandles: number
  /** Candles against which volatility is ranked. */
  readonly volatilityWindow: number
  /** Candles whose highest high and lowest low are the range. */
  readonly rangeCandles: number
}

/** What regime detection sees of one symbol, of constant size per candle. */
export class RegimeChart {
  seen = 0
  private close = 0
  private atr = 0
  private choppiness = 100
  private slopeNow = 0
  private readonly direction: DirectionalIndex
  private readonly trueRange: ATR
  private readonly chop: CHOP
  private readonly slopeEma: EMA
  /** One more than the slope's candles: from the oldest to the newest are that many steps. */
  private readonly slopeValues: FloatWindow
  private readonly volatilities: FloatWindow
  private readonly highs: FloatWindow
  private readonly lows: FloatWindow

  constructor(settings: RegimeChartSettings) {
    this.direction = new DirectionalIndex(settings.adxPeriod)
    this.trueRange = new ATR(settings.atrPeriod, WilderAverage)
    this.chop = new CHOP(settings.choppinessPeriod)
    this.slopeEma = new EMA(settings.slopeEma)
    this.slopeValues = new FloatWindow(settings.slopeCandles + 1)
    this.volatilities = new FloatWindow(settings.volatilityWindow)
    this.highs = new FloatWindow(settings.rangeCandles)
    this.lows = new FloatWindow(settings.rangeCandles)
  }

  observe(candle: Candle): void {
    this.seen++
    this.close = candle.close
    this.direction.observe(candle)
    this.atr = this.trueRange.update(candle, false) ?? 0
    this.choppiness = this.chop.update(candle, false) ?? 100
    this.slopeNow = this.slopeEma.update(candle.close, false)
    this.slopeValues.push(this.slopeNow)
    this.volatilities.push(this.volatility())
    this.highs.push(candle.high)
    this.lows.push(candle.low)
  }

  condition(): MarketCondition {
    const low = this.lows.min()
    const range = this.highs.max() - low
    return {
      adx: this.direction.adx,
      slope: range > 0 ? ratio(this.slopeNow - this.slopeValues.oldest(), this.atr) : 0,
      volatilityPercentile: this.volatilities.rankOf(this.volatility(), SAME_VOLATILITY),
      choppiness: this.choppiness,
      rangePosition: range > 0 ? (this.close - low) / range : 0.5,
      range: ratio(range, this.close),
    }
  }

  /** ATR as a fraction of the price. */
  private volatility(): number {
    return ratio(this.atr, this.close)
  }
}

/**
 * Volatilities closer than this (fraction) are the same: without it a market whose ranges hardly change would be called
 * volatile for the last hair's breadth.
 */
const SAME_VOLATILITY = 0.05

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)
