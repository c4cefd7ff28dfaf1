import { afterEach, describe, expect, it } from 'vitest'
import { type CandleSource, watchCandles } from '../../../../src/main/adapters/kraken/candle-stream.ts'
import { createKrakenFeed } from '../../../../src/main/adapters/kraken/kraken-feed.ts'
import { createSystemClock } from '../../../../src/main/adapters/system/clock.ts'
import type { ClosedCandle } from '../../../../src/main/domain/market.ts'
import type { Clock } from '../../../../src/main/ports.ts'
import { epochMs, MINUTE, SECOND } from '../../../../src/shared/time.ts'
import { startKrakenServer } from '../../../servers/kraken/server.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { BTC_USDT, XRP_USDT } from '../../../support/money-arbitraries.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const shown = (moments: readonly (readonly ClosedCandle[])[]): string[] =>
  moments.map((moment) =>
    moment.map(({ symbol, candle }) => `${symbol} ${candle.openTime / MINUTE} at ${candle.close}`).join(' + '),
  )
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

/** A socket held by hand. */
function socket() {
  type Waiting = { resolve: () => void; reject: (error: Error) => void }
  const waiting = new Map<string, Waiting>()
  const ohlcvs: Record<string, Record<string, (readonly unknown[])[]>> = {}
  const source: CandleSource = {
    ohlcvs,
    watchOHLCV: (symbol) =>
      new Promise<void>((resolve, reject) => {
        waiting.set(symbol, { resolve, reject })
      }),
  }
  return {
    source,
    async hears(symbol: string, minute: number, close: number): Promise<void> {
      ohlcvs[symbol] ??= { '1m': [] }
      const rows = ohlcvs[symbol]['1m'] as (readonly unknown[])[]
      const row = [minute * MINUTE, '10', '14', '9', String(close), '2.5']
      const at = rows.findIndex(([time]) => time === row[0])
      rows.splice(at < 0 ? rows.length : at, at < 0 ? 0 : 1, row)
      waiting.get(symbol)?.resolve()
      await settled()
    },
    async breaks(): Promise<void> {
      for (const { reject } of waiting.values()) reject(new Error('the line is dead'))
      await settled()
    },
  }
}

function watching(symbols = [BTC_USDT, XRP_USDT]) {
  const clock = createManualClock(100 * MINUTE + 10 * SECOND)
  const line = socket()
  const stopped = new AbortController()
  const moments: (readonly ClosedCandle[])[] = []
  const tell = (closed: readonly ClosedCandle[]) => void moments.push(closed)
  const stop = watchCandles({ source: line.source, clock, symbols, since: clock.now(), tell, signal: stopped.signal })
  closing.push(() => {
    stopped.abort()
    stop()
  })
  return { clock, line, moments }
}

describe('Kraken’s own minutes', () => {
  it('are told of two seconds after something has traded in the next one, those of one moment together', async () => {
    const { clock, line, moments } = watching()
    await line.hears(BTC_USDT, 100, 11)
    await line.hears(XRP_USDT, 100, 12)
    clock.set(101 * MINUTE + 5 * SECOND)
    await line.hears(BTC_USDT, 101, 50)
    clock.set(101 * MINUTE + 6_999)
    expect(moments).toEqual([])
    clock.set(101 * MINUTE + 7_000)
    expect(shown(moments)).toEqual(['BTC/USDT 100 at 11 + XRP/USDT 100 at 12'])
    expect(moments[0]?.[0]?.candle).toEqual({
      openTime: 100 * MINUTE,
      intervalMs: MINUTE,
      open: 10,
      high: 14,
      low: 9,
      close: 11,
      volume: 2.5,
    })
  })

  it('count a trade that was reported after the end, and leave the open minute alone', async () => {
    const { clock, line, moments } = watching([BTC_USDT])
    await line.hears(BTC_USDT, 100, 11)
    clock.set(101 * MINUTE)
    await line.hears(BTC_USDT, 101, 50)
    clock.set(101 * MINUTE + 1_000)
    await line.hears(BTC_USDT, 100, 12)
    clock.set(101 * MINUTE + 2_000)
    expect(shown(moments)).toEqual(['BTC/USDT 100 at 12'])
    clock.set(102 * MINUTE)
    await line.hears(BTC_USDT, 102, 60)
    clock.set(102 * MINUTE + 2_000)
    expect(shown(moments).slice(1)).toEqual(['BTC/USDT 101 at 50'])
  })

  it('are not made up where nobody traded, and told of from a few minutes before the start', async () => {
    const { clock, line, moments } = watching([BTC_USDT])
    for (const minute of [80, 97, 98, 99, 102]) await line.hears(BTC_USDT, minute, minute)
    clock.set(102 * MINUTE + 2_000)
    expect(shown(moments)).toEqual(['BTC/USDT 97 at 97', 'BTC/USDT 98 at 98', 'BTC/USDT 99 at 99'])
  })

  it('are over when the exchange says so, not when a clock that is fast does', async () => {
    const { clock, line, moments } = watching([BTC_USDT])
    await line.hears(BTC_USDT, 100, 11)
    clock.set(101 * MINUTE + 10 * SECOND)
    await line.hears(BTC_USDT, 100, 77)
    clock.set(101 * MINUTE + 20 * SECOND)
    expect(moments).toEqual([])
    await line.hears(BTC_USDT, 101, 78)
    clock.set(101 * MINUTE + 22 * SECOND)
    expect(shown(moments)).toEqual(['BTC/USDT 100 at 77'])
  })

  it('are not cut short by a sleep: the line brings them whole, with all that were missed', async () => {
    const { clock, line, moments } = watching([BTC_USDT])
    await line.hears(BTC_USDT, 100, 11)
    clock.set(130 * MINUTE + 5 * SECOND)
    expect(moments).toEqual([])
    await line.breaks()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    for (let minute = 100; minute <= 130; minute++) await line.hears(BTC_USDT, minute, minute)
    clock.set(130 * MINUTE + 9 * SECOND)
    expect(shown(moments)).toHaveLength(30)
    expect(shown(moments)[0]).toBe('BTC/USDT 100 at 100')
    expect(shown(moments).at(-1)).toBe('BTC/USDT 129 at 129')
  })

  it('wait for a market that comes back later than another: its minutes are not told of too late', async () => {
    const { clock, line, moments } = watching()
    await line.hears(BTC_USDT, 100, 11)
    await line.hears(XRP_USDT, 100, 11)
    clock.set(104 * MINUTE + 50 * SECOND)
    await line.breaks()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    clock.set(105 * MINUTE)
    for (let minute = 100; minute <= 105; minute++) await line.hears(BTC_USDT, minute, minute)
    clock.set(105 * MINUTE + 10 * SECOND)
    expect(moments).toEqual([])
    for (let minute = 100; minute <= 105; minute++) await line.hears(XRP_USDT, minute, minute)
    clock.set(105 * MINUTE + 13 * SECOND)
    expect(shown(moments)).toEqual(
      [100, 101, 102, 103, 104].map((minute) => `BTC/USDT ${minute} at ${minute} + XRP/USDT ${minute} at ${minute}`),
    )
  })

  it('wait for the line when it is lost: half a minute is none, and the missed ones come when it is back', async () => {
    const { clock, line, moments } = watching([BTC_USDT])
    await line.hears(BTC_USDT, 100, 11)
    await line.breaks()
    clock.set(102 * MINUTE + 2_000)
    expect(moments).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    for (const [minute, close] of [
      [100, 21],
      [101, 22],
      [102, 23],
      [103, 24],
    ] as const) {
      await line.hears(BTC_USDT, minute, close)
    }
    clock.set(103 * MINUTE + 2_000)
    expect(shown(moments)).toEqual(['BTC/USDT 100 at 21', 'BTC/USDT 101 at 22', 'BTC/USDT 102 at 23'])
  })

  it('come from the server’s candle channel', { timeout: 20_000 }, async () => {
    const system = createSystemClock()
    // A second and a half before the end of a minute.
    const ahead = MINUTE - (system.now() % MINUTE) - 1_500
    const clock: Clock = {
      now: () => epochMs(system.now() + ahead),
      at: (time, task) => system.at(epochMs(time - ahead), task),
    }
    const minute = Math.floor(clock.now() / MINUTE)
    const server = await startKrakenServer({ clock })
    closing.push(() => server.close())
    server.setTick(BTC_USDT, { bid: 91_000, ask: 91_001, last: 91_000 })
    server.candles(BTC_USDT).seed({ time: (minute - 1) * 60, open: 10, high: 14, low: 9, close: 13, volume: 3.5 })
    const feed = createKrakenFeed({ ...server, clock, symbols: [BTC_USDT], timeoutMs: 2_000 })
    closing.push(() => feed.stop())
    const moments: (readonly ClosedCandle[])[] = []
    feed.start({ prices: () => {}, candles: (closed) => void moments.push(closed), status: () => {} })
    for (let i = 0; i < 400 && moments.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 25))
    const [{ candle } = { candle: null }] = moments[0] ?? []
    expect(candle).toMatchObject({
      openTime: (minute - 1) * MINUTE,
      open: 10,
      high: 14,
      low: 9,
      close: 13,
      volume: 3.5,
    })
    expect(await feed.history(BTC_USDT, MINUTE, 5)).toContainEqual(candle)
  })
})
