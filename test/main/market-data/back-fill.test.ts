import { describe, expect, it } from 'vitest'
import type { Candle } from '../../../src/main/domain/market.ts'
import { inOrder, readPast } from '../../../src/main/market-data/back-fill.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { CandleStore, MarketFeed } from '../../../src/main/ports.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { openMemory } from '../persistence/builders.ts'

const NOW = epochMs(1_000 * HOUR + 20 * MINUTE)
const candle = (openTime: number, intervalMs: number, close = 10): Candle => ({
  openTime: epochMs(openTime),
  intervalMs,
  open: close,
  high: close,
  low: close,
  close,
  volume: 1,
})
/** The last `count` hours before `end` hours. */
const hours = (end: number, count: number, close = 10): Candle[] =>
  Array.from({ length: count }, (_, i) => candle((end - count + i) * HOUR, HOUR, close))
const ofHour = (candles: readonly Candle[]): number[] => candles.map(({ openTime }) => openTime / HOUR)

type Feed = Pick<MarketFeed, 'symbols' | 'history'> & { readonly asked: string[] }
function feedOf(
  answer: (symbol: TradedPair, intervalMs: number) => readonly Candle[],
  symbols: readonly TradedPair[] = [BTC_USDT],
): Feed {
  const asked: string[] = []
  return {
    symbols,
    asked,
    async history(symbol, intervalMs, count) {
      asked.push(`${symbol} ${intervalMs / MINUTE}m ${count}`)
      return answer(symbol, intervalMs).slice(-count)
    },
  }
}
const dead = (): Feed =>
  feedOf(() => {
    throw new Error('no route')
  }, [BTC_USDT, XRP_USDT])

function past(feed: Feed, store: CandleStore | null, needs = [{ intervalMs: HOUR, count: 10 }]) {
  const noted: string[] = []
  const note = (symbol: TradedPair, fault: string, text: string, count = 1) =>
    void noted.push(`${symbol} ${fault} ${count}: ${text}`)
  return readPast(needs, { feed, store, now: () => NOW, note }).then((read) => ({ ...read, noted }))
}
const emptyStore = (): CandleStore => createStores(openMemory()).candles
function storeWith(...candles: readonly Candle[]): CandleStore {
  const store = emptyStore()
  for (const each of candles) store.add(BTC_USDT, each)
  return store
}

describe('the past at a start', () => {
  it('comes from the exchange, oldest first, and is kept in the database', async () => {
    const store = emptyStore()
    const { series, text, noted } = await past(
      feedOf(() => hours(1_000, 10)),
      store,
    )
    expect(series).toEqual([
      {
        symbol: BTC_USDT,
        intervalMs: HOUR,
        wanted: 10,
        candles: hours(1_000, 10),
        missing: 0,
      },
    ])
    expect({ text, noted }).toEqual({ text: null, noted: [] })
    expect(store.last(BTC_USDT, HOUR, 100, NOW)).toEqual(hours(1_000, 10))
  })

  it('goes back further with what only the database knows', async () => {
    const { series } = await past(
      feedOf(() => hours(1_000, 4)),
      storeWith(...hours(998, 8, 10)),
    )
    expect(ofHour(series[0]?.candles ?? [])).toEqual([990, 991, 992, 993, 994, 995, 996, 997, 998, 999])
    expect(series[0]).toMatchObject({ missing: 0 })
  })

  it('is the exchange’s where the two differ, which is said once with how many', async () => {
    const store = storeWith(...hours(1_000, 4, 11))
    const { series, noted } = await past(
      feedOf(() => hours(1_000, 3)),
      store,
    )
    expect(series[0]?.candles.map(({ close }) => close)).toEqual([11, 10, 10, 10])
    expect(noted).toEqual([
      'BTC/USDT differs 3: The exchange tells 3 of 3 past 1h candles otherwise than they were kept; its own count.',
    ])
    expect(store.last(BTC_USDT, HOUR, 2, NOW)).toEqual(hours(1_000, 2))
  })

  it('is the database’s where the exchange cannot be asked, which is said plainly, and asked no more', async () => {
    const feed = dead()
    const { series, text } = await past(feed, storeWith(...hours(997, 3)))
    expect(feed.asked).toEqual(['BTC/USDT 60m 10'])
    expect(ofHour(series[0]?.candles ?? [])).toEqual([994, 995, 996])
    expect(text).toBe(
      'Past candles could not be read from the exchange (no route); those in the database have to do. ' +
        'There are fewer past candles than wanted: BTC/USDT 1h 3 of 10, XRP/USDT 1h 0 of 10.',
    )
  })

  it('is none where the newest of it is old: an average that leaps over days is worse than none', async () => {
    const { series, text } = await past(dead(), storeWith(...hours(989, 10)))
    expect(series[0]?.candles).toEqual([])
    expect(text).toContain('BTC/USDT 1h 0 of 10')
    const lately = await past(dead(), storeWith(...hours(991, 10)))
    expect(lately.series[0]?.candles).toHaveLength(10)
  })

  it('begins after its last long hole', async () => {
    const holed = (end: number) =>
      past(
        feedOf(() => [...hours(end, 3), ...hours(1_000, 4)]),
        null,
      )
    expect(ofHour((await holed(985)).series[0]?.candles ?? [])).toEqual([996, 997, 998, 999])
    expect((await holed(986)).series[0]?.candles).toHaveLength(7)
  })

  it('says what is missing in it', async () => {
    const { series, text } = await past(
      feedOf(() => [...hours(990, 5), ...hours(1_000, 5)]),
      null,
    )
    expect(series[0]?.missing).toBe(5)
    expect(text).toBe('Past candles are missing: BTC/USDT 1h 5.')
  })

  it('has no candle that is impossible, off the grid, told twice or not over', async () => {
    const wrong = [
      candle(995 * HOUR, HOUR),
      candle(995 * HOUR, HOUR, 99),
      { ...candle(996 * HOUR, HOUR), low: Number.NaN },
      candle(997 * HOUR + 1, HOUR),
      candle(998 * HOUR, MINUTE),
      candle(999 * HOUR, HOUR),
      candle(1_000 * HOUR, HOUR),
    ]
    const { series, noted } = await past(
      feedOf(() => wrong),
      null,
    )
    expect(series[0]?.candles).toEqual([candle(995 * HOUR, HOUR), candle(999 * HOUR, HOUR)])
    expect(noted.map((text) => text.split(' 1:')[0])).toEqual([
      'BTC/USDT duplicate',
      'BTC/USDT impossible',
      'BTC/USDT off_grid',
      'BTC/USDT off_grid',
      'BTC/USDT impossible',
    ])
  })

  it('is asked for once per width, the finest first, one market after the other', async () => {
    const feed = feedOf(() => [], [BTC_USDT, XRP_USDT])
    await past(feed, null, [
      { intervalMs: HOUR, count: 5 },
      { intervalMs: MINUTE, count: 7 },
      { intervalMs: HOUR, count: 9 },
    ])
    expect(feed.asked).toEqual(['BTC/USDT 1m 7', 'XRP/USDT 1m 7', 'BTC/USDT 60m 9', 'XRP/USDT 60m 9'])
  })

  it('is told in the order in which it closed, at one moment the finest first', async () => {
    const minutes = Array.from({ length: 3 }, (_, i) => candle(1_000 * HOUR + (15 + i) * MINUTE, MINUTE))
    const read = await past(
      feedOf((_, intervalMs) => (intervalMs === HOUR ? hours(1_000, 2) : minutes)),
      null,
      [
        { intervalMs: HOUR, count: 2 },
        { intervalMs: MINUTE, count: 3 },
      ],
    )
    expect(inOrder(read).map(({ candle: { openTime, intervalMs } }) => [openTime + intervalMs, intervalMs])).toEqual([
      [999 * HOUR, HOUR],
      [1_000 * HOUR, HOUR],
      [1_000 * HOUR + 16 * MINUTE, MINUTE],
      [1_000 * HOUR + 17 * MINUTE, MINUTE],
      [1_000 * HOUR + 18 * MINUTE, MINUTE],
    ])
  })
})
