import type { MessageId, TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type {
  ConflictAttempt,
  ConflictOption,
  OptionKind,
  Resolution,
  ResolvedBy,
  Resolver,
} from '../domain/conflict.ts'
import type { Regime, RegimeOutput, TradingSignal, Voice } from '../domain/signal.ts'
import { oneOf } from './columns.ts'
import { fieldsOf, float, listOf, numberIn, numberOf, numberOrNullIn, textIn, textOrNullIn } from './json.ts'

export const RESOLVERS: readonly Resolver[] = ['deepseek', 'claude']
const RESOLVED_BY: readonly ResolvedBy[] = [...RESOLVERS, 'trader', 'default']
const OPTION_KINDS: readonly OptionKind[] = ['proceed', 'wait', 'modify', 'abort']
const REGIMES: readonly Regime[] = [
  'trending_bull',
  'trending_bear',
  'ranging',
  'volatile_bull',
  'volatile_bear',
  'choppy',
  'breakout_potential',
]

export const signalToJson = (signal: TradingSignal): string =>
  JSON.stringify({
    symbol: signal.symbol,
    at: signal.at,
    action: signal.action,
    bias: signal.bias,
    confidence: float(signal.confidence),
    entry: float(signal.entry),
    atr: float(signal.atr),
    stop: signal.stop === null ? null : float(signal.stop),
    target: signal.target === null ? null : float(signal.target),
    voices: signal.voices.map((voice) => ({
      name: voice.name,
      bias: voice.bias,
      confidence: float(voice.confidence),
      weight: float(voice.weight),
    })),
    reason: signal.reason,
    isNews: signal.isNews,
    taMessageId: signal.taMessageId,
  })
export function signalFromJson(text: string): TradingSignal {
  const signal = fieldsOf(JSON.parse(text), 'signal')
  const bias = oneOf(BIASES, signal.bias)
  // Versions before the trading decision kept less: such a signal was a direction that was to be traded.
  const isOld = signal.action === undefined
  return {
    symbol: textIn(signal, 'symbol') as TradedPair,
    at: epochMs(numberIn(signal, 'at')),
    action: isOld ? (bias === 'long' ? 'BUY' : 'SELL') : oneOf(ACTIONS, signal.action),
    bias,
    confidence: numberIn(signal, 'confidence'),
    entry: numberIn(signal, 'entry'),
    atr: numberIn(signal, 'atr'),
    stop: isOld || signal.stop === null ? null : numberIn(signal, 'stop'),
    target: isOld || signal.target === null ? null : numberIn(signal, 'target'),
    voices: isOld ? [] : voicesIn(signal.voices),
    reason: isOld ? '' : textIn(signal, 'reason'),
    isNews: isOld || signal.isNews === true,
    taMessageId: textIn(signal, 'taMessageId') as MessageId,
  }
}

const BIASES = ['long', 'short', 'neutral'] as const
const ACTIONS = ['BUY', 'SELL', 'HOLD', 'CLOSE'] as const

function voicesIn(value: unknown): readonly Voice[] {
  if (!Array.isArray(value)) throw new Error('voices: expected a list')
  return value.map((each) => {
    const voice = fieldsOf(each, 'voice')
    return {
      name: textIn(voice, 'name'),
      bias: oneOf(BIASES, voice.bias),
      confidence: numberIn(voice, 'confidence'),
      weight: numberIn(voice, 'weight'),
    }
  })
}

export const regimeToJson = (regime: RegimeOutput): string =>
  JSON.stringify({
    symbol: regime.symbol,
    at: regime.at,
    regime: regime.regime,
    confidence: float(regime.confidence),
    sizeMultiplier: float(regime.sizeMultiplier),
    indicators: Object.fromEntries(Object.entries(regime.indicators).map(([name, value]) => [name, float(value)])),
    isNews: regime.isNews,
  })
export function regimeFromJson(text: string): RegimeOutput {
  const regime = fieldsOf(JSON.parse(text), 'regime')
  const indicators = Object.entries(fieldsOf(regime.indicators, 'indicators'))
  return {
    symbol: textIn(regime, 'symbol') as TradedPair,
    at: epochMs(numberIn(regime, 'at')),
    regime: oneOf(REGIMES, regime.regime),
    confidence: numberIn(regime, 'confidence'),
    sizeMultiplier: numberIn(regime, 'sizeMultiplier'),
    indicators: Object.fromEntries(indicators.map(([name, value]) => [name, numberOf(value, name)])),
    isNews: regime.isNews === true,
  }
}

export const optionsToJson = (options: readonly ConflictOption[]): string =>
  JSON.stringify(
    options.map((option) => ({
      id: option.id,
      kind: option.kind,
      text: option.text,
      sizeFactor: float(option.sizeFactor),
    })),
  )
export const optionsFromJson = (text: string): ConflictOption[] =>
  listOf(text, 'options', (option) => ({
    id: textIn(option, 'id'),
    kind: oneOf(OPTION_KINDS, option.kind),
    text: textIn(option, 'text'),
    sizeFactor: numberIn(option, 'sizeFactor'),
  }))

export const attemptsToJson = (attempts: readonly ConflictAttempt[]): string =>
  JSON.stringify(
    attempts.map((attempt) => ({
      resolver: attempt.resolver,
      startedAt: attempt.startedAt,
      endedAt: attempt.endedAt,
      outcome: attempt.outcome,
      model: attempt.model,
      costUsd: attempt.costUsd,
    })),
  )
export const attemptsFromJson = (text: string): ConflictAttempt[] =>
  listOf(text, 'attempts', (attempt) => {
    const endedAt = numberOrNullIn(attempt, 'endedAt')
    return {
      resolver: oneOf(RESOLVERS, attempt.resolver),
      startedAt: epochMs(numberIn(attempt, 'startedAt')),
      endedAt: endedAt === null ? null : epochMs(endedAt),
      outcome: textOrNullIn(attempt, 'outcome'),
      model: textOrNullIn(attempt, 'model'),
      costUsd: textOrNullIn(attempt, 'costUsd'),
    }
  })

export const resolutionToJson = (resolution: Resolution): string =>
  JSON.stringify({
    by: resolution.by,
    optionId: resolution.optionId,
    confidence: resolution.confidence === null ? null : float(resolution.confidence),
    reasons: resolution.reasons,
    at: resolution.at,
  })
export function resolutionFromJson(text: string): Resolution {
  const resolution = fieldsOf(JSON.parse(text), 'resolution')
  return {
    by: oneOf(RESOLVED_BY, resolution.by),
    optionId: textIn(resolution, 'optionId'),
    confidence: numberOrNullIn(resolution, 'confidence'),
    reasons: textIn(resolution, 'reasons'),
    at: epochMs(numberIn(resolution, 'at')),
  }
}
