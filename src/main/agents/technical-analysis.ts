import { ATR, BollingerBands, EMA, MACD } from 'trading-signals'
import type { TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type BiasSettings, biasOf, type DirectionalOpinion, type Evidence, ROUNDING } from '../domain/bias.ts'
import type { Candle } from '../domain/market.ts'
import type { TaOutput } from '../domain/signal.ts'
import type { Agent } from './agent.ts'
import { DirectionalIndex, RelativeStrength } from './directional-indicators.ts'
import { WilderAverage } from './wilder-average.ts'

/** All periods in candles, at least 2. */
export type TechnicalAnalysisSettings = {
  readonly emaFast: number
  readonly emaMedium: number
  readonly emaSlow: number
  readonly emaBase: number
  readonly rsiPeriod: number
  readonly macdFast: number
  readonly macdSlow: number
  readonly macdSignal: number
  readonly atrPeriod: number
  readonly adxPeriod: number
  readonly bollingerPeriod: number
  /** Confidence (0 to 1) from which an opinion may be acted on: crossing it is news. */
  readonly actionableConfidence: number
  readonly bias: BiasSettings
}

/**
 * Where the market points, from candles alone. The formula is `biasOf`'s; this class keeps the indicators, one set per
 * symbol, each of constant size and cost.
 */
export class TechnicalAnalysis implements Agent<TaOutput> {
  readonly name = 'technical_analysis'
  readonly warmUp: number
  private readonly settings: TechnicalAnalysisSettings
  private readonly charts = new Map<TradedPair, Chart>()

  constructor(settings: TechnicalAnalysisSettings) {
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

  run(symbol: TradedPair, now: EpochMs): TaOutput | null {
    const chart = this.charts.get(symbol)
    if (chart === undefined || chart.seen < this.warmUp) return null
    const indicators = chart.values()
    const opinion = biasOf(indicators, chart.close, this.settings.bias)
    const output: TaOutput = {
      symbol,
      at: now,
      trend: opinion.trend,
      momentum: opinion.momentum,
      bias: opinion.bias,
      confidence: opinion.confidence,
      close: chart.close,
      indicators,
      isNews: this.isNews(chart.published, opinion),
    }
    chart.published = output
    return output
  }

  private isNews(before: TaOutput | null, now: DirectionalOpinion): boolean {
    const { actionableConfidence } = this.settings
    return (
      before === null ||
      before.trend !== now.trend ||
      before.momentum !== now.momentum ||
      before.bias !== now.bias ||
      before.confidence >= actionableConfidence !== now.confidence >= actionableConfidence
    )
  }
}

/**
 * The library starts an average at the first price it sees. After n candles that price still weighs (1 − 2/(p+1))^n in
 * an EMA of period p: 13.5 % after p, 1.8 % after 2p. Twice the slowest is therefore the least after which a restart does
 * not change opinions much; Wilder's averages (1 − 1/p per candle) and MACD's signal, fed late, converge long before.
 */
function warmUpOf(settings: TechnicalAnalysisSettings): number {
  return Math.max(
    2 * Math.max(settings.emaFast, settings.emaMedium, settings.emaSlow, settings.emaBase),
    2 * Math.max(settings.macdFast, settings.macdSlow) + 2 * settings.macdSignal,
    4 * Math.max(settings.rsiPeriod, settings.atrPeriod, settings.adxPeriod),
    settings.bollingerPeriod,
  )
}

/** One symbol's indicators. */
class Chart {
  seen = 0
  close = 0
  published: TaOutput | null = null
  private emaFast = 0
  private emaMedium = 0
  private emaSlow = 0
  private emaBase = 0
  private macdHistogram = 0
  private atr = 0
  private stretch = 0
  private readonly emas: { readonly fast: EMA; readonly medium: EMA; readonly slow: EMA; readonly base: EMA }
  private readonly rsi: RelativeStrength
  private readonly macd: MACD
  private readonly trueRange: ATR
  private readonly direction: DirectionalIndex
  private readonly bands: BollingerBands

  constructor(settings: TechnicalAnalysisSettings) {
    this.emas = {
      fast: new EMA(settings.emaFast),
      medium: new EMA(settings.emaMedium),
      slow: new EMA(settings.emaSlow),
      base: new EMA(settings.emaBase),
    }
    this.rsi = new RelativeStrength(settings.rsiPeriod)
    this.macd = new MACD(new EMA(settings.macdFast), new EMA(settings.macdSlow), new EMA(settings.macdSignal))
    this.trueRange = new ATR(settings.atrPeriod, WilderAverage)
    this.direction = new DirectionalIndex(settings.adxPeriod)
    // One standard deviation: the distance from the middle is counted in them.
    this.bands = new BollingerBands(settings.bollingerPeriod, 1)
  }

  observe(candle: Candle): void {
    const { close } = candle
    this.seen++
    this.close = close
    this.emaFast = this.emas.fast.update(close, false)
    this.emaMedium = this.emas.medium.update(close, false)
    this.emaSlow = this.emas.slow.update(close, false)
    this.emaBase = this.emas.base.update(close, false)
    this.rsi.observe(close)
    this.macdHistogram = this.macd.update(close, false)?.histogram ?? 0
    this.atr = this.trueRange.update(candle, false) ?? 0
    this.direction.observe(candle)
    const bands = this.bands.update(close, false)
    const deviation = bands === null ? 0 : bands.upper - bands.middle
    this.stretch = bands === null || deviation <= close * ROUNDING ? 0 : (close - bands.middle) / deviation
  }

  values(): Evidence {
    return {
      emaFast: this.emaFast,
      emaMedium: this.emaMedium,
      emaSlow: this.emaSlow,
      emaBase: this.emaBase,
      rsi: this.rsi.rsi,
      macdHistogram: this.macdHistogram,
      atr: this.atr,
      adx: this.direction.adx,
      plusDi: this.direction.plusDi,
      minusDi: this.direction.minusDi,
      stretch: this.stretch,
    }
  }
}
