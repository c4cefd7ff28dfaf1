import { describe, expect, it } from 'vitest'
import { createGeneratedFeed } from '../../../../src/main/adapters/generated/generated-feed.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import { CandleLadder } from '../../../../src/main/domain/candle-ladder.ts'
import { candleFault, closeTimeOf, missingIn, openTimeOf, TIMEFRAMES } from '../../../../src/main/domain/candles.ts'
import type { Candle, Tick } from '../../../../src/main/domain/market.ts'
import { price } from '../../../../src/shared/money.ts'
import { epochMs, HOUR, MINUTE } from '../../../../src/shared/time.ts'
import { BTC_USDT, rulesOf, XRP_BTC, XRP_USDT } from '../../../support/money-arbitraries.ts'

const START = new Map([
  [BTC_USDT, 80_000],
  [XRP_USDT, 2],
])
const feedOf = (seed: number) => {
  const clock = createSimulatedClock(epochMs(1_000 * HOUR))
  const feed = createGeneratedFeed({
    clock,
    rules: [rulesOf(BTC_USDT, { tick: price('0.1') }), rulesOf(XRP_USDT, { tick: price('0.00001') }), rulesOf(XRP_BTC)],
    startPrices: START,
    anchors: START,
    walk: {
      seed,
      stepMs: 3_000,
      hourlyVolatility: new Map([
        [BTC_USDT, 0.004],
        [XRP_USDT, 0.007],
      ]),
      moveEveryMs: 4 * HOUR,
      moveSize: 0.3,
      moveMs: 12 * MINUTE,
    },
  })
  const ticks: Tick[] = []
  const sources: string[] = []
  const start = (): void =>
    feed.start({
      prices: (seen) => ticks.push(...seen),
      candles: () => {},
      status: (status) => sources.push(`${status.source}, simulated: ${status.isSimulated}`),
    })
  return { clock, feed, ticks, sources, start }
}

describe('the generated feed', () => {
  it('goes on from its start prices, where its past ends, and says that it is simulated', async () => {
    const { feed, ticks, sources, start } = feedOf(7)
    start()
    expect(sources).toEqual(['a generated market, seed 7, simulated: true'])
    for (const [symbol, expected] of [...START, [XRP_BTC, 2 / 80_000] as const]) {
      const first = ticks.find((tick) => tick.symbol === symbol)?.last ?? 0
      const past = await feed.history(symbol, MINUTE, 400)
      expect(past).toHaveLength(400)
      expect(Math.abs(first / expected - 1)).toBeLessThan(0.01)
      expect(past.at(-1)?.close).toBeCloseTo(expected, 6)
    }
  })

  it('sends prices at its pace, bid below ask on the tick, and none after it was stopped', () => {
    const { clock, feed, ticks, start } = feedOf(7)
    start()
    clock.advanceTo(epochMs(clock.now() + MINUTE))
    expect(ticks).toHaveLength(3 * 20)
    for (const tick of ticks) expect(tick.bid).toBeLessThan(tick.ask)
    feed.stop()
    clock.advanceTo(epochMs(clock.now() + HOUR))
    expect(ticks).toHaveLength(3 * 20)
  })

  it('has a past of candles of every width, the coarser made of the finer, up to where it starts', async () => {
    const { feed, clock } = feedOf(7)
    const past = new Map<number, readonly Candle[]>()
    for (const intervalMs of TIMEFRAMES) past.set(intervalMs, await feed.history(XRP_BTC, intervalMs, 500))
    const counts = [...past.values()].map((candles) => candles.length)
    expect(counts).toEqual([500, 500, 500, 500, 411, 67])
    for (const candles of past.values()) {
      const last = candles.at(-1) as Candle
      expect(missingIn(candles)).toBe(0)
      expect(closeTimeOf(last)).toBe(openTimeOf(clock.now(), last.intervalMs))
      for (const candle of candles) expect(candleFault(candle)).toBeNull()
    }
    const closed: Candle[] = []
    const ladder = new CandleLadder(MINUTE, [5 * MINUTE])
    for (const minute of past.get(MINUTE) ?? []) ladder.add(minute, closed)
    const made = closed.filter(({ missing }) => missing === undefined)
    expect(made.length).toBeGreaterThan(90)
    expect(past.get(5 * MINUTE)?.slice(-made.length)).toEqual(made)
  })

  it('has the same past for the same seed and start, and another for another seed', async () => {
    const past = (seed: number) => feedOf(seed).feed.history(BTC_USDT, HOUR, 720)
    expect(await past(7)).toEqual(await past(7))
    expect(await past(8)).not.toEqual(await past(7))
  })
})
