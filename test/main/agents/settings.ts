import type { RegimeDetectionSettings } from '../../../src/main/agents/kinds/regime-detection.ts'
import type { TechnicalAnalysisSettings } from '../../../src/main/agents/kinds/technical-analysis.ts'
import { HOUR, MINUTE } from '../../../src/shared/time.ts'

/** The values of config/agents.yaml, but for the width of the regime's candles. */
export const TA_SETTINGS: TechnicalAnalysisSettings = {
  intervalsMs: [MINUTE, 15 * MINUTE, HOUR, 4 * HOUR],
  emaFast: 9,
  emaMedium: 21,
  emaSlow: 50,
  emaBase: 200,
  rsiPeriod: 14,
  macdFast: 12,
  macdSlow: 26,
  macdSignal: 9,
  atrPeriod: 14,
  adxPeriod: 14,
  bollingerPeriod: 20,
  supertrendPeriod: 10,
  supertrendMultiple: 3,
  obvAverage: 21,
  actionableConfidence: 0.6,
  bias: {
    weights: { trend: 0.25, momentum: 0.325, strength: 0.325, confirmation: 0.1 },
    minGapAtr: 0.1,
    fullHistogramAtr: 0.6,
    fullRsiDistance: 30,
    noStrengthAdx: 20,
    fullStrengthAdx: 50,
    stretchedFrom: 2,
    fullyStretchedAt: 3.5,
    stretchPenalty: 0.5,
    opposedPenalty: 0.4,
    neutralBelow: 0.25,
  },
}

export const REGIME_SETTINGS: RegimeDetectionSettings = {
  intervalMs: MINUTE,
  adxPeriod: 14,
  atrPeriod: 14,
  choppinessPeriod: 14,
  slopeEma: 50,
  slopeCandles: 10,
  volatilityWindow: 300,
  rangeCandles: 20,
  confirmations: 3,
  rules: {
    trendAdx: 25,
    fullTrendAdx: 50,
    trendSlope: 0.5,
    fullTrendSlope: 2,
    volatileFrom: 0.9,
    quietUpTo: 0.35,
    edge: 0.2,
    choppyFrom: 58,
  },
  sizeMultipliers: {
    trending_bull: 1,
    trending_bear: 0.75,
    ranging: 0.5,
    volatile_bull: 0.5,
    volatile_bear: 0.25,
    choppy: 0.25,
    breakout_potential: 0.75,
  },
}
