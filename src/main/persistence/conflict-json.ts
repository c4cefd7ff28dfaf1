import type { ConflictId, CorrelationId, MessageId, PositionId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import {
  CONFLICT_TYPES,
  type Conflict,
  type ConflictAttempt,
  type ConflictOption,
  type ConflictSide,
  type Effect,
  type OptionKind,
  type Resolution,
  type ResolvedBy,
  type Resolver,
  type SignalAtStake,
  type Stake,
  type Waited,
  type WaitsFor,
} from '../domain/conflict.ts'
import { exactText, oneOf } from './columns.ts'
import {
  type Fields,
  fieldsOf,
  float,
  itemsOf,
  listOf,
  numberIn,
  numberOf,
  numberOrNullIn,
  textIn,
  textOrNullIn,
} from './json.ts'
import { regimeFields, regimeIn, signalFields, signalIn } from './signal-json.ts'

export const RESOLVERS: readonly Resolver[] = ['deepseek', 'claude']
const RESOLVED_BY: readonly ResolvedBy[] = [...RESOLVERS, 'trader', 'default']
const OPTION_KINDS: readonly OptionKind[] = ['proceed', 'wait', 'modify', 'abort']

export const sidesToJson = (sides: readonly ConflictSide[]): string =>
  JSON.stringify(
    sides.map(({ who, says, confidence, values, messageId }) => ({
      who,
      says,
      confidence: confidence === null ? null : float(confidence),
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, float(value)])),
      messageId,
    })),
  )
export function sidesFromJson(text: string): readonly [ConflictSide, ConflictSide] {
  const [one, other, ...more] = listOf(text, 'sides', (side) => ({
    who: textIn(side, 'who'),
    says: textIn(side, 'says'),
    confidence: numberOrNullIn(side, 'confidence'),
    values: Object.fromEntries(
      Object.entries(fieldsOf(side.values, 'values')).map(([name, value]) => [name, numberOf(value, name)]),
    ),
    messageId: textOrNullIn(side, 'messageId') as MessageId | null,
  }))
  if (one === undefined || other === undefined || more.length > 0) throw new Error('expected two sides')
  return [one, other]
}

export const stakeToJson = (stake: Stake): string =>
  JSON.stringify(
    stake.kind === 'position'
      ? stake
      : {
          kind: stake.kind,
          signals: stake.signals.map(({ signal, regime, sizeFactor, settled, conflictId, correlationId }) => ({
            signal: signalFields(signal),
            regime: regime === null ? null : regimeFields(regime),
            sizeFactor: float(sizeFactor),
            settled,
            conflictId,
            correlationId,
          })),
        },
  )
export function stakeFromJson(text: string): Stake {
  const stake = fieldsOf(JSON.parse(text), 'stake')
  if (stake.kind === 'position') return { kind: 'position', positionId: textIn(stake, 'positionId') as PositionId }
  if (stake.kind !== 'signals') throw new Error(`expected what is at stake, found ${JSON.stringify(stake.kind)}`)
  return { kind: 'signals', signals: itemsOf(stake.signals, 'signals', signalAtStakeIn) }
}

function signalAtStakeIn(fields: Fields): SignalAtStake {
  if (!Array.isArray(fields.settled)) throw new Error('expected settled to be a list')
  return {
    signal: signalIn(fields.signal),
    regime: fields.regime === null ? null : regimeIn(fields.regime),
    sizeFactor: numberIn(fields, 'sizeFactor'),
    settled: fields.settled.map((type) => oneOf(CONFLICT_TYPES, type)),
    conflictId: textOrNullIn(fields, 'conflictId') as ConflictId | null,
    correlationId: textIn(fields, 'correlationId') as CorrelationId,
  }
}

export const optionsToJson = (options: readonly ConflictOption[]): string =>
  JSON.stringify(options.map(({ id, kind, text, effect }) => ({ id, kind, text, effect: effectFields(effect) })))
export const optionsFromJson = (text: string): ConflictOption[] =>
  listOf(text, 'options', (option) => ({
    id: textIn(option, 'id'),
    kind: oneOf(OPTION_KINDS, option.kind),
    text: textIn(option, 'text'),
    effect: effectIn(fieldsOf(option.effect, 'effect')),
  }))

function effectFields(effect: Effect): Fields {
  switch (effect.do) {
    case 'nothing':
    case 'wait':
      return effect
    case 'trade':
      return { ...effect, trades: effect.trades.map((each) => ({ ...each, sizeFactor: float(each.sizeFactor) })) }
    case 'move_stop':
      return { ...effect, stop: exactText(effect.stop) }
    case 'close':
      return { ...effect, part: float(effect.part) }
  }
}

function effectIn(effect: Fields): Effect {
  switch (effect.do) {
    case 'nothing':
    case 'wait':
      return { do: effect.do }
    case 'trade':
      return {
        do: 'trade',
        trades: itemsOf(effect.trades, 'trades', (trade) => ({
          symbol: textIn(trade, 'symbol') as TradedPair,
          sizeFactor: numberIn(trade, 'sizeFactor'),
        })),
      }
    case 'move_stop':
      return { do: 'move_stop', stop: price(textIn(effect, 'stop')) }
    case 'close':
      return { do: 'close', part: numberIn(effect, 'part') }
    default:
      throw new Error(`expected an effect, found ${JSON.stringify(effect.do)}`)
  }
}

export const waitsForToJson = (waitsFor: WaitsFor): string => JSON.stringify(waitsFor)
export function waitsForFromJson(text: string): WaitsFor {
  const fields = fieldsOf(JSON.parse(text), 'waits_for')
  if (fields.kind === 'rebalance') {
    return { kind: 'rebalance', proposalId: textIn(fields, 'proposalId') as ProposalId }
  }
  return {
    kind: oneOf(['agent'], fields.kind),
    agent: textIn(fields, 'agent'),
    symbol: textIn(fields, 'symbol') as TradedPair,
  }
}

export const afterWaitToJson = ({ still, noLonger }: Conflict['afterWait']): string =>
  JSON.stringify({ still, noLonger })
export function afterWaitFromJson(text: string): Conflict['afterWait'] {
  const fields = fieldsOf(JSON.parse(text), 'after_wait')
  return { still: textIn(fields, 'still'), noLonger: textIn(fields, 'noLonger') }
}

export const waitedToJson = ({ at, optionId, because }: Waited): string => JSON.stringify({ at, optionId, because })
export function waitedFromJson(text: string): Waited {
  const fields = fieldsOf(JSON.parse(text), 'waited')
  return {
    at: epochMs(numberIn(fields, 'at')),
    optionId: textIn(fields, 'optionId'),
    because: textIn(fields, 'because'),
  }
}

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
