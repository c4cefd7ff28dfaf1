import { type Money, ZERO } from '../../shared/money.ts'
import { after, type EpochMs } from '../../shared/time.ts'

export type LossLimits = {
  readonly lossesInARow: number
  /** No entries for so long after as many losses, ms; then one at half size. */
  readonly pauseMs: number
}

/** How many trades in a row have lost, and what follows from it. */
export type LossRow = {
  readonly lossesInARow: number
  /** When the last loss of a row came, and no entries before; null where none is waited out. */
  readonly pausedSince: EpochMs | null
  readonly pausedUntil: EpochMs | null
  /** The next entry is to be half as large: from the pause on until there has been one. */
  readonly isNextHalf: boolean
}

export const NO_ROW: LossRow = { lossesInARow: 0, pausedSince: null, pausedUntil: null, isNextHalf: false }

/**
 * After a position was closed for good: its result lengthens the row of losses or ends it. From the limit on every further
 * loss pauses again; a gain ends the row, and neither the pause nor that the next entry is to be small.
 *
 * @param result realized by the whole position, in quote, fees deducted. Nothing gained and nothing lost ends the row.
 */
export function rowAfterClose(row: LossRow, result: Money, at: EpochMs, limits: LossLimits): LossRow {
  const lossesInARow = result.lt(ZERO) ? row.lossesInARow + 1 : 0
  if (lossesInARow < limits.lossesInARow) return { ...row, lossesInARow }
  return { lossesInARow, pausedSince: at, pausedUntil: after(at, limits.pauseMs), isNextHalf: true }
}

/** After a position was opened: the one at half size has been made, unless it was approved before the pause. */
export function rowAfterOpen(row: LossRow, at: EpochMs): LossRow {
  const isPaused = row.pausedUntil !== null && at < row.pausedUntil
  return row.isNextHalf && !isPaused ? { ...row, pausedSince: null, pausedUntil: null, isNextHalf: false } : row
}

/** A position was opened (null), or closed for good with this result. */
export type RowEvent = { readonly at: EpochMs; readonly result: Money | null }

/**
 * After several events. Which of those at one moment came first cannot be known: openings count first, losses last, so
 * that the row is never shorter than it may have been.
 */
export const rowAfter = (row: LossRow, events: readonly RowEvent[], limits: LossLimits): LossRow =>
  [...events]
    .sort((a, b) => a.at - b.at || rank(a) - rank(b))
    .reduce<LossRow>(
      (before, { at, result }) =>
        result === null ? rowAfterOpen(before, at) : rowAfterClose(before, result, at, limits),
      row,
    )
const rank = ({ result }: RowEvent): number => (result === null ? 0 : result.lt(ZERO) ? 2 : 1)

/** When a position was opened and closed, and what it brought. */
export type Round = { readonly openedAt: EpochMs; readonly closedAt: EpochMs | null; readonly realized: Money }

/** The same from what is written down alone, whenever it became known; what was before `since` does not count. */
export function rowOf(rounds: readonly Round[], since: EpochMs, limits: LossLimits): LossRow {
  const events = rounds.flatMap(({ openedAt, closedAt, realized }): RowEvent[] => [
    { at: openedAt, result: null },
    ...(closedAt === null ? [] : [{ at: closedAt, result: realized }]),
  ])
  return rowAfter(
    NO_ROW,
    events.filter(({ at }) => at >= since),
    limits,
  )
}

/** Part of its size that an entry may have. */
export const sizeAfterLosses = ({ isNextHalf }: LossRow): number => (isNextHalf ? 0.5 : 1)
