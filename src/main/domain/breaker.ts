import { type Decimal, decimal, type Money, toText, ZERO } from '../../shared/money.ts'
import { DAY, type EpochMs, epochMs, minuteText } from '../../shared/time.ts'
import { type LossLimits, type LossRow, NO_ROW } from './loss-row.ts'

export type BreakerName = 'day' | 'week' | 'drawdown' | 'losses'

export type BreakerLimits = LossLimits & {
  /** Loss of a UTC day from which nothing new is traded until the next, % of equity, above zero. */
  readonly dayPercent: Decimal
  /** The same from Monday 00:00 UTC; positions are halved as well. */
  readonly weekPercent: Decimal
  /** Loss from the peak from which positions are closed and everything halts. */
  readonly drawdownPercent: Decimal
}

/** Where a loss is measured from: what trading had brought by then, and what that was a part of. */
export type Mark = {
  /** Tactical P&L since ever, in quote: realized, and what open positions would bring at mark, fees deducted. */
  readonly pnl: Money
  readonly equity: Money
  /** What had come into the account from outside by then. A deposit is no profit; it moves the mark with it. */
  readonly flows: Money
}

/** The account at one moment. */
export type BreakerReading = Mark & { readonly at: EpochMs }

/** Everything that the breakers remember. What they decide follows from it and the account alone. */
export type BreakerState = LossRow & {
  /** When they began: what was before is not judged. */
  readonly since: EpochMs
  /** UTC day and week (from Monday) since 1970. */
  readonly day: number
  readonly week: number
  readonly dayStart: Mark
  readonly weekStart: Mark
  /** Null from a resumption until the next reading: the drawdown is measured anew from there. */
  readonly peak: Mark | null
  /** When each tripped; null while it has not. */
  readonly dayTrippedAt: EpochMs | null
  readonly weekTrippedAt: EpochMs | null
  readonly drawdownTrippedAt: EpochMs | null
}

/** Monday 00:00 UTC: 1970-01-05 was one. */
const FIRST_MONDAY = 4 * DAY
const HUNDRED = decimal('100')
const dayOf = (at: EpochMs): number => Math.floor(at / DAY)
const weekOf = (at: EpochMs): number => Math.floor((at - FIRST_MONDAY) / (7 * DAY))
const startOfNextDay = (day: number): EpochMs => epochMs((day + 1) * DAY)
const startOfNextWeek = (week: number): EpochMs => epochMs((week + 1) * 7 * DAY + FIRST_MONDAY)

const markOf = ({ pnl, equity, flows }: Mark): Mark => ({ pnl, equity, flows })

export const freshBreakers = (reading: BreakerReading): BreakerState => ({
  since: reading.at,
  day: dayOf(reading.at),
  week: weekOf(reading.at),
  dayStart: markOf(reading),
  weekStart: markOf(reading),
  peak: markOf(reading),
  dayTrippedAt: null,
  weekTrippedAt: null,
  drawdownTrippedAt: null,
  ...NO_ROW,
})

/** Whether another day has begun, and perhaps another week with it. */
const isTurning = ({ day }: BreakerState, at: EpochMs): boolean => dayOf(at) > day

/**
 * The state with this reading: a new day or week begins with what had been traded by 00:00 UTC, its breaker is reset, and
 * a gain may be a new peak. The very same state when nothing changed.
 *
 * @param before the reading before this one, while trading: what an open position lost over midnight belongs to the new
 * day. Null where there was none.
 */
export function observed(state: BreakerState, reading: BreakerReading, before: BreakerReading | null): BreakerState {
  const next = isTurning(state, reading.at) ? turned(state, reading.at, markOf(before ?? reading)) : state
  const isPeak = next.peak === null || reading.pnl.gt(next.peak.pnl)
  return isPeak ? { ...next, peak: markOf(reading) } : next
}

function turned(state: BreakerState, at: EpochMs, start: Mark): BreakerState {
  const week = weekOf(at)
  return {
    ...state,
    day: dayOf(at),
    dayStart: start,
    dayTrippedAt: null,
    ...(week > state.week ? { week, weekStart: start, weekTrippedAt: null } : {}),
  }
}

type Since = Pick<Mark, 'pnl' | 'flows'>
/** What a loss since a mark is a part of: equity of then, with what came and went since. */
const baseOf = (since: Mark, { flows }: Since): Decimal => since.equity.plus(flows.minus(since.flows))

/**
 * What has been lost since a mark, in percent; 0 after a gain, and without a mark. A market that falls changes nothing: a
 * trading error is what the trades lost.
 */
export function lostPercent(since: Mark | null, reading: Since): Decimal {
  if (since === null) return ZERO
  const lost = since.pnl.minus(reading.pnl)
  if (!lost.gt(ZERO)) return ZERO
  const base = baseOf(since, reading)
  return base.gt(ZERO) ? lost.times(HUNDRED).div(base) : HUNDRED
}

/** The same against a limit, without a division: exact at the limit, and a tenth of the time. */
function hasLost(since: Mark, limitPercent: Decimal, reading: Since): boolean {
  const lost = since.pnl.minus(reading.pnl)
  if (!lost.gt(ZERO)) return false
  const base = baseOf(since, reading)
  return !base.gt(ZERO) || lost.times(HUNDRED).gte(base.times(limitPercent))
}

/** Which breakers trip with this reading: exactly at their limit, each once until it is reset. */
export function tripped(state: BreakerState, reading: Since, limits: BreakerLimits): readonly BreakerName[] {
  const names: BreakerName[] = []
  if (state.dayTrippedAt === null && hasLost(state.dayStart, limits.dayPercent, reading)) names.push('day')
  if (state.weekTrippedAt === null && hasLost(state.weekStart, limits.weekPercent, reading)) names.push('week')
  const { peak } = state
  const isDown = peak !== null && hasLost(peak, limits.drawdownPercent, reading)
  if (state.drawdownTrippedAt === null && isDown) names.push('drawdown')
  return names
}

export const withTripped = (state: BreakerState, names: readonly BreakerName[], at: EpochMs): BreakerState => ({
  ...state,
  dayTrippedAt: names.includes('day') ? at : state.dayTrippedAt,
  weekTrippedAt: names.includes('week') ? at : state.weekTrippedAt,
  drawdownTrippedAt: names.includes('drawdown') ? at : state.drawdownTrippedAt,
})

/** A person has resumed after the drawdown: it is measured anew from the next reading on. */
export const resetByHand = (state: BreakerState): BreakerState => ({ ...state, drawdownTrippedAt: null, peak: null })

type HeldBack = {
  readonly name: BreakerName
  /** Null where only a person resets it. */
  readonly until: EpochMs | null
}

/** What holds entries back at this moment, and until when. */
export function heldBackBy(state: BreakerState, now: EpochMs): readonly HeldBack[] {
  const { dayTrippedAt, weekTrippedAt, drawdownTrippedAt, pausedSince, pausedUntil } = state
  const held: HeldBack[] = []
  const hold = (name: BreakerName, since: EpochMs | null, until: EpochMs | null): void => {
    if (since !== null && (until === null || now < until)) held.push({ name, until })
  }
  hold('day', dayTrippedAt, startOfNextDay(state.day))
  hold('week', weekTrippedAt, startOfNextWeek(state.week))
  hold('drawdown', drawdownTrippedAt, null)
  hold('losses', pausedSince, pausedUntil)
  return held
}

/** What a breaker that has tripped holds up, and until when. */
export function effectOf(name: BreakerName, until: EpochMs | null, limits: BreakerLimits): string {
  const end = until === null ? '' : ` until ${minuteText(until)}`
  switch (name) {
    case 'day':
      return `Trading has lost ${toText(limits.dayPercent)} % today: nothing new${end}.`
    case 'week':
      return `Trading has lost ${toText(limits.weekPercent)} % this week: nothing new${end}, and positions are halved.`
    case 'drawdown':
      return `Trading has lost ${toText(limits.drawdownPercent)} % from its peak: nothing new until you resume.`
    case 'losses':
      return `${limits.lossesInARow} losses in a row: no entries${end}, then one at half size.`
  }
}

/** How near a breaker is, 0 to 1. */
export function usedBy(name: BreakerName, state: BreakerState, reading: Since, limits: BreakerLimits): number {
  const share = (since: Mark | null, limit: Decimal): number =>
    Math.min(1, Number(lostPercent(since, reading).div(limit).toFixed(6)))
  switch (name) {
    case 'day':
      return share(state.dayStart, limits.dayPercent)
    case 'week':
      return share(state.weekStart, limits.weekPercent)
    case 'drawdown':
      return share(state.peak, limits.drawdownPercent)
    case 'losses':
      return Math.min(1, state.lossesInARow / limits.lossesInARow)
  }
}
