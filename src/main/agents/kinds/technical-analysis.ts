import { z } from 'zod'
import type { TradedPair } from '../../../shared/ids.ts'
import { number, period, share } from '../../../shared/setting.ts'
import { MINUTE } from '../../../shared/time.ts'
import { type BiasSettings, biasOf, type DirectionalOpinion, withHigherCharts } from '../../domain/bias.ts'
import type { Candle, CandleNeed } from '../../domain/market.ts'
import type { TaOutput } from '../../domain/signal.ts'
import { type Agent, type AgentView, agentKind, intervalsFrom, timeframeMinutes } from '../agent.ts'
import { type ChartSettings, TaChart } from '../ta-chart.ts'

export type TechnicalAnalysisSettings = ChartSettings & {
  /** Widths of the charts it looks at, ms, finest first: it speaks of the first, the others confirm or object. */
  readonly intervalsMs: readonly number[]
  /** Confidence (0 to 1) from which an opinion may be acted on: crossing it is news. */
  readonly actionableConfidence: number
  readonly bias: BiasSettings
}

/** Where the market points, from candles alone. The formula is `biasOf`'s; the indicators are `TaChart`'s. */
export class TechnicalAnalysis implements Agent<TaOutput> {
  readonly needs: readonly CandleNeed[]
  private readonly settings: TechnicalAnalysisSettings
  private readonly charts = new Map<TradedPair, Charts>()
  private readonly warmUp: number

  constructor(settings: TechnicalAnalysisSettings, baseIntervalMs: number) {
    this.settings = settings
    this.warmUp = warmUpOf(settings)
    this.needs = intervalsFrom(settings.intervalsMs, baseIntervalMs).map((intervalMs) => ({
      intervalMs,
      count: this.warmUp,
    }))
  }

  observe(symbol: TradedPair, candle: Candle): void {
    if (!this.needs.some(({ intervalMs }) => intervalMs === candle.intervalMs)) return
    let charts = this.charts.get(symbol)
    if (charts === undefined) {
      charts = { own: null, higher: new Map(), published: null }
      this.charts.set(symbol, charts)
    }
    if (candle.intervalMs === this.needs[0]?.intervalMs) {
      charts.own ??= new TaChart(this.settings)
      charts.own.observe(candle)
      return
    }
    let chart = charts.higher.get(candle.intervalMs)
    if (chart === undefined) {
      chart = new TaChart(this.settings)
      charts.higher.set(candle.intervalMs, chart)
    }
    chart.observe(candle)
  }

  forget(): void {
    this.charts.clear()
  }

  seen(symbol: TradedPair): number {
    return this.charts.get(symbol)?.own?.seen ?? 0
  }

  run({ symbol, now }: AgentView): TaOutput | null {
    const charts = this.charts.get(symbol)
    const own = charts?.own ?? null
    if (charts === undefined || own === null || own.seen < this.warmUp) return null
    const indicators = own.values()
    const higher = [...charts.higher.values()].filter(({ seen }) => seen >= this.warmUp)
    const { bias: settings } = this.settings
    const opinion = withHigherCharts(
      biasOf(indicators, own.close, settings),
      higher.map((chart) => biasOf(chart.values(), chart.close, settings)),
      settings,
    )
    const output: TaOutput = {
      symbol,
      at: now,
      trend: opinion.trend,
      momentum: opinion.momentum,
      bias: opinion.bias,
      confidence: opinion.confidence,
      close: own.close,
      indicators,
      isNews: this.isNews(charts.published, opinion),
    }
    charts.published = output
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

/** One symbol's charts: the one that is spoken of, and wider ones. */
type Charts = { own: TaChart | null; readonly higher: Map<number, TaChart>; published: TaOutput | null }

/**
 * The library starts an average at the first price it sees. After n candles that price still weighs (1 − 2/(p+1))^n in
 * an EMA of period p: 13.5 % after p, 1.8 % after 2p. Twice the slowest is therefore the least after which a restart does
 * not change opinions much; Wilder's averages lose their beginning by 1 − 1/p per candle: fifteen periods of the longest
 * leave less than a millionth of it.
 */
function warmUpOf(settings: TechnicalAnalysisSettings): number {
  return Math.max(
    2 * Math.max(settings.emaFast, settings.emaMedium, settings.emaSlow, settings.emaBase),
    2 * Math.max(settings.macdFast, settings.macdSlow) + 2 * settings.macdSignal,
    15 * Math.max(settings.rsiPeriod, settings.atrPeriod, settings.adxPeriod),
    settings.bollingerPeriod,
    2 * settings.obvAverage,
    15 * settings.supertrendPeriod,
  )
}

const settings = z
  .strictObject({
    timeframes_minutes: z.array(timeframeMinutes).min(1, 'expected at least one timeframe'),
    actionable_confidence: share,
    ema_fast: period,
    ema_medium: period,
    ema_slow: period,
    ema_base: period,
    rsi_period: period,
    macd_fast: period,
    macd_slow: period,
    macd_signal: period,
    atr_period: period,
    adx_period: period,
    bollinger_period: period,
    supertrend_period: period,
    supertrend_multiple: number('0.1', '20'),
    obv_average: period,
    bias: z.strictObject({
      trend_weight: share,
      momentum_weight: share,
      strength_weight: share,
      confirmation_weight: share,
      min_gap_atr: number('0', '10'),
      full_histogram_atr: number('0.001', '10'),
      full_rsi_distance: number('1', '50'),
      no_strength_adx: number('0', '99'),
      full_strength_adx: number('1', '100'),
      stretched_from: number('0', '10'),
      fully_stretched_at: number('0.1', '20'),
      stretch_penalty: share,
      opposed_penalty: share,
      neutral_below: share,
    }),
  })
  .refine(({ timeframes_minutes: all }) => all.every((each, i) => i === 0 || each > (all[i - 1] as number)), {
    message: 'expected timeframes from fine to coarse, none twice',
    path: ['timeframes_minutes'],
  })
  .refine(
    ({ bias }) =>
      Math.abs(bias.trend_weight + bias.momentum_weight + bias.strength_weight + bias.confirmation_weight - 1) < 1e-9,
    {
      message: 'expected trend_weight, momentum_weight, strength_weight and confirmation_weight to sum to 1',
      path: ['bias'],
    },
  )
  .refine(
    ({ ema_fast, ema_medium, ema_slow, ema_base }) =>
      ema_fast < ema_medium && ema_medium < ema_slow && ema_slow < ema_base,
    { message: 'expected the averages from fast to slow', path: ['ema_fast'] },
  )
  .refine(({ macd_fast, macd_slow }) => macd_fast < macd_slow, {
    message: 'expected macd_fast below macd_slow',
    path: ['macd_fast'],
  })
  .refine(
    ({ bias }) => bias.no_strength_adx < bias.full_strength_adx && bias.stretched_from < bias.fully_stretched_at,
    {
      message: 'expected no_strength_adx below full_strength_adx and stretched_from below fully_stretched_at',
      path: ['bias'],
    },
  )
  .transform(
    (ta): TechnicalAnalysisSettings => ({
      intervalsMs: ta.timeframes_minutes.map((minutes) => minutes * MINUTE),
      actionableConfidence: ta.actionable_confidence,
      emaFast: ta.ema_fast,
      emaMedium: ta.ema_medium,
      emaSlow: ta.ema_slow,
      emaBase: ta.ema_base,
      rsiPeriod: ta.rsi_period,
      macdFast: ta.macd_fast,
      macdSlow: ta.macd_slow,
      macdSignal: ta.macd_signal,
      atrPeriod: ta.atr_period,
      adxPeriod: ta.adx_period,
      bollingerPeriod: ta.bollinger_period,
      supertrendPeriod: ta.supertrend_period,
      supertrendMultiple: ta.supertrend_multiple,
      obvAverage: ta.obv_average,
      bias: {
        weights: {
          trend: ta.bias.trend_weight,
          momentum: ta.bias.momentum_weight,
          strength: ta.bias.strength_weight,
          confirmation: ta.bias.confirmation_weight,
        },
        minGapAtr: ta.bias.min_gap_atr,
        fullHistogramAtr: ta.bias.full_histogram_atr,
        fullRsiDistance: ta.bias.full_rsi_distance,
        noStrengthAdx: ta.bias.no_strength_adx,
        fullStrengthAdx: ta.bias.full_strength_adx,
        stretchedFrom: ta.bias.stretched_from,
        fullyStretchedAt: ta.bias.fully_stretched_at,
        stretchPenalty: ta.bias.stretch_penalty,
        opposedPenalty: ta.bias.opposed_penalty,
        neutralBelow: ta.bias.neutral_below,
      },
    }),
  )

export const kind = agentKind({
  title: 'Technical analysis',
  topic: 'ta_signals',
  settings,
  make: (own, { baseIntervalMs }) => new TechnicalAnalysis(own, baseIntervalMs),
})
