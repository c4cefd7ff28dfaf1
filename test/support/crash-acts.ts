import { actOnConflicts } from './crash-conflicts.ts'
import type { Load } from './crash-engine.ts'
import { actOnce, type Loaded } from './crash-load.ts'
import { actOnPlans } from './crash-plans.ts'

/** What happens under each load, one thing at a time. */
export const ACTS: Readonly<Record<Load, (loaded: Loaded) => void>> = {
  desk: actOnce,
  portfolio: actOnPlans,
  conflicts: actOnConflicts,
}
