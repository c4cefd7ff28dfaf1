import { z } from 'zod'
import type { TradedPair } from '../../../shared/ids.ts'
import { integer, number, period, share } from '../../../shared/setting.ts'
import { MINUTE } from '../../../shared/time.ts'
import type { Candle, CandleNeed } from '../../domain/market.ts'
import { classify, confirm, type MarketCondition, type RegimeRules, type RegimeState } from '../../domain/regime.ts'
import type { Regime, RegimeOutput } from '../../domain/signal.ts'
import { type Agent, type AgentView, agentKind, intervalsFrom, timeframeMinutes } from '../agent.ts'
import { RegimeChart, type RegimeChartSettings } from '../regime-chart.ts'

export type RegimeDetectionSettings = RegimeChartSettings & {
  /** Width of the chart, ms. */
  readonly intervalMs: number
  /** Candles in a row that must read another regime before it is in force. */
  readonly confirmations: number
  readonly rules: RegimeRules
  /** Factor on position size by regime, 0 to 1. */
  readonly sizeMultipliers: Readonly<Record<Regime, number>>
}

/** What kind of market it is, from candles alone. The rules are `classify`'s and `confirm`'s; this class keeps the indicators. */
export class RegimeDetection implements Agent<RegimeOutput> {
  readonly needs: readonly CandleNeed[]
  private readonly settings: RegimeDetectionSettings
  private readonly charts = new Map<TradedPair, Followed>()
  private readonly warmUp: number
  private readonly intervalMs: number

  constructor(settings: RegimeDetectionSettings, baseIntervalMs: number) {
    this.settings = settings
    this.warmUp = warmUpOf(settings)
    this.needs = intervalsFrom([settings.intervalMs], baseIntervalMs).map((intervalMs) => ({
      intervalMs,
      count: this.warmUp,
    }))
    this.intervalMs = this.needs[0]?.intervalMs ?? baseIntervalMs
  }

  observe(symbol: TradedPair, candle: Candle): void {
    if (candle.intervalMs !== this.intervalMs) return
    let followed = this.charts.get(symbol)
    if (followed === undefined) {
      followed = { chart: new RegimeChart(this.settings), condition: null, state: null, published: null }
      this.charts.set(symbol, followed)
    }
    const { chart } = followed
    chart.observe(candle)
    if (chart.seen < this.warmUp) return
    // Candle by candle, past ones included: after a restart it is as sure of a regime as if it had never stopped.
    followed.condition = chart.condition()
    const read = classify(followed.condition, this.settings.rules)
    followed.state = confirm(followed.state, read, this.settings.confirmations)
  }

  forget(): void {
    this.charts.clear()
  }

  seen(symbol: TradedPair): number {
    return this.charts.get(symbol)?.chart.seen ?? 0
  }

  run({ symbol, now }: AgentView): RegimeOutput | null {
    const followed = this.charts.get(symbol)
    if (followed === undefined) return null
    const { condition, state, published } = followed
    if (condition === null || state === null) return null
    followed.published = state.regime
    return {
      symbol,
      at: now,
      regime: state.regime,
      confidence: state.confidence,
      sizeMultiplier: this.settings.sizeMultipliers[state.regime],
      indicators: condition,
      isNews: published !== state.regime,
    }
  }
}

type Followed = {
  readonly chart: RegimeChart
  /** Null until it has warmed up. */
  condition: MarketCondition | null
  state: RegimeState | null
  /** The regime that was said last. */
  published: Regime | null
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

const settings = z
  .strictObject({
    timeframe_minutes: timeframeMinutes,
    adx_period: period,
    atr_period: period,
    choppiness_period: period,
    slope_ema: period,
    slope_candles: period,
    volatility_window: period,
    range_candles: period,
    confirmations: integer(1, 100),
    rules: z.strictObject({
      trend_adx: number('0', '99'),
      full_trend_adx: number('1', '100'),
      trend_slope: number('0', '100'),
      full_trend_slope: number('0.001', '100'),
      volatile_from: share,
      quiet_up_to: share,
      edge: number('0', '0.5'),
      choppy_from: number('0', '100'),
    }),
    size_multipliers: z.strictObject({
      trending_bull: share,
      trending_bear: share,
      ranging: share,
      volatile_bull: share,
      volatile_bear: share,
      choppy: share,
      breakout_potential: share,
    }),
  })
  .refine(({ rules }) => rules.trend_adx < rules.full_trend_adx && rules.trend_slope < rules.full_trend_slope, {
    message: 'expected trend_adx below full_trend_adx and trend_slope below full_trend_slope',
    path: ['rules'],
  })
  .refine(({ rules }) => rules.quiet_up_to < rules.volatile_from, {
    message: 'expected quiet_up_to below volatile_from',
    path: ['rules'],
  })
  .transform(
    (regime): RegimeDetectionSettings => ({
      intervalMs: regime.timeframe_minutes * MINUTE,
      adxPeriod: regime.adx_period,
      atrPeriod: regime.atr_period,
      choppinessPeriod: regime.choppiness_period,
      slopeEma: regime.slope_ema,
      slopeCandles: regime.slope_candles,
      volatilityWindow: regime.volatility_window,
      rangeCandles: regime.range_candles,
      confirmations: regime.confirmations,
      rules: {
        trendAdx: regime.rules.trend_adx,
        fullTrendAdx: regime.rules.full_trend_adx,
        trendSlope: regime.rules.trend_slope,
        fullTrendSlope: regime.rules.full_trend_slope,
        volatileFrom: regime.rules.volatile_from,
        quietUpTo: regime.rules.quiet_up_to,
        edge: regime.rules.edge,
        choppyFrom: regime.rules.choppy_from,
      },
      sizeMultipliers: regime.size_multipliers,
    }),
  )

export const kind = agentKind({
  title: 'Regime detection',
  topic: 'regime_updates',
  settings,
  make: (own, { baseIntervalMs }) => new RegimeDetection(own, baseIntervalMs),
})
