import type { TradedPair } from '../../shared/ids.ts'
import { HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import type { Settings } from '../config.ts'
import type { DeskSettings, RebalancingSettings } from './decision-desks.ts'

/** What the configuration says about deciding. */
export function deskSettings(
  { execution, orchestration, portfolio, risk }: Settings,
  means: {
    readonly symbols: readonly TradedPair[]
    readonly prompts: { readonly conflict: string; readonly strategy: string }
    readonly rebalancing: Pick<RebalancingSettings, 'assets' | 'targets' | 'band' | 'plan'>
  },
): DeskSettings {
  const { conflicts } = orchestration
  const { quote, rebalancing } = portfolio
  return {
    symbols: means.symbols,
    canShort: risk.margin.enabled,
    closesOnSignal: portfolio.approval.tactical === 'auto',
    tightenTo: conflicts.tighten_stop_to,
    conflictPrompt: means.prompts.conflict,
    strategyPrompt: means.prompts.strategy,
    conflicts: {
      defaultAfterMs: conflicts.default_after_seconds * SECOND,
      askTimeLimitMs: conflicts.ask_time_limit_seconds * SECOND,
      waitAtMostMs: conflicts.wait_at_most_hours * HOUR,
    },
    detection: { quote, sentimentGap: conflicts.sentiment_gap, correlationAbove: conflicts.correlation_above },
    tactical: {
      quote,
      expiresMs: portfolio.approval.expires_minutes * MINUTE,
      slippageCapPercent: execution.orders.slippage_cap_percent,
      unknownRegimeSize: risk.unknown_regime_size,
      riskModifiedBelow: conflicts.risk_modified_below,
      stopMaxPercent: risk.stop.max_percent,
      stopMaxPercentOf: risk.stop.max_percent_by_symbol,
      limits: {
        minimumConfidence: risk.minimum_confidence,
        afterLosses: risk.after_losses.map((step) => ({
          losses: step.losses,
          minimumConfidence: step.minimum_confidence,
        })),
        confidenceTiers: risk.confidence_tiers,
        riskPerTradePercent: risk.risk_per_trade_percent,
        maxPositionPercent: risk.max_position_percent,
        maxExposurePercent: risk.max_exposure_percent,
        maxPositionsPerSymbol: risk.max_positions_per_symbol,
        maxPositions: risk.max_positions,
        stopAtrMultiple: risk.stop.atr_multiple,
        stopMinPercent: risk.stop.min_percent,
        rewardToRisk: risk.reward_to_risk,
        leverage: risk.margin.enabled ? risk.margin.leverage : 1,
      },
    },
    rebalancing: {
      ...means.rebalancing,
      quote,
      selling: rebalancing.selling,
      newMoney: rebalancing.new_money,
      cooldownMs: rebalancing.cooldown_minutes * MINUTE,
      expiresMs: portfolio.approval.expires_minutes * MINUTE,
      maxNotional: execution.gate.max_notional_per_order,
      asksForStrategy: rebalancing.strategy_by === 'llm',
    },
  }
}
