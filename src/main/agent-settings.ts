import type { RegimeDetectionSettings } from './agents/regime-detection.ts'
import type { TechnicalAnalysisSettings } from './agents/technical-analysis.ts'
import type { Settings } from './config.ts'

/** The analysts' settings in their own words, from agents.yaml and the confidence that risk.yaml asks for. */
export function technicalAnalysisSettings({ agents, risk }: Settings): TechnicalAnalysisSettings {
  const ta = agents.technical_analysis
  return {
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
    actionableConfidence: risk.minimum_confidence,
    bias: {
      weights: {
        trend: ta.bias.trend_weight,
        momentum: ta.bias.momentum_weight,
        strength: ta.bias.strength_weight,
      },
      minGapAtr: ta.bias.min_gap_atr,
      fullHistogramAtr: ta.bias.full_histogram_atr,
      fullRsiDistance: ta.bias.full_rsi_distance,
      noStrengthAdx: ta.bias.no_strength_adx,
      fullStrengthAdx: ta.bias.full_strength_adx,
      stretchedFrom: ta.bias.stretched_from,
      fullyStretchedAt: ta.bias.fully_stretched_at,
      stretchPenalty: ta.bias.stretch_penalty,
      neutralBelow: ta.bias.neutral_below,
    },
  }
}

export function regimeDetectionSettings({ agents }: Settings): RegimeDetectionSettings {
  const regime = agents.regime_detection
  return {
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
  }
}
