import { describe, expect, it } from 'vitest'
import { CandleBuilder } from '../../../src/main/market-data/candle-builder.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'

const tick = (symbol: typeof BTC_USDT, at: number, last: number) => ({
  symbol,
  at: epochMs(at),
  bid: last,
  ask: last,
  last,
})

describe('candles from ticks', () => {
  it('close when the next interval begins, with open, high, low, close and the number of ticks', () => {
    const builder = new CandleBuilder(MINUTE)
    for (const [at, last] of [
      [0, 10],
      [20_000, 14],
      [40_000, 8],
      [59_999, 11],
    ] as const) {
      expect(builder.add([tick(BTC_USDT, at, last)])).toEqual([])
    }
    expect(builder.add([tick(BTC_USDT, 60_000, 12)])).toEqual([
      {
        symbol: BTC_USDT,
        candle: { openTime: 0, intervalMs: MINUTE, open: 10, high: 14, low: 8, close: 11, volume: 4 },
      },
    ])
  })

  it('make none for intervals without a tick, and close every symbol together', () => {
    const builder = new CandleBuilder(MINUTE)
    builder.add([tick(BTC_USDT, 1_000, 10), tick(XRP_USDT, 1_000, 2)])
    const closed = builder.add([tick(XRP_USDT, 5 * MINUTE, 3)])
    expect(closed.map(({ symbol, candle }) => [symbol, candle.openTime])).toEqual([
      [BTC_USDT, 0],
      [XRP_USDT, 0],
    ])
    expect(builder.add([tick(XRP_USDT, 6 * MINUTE, 3)])).toHaveLength(1)
  })
})
