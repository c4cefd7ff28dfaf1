import { type Decimal, type Money, sum, ZERO } from '../../shared/money.ts'
import type { Holding } from './allocation.ts'
import type { Network } from './plan-network.ts'
import type { Goal } from './tree-flows.ts'

/**
 * What every asset is to be worth after the plan: its exact share of what is left, where that can be reached.
 *
 * Where it cannot (what is overweight is not all sellable, or an asset in `untouched` has no market to be bought or sold
 * on), the nearest point that can: everything else that is overweight comes down to its target, and what that brings goes
 * to the most underweight first, so that those which get anything end at one and the same fraction of their targets; the
 * other way round when more could be sold than bought. Nothing underweight is sold for it, nothing overweight bought.
 *
 * @returns null when nothing can be brought nearer.
 */
export function goalsOf(network: Network, untouched: ReadonlySet<number>): Goal[] | null {
  const { values, parts, allParts, total } = network
  if (!total.gt(ZERO) || !allParts.gt(ZERO)) return null
  const level = total.div(allParts)
  const goals = network.holdings.map((_, i): Goal | null => {
    const fixed = fixedValue(network, i, level, untouched)
    return fixed === null ? null : { fixed, share: ZERO }
  })
  if (goals.every((goal) => goal === null)) return parts.map((share) => ({ fixed: ZERO, share }))

  const isOver = (i: number): boolean => (values[i] as Money).gt(level.times(parts[i] as Decimal))
  const stuck = sum(goals.map((goal, i) => (goal === null ? ZERO : goal.fixed.minus(level.times(parts[i] as Decimal)))))
  // With too much that stays, what is underweight shares the rest; with too much missing, what is overweight does.
  const shares = (i: number): boolean => isOver(i) === stuck.lt(ZERO)
  for (let i = 0; i < goals.length; i++) {
    if (goals[i] === null && !shares(i)) goals[i] = { fixed: ZERO, share: parts[i] as Decimal }
  }
  return shareOut(network, goals, level, stuck.lt(ZERO))
}

/** What an asset stays at because it may not be touched, or because no more of it can be sold. */
function fixedValue(network: Network, i: number, level: Decimal, untouched: ReadonlySet<number>): Money | null {
  const value = network.values[i] as Money
  if (untouched.has(i)) return value
  const { amount, price } = network.holdings[i] as Holding
  const kept = amount.minus(network.spendable[i] as Decimal).times(price) as Money
  return kept.gt(level.times(network.parts[i] as Decimal)) ? kept : null
}

/** The assets without a goal share what the others leave in proportion to their parts, none moving the wrong way. */
function shareOut(
  { values, parts, allParts, total }: Network,
  goals: (Goal | null)[],
  level: Decimal,
  isFromAbove: boolean,
): Goal[] | null {
  for (;;) {
    const set = goals.filter((goal) => goal !== null)
    const fixed = sum(set.map((goal) => goal.fixed))
    const share = sum(set.map((goal) => goal.share))
    const open = goals.flatMap((goal, i) => (goal === null ? [i] : []))
    if (open.length === 0) return null
    const openParts = sum(open.map((i) => parts[i] as Decimal))
    if (!openParts.gt(ZERO)) {
      // No target to share by: the first of them takes it all.
      const [first, ...others] = open
      for (const i of others) goals[i] = { fixed: values[i] as Money, share: ZERO }
      if (others.length > 0) continue
      goals[first as number] = { fixed: fixed.neg(), share: allParts.minus(share) }
      return goals as Goal[]
    }
    const reached = total.minus(fixed).minus(share.times(level)).div(openParts)
    const wrong = open.filter((i) => {
      const [value, goal] = [values[i] as Money, reached.times(parts[i] as Decimal)]
      return isFromAbove ? value.lt(goal) : value.gt(goal)
    })
    if (wrong.length === 0) {
      const perPart = allParts.minus(share).div(openParts)
      for (const i of open) {
        const part = parts[i] as Decimal
        goals[i] = { fixed: part.times(fixed).neg().div(openParts), share: part.times(perPart) }
      }
      return goals as Goal[]
    }
    for (const i of wrong) goals[i] = { fixed: values[i] as Money, share: ZERO }
  }
}
