import type { MessageId, TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type { Regime, RegimeOutput, TradingSignal, Voice } from '../domain/signal.ts'
import { oneOf } from './columns.ts'
import { type Fields, fieldsOf, float, numberIn, numberOf, textIn } from './json.ts'

const REGIMES: readonly Regime[] = [
  'trending_bull',
  'trending_bear',
  'ranging',
  'volatile_bull',
  'volatile_bear',
  'choppy',
  'breakout_potential',
]

export const signalFields = (signal: TradingSignal): Fields => ({
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

export function signalIn(value: unknown): TradingSignal {
  const signal = fieldsOf(value, 'signal')
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

export const regimeFields = (regime: RegimeOutput): Fields => ({
  symbol: regime.symbol,
  at: regime.at,
  regime: regime.regime,
  confidence: float(regime.confidence),
  sizeMultiplier: float(regime.sizeMultiplier),
  indicators: Object.fromEntries(Object.entries(regime.indicators).map(([name, value]) => [name, float(value)])),
  isNews: regime.isNews,
})

export function regimeIn(value: unknown): RegimeOutput {
  const regime = fieldsOf(value, 'regime')
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
