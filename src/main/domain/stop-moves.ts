import {
  ceilToStep,
  type Decimal,
  decimal,
  type Fraction,
  floorToStep,
  maxOf,
  minOf,
  ONE,
  type Price,
  toFloat,
} from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { MarketRules } from './market.ts'
import { averageEntry, type Position } from './position.ts'

/** How exits follow the market. Percent of the price each. */
export type ExitSettings = {
  /** The stop starts to follow at this gain over the average entry. */
  readonly trailFromPercent: Decimal
  /** How far behind the price it follows. */
  readonly trailDistancePercent: Decimal
  /** It follows in steps of at least this much: every move is a request to the exchange. */
  readonly minStepPercent: Decimal
  /** From this gain on the stop is at least where closing costs nothing; null switches it off. */
  readonly breakEvenFromPercent: Decimal | null
  /** Closed when held for this long; null keeps it. */
  readonly maxHoldMs: number | null
}

/**
 * What happens to a position while lower < last price < upper and now < until: nothing. Floats, a little narrower than
 * the exact levels, so that a tick in between costs two comparisons and the exact rules are asked only near a level.
 */
export type QuietRange = { readonly lower: number; readonly upper: number; readonly until: number }

/** Far above the rounding of the few float operations between a level and its decimal. */
const MARGIN = 1e-9
const HUNDRED = decimal('100')
const fractionOf = (percent: Decimal): Fraction => percent.div(HUNDRED) as Fraction

/**
 * Where the stop goes at this price; null when it stays. It only ever moves towards the price, and never reaches it. On
 * the tick, rounded towards the price: what is protected is never less than the rule says.
 *
 * @param rules their taker fee is what closing is expected to cost.
 */
export function movedStop(position: Position, mark: Price, rules: MarketRules, settings: ExitSettings): Price | null {
  const entry = averageEntry(position)
  if (entry === null) return null
  const candidates: Price[] = []
  if (hasGained(position, entry, mark, settings.trailFromPercent)) {
    const followed = beside(position, mark, settings.trailDistancePercent)
    const step = mark.times(fractionOf(settings.minStepPercent))
    if (gainedBetween(position, position.stop, followed).gte(step)) candidates.push(inward(position, followed, rules))
  }
  const { breakEvenFromPercent } = settings
  if (breakEvenFromPercent !== null && hasGained(position, entry, mark, breakEvenFromPercent)) {
    candidates.push(inward(position, breakEven(position, rules), rules))
  }
  const possible = candidates.filter(
    (stop) => isTighter(position, stop, position.stop) && isTighter(position, mark, stop),
  )
  return possible.reduce<Price | null>(
    (best, stop) => (best === null || isTighter(position, stop, best) ? stop : best),
    null,
  )
}

/** Whether a position is to be closed because of its age. */
export const isHeldTooLong = (position: Position, now: EpochMs, settings: ExitSettings): boolean =>
  settings.maxHoldMs !== null && now - position.openedAt >= settings.maxHoldMs

/** Valid until the position changes. */
export function quietRange(position: Position, rules: MarketRules, settings: ExitSettings): QuietRange {
  const move = nextMoveAt(position, rules, settings)
  const until = settings.maxHoldMs === null ? Number.POSITIVE_INFINITY : position.openedAt + settings.maxHoldMs
  const { stop, target } = position
  const [lower, upper] =
    position.side === 'long'
      ? [stop, move === null ? target : minOf(target, move)]
      : [move === null ? target : maxOf(target, move), stop]
  return { lower: toFloat(lower) * (1 + MARGIN), upper: toFloat(upper) * (1 - MARGIN), until }
}

/** The first price, seen from the entry, at which the stop can move. */
function nextMoveAt(position: Position, rules: MarketRules, settings: ExitSettings): Price | null {
  const entry = averageEntry(position)
  if (entry === null) return null
  const isLong = position.side === 'long'
  const later = isLong ? maxOf<Price> : minOf<Price>
  const sooner = isLong ? minOf<Price> : maxOf<Price>
  const behind = fractionOf(settings.trailDistancePercent.plus(settings.minStepPercent))
  const followable = position.stop.div(isLong ? ONE.minus(behind) : ONE.plus(behind)) as Price
  const trail = later(gained(position, entry, settings.trailFromPercent), followable)
  const even = inward(position, breakEven(position, rules), rules)
  if (settings.breakEvenFromPercent === null || !isTighter(position, even, position.stop)) return trail
  return sooner(trail, later(gained(position, entry, settings.breakEvenFromPercent), even))
}

/** What closing at `to` instead of `from` brings per unit. */
const gainedBetween = (position: Position, from: Price, to: Price): Decimal =>
  position.side === 'long' ? to.minus(from) : from.minus(to)
/** Nearer to the price. */
export const isTighter = (position: Position, stop: Price, than: Price): boolean =>
  position.side === 'long' ? stop.gt(than) : stop.lt(than)

/** The price at which a position has gained so much over its entry. */
function gained(position: Position, entry: Price, percent: Decimal): Price {
  const change = entry.times(fractionOf(percent))
  return (position.side === 'long' ? entry.plus(change) : entry.minus(change)) as Price
}
const hasGained = (position: Position, entry: Price, mark: Price, percent: Decimal): boolean =>
  !isTighter(position, gained(position, entry, percent), mark)

/** So far on the losing side of the price. */
function beside(position: Position, mark: Price, percent: Decimal): Price {
  const distance = mark.times(fractionOf(percent))
  return (position.side === 'long' ? mark.minus(distance) : mark.plus(distance)) as Price
}

/** Closing there brings back what was paid, entry and exit fees included. */
function breakEven(position: Position, rules: MarketRules): Price {
  const { amount, cost, openFees } = position
  return (
    position.side === 'long'
      ? cost.plus(openFees).div(amount.times(ONE.minus(rules.takerFee)))
      : cost.minus(openFees).div(amount.times(ONE.plus(rules.takerFee)))
  ) as Price
}

/** On the tick, towards the price. */
const inward = (position: Position, stop: Price, rules: MarketRules): Price =>
  position.side === 'long' ? ceilToStep(stop, rules.tick) : floorToStep(stop, rules.tick)

/** A stop that is moved away to further from the entry than any trade's may be, in percent of it. */
export function isStopTooFar(position: Position, stop: Price, maxPercent: Decimal): boolean {
  const entry = averageEntry(position)
  if (entry === null || isTighter(position, stop, position.stop)) return false
  return stop.minus(entry).abs().times(HUNDRED).gt(entry.times(maxPercent))
}
