import { DAY, type EpochMs, epochMs, HOUR, isoTime, MINUTE, SECOND } from '../../../shared/time.ts'
import type { Mismatch } from './candle-fault.ts'

const SHOWN_GAPS = 5
/** Beyond this many different spacings a file has no interval; they are no longer counted, so that memory stays flat. */
const MOST_SPACINGS = 10_000

export type CandleGaps = {
  readonly count: number
  readonly missingCandles: number
  /** The earliest few: open time of the first missing candle, and how many are missing. */
  readonly first: readonly { readonly from: EpochMs; readonly missing: number }[]
}

/** How often two neighbours are this far apart, and the second of the first two that are. */
type Spacing = { count: number; readonly line: number; readonly openTime: number }

type CandleGrid = {
  add(openTime: number, line: number): void
  result(): { intervalMs: number; gaps: CandleGaps } | (Mismatch & { readonly line: number | null })
}

function durationText(ms: number): string {
  for (const [unit, name] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
  ] as const)
    if (ms % unit === 0) return `${ms / unit} ${name}`
  return `${ms / SECOND} s`
}

/**
 * Finds a file's interval and its gaps in one pass. The interval is the smallest spacing, unless that one is rare: then
 * it is a row off the grid. Intervals up to a day lie on the grid that starts with 1970 (hours on full UTC hours).
 */
export function createCandleGrid(): CandleGrid {
  const spacings = new Map<number, Spacing>()
  let rows = 0
  let firstOpen = 0
  let firstLine = 0
  let lastOpen = 0
  let smallest = Number.POSITIVE_INFINITY
  let gapCount = 0
  let gaps: { before: number; spacing: number }[] = []
  // When a smaller spacing turns up, every spacing before it was a gap: these are the earliest of them.
  const earliest: { before: number; spacing: number }[] = []
  let recent: Spacing = { count: 0, line: 0, openTime: 0 }
  let recentSpacing = 0

  function count(spacing: number, openTime: number, line: number): void {
    if (spacing !== recentSpacing) {
      let known = spacings.get(spacing)
      if (known === undefined) {
        known = { count: 0, line, openTime }
        if (spacings.size < MOST_SPACINGS) spacings.set(spacing, known)
      }
      recent = known
      recentSpacing = spacing
    }
    recent.count++
  }

  function offGrid(interval: number): (Mismatch & { line: number }) | null {
    const grid = Math.min(interval, DAY)
    let culprit: { line: number; openTime: number } | null = null
    if (firstOpen % grid !== 0) culprit = { line: firstLine, openTime: firstOpen }
    else
      for (const [spacing, first] of spacings)
        if (spacing % interval !== 0 && (culprit === null || first.line < culprit.line)) culprit = first
    if (culprit === null) return null
    const expected = `candles of ${durationText(interval)} that open on its UTC grid`
    return { line: culprit.line, expected, found: `one that opens at ${isoTime(epochMs(culprit.openTime))}` }
  }

  return {
    add(openTime, line) {
      rows++
      if (rows === 1) {
        firstOpen = openTime
        firstLine = line
      } else {
        const spacing = openTime - lastOpen
        count(spacing, openTime, line)
        if (spacing < smallest) {
          gapCount = rows - 2
          gaps = [...earliest]
          smallest = spacing
        } else if (spacing > smallest) {
          gapCount++
          if (gaps.length < SHOWN_GAPS) gaps.push({ before: lastOpen, spacing })
        }
        if (earliest.length < SHOWN_GAPS) earliest.push({ before: lastOpen, spacing })
      }
      lastOpen = openTime
    },
    result() {
      if (rows < 2)
        return { line: null, expected: 'two candles or more', found: rows === 0 ? 'none (empty file)' : 'one' }
      const countOf = (spacing: number): number => spacings.get(spacing)?.count ?? 0
      let usual = Number.NaN
      for (const [spacing, { count }] of spacings) if (count > countOf(usual)) usual = spacing
      const isRare = countOf(usual) > 2 * countOf(smallest)
      const mismatch = isRare || offGrid(smallest) !== null ? offGrid(usual) : null
      if (mismatch !== null) return mismatch
      const first = gaps.map(({ before, spacing }) => ({
        from: epochMs(before + smallest),
        missing: spacing / smallest - 1,
      }))
      const missingCandles = (lastOpen - firstOpen) / smallest + 1 - rows
      return { intervalMs: smallest, gaps: { count: gapCount, missingCandles, first } }
    },
  }
}
