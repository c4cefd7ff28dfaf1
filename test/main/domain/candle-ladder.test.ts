import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CandleLadder } from '../../../src/main/domain/candle-ladder.ts'
import { closeTimeOf, coarserThan, openTimeOf, TIMEFRAMES } from '../../../src/main/domain/candles.ts'
import type { Candle } from '../../../src/main/domain/market.ts'
import { DAY, epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'

const M5 = 5 * MINUTE
const M15 = 15 * MINUTE
const START = Date.parse('2024-02-28T21:35:00Z')

const candle = (openTime: number, ohlcv: readonly [number, number, number, number, number], intervalMs = MINUTE) => {
  const [open, high, low, close, volume] = ohlcv
  return { openTime: epochMs(openTime), intervalMs, open, high, low, close, volume }
}

/** Prices with two decimals and volumes with eight, as exchanges tell them. */
const bar = fc
  .tuple(
    fc.integer({ min: 1_000, max: 9_000 }),
    fc.nat(500),
    fc.nat(500),
    fc.nat(1_000),
    fc.nat({ max: 4_000_000_000_000 }),
  )
  .map(([low, up, down, range, units]): [number, number, number, number, number] => {
    const high = low + range
    const within = (by: number): number => (low + (by % (range + 1))) / 100
    return [within(up), high / 100, low / 100, within(down), units / 1e8]
  })
/** Candles of five minutes over two days at most; now and then some are missing. */
const series = fc
  .array(fc.record({ bar, skipped: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(90)) }), {
    minLength: 1,
    maxLength: 120,
  })
  .map((steps) => {
    let at = START - M5
    return steps.map(({ bar, skipped }): Candle => {
      at += M5 * (1 + skipped)
      return candle(at, bar, M5)
    })
  })

/** Everything that a ladder closes, with the moment in which it does. */
function climb(candles: readonly Candle[], ladder = new CandleLadder(M5)) {
  const told: { at: number; candle: Candle }[] = []
  for (const each of candles) {
    const closed: Candle[] = []
    ladder.add(each, closed)
    for (const candle of closed) told.push({ at: closeTimeOf(each), candle })
  }
  return told
}
const ofWidth = (told: ReturnType<typeof climb>, intervalMs: number): Candle[] =>
  told.map(({ candle }) => candle).filter((each) => each.intervalMs === intervalMs)

function madeOf(finer: readonly Candle[], intervalMs: number): Candle[] {
  return ofWidth(climb(finer, new CandleLadder((finer[0] as Candle).intervalMs)), intervalMs)
}

/** The same by looking at everything at once. */
function expected(candles: readonly Candle[], intervalMs: number): Candle[] {
  const end = closeTimeOf(candles.at(-1) as Candle)
  const opens = [...new Set(candles.map(({ openTime }) => openTimeOf(openTime, intervalMs)))]
  return opens
    .filter((openTime) => openTime + intervalMs <= end)
    .map((openTime) => {
      const parts = candles.filter((each) => openTimeOf(each.openTime, intervalMs) === openTime)
      const units = parts.reduce((sum, { volume }) => sum + BigInt(Math.round(volume * 1e8)), 0n)
      const missing = intervalMs / M5 - parts.length
      return {
        openTime,
        intervalMs,
        open: parts[0]?.open as number,
        high: Math.max(...parts.map(({ high }) => high)),
        low: Math.min(...parts.map(({ low }) => low)),
        close: parts.at(-1)?.close as number,
        volume: Number(units) / 1e8,
        ...(missing === 0 ? {} : { missing }),
      }
    })
}

describe('coarser candles', () => {
  it('have the open of the first, the highest high, the lowest low, the close of the last and all the volume', () => {
    const minutes = [
      candle(START, [10, 12, 9, 11, 0.1]),
      candle(START + MINUTE, [11, 15, 11, 14, 0.2]),
      candle(START + 2 * MINUTE, [14, 14, 7, 8, 0]),
      candle(START + 3 * MINUTE, [8, 9, 8, 9, 0.3]),
      candle(START + 4 * MINUTE, [9, 9.5, 9, 9.5, 0.1]),
    ]
    expect(madeOf(minutes, M5)).toEqual([candle(START, [10, 15, 7, 9.5, 0.7], M5)])
  })

  it('tell of volume what the exchange does, where floats would add up to 0.30000000000000004', () => {
    const parts = [0.1, 0.2].map((volume, i) => candle(START + i * MINUTE, [1, 1, 1, 1, volume]))
    const last = candle(START + 4 * MINUTE, [1, 1, 1, 1, 0])
    expect(madeOf([...parts, last], M5)[0]?.volume).toBe(0.3)
  })

  it('keep volumes of billions with their decimals', () => {
    const parts = [3_000_000_000.1, 2_999_999_999.9, 0.00000001, 0.5, 0.5].map((volume, i) =>
      candle(START + i * MINUTE, [1, 1, 1, 1, volume]),
    )
    expect(madeOf(parts, M5)[0]?.volume).toBe(6_000_000_001)
  })

  it('open where exchanges open theirs: at midnight UTC, and every four hours from it', () => {
    const ladder = new CandleLadder(HOUR)
    const hours = Array.from({ length: 48 }, (_, i) =>
      candle(Date.parse('2024-02-28T00:00Z') + i * HOUR, [1, 1, 1, 1, 1], HOUR),
    )
    const told = climb(hours, ladder)
    expect(ofWidth(told, DAY).map(({ openTime }) => new Date(openTime).toISOString())).toEqual([
      '2024-02-28T00:00:00.000Z',
      '2024-02-29T00:00:00.000Z',
    ])
    expect(ofWidth(told, 4 * HOUR).map(({ openTime }) => new Date(openTime).getUTCHours())).toEqual([
      0, 4, 8, 12, 16, 20, 0, 4, 8, 12, 16, 20,
    ])
  })

  it('of a recording of hours are those of four hours and a day; of seven minutes there are none', () => {
    expect(coarserThan(HOUR)).toEqual([4 * HOUR, DAY])
    expect(coarserThan(30 * MINUTE)).toEqual([HOUR, 4 * HOUR, DAY])
    expect(coarserThan(7 * MINUTE)).toEqual([])
    expect(coarserThan(MINUTE)).toEqual(TIMEFRAMES.slice(1))
  })

  it('close in the moment in which the last finer one does, the finest first', () => {
    const day = Date.parse('2024-02-28T00:00Z')
    const told = climb(Array.from({ length: 288 }, (_, i) => candle(day + i * M5, [1, 1, 1, 1, 1], M5)))
    const atMidnight = told.filter(({ at }) => at === day + DAY).map(({ candle }) => candle.intervalMs)
    expect(atMidnight).toEqual([M15, HOUR, 4 * HOUR, DAY])
  })

  it('close with a later candle where their last one is missing, and say how many they lack', () => {
    const hour = Date.parse('2024-02-28T10:00Z')
    const told = climb([
      candle(hour, [1, 1, 1, 1, 1], M5),
      candle(hour + M5, [1, 1, 1, 1, 1], M5),
      candle(hour + 4 * M15, [2, 2, 2, 2, 1], M5),
    ])
    expect(told.map(({ at, candle }) => [at - hour, candle.intervalMs, candle.missing])).toEqual([
      [4 * M15 + M5, M15, 1],
      [4 * M15 + M5, HOUR, 10],
    ])
  })

  it('are not made up for intervals without any finer one', () => {
    const hour = Date.parse('2024-02-28T10:00Z')
    const told = climb([candle(hour, [1, 1, 1, 1, 1], M5), candle(hour + 5 * HOUR, [2, 2, 2, 2, 1], M5)])
    expect(ofWidth(told, HOUR).map(({ openTime }) => openTime)).toEqual([hour])
  })

  it('close by the time alone where no more candles come', () => {
    const ladder = new CandleLadder(M5)
    const closed: Candle[] = []
    ladder.add(candle(Date.parse('2024-02-28T21:45Z'), [1, 1, 1, 1, 1], M5), closed)
    ladder.closeUpTo(Date.parse('2024-02-28T21:59:59.999Z'), closed)
    expect(closed).toEqual([])
    ladder.closeUpTo(Date.parse('2024-02-28T22:00Z'), closed)
    expect(closed).toMatchObject([{ intervalMs: M15, missing: 2 }])
  })
})

describe('of any series, with whatever gaps,', () => {
  it('each coarser candle is what its finer ones say, looked at all at once', () => {
    fc.assert(
      fc.property(series, (candles) => {
        const told = climb(candles)
        for (const intervalMs of coarserThan(M5)) {
          // The first may have begun before anybody looked: a fraction, of which nobody is told.
          const whole = expected(candles, intervalMs).filter(({ openTime }) => openTime >= (candles[0]?.openTime ?? 0))
          expect(ofWidth(told, intervalMs)).toEqual(whole)
        }
      }),
    )
  })

  it('5m to 15m to 1h is 5m to 1h', () => {
    fc.assert(
      fc.property(series, (candles) => {
        const last = closeTimeOf(candles.at(-1) as Candle)
        const ended = [...candles, candle(openTimeOf(last, HOUR) + HOUR - M5, [1, 1, 1, 1, 1], M5)]
        const quarters = madeOf(ended, M15).map(({ missing, ...rest }) => rest)
        const from = quarters[0]?.openTime ?? Number.POSITIVE_INFINITY
        const hours = (made: readonly Candle[]) =>
          made.flatMap(({ missing, ...rest }) => (rest.openTime >= from ? [rest] : []))
        expect(hours(madeOf(quarters, HOUR))).toEqual(hours(madeOf(ended, HOUR)))
      }),
    )
  })

  it('the future changes no candle of the past, nor when it was told of', () => {
    fc.assert(
      fc.property(series, fc.nat(120), (candles, cut) => {
        const known = candles.slice(0, Math.max(1, cut))
        const end = closeTimeOf(known.at(-1) as Candle)
        expect(climb(known)).toEqual(climb(candles).filter(({ at }) => at <= end))
      }),
    )
  })

  it('no candle is told of before its end, and each only once', () => {
    fc.assert(
      fc.property(series, (candles) => {
        const told = climb(candles)
        for (const { at, candle } of told) expect(closeTimeOf(candle)).toBeLessThanOrEqual(at)
        const names = told.map(({ candle }) => `${candle.intervalMs} ${candle.openTime}`)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })

  it('a ladder that starts in the middle, from the past, goes on as one that was there from the beginning', () => {
    fc.assert(
      fc.property(series, fc.nat(119), (candles, at) => {
        const cut = Math.min(at, candles.length - 1)
        const whole = climb(candles)
        const now = (candles[cut] as Candle).openTime
        const past = [
          ...candles.slice(0, cut),
          ...whole.map(({ candle }) => candle).filter((candle) => closeTimeOf(candle) <= now),
        ]
        const ladder = new CandleLadder(M5)
        ladder.prime([...past].reverse(), now)
        const later = whole.filter(({ at, candle }) => at > now && closeTimeOf(candle) > now)
        expect(climb(candles.slice(cut), ladder)).toEqual(later)
      }),
    )
  })
})
