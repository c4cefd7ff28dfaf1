import type { ConflictId, CorrelationId, MessageId, PositionId, ProposalId, TradedPair } from '../../shared/ids.ts'
import type { Price } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { RegimeOutput, TradingSignal } from './signal.ts'

export const CONFLICT_TYPES = [
  'regime_incompatible',
  'ta_vs_sentiment',
  'correlated_symbols',
  'rebalance_vs_signal',
  'risk_modified',
  'regime_change_in_position',
] as const
export type ConflictType = (typeof CONFLICT_TYPES)[number]

/** What an option amounts to. */
export type OptionKind = 'proceed' | 'wait' | 'modify' | 'abort'

/** What an option does. Fixed by the code: an answer only chooses. */
export type Effect =
  | { readonly do: 'nothing' }
  /** Looks again when the one that is waited for has spoken. */
  | { readonly do: 'wait' }
  /** Trades on the signals of these markets; each factor, above 0 and at most 1, is of the size that signal would have had. */
  | { readonly do: 'trade'; readonly trades: readonly { readonly symbol: TradedPair; readonly sizeFactor: number }[] }
  /** Only ever closer to the price. */
  | { readonly do: 'move_stop'; readonly stop: Price }
  /** Closes this part of the position, above 0 and at most 1. */
  | { readonly do: 'close'; readonly part: number }

/** One answer the code allows. */
export type ConflictOption = {
  readonly id: string
  readonly kind: OptionKind
  /** The exact consequence, in one sentence. */
  readonly text: string
  readonly effect: Effect
}

/** One of the two that disagree, as it spoke. */
export type ConflictSide = {
  /** Agent or service, e.g. `technical_analysis`. */
  readonly who: string
  /** In one sentence of our own. */
  readonly says: string
  /** 0 to 1; null for who states none. */
  readonly confidence: number | null
  /** The values it spoke of. */
  readonly values: Readonly<Record<string, number>>
  /** Its message; null where it spoke in none. */
  readonly messageId: MessageId | null
}

/** A signal that waits for the conflict to be settled, and what earlier conflicts about it have come to. */
export type SignalAtStake = {
  readonly signal: TradingSignal
  readonly regime: RegimeOutput | null
  /** 0 to 1: what the options chosen before have left of its size. */
  readonly sizeFactor: number
  /** Conflicts about it that are settled: they are not asked again. */
  readonly settled: readonly ConflictType[]
  /** The last of them; null where there was none. */
  readonly conflictId: ConflictId | null
  readonly correlationId: CorrelationId
}

/** What the conflict is about. */
export type Stake =
  | { readonly kind: 'signals'; readonly signals: readonly SignalAtStake[] }
  | { readonly kind: 'position'; readonly positionId: PositionId }

/** Whose next word ends a wait. */
export type WaitsFor =
  | { readonly kind: 'agent'; readonly agent: string; readonly symbol: TradedPair }
  /** The end of a rebalance, however it ends. */
  | { readonly kind: 'rebalance'; readonly proposalId: ProposalId }

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

/** How a wait ended: with another option, once. */
export type Waited = { readonly at: EpochMs; readonly optionId: string; readonly because: string }

export type Conflict = {
  readonly id: ConflictId
  readonly type: ConflictType
  readonly symbol: TradedPair
  readonly detectedAt: EpochMs
  /** When the default applies if nobody has answered. */
  readonly deadline: EpochMs
  readonly sides: readonly [ConflictSide, ConflictSide]
  readonly stake: Stake
  readonly options: readonly ConflictOption[]
  readonly defaultOptionId: string
  readonly waitsFor: WaitsFor
  /** What applies when the wait is over: while they still disagree, and once they do not. */
  readonly afterWait: { readonly still: string; readonly noLonger: string }
  readonly asking: Resolver | null
  readonly attempts: readonly ConflictAttempt[]
  readonly resolution: Resolution | null
  readonly waited: Waited | null
  readonly correlationId: CorrelationId
}

/** What a detector has found: everything but who opens it, and when. */
export type FoundConflict = Pick<
  Conflict,
  'type' | 'symbol' | 'sides' | 'stake' | 'options' | 'defaultOptionId' | 'waitsFor' | 'afterWait' | 'correlationId'
>

export type ConflictStage = 'detected' | 'asking' | 'waiting' | 'resolved'

/** A conflict that nobody has been asked about yet. */
export const openedConflict = (
  found: FoundConflict,
  opening: { readonly id: ConflictId; readonly detectedAt: EpochMs; readonly defaultAfterMs: number },
): Conflict => ({
  ...found,
  id: opening.id,
  detectedAt: opening.detectedAt,
  deadline: after(opening.detectedAt, opening.defaultAfterMs),
  asking: null,
  attempts: [],
  resolution: null,
  waited: null,
})

/** The option that is carried out; null while nobody has decided, and while it is waited. */
export function appliedOption(conflict: Conflict): ConflictOption | null {
  const { resolution, waited } = conflict
  if (resolution === null) return null
  const chosen = optionOf(conflict, resolution.optionId)
  if (chosen.effect.do !== 'wait') return chosen
  return waited === null ? null : optionOf(conflict, waited.optionId)
}

export function stageOf(conflict: Conflict): ConflictStage {
  if (conflict.resolution === null) return conflict.asking === null ? 'detected' : 'asking'
  return appliedOption(conflict) === null ? 'waiting' : 'resolved'
}

function optionOf({ id, options }: Conflict, optionId: string): ConflictOption {
  const option = options.find((each) => each.id === optionId)
  if (option === undefined) throw new Error(`conflict ${id} has no option ${optionId}`)
  return option
}

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
 * Chooses one of the options, once. The trader may choose until somebody has, and while it is waited; a model's answer
 * counts before the deadline only. Errors `conflict/already-resolved`, `conflict/unknown-option`, `conflict/too-late`.
 */
export function resolve(conflict: Conflict, resolution: Resolution): Result<Conflict> {
  const isTraders = resolution.by === 'trader'
  const isOpenToTrader = isTraders && stageOf(conflict) === 'waiting'
  if (conflict.resolution !== null && !isOpenToTrader) return alreadyResolved(conflict)
  if (!conflict.options.some((option) => option.id === resolution.optionId)) {
    return fail('conflict/unknown-option', `There is no such option: choose one of ${optionIds(conflict)}.`)
  }
  const isModel = resolution.by === 'deepseek' || resolution.by === 'claude'
  if (isModel && resolution.at >= conflict.deadline) return tooLate()
  return ok({ ...conflict, asking: null, resolution })
}

/**
 * Ends a wait, once: the one that was waited for has spoken, or will not. Error `conflict/not-waiting`.
 *
 * @param isStill whether they disagree as before.
 */
export function endWait(conflict: Conflict, isStill: boolean, at: EpochMs): Result<Conflict> {
  if (stageOf(conflict) !== 'waiting') return fail('conflict/not-waiting', 'Nothing is waited for.')
  const { afterWait } = conflict
  const waited: Waited = isStill
    ? { at, optionId: afterWait.still, because: 'They disagree as before, and it is waited once.' }
    : { at, optionId: afterWait.noLonger, because: 'They no longer disagree.' }
  return ok({ ...conflict, waited })
}

const optionIds = (conflict: Conflict): string => conflict.options.map((option) => option.id).join(', ')
const isOpen = (attempt: ConflictAttempt): boolean => attempt.endedAt === null
const tooLate = () => fail('conflict/too-late', 'The deadline has passed: the default applies.')
const alreadyResolved = ({ resolution }: Conflict) =>
  fail('conflict/already-resolved', `This conflict was decided by ${resolution?.by}: ${resolution?.optionId}.`)
