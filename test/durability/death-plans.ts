import type { Tally } from './tally.ts'

/** When one engine is to die; plain data, so that it can be handed to another process. */
export type DeathPlan =
  /** At the point after so many, whatever it is. */
  | { readonly kind: 'after'; readonly points: number }
  /** At a named point, or when it has not come within so many. */
  | { readonly kind: 'at'; readonly point: string; readonly patience: number }

/** Points that a life passes: a recovery has a dozen, a day of trading hundreds. */
const MOST_POINTS = 100
const POINTS_OF_RECOVERY = 12
const PATIENCE = 150
/** For a name at which nobody has died yet. */
const LONG_PATIENCE = 1_500
/** The names that have been died at least are drawn from. */
const RAREST = 5

/** Some die at any moment, some while they recover from the death before, and half at the name with fewest deaths. */
export function nextPlan(tally: Tally, random: () => number): DeathPlan {
  const dice = random()
  if (dice < 0.3) return { kind: 'after', points: Math.floor(random() * MOST_POINTS) }
  if (dice < 0.5) return { kind: 'after', points: Math.floor(random() * POINTS_OF_RECOVERY) }
  const rarest = tally.rarestPoints(RAREST)
  const point = rarest[Math.floor(random() * rarest.length)]
  return point === undefined
    ? { kind: 'after', points: 0 }
    : { kind: 'at', point, patience: tally.deathsAt(point) > 0 ? PATIENCE : LONG_PATIENCE }
}

/** True at the point of death. */
export function watcher(plan: DeathPlan): (point: string) => boolean {
  let passed = 0
  return (point) => {
    passed++
    return plan.kind === 'after' ? passed > plan.points : point === plan.point || passed > plan.patience
  }
}
