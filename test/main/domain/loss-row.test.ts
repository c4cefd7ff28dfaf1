import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type LossRow,
  NO_ROW,
  type Round,
  rowAfter,
  rowAfterClose,
  rowAfterOpen,
  rowOf,
  sizeAfterLosses,
} from '../../../src/main/domain/loss-row.ts'
import { money } from '../../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'

const LIMITS = { lossesInARow: 5, pauseMs: 30 * MINUTE }
const minute = (count: number) => epochMs(count * MINUTE)
const [LOSS, GAIN, NOTHING] = ['-0.00000001', '0.00000001', '0'].map(money) as [
  ReturnType<typeof money>,
  ReturnType<typeof money>,
  ReturnType<typeof money>,
]

/** After so many losses, one a minute from minute 1 on. */
const rowOfLosses = (losses: number, from: LossRow = NO_ROW): LossRow =>
  Array.from({ length: losses }, (_, i) => minute(i + 1)).reduce(
    (row, at) => rowAfterClose(row, LOSS, at, LIMITS),
    from,
  )

describe('losses in a row', () => {
  it('pause entries from the fifth on, for half an hour from its close', () => {
    expect(rowOfLosses(4)).toMatchObject({ lossesInARow: 4, pausedUntil: null, isNextHalf: false })
    expect(rowOfLosses(5)).toEqual({
      lossesInARow: 5,
      pausedSince: minute(5),
      pausedUntil: minute(35),
      isNextHalf: true,
    })
  })

  it('pause again with every further loss', () => {
    expect(rowOfLosses(7)).toMatchObject({ lossesInARow: 7, pausedSince: minute(7), pausedUntil: minute(37) })
  })

  it.each([
    ['a gain', GAIN],
    ['nothing gained and nothing lost', NOTHING],
  ])('end with %s, but a pause goes on, and the next entry is small all the same', (_, result) => {
    expect(rowAfterClose(rowOfLosses(4), result, minute(9), LIMITS)).toEqual(NO_ROW)
    expect(rowAfterClose(rowOfLosses(5), result, minute(9), LIMITS)).toEqual({ ...rowOfLosses(5), lossesInARow: 0 })
  })

  it('let one entry through at half size, once the pause is over', () => {
    const row = rowOfLosses(5)
    expect(sizeAfterLosses(row)).toBe(0.5)
    expect(rowAfterOpen(row, epochMs(minute(35) - 1))).toBe(row)
    const entered = rowAfterOpen(row, minute(35))
    expect(entered).toEqual({ ...NO_ROW, lossesInARow: 5 })
    expect(sizeAfterLosses(entered)).toBe(1)
    // And when that one loses as well, all begins again.
    expect(rowAfterClose(entered, LOSS, minute(40), LIMITS)).toMatchObject({ lossesInARow: 6, isNextHalf: true })
  })

  it('are not changed by an entry in good times', () => {
    expect(rowAfterOpen(rowOfLosses(3), minute(9))).toEqual(rowOfLosses(3))
  })

  it('of one moment count as if the gains had come first, because nobody can know', () => {
    const at = minute(9)
    const both = [
      { at, result: LOSS },
      { at, result: GAIN },
      { at, result: null },
    ]
    expect(rowAfter(rowOfLosses(4), both, LIMITS)).toMatchObject({ lossesInARow: 1, pausedUntil: null })
    expect(rowAfter(rowOfLosses(4), both.toReversed(), LIMITS)).toEqual(rowAfter(rowOfLosses(4), both, LIMITS))
    // An entry at the moment of the loss that pauses was made before it.
    const entered = [
      { at, result: LOSS },
      { at, result: null },
    ]
    expect(rowAfter(rowOfLosses(4), entered, LIMITS)).toMatchObject({ lossesInARow: 5, isNextHalf: true })
  })

  it('are the same from the positions alone, in whatever order these became known', () => {
    const roundArb = fc
      .record({
        openedAt: fc.nat(300),
        lasts: fc.option(fc.nat(90)),
        result: fc.constantFrom(LOSS, LOSS, LOSS, GAIN, NOTHING),
      })
      .map(
        ({ openedAt, lasts, result }): Round => ({
          openedAt: minute(openedAt),
          closedAt: lasts === null ? null : minute(openedAt + lasts),
          realized: result,
        }),
      )
    let paused = 0
    fc.assert(
      fc.property(
        fc.array(roundArb, { minLength: 5, maxLength: 25 }),
        fc.nat(100),
        fc.infiniteStream(fc.nat()),
        (rounds, from, dice) => {
          const since = minute(from)
          // No two things at one moment: which came first could not be known.
          const apart = rounds.map((round, i) => ({
            ...round,
            openedAt: epochMs(round.openedAt + 2 * i),
            closedAt: round.closedAt === null ? null : epochMs(round.closedAt + 2 * i + 1),
          }))
          const events = apart
            .flatMap(({ openedAt, closedAt, realized }) => [
              { at: openedAt, result: null },
              ...(closedAt === null ? [] : [{ at: closedAt, result: realized }]),
            ])
            .filter(({ at }) => at >= since)
            .sort((a, b) => a.at - b.at)
          let row = NO_ROW
          for (const { at, result } of events) {
            row = result === null ? rowAfterOpen(row, at) : rowAfterClose(row, result, at, LIMITS)
          }
          const shuffled = apart.map((round) => ({ round, key: dice.next().value as number }))
          shuffled.sort((a, b) => a.key - b.key)
          expect(
            rowOf(
              shuffled.map(({ round }) => round),
              since,
              LIMITS,
            ),
          ).toEqual(row)
          if (row.isNextHalf) paused++
        },
      ),
      { numRuns: 500, seed: 20_261_123 },
    )
    expect(paused).toBeGreaterThan(20)
  })
})
