import { toText } from '../shared/money.ts'
import { isoTime } from '../shared/time.ts'
import type { ConflictReport } from './adapters/report/report-data.ts'
import type { ConflictScorer } from './coordinator/conflict-scorer.ts'
import { appliedOption, CONFLICT_TYPES } from './domain/conflict.ts'
import type { Stores } from './ports.ts'

/** More rows than any replay makes: the stores' "recent" queries want a bound. */
const ALL = 100_000_000

/** Who disagreed, what was decided, and what each answer would have earned. */
export function conflictReport(stores: Stores, scorer: ConflictScorer): ConflictReport {
  const conflicts = stores.conflicts.recent(ALL).toReversed()
  return {
    byType: Object.fromEntries(
      CONFLICT_TYPES.map((type) => [type, conflicts.filter((conflict) => conflict.type === type).length]),
    ),
    byResolver: [...scorer.resolvers()].map(([by, { answers, byDefault, costUsd, earned }]) => ({
      by,
      answers,
      earned: toText(earned.round(8)),
      byDefault: toText(byDefault.round(8)),
      costUsd: toText(costUsd),
    })),
    cases: conflicts.map((conflict) => ({
      time: isoTime(conflict.detectedAt),
      type: conflict.type,
      symbol: conflict.symbol,
      says: conflict.sides.map(({ says }) => says),
      by: conflict.resolution?.by ?? null,
      decided: conflict.resolution?.optionId ?? null,
      applied: appliedOption(conflict)?.id ?? null,
      earned: Object.fromEntries(
        [...(stores.conflictScores.of(conflict.id) ?? [])].map(([id, earned]) => [
          id,
          earned === null ? null : toText(earned.round(8)),
        ]),
      ),
    })),
  }
}
