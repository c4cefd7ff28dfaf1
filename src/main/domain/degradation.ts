/*
 * How much of the product still works: whoever it depends on fails again and again, or comes back. Each of them is counted
 * by itself; the worse of the two is the level. Source: design, "Coordinator".
 */

export const LEVELS = ['NORMAL', 'REDUCED', 'LIMITED', 'EMERGENCY'] as const
export type Level = (typeof LEVELS)[number]

export type Dependency = 'models' | 'exchange'
/** What a level may switch off. */
export const SWITCHES = ['optional_models', 'conflict_models', 'tactical_trades', 'rebalances'] as const
export type Switch = (typeof SWITCHES)[number]

export type DegradationLimits = {
  /** In a row: so many failures raise the level by one, so many successes lower it by one. */
  readonly failuresToRise: number
  readonly successesToFall: number
}

/** Of one dependency. Never both above 0. */
export type Count = { readonly level: Level; readonly failures: number; readonly successes: number }
export const FRESH: Count = { level: 'NORMAL', failures: 0, successes: 0 }

/** Nothing needs a model: their failing raises no further. The exchange is needed by everything. */
const WORST: Readonly<Record<Dependency, Level>> = { models: 'REDUCED', exchange: 'EMERGENCY' }

/** The same object where nothing changes. */
export function counted(count: Count, dependency: Dependency, isReached: boolean, limits: DegradationLimits): Count {
  const { failures, level, successes } = count
  if (isReached) {
    if (level === 'NORMAL') return failures === 0 ? count : FRESH
    return successes + 1 >= limits.successesToFall
      ? { level: moved(level, -1), failures: 0, successes: 0 }
      : { level, failures: 0, successes: successes + 1 }
  }
  if (level === WORST[dependency]) return successes === 0 ? count : { level, failures: 0, successes: 0 }
  return failures + 1 >= limits.failuresToRise
    ? { level: moved(level, 1), failures: 0, successes: 0 }
    : { level, failures: failures + 1, successes: 0 }
}

const moved = (level: Level, by: 1 | -1): Level => LEVELS[LEVELS.indexOf(level) + by] ?? level

export const worse = (one: Level, other: Level): Level => (LEVELS.indexOf(one) >= LEVELS.indexOf(other) ? one : other)
