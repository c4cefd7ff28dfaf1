import { ATR, EMA, MACD, OBV, SuperTrend, VWAP } from 'trading-signals'
import { DAY } from '../../shared/time.ts'
import type { Evidence } from '../domain/bias.ts'
import type { Candle } from '../domain/market.ts'
import { DirectionalIndex, RelativeStrength } from './directional-indicators.ts'
import { Stretch } from './stretch.ts'
import { WilderAverage } from './wilder-average.ts'

/** All periods in candles, at least 2. */
export type ChartSettings = {
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
  readonly supertrendPeriod: number
  /** Distance of the Supertrend from the middle of a candle, in its ATRs. */
  readonly supertrendMultiple: number
  /** Average that the on-balance volume is held against. */
  readonly obvAverage: number
}

/**
 * The indicators of one chart, each of constant size and cost per candle.
 *
 * How each begins, which TA-Lib does differently in part (test/oracles/indicators.test.ts says by how much):
 * - EMA 9/21/50/200, and those of MACD and OBV: at the first value; after n candles it weighs (1 − 2/(p+1))^n.
 * - RSI, ATR, ADX (Wilder, share 1/p per candle): at the mean of the first p values.
 * - Bollinger bands: the last p closes, population deviation. No memory.
 * - OBV: at 0 on the first candle; only its changes mean anything.
 * - VWAP: begins anew at 00:00 UTC, typical price weighted with volume; until something trades, the close.
 * - Supertrend: bands of the first full ATR period; down until the close is above the upper one.
 */
export class TaChart {
  seen = 0
  close = 0
  private emaFast = 0
  private emaMedium = 0
  private emaSlow = 0
  private emaBase = 0
  private macdHistogram = 0
  private atr = 0
  private obv = 0
  private obvAverage = 0
  private vwap = 0
  private supertrend = 0
  private day = -1
  private readonly emas: { readonly fast: EMA; readonly medium: EMA; readonly slow: EMA; readonly base: EMA }
  private readonly rsi: RelativeStrength
  private readonly macd: MACD
  private readonly trueRange: ATR
  private readonly direction: DirectionalIndex
  private readonly stretch: Stretch
  private readonly volumes = new OBV(2)
  private readonly volumeEma: EMA
  private session = new VWAP()
  private readonly trail: SuperTrend

  constructor(settings: ChartSettings) {
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
    this.stretch = new Stretch(settings.bollingerPeriod)
    this.volumeEma = new EMA(settings.obvAverage)
    this.trail = new SuperTrend({ interval: settings.supertrendPeriod, multiplier: settings.supertrendMultiple })
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
    this.stretch.observe(close)
    this.obv = this.volumes.update(candle, false) ?? 0
    this.obvAverage = this.volumeEma.update(this.obv, false)
    this.observeSession(candle)
    this.supertrend = this.trail.update(candle, false)?.supertrend ?? close
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
      stretch: this.stretch.value,
      obv: this.obv,
      obvAverage: this.obvAverage,
      vwap: this.vwap,
      supertrend: this.supertrend,
    }
  }

  private observeSession(candle: Candle): void {
    const day = Math.floor(candle.openTime / DAY)
    if (day !== this.day) {
      this.day = day
      this.session = new VWAP()
      this.vwap = candle.close
    }
    this.vwap = this.session.update(candle, false) ?? this.vwap
  }
}
