import { ATR, CHOP, EMA } from 'trading-signals'
import type { TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Candle } from '../domain/market.ts'
import { classify, confirm, type MarketCondition, type RegimeRules, type RegimeState } from '../domain/regime.ts'
import type { Regime, RegimeOutput } from '../domain/signal.ts'
import type { Agent } from './agent.ts'
import { DirectionalIndex } from './directional-indicators.ts'
import { FloatWindow } from './float-window.ts'
import { WilderAverage } from './wilder-average.ts'

/** All periods in candles, at least 2. */
export type RegimeDetectionSettings = {
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
  /** Runs in a row that must read another regime before it is in force. */
  readonly confirmations: number
  readonly rules: RegimeRules
  /** Factor on position size by regime, 0 to 1. */
  readonly sizeMultipliers: Readonly<Record<Regime, number>>
}

/** What kind of market it is, from candles alone. The rules are `classify`'s and `confirm`'s; this class keeps the indicators. */
export class RegimeDetection implements Agent<RegimeOutput> {
  readonly name = 'regime_detection'
  readonly warmUp: number
  private readonly settings: RegimeDetectionSettings
  private readonly charts = new Map<TradedPair, Chart>()

  constructor(settings: RegimeDetectionSettings) {
    this.settings = settings
    this.warmUp = warmUpOf(settings)
  }

  observe(symbol: TradedPair, candle: Candle): void {
    let chart = this.charts.get(symbol)
    if (chart === undefined) {
      chart = new Chart(this.settings)
      this.charts.set(symbol, chart)
    }
    chart.observe(candle)
  }

  seen(symbol: TradedPair): number {
    return this.charts.get(symbol)?.seen ?? 0
  }

  run(symbol: TradedPair, now: EpochMs): RegimeOutput | null {
    const chart = this.charts.get(symbol)
    if (chart === undefined || chart.seen < this.warmUp) return null
    const indicators = chart.condition()
    const before = chart.state
    // Asked twice about one candle, it has still seen it once.
    const state =
      before !== null && chart.seenAtRun === chart.seen
        ? before
        : confirm(before, classify(indicators, this.settings.rules), this.settings.confirmations)
    chart.state = state
    chart.seenAtRun = chart.seen
    return {
      symbol,
      at: now,
      regime: state.regime,
      confidence: state.confidence,
      sizeMultiplier: this.settings.sizeMultipliers[state.regime],
      indicators,
      isNews: before?.regime !== state.regime,
    }
  }
}

/**
 * A full window to rank volatility in, each ATR in it settled (the seed of Wilder's average weighs less than 2 % after
 * four periods), and the slope's average past twice its period, where the first price weighs less than 2 %. Never below
 * 200, so that the two analysts begin to speak at about the same time.
 */
function warmUpOf(settings: RegimeDetectionSettings): number {
  return Math.max(
    200,
    settings.volatilityWindow + 4 * settings.atrPeriod,
    2 * settings.slopeEma + settings.slopeCandles,
    6 * settings.adxPeriod,
    settings.choppinessPeriod + 1,
    settings.rangeCandles,
  )
}

/** One symbol's indicators. */
class Chart {
  seen = 0
  seenAtRun = 0
  state: RegimeState | null = null
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

  constructor(settings: RegimeDetectionSettings) {
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
