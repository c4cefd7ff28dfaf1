import { describe, expect, it } from 'vitest'
import { createGeneratedFeed } from '../../../../src/main/adapters/generated/generated-feed.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import type { Tick } from '../../../../src/main/domain/market.ts'
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
})
