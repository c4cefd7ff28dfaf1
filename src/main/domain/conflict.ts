import type { ConflictId, CorrelationId, TradedPair } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import { type Case, factOf } from './case.ts'
import type { RegimeOutput, TradingSignal } from './signal.ts'

export type ConflictType = 'regime_incompatible'
/** What an option amounts to. */
export type OptionKind = 'proceed' | 'wait' | 'modify' | 'abort'

/** One answer the code allows. Its consequences are fixed here; an answer only chooses. */
export type ConflictOption = {
  readonly id: string
  readonly kind: OptionKind
  /** The exact consequence, in one sentence. */
  readonly text: string
  /** Factor on the size the signal would have had: 0 (no trade), 0.5, 1. Never above 1. */
  readonly sizeFactor: number
}

export type Resolver = 'deepseek' | 'claude'
export type ResolvedBy = Resolver | 'trader' | 'default'

/** One question to one model. */
export type ConflictAttempt = {
  readonly resolver: Resolver
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs | null
  /** Null while asking; otherwise what came back in one line. */
  readonly outcome: string | null
  readonly model: string | null
  readonly costUsd: string | null
}

export type Resolution = {
  readonly by: ResolvedBy
  readonly optionId: string
  readonly confidence: number | null
  readonly reasons: string
  readonly at: EpochMs
}

export type Conflict = {
  readonly id: ConflictId
  readonly type: ConflictType
  readonly symbol: TradedPair
  readonly detectedAt: EpochMs
  /** When the default applies if nobody has answered. */
  readonly deadline: EpochMs
  readonly signal: TradingSignal
  readonly regime: RegimeOutput
  readonly options: readonly ConflictOption[]
  readonly defaultOptionId: string
  readonly asking: Resolver | null
  readonly attempts: readonly ConflictAttempt[]
  readonly resolution: Resolution | null
  readonly correlationId: CorrelationId
}

/** True when a trade is signalled in a market that regime detection calls choppy. Without a regime there is no conflict. */
export const isRegimeIncompatible = (signal: TradingSignal, regime: RegimeOutput | null): boolean =>
  regime !== null && regime.symbol === signal.symbol && regime.regime === 'choppy'

/** What happens if nobody answers. */
const DEFAULT_OPTION = 'abort'

/** The only answers there are, the safest first. None is larger than the signal. */
export const optionsFor = (signal: TradingSignal): readonly ConflictOption[] => [
  {
    id: DEFAULT_OPTION,
    kind: 'abort',
    text: `No trade: this ${signal.bias} signal on ${signal.symbol} is dropped.`,
    sizeFactor: 0,
  },
  {
    id: 'wait',
    kind: 'wait',
    text: `No trade now: the question is asked again at the next signal on ${signal.symbol}.`,
    sizeFactor: 0,
  },
  {
    id: 'half_size',
    kind: 'modify',
    text: `A ${signal.bias} trade on ${signal.symbol} is proposed at half of the size the signal would have had, inside every risk limit.`,
    sizeFactor: 0.5,
  },
  {
    id: 'proceed',
    kind: 'proceed',
    text: `A ${signal.bias} trade on ${signal.symbol} is proposed at the full size of the signal, inside every risk limit.`,
    sizeFactor: 1,
  },
]

/** A conflict that nobody has been asked about yet. */
export const openedConflict = (about: {
  readonly id: ConflictId
  readonly signal: TradingSignal
  readonly regime: RegimeOutput
  readonly correlationId: CorrelationId
  readonly detectedAt: EpochMs
  readonly defaultAfterMs: number
}): Conflict => ({
  id: about.id,
  type: 'regime_incompatible',
  symbol: about.signal.symbol,
  detectedAt: about.detectedAt,
  deadline: after(about.detectedAt, about.defaultAfterMs),
  signal: about.signal,
  regime: about.regime,
  options: optionsFor(about.signal),
  defaultOptionId: DEFAULT_OPTION,
  asking: null,
  attempts: [],
  resolution: null,
  correlationId: about.correlationId,
})

/** A question goes out. Errors `conflict/already-resolved`, `conflict/already-asking`, `conflict/too-late`. */
export function startAsking(conflict: Conflict, resolver: Resolver, at: EpochMs): Result<Conflict> {
  if (conflict.resolution !== null) return alreadyResolved(conflict)
  if (conflict.attempts.some(isOpen)) {
    return fail('conflict/already-asking', 'One model is asked at a time: an answer is still awaited.')
  }
  if (at >= conflict.deadline) return tooLate()
  const attempt: ConflictAttempt = { resolver, startedAt: at, endedAt: null, outcome: null, model: null, costUsd: null }
  return ok({ ...conflict, asking: resolver, attempts: [...conflict.attempts, attempt] })
}

/**
 * What came of the question that is out, kept even when the conflict was resolved meanwhile: it was asked and paid for.
 * Error `conflict/not-asking`.
 */
export function recordAttempt(
  conflict: Conflict,
  ended: Pick<ConflictAttempt, 'model' | 'costUsd'> & { readonly at: EpochMs; readonly outcome: string },
): Result<Conflict> {
  if (!conflict.attempts.some(isOpen)) return fail('conflict/not-asking', 'No answer is awaited.')
  const { at: endedAt, outcome, model, costUsd } = ended
  const attempts = conflict.attempts.map((attempt) =>
    isOpen(attempt) ? { ...attempt, endedAt, outcome, model, costUsd } : attempt,
  )
  return ok({ ...conflict, asking: null, attempts })
}

/**
 * Chooses one of the options, once. The trader may choose until somebody has; a model's answer counts before the
 * deadline only. Errors `conflict/already-resolved`, `conflict/unknown-option`, `conflict/too-late`.
 */
export function resolve(conflict: Conflict, resolution: Resolution): Result<Conflict> {
  if (conflict.resolution !== null) return alreadyResolved(conflict)
  if (!conflict.options.some((option) => option.id === resolution.optionId)) {
    return fail('conflict/unknown-option', `There is no such option: choose one of ${optionIds(conflict)}.`)
  }
  const isModel = resolution.by === 'deepseek' || resolution.by === 'claude'
  if (isModel && resolution.at >= conflict.deadline) return tooLate()
  return ok({ ...conflict, asking: null, resolution })
}

const optionIds = (conflict: Conflict): string => conflict.options.map((option) => option.id).join(', ')

/** What a model is shown of it. */
export const caseOf = ({ type, symbol, signal, regime, options, defaultOptionId }: Conflict): Case => ({
  facts: {
    conflict: type,
    symbol,
    signal: {
      from: 'technical analysis',
      bias: signal.bias,
      confidence: factOf(signal.confidence),
      entry: factOf(signal.entry),
      averageTrueRange: factOf(signal.atr),
    },
    regime: {
      from: 'regime detection',
      regime: regime.regime,
      confidence: factOf(regime.confidence),
      sizeMultiplier: factOf(regime.sizeMultiplier),
      indicators: Object.fromEntries(Object.entries(regime.indicators).map(([name, value]) => [name, factOf(value)])),
    },
  },
  options,
  defaultOptionId,
  inWords: options.map(({ sizeFactor }) => sizeFactor),
})

const isOpen = (attempt: ConflictAttempt): boolean => attempt.endedAt === null
const tooLate = () => fail('conflict/too-late', 'The deadline has passed: the default applies.')
const alreadyResolved = ({ resolution }: Conflict) =>
  fail('conflict/already-resolved', `This conflict was decided by ${resolution?.by}: ${resolution?.optionId}.`)
