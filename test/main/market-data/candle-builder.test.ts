import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tick } from '../../../src/main/domain/market.ts'
import { CandleBuilder } from '../../../src/main/market-data/candle-builder.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'

const tick = (symbol: TradedPair, at: number, last: number): Tick => ({
  symbol,
  at: epochMs(at),
  bid: last,
  ask: last,
  last,
})

function watching() {
  const noted: string[] = []
  const builder = new CandleBuilder(MINUTE, (symbol, fault) => noted.push(`${symbol} ${fault}`))
  return { builder, noted }
}

describe('candles from ticks', () => {
  it('close when the next interval begins, with open, high, low, close and the number of ticks', () => {
    const { builder, noted } = watching()
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
    expect(noted).toEqual([])
  })

  it('make none for intervals without a tick, and close every symbol together', () => {
    const { builder } = watching()
    builder.add([tick(BTC_USDT, 0, 10), tick(XRP_USDT, 0, 2)])
    const closed = builder.add([tick(XRP_USDT, 5 * MINUTE, 3)])
    expect(closed.map(({ symbol, candle }) => [symbol, candle.openTime])).toEqual([
      [BTC_USDT, 0],
      [XRP_USDT, 0],
    ])
    expect(builder.add([tick(XRP_USDT, 6 * MINUTE, 3)])).toHaveLength(1)
  })

  it('make none of the interval in which watching began: nobody saw how it opened', () => {
    const { builder } = watching()
    builder.add([tick(BTC_USDT, 30_000, 10)])
    expect(builder.add([tick(BTC_USDT, 61_000, 11)])).toEqual([])
    expect(builder.add([tick(BTC_USDT, 121_000, 12)])).toMatchObject([{ candle: { openTime: MINUTE, open: 11 } }])
  })

  it('leave out a tick that comes after its interval was closed, and say so', () => {
    const { builder, noted } = watching()
    builder.add([tick(BTC_USDT, 0, 10)])
    builder.add([tick(BTC_USDT, 60_000, 11)])
    builder.add([tick(BTC_USDT, 59_000, 99)])
    expect(noted).toEqual(['BTC/USDT late'])
    expect(builder.add([tick(BTC_USDT, 120_000, 12)])).toMatchObject([{ candle: { high: 11, close: 11, volume: 1 } }])
  })

  it('count a tick once that is told of twice', () => {
    const { builder, noted } = watching()
    builder.add([tick(BTC_USDT, 0, 10)])
    builder.add([tick(BTC_USDT, 0, 10)])
    expect(noted).toEqual(['BTC/USDT duplicate'])
    expect(builder.add([tick(BTC_USDT, 60_000, 12)])[0]?.candle.volume).toBe(1)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])('do not take %s for a price', (nonsense) => {
    const { builder, noted } = watching()
    builder.add([tick(BTC_USDT, 0, 10)])
    builder.add([tick(BTC_USDT, 1_000, nonsense)])
    expect(noted).toEqual(['BTC/USDT impossible'])
    expect(builder.add([tick(BTC_USDT, 60_000, 12)])).toMatchObject([{ candle: { high: 10, low: 10, volume: 1 } }])
  })

  it('are the same in whatever order the ticks of an interval come, as long as no two have the same time', () => {
    const ticks = fc.uniqueArray(fc.record({ at: fc.nat(59_999), last: fc.integer({ min: 1, max: 1_000 }) }), {
      selector: ({ at }) => at,
      minLength: 1,
      maxLength: 30,
    })
    const shuffled = ticks.chain((inOrder) =>
      fc.tuple(
        fc.constant(inOrder),
        fc.shuffledSubarray(inOrder, { minLength: inOrder.length, maxLength: inOrder.length }),
      ),
    )
    const closedBy = (ticks: readonly { at: number; last: number }[]) => {
      const { builder } = watching()
      builder.add([tick(BTC_USDT, 0, 500)])
      for (const { at, last } of ticks) builder.add([tick(BTC_USDT, MINUTE + at, last)])
      return builder.add([tick(BTC_USDT, 2 * MINUTE, 500)])
    }
    fc.assert(
      fc.property(shuffled, ([inOrder, mixed]) => {
        const sorted = [...inOrder].sort((a, b) => a.at - b.at)
        const expected = {
          open: sorted[0]?.last,
          high: Math.max(...sorted.map(({ last }) => last)),
          low: Math.min(...sorted.map(({ last }) => last)),
          close: sorted.at(-1)?.last,
          volume: sorted.length,
        }
        expect(closedBy(mixed)).toMatchObject([{ candle: expected }])
      }),
    )
  })
})
