import type { ConflictId, CorrelationId, TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
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
