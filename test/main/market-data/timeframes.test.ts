import { describe, expect, it } from 'vitest'
import type { Candle, ClosedCandle } from '../../../src/main/domain/market.ts'
import { Timeframes } from '../../../src/main/market-data/timeframes.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { DAY, epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'

const MIDNIGHT = Date.parse('2024-02-28T00:00Z')
const candle = (openTime: number, close = 10, more: Partial<Candle> = {}): Candle => ({
  openTime: epochMs(openTime),
  intervalMs: MINUTE,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
  ...more,
})
const of = (symbol: TradedPair, each: Candle): ClosedCandle => ({ symbol, candle: each })
const btc = (minute: number, close = 10, more: Partial<Candle> = {}) =>
  of(BTC_USDT, candle(MIDNIGHT + minute * MINUTE, close, more))
const shown = (told: readonly ClosedCandle[]) =>
  told.map(({ symbol, candle: { intervalMs, openTime, missing } }) =>
    [symbol, `${intervalMs / MINUTE}m`, `+${(openTime - MIDNIGHT) / MINUTE}`, missing ?? ''].join(' ').trim(),
  )

function charts() {
  const noted: string[] = []
  const frames = new Timeframes((symbol, fault, text, count = 1) => noted.push(`${symbol} ${fault} ${count}: ${text}`))
  return { frames, noted }
}

describe('the candles of one moment', () => {
  it('are told of with the coarser ones that they close, the finest first, of all symbols', () => {
    const { frames, noted } = charts()
    for (let minute = 0; minute < 14; minute++) {
      frames.add([btc(minute), of(XRP_USDT, candle(MIDNIGHT + minute * MINUTE))])
    }
    expect(shown(frames.add([btc(14), of(XRP_USDT, candle(MIDNIGHT + 14 * MINUTE))]))).toEqual([
      'BTC/USDT 1m +14',
      'XRP/USDT 1m +14',
      'BTC/USDT 5m +10',
      'XRP/USDT 5m +10',
      'BTC/USDT 15m +0',
      'XRP/USDT 15m +0',
    ])
    expect(noted).toEqual([])
  })

  it('close the coarser ones of a symbol that has none in that moment, and none of which the beginning is not known', () => {
    const { frames } = charts()
    for (let minute = 0; minute < 4; minute++) frames.add([btc(minute)])
    frames.add([of(XRP_USDT, candle(MIDNIGHT + 3 * MINUTE))])
    expect(shown(frames.add([of(XRP_USDT, candle(MIDNIGHT + 4 * MINUTE))]))).toEqual([
      'XRP/USDT 1m +4',
      'BTC/USDT 5m +0 1',
    ])
  })

  it('of a recording of hours make four hours and days, beside another of half hours', () => {
    const { frames, noted } = charts()
    const told: string[] = []
    for (let half = 0; half < 48; half++) {
      const openTime = MIDNIGHT + half * 30 * MINUTE
      const moment = [of(XRP_USDT, candle(openTime, 2, { intervalMs: 30 * MINUTE }))]
      if (half % 2 === 1) moment.push(of(BTC_USDT, candle(openTime - 30 * MINUTE, 10, { intervalMs: HOUR })))
      told.push(...shown(frames.add(moment)))
    }
    const count = (what: string): number => told.filter((text) => text.startsWith(what)).length
    expect(['BTC/USDT 60m', 'BTC/USDT 240m', 'BTC/USDT 1440m'].map(count)).toEqual([24, 6, 1])
    expect(['XRP/USDT 30m', 'XRP/USDT 60m', 'XRP/USDT 240m', 'XRP/USDT 1440m'].map(count)).toEqual([48, 24, 6, 1])
    expect(noted).toEqual([])
  })
})

describe('what is wrong with candles', () => {
  it('a gap is noted with how many are missing, and the coarser ones carry it', () => {
    const { frames, noted } = charts()
    frames.add([btc(0)])
    expect(shown(frames.add([btc(4)]))).toEqual(['BTC/USDT 1m +4', 'BTC/USDT 5m +0 3'])
    expect(noted).toEqual(['BTC/USDT gap 3: 3 candles of 1m missing before 2024-02-28 00:04 UTC.'])
  })

  it('one that comes late, or again, changes nothing and is noted', () => {
    const { frames, noted } = charts()
    for (const minute of [0, 1, 2, 3]) frames.add([btc(minute)])
    expect(frames.add([btc(3)])).toEqual([])
    expect(frames.add([btc(3, 99)])).toEqual([])
    expect(frames.add([btc(1, 99)])).toEqual([])
    expect(frames.add([btc(4)]).at(-1)?.candle).toMatchObject({ intervalMs: 5 * MINUTE, high: 10, volume: 5 })
    expect(noted.map((text) => text.split(':')[0])).toEqual([
      'BTC/USDT duplicate 1',
      'BTC/USDT duplicate 1',
      'BTC/USDT late 1',
    ])
    expect(noted[0]).toContain('the same again')
    expect(noted[1]).toContain('something else')
  })

  it.each<[string, Partial<Candle>]>([
    ['off_grid', { openTime: epochMs(MIDNIGHT + MINUTE + 1) }],
    ['off_grid', { intervalMs: 5 * MINUTE, openTime: epochMs(MIDNIGHT + 5 * MINUTE) }],
    ['impossible', { high: Number.NaN }],
    ['impossible', { close: Number.POSITIVE_INFINITY, high: Number.POSITIVE_INFINITY }],
    ['impossible', { low: 0 }],
    ['impossible', { low: 11 }],
    ['impossible', { high: 9 }],
    ['impossible', { volume: -1 }],
    ['impossible', { volume: Number.NaN }],
    ['impossible', { volume: Number.POSITIVE_INFINITY }],
  ])('one that is %s is left out: %o', (fault, wrong) => {
    const { frames, noted } = charts()
    frames.add([btc(0)])
    expect(frames.add([btc(1, 10, wrong)])).toEqual([])
    expect(noted).toHaveLength(1)
    expect(noted[0]).toContain(`BTC/USDT ${fault} 1: `)
    expect(shown(frames.add([btc(1)]))).toEqual(['BTC/USDT 1m +1'])
  })

  it('one in which nobody traded is kept as the exchange tells it, and noted', () => {
    const { frames, noted } = charts()
    expect(shown(frames.add([btc(0, 10, { volume: 0 })]))).toEqual(['BTC/USDT 1m +0'])
    expect(noted).toEqual(['BTC/USDT no_volume 1: Nobody traded in the 1m candle of 2024-02-28 00:00 UTC.'])
  })
})

describe('candles that go on from the past', () => {
  const hours = Array.from({ length: 10 }, (_, i) => candle(MIDNIGHT + i * HOUR, 20, { intervalMs: HOUR, volume: 60 }))
  const fours = [0, 4].map((hour) => candle(MIDNIGHT + hour * HOUR, 20, { intervalMs: 4 * HOUR, volume: 240 }))
  const minutes = Array.from({ length: 30 }, (_, i) => candle(MIDNIGHT + 10 * HOUR + i * MINUTE, 30))

  it('are whole when they close, from the widest that were known', () => {
    const { frames, noted } = charts()
    const past = [...minutes, ...fours, ...hours]
    frames.prime(BTC_USDT, past, MINUTE, epochMs(MIDNIGHT + 10 * HOUR + 30 * MINUTE))
    const told: ClosedCandle[] = []
    for (let minute = 10 * 60 + 30; minute < 24 * 60; minute++) told.push(...frames.add([btc(minute, 40)]))
    const of = (intervalMs: number) => told.map((each) => each.candle).filter((each) => each.intervalMs === intervalMs)
    expect(of(HOUR)[0]).toMatchObject({ open: 30, close: 40, volume: 60 })
    expect(of(4 * HOUR)[0]).toMatchObject({ open: 20, low: 20, high: 40, close: 40, volume: 240 })
    expect(of(DAY)).toMatchObject([{ open: 20, close: 40, volume: 1_440 }])
    expect(told.filter(({ candle }) => candle.missing !== undefined)).toEqual([])
    expect(noted).toEqual([])
  })

  it('do not tell again of what was known, however the past and the present overlap', () => {
    const { frames, noted } = charts()
    // The hour was asked for after the minutes: it had ended in between.
    const hour = candle(MIDNIGHT + 10 * HOUR, 30, { intervalMs: HOUR, volume: 60 })
    const known = Array.from({ length: 59 }, (_, i) => candle(MIDNIGHT + 10 * HOUR + i * MINUTE, 30))
    frames.prime(BTC_USDT, [...known, ...hours, hour], MINUTE, epochMs(MIDNIGHT + 11 * HOUR + 500))
    expect(frames.add([btc(10 * 60 + 58, 30)])).toEqual([])
    expect(shown(frames.add([btc(10 * 60 + 59, 30)]))).toEqual([
      'BTC/USDT 1m +659',
      'BTC/USDT 5m +655',
      'BTC/USDT 15m +645',
    ])
    expect(noted).toEqual([])
    expect(frames.lastClosed(BTC_USDT).map(({ intervalMs }) => intervalMs / MINUTE)).toEqual([1, 5, 15, 60])
  })
})
