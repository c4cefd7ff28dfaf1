import { describe, expect, it } from 'vitest'
import { createBus } from '../../../src/main/bus/bus.ts'
import type { Candle, ClosedCandle, Tick } from '../../../src/main/domain/market.ts'
import { MarketData, type MarketDataSettings } from '../../../src/main/market-data/market-data.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { MarketFeed } from '../../../src/main/ports.ts'
import { epochMs, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { openMemory } from '../persistence/builders.ts'

const START = 1_000 * HOUR

function marketAt(start: number, settings: Partial<MarketDataSettings> = {}) {
  const clock = createManualClock(start)
  let ids = 0
  const bus = createBus({
    clock,
    ids: { next: (prefix) => `${prefix}_${++ids}` },
    settings: { historyPerTopic: 10, queueCapacity: 1_000, handlerTimeLimitMs: 1_000, ttlMs: {} },
    keyOf: {},
    onDeadLetter: () => {},
    onOverflow: () => {},
  })
  const market = new MarketData(clock, bus, {
    staleMs: 10 * SECOND,
    buildsCandles: false,
    makesTimeframes: true,
    samples: null,
    candles: null,
    ...settings,
  })
  const moments: (readonly ClosedCandle[])[] = []
  const events: string[] = []
  bus.on('market_data', ({ payload }) => void (payload.kind === 'candles' && moments.push(payload.closed)), {
    name: 'test',
    whenFull: 'reject',
  })
  bus.on('system_events', ({ payload }) => void events.push(`${payload.kind}: ${payload.text}`), {
    name: 'test',
    whenFull: 'reject',
  })
  const candleAt = (openTime: number, more: Partial<Candle> = {}): void => {
    clock.set(openTime + MINUTE)
    market.candles([{ symbol: BTC_USDT, candle: minute(openTime, more) }])
  }
  return { clock, bus, market, moments, events, candleAt }
}
const minute = (openTime: number, more: Partial<Candle> = {}): Candle => ({
  openTime: epochMs(openTime),
  intervalMs: MINUTE,
  open: 10,
  high: 10,
  low: 10,
  close: 10,
  volume: 1,
  ...more,
})
const tick = (at: number, last = 10): Tick => ({ symbol: BTC_USDT, at: epochMs(at), bid: last, ask: last, last })

describe('the age of a price', () => {
  it('is what the clock says since it was seen, and unknown before the first', () => {
    const { clock, market } = marketAt(START)
    expect(market.ageOf(BTC_USDT)).toBeNull()
    market.prices([tick(START)])
    clock.advance(7_500)
    expect(market.ageOf(BTC_USDT)).toBe(7_500)
    expect(market.ageOf(XRP_USDT)).toBeNull()
    market.prices([tick(START + 7_500)])
    expect(market.ageOf(BTC_USDT)).toBe(0)
  })

  it('is never below nothing: a clock that was set back makes no price newer than now', () => {
    const { clock, market } = marketAt(START)
    market.prices([tick(START)])
    clock.set(START - HOUR)
    expect(market.ageOf(BTC_USDT)).toBe(0)
  })
})

describe('candles in a message', () => {
  it('come with the coarser ones of the same moment where somebody wants them, and alone where nobody does', () => {
    for (const [makesTimeframes, expected] of [
      [true, ['1', '1', '1', '1', '1 5']],
      [false, ['1', '1', '1', '1', '1']],
    ] as const) {
      const { moments, candleAt } = marketAt(START, { makesTimeframes })
      for (let i = 0; i < 5; i++) candleAt(START + i * MINUTE)
      expect(moments.map((moment) => moment.map(({ candle }) => candle.intervalMs / MINUTE).join(' '))).toEqual(
        expected,
      )
    }
  })

  it('are made from ticks where the feed has none of its own', () => {
    const { clock, market, moments } = marketAt(START, { buildsCandles: true })
    for (let i = 0; i <= 20; i++) {
      clock.set(START + i * 15 * SECOND)
      market.prices([tick(clock.now(), 10 + i)])
    }
    expect(moments.map((moment) => moment.length)).toEqual([1, 1, 1, 1, 2])
    expect(moments.at(-1)?.at(-1)?.candle).toMatchObject({ intervalMs: 5 * MINUTE, open: 10, close: 29, volume: 20 })
    expect(market.lastCandles(BTC_USDT).map(({ openTime }) => openTime)).toEqual([START + 4 * MINUTE, START])
  })

  it('are kept on file, of every width', () => {
    const { candles } = createStores(openMemory())
    const { candleAt } = marketAt(START, { candles })
    for (let i = 0; i < 5; i++) candleAt(START + i * MINUTE)
    expect(candles.last(BTC_USDT, MINUTE, 10, epochMs(START + HOUR))).toHaveLength(5)
    expect(candles.last(BTC_USDT, 5 * MINUTE, 10, epochMs(START + HOUR))).toHaveLength(1)
  })
})

describe('what is wrong with the data', () => {
  it('is told of once per burst and counted always', () => {
    const { clock, market, events, candleAt } = marketAt(START)
    for (let i = 0; i < 30; i++) candleAt(START + i * MINUTE, { volume: 0 })
    expect(events).toHaveLength(1)
    expect(events[0]).toMatch(/^market: BTC\/USDT: Nobody traded in the 1m candle of 1970-02-11 16:00 UTC\.$/)
    for (let i = 30; i < 41; i++) candleAt(START + i * MINUTE)
    expect(market.faultCounts()).toMatchObject([{ fault: 'no_volume', count: 30, firstAt: START + MINUTE }])
    candleAt(START + 41 * MINUTE, { volume: 0 })
    expect(events).toHaveLength(2)
    expect(events[1]).toContain('There were 30 like it before.')
    expect(market.faultCounts()).toMatchObject([{ count: 31, lastAt: clock.now() }])
  })

  it('is counted by symbol and kind', () => {
    const { market, candleAt } = marketAt(START)
    candleAt(START)
    candleAt(START + 3 * MINUTE)
    candleAt(START + 3 * MINUTE)
    market.candles([{ symbol: XRP_USDT, candle: minute(START + 1) }])
    const counts = market.faultCounts().map(({ symbol, fault, count }) => `${symbol} ${fault} ${count}`)
    expect(counts).toEqual(['BTC/USDT gap 2', 'BTC/USDT duplicate 1', 'XRP/USDT off_grid 1'])
  })
})

describe('a start', () => {
  const feed = (history: MarketFeed['history']): Pick<MarketFeed, 'symbols' | 'history'> => ({
    symbols: [BTC_USDT],
    history,
  })

  it('goes on from the past without a seam: the hour that is open is whole when it closes', async () => {
    const { market, moments, candleAt } = marketAt(START + 40 * MINUTE + 10 * SECOND)
    const { candles: past } = await market.backFill(
      feed(async (_, intervalMs, count) =>
        intervalMs === MINUTE
          ? Array.from({ length: 40 }, (_, i) => minute(START + i * MINUTE, { high: 20 })).slice(-count)
          : [],
      ),
      [{ intervalMs: MINUTE, count: 40 }],
      MINUTE,
    )
    expect(past).toHaveLength(40)
    for (let i = 40; i < 60; i++) candleAt(START + i * MINUTE)
    const hours = moments.flat().flatMap(({ candle }) => (candle.intervalMs === HOUR ? [candle] : []))
    expect(hours).toEqual([minute(START, { intervalMs: HOUR, high: 20, volume: 60 })])
  })

  it('keeps what closes while the past is read for afterwards', async () => {
    const { market, moments, candleAt } = marketAt(START + 40 * MINUTE + 10 * SECOND)
    market.hold()
    candleAt(START + 40 * MINUTE)
    candleAt(START + 41 * MINUTE)
    expect(moments).toEqual([])
    market.release()
    expect(moments.flat().map(({ candle }) => candle.openTime)).toEqual([START + 40 * MINUTE, START + 41 * MINUTE])
  })

  it('notes what is missing between the past and the first live candle', async () => {
    const { market, candleAt } = marketAt(START + 40 * MINUTE + 10 * SECOND)
    await market.backFill(
      feed(async () => Array.from({ length: 38 }, (_, i) => minute(START + i * MINUTE))),
      [{ intervalMs: MINUTE, count: 40 }],
      MINUTE,
    )
    candleAt(START + 40 * MINUTE)
    expect(market.faultCounts()).toMatchObject([{ fault: 'gap', count: 2 }])
  })

  it('without an answer from the exchange says so, and the market begins all the same', async () => {
    const { market, events, moments, candleAt } = marketAt(START)
    const unreachable = feed(async () => {
      throw new Error('no route')
    })
    const { candles, problem } = await market.backFill(unreachable, [{ intervalMs: MINUTE, count: 40 }], MINUTE)
    expect({ candles, problem }).toEqual({ candles: [], problem: 'no route' })
    expect(events[0]).toContain('could not be read from the exchange (no route)')
    candleAt(START)
    expect(moments).toHaveLength(1)
  })
})
