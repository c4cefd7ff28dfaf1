import { describe, expect, it } from 'vitest'
import { marketView } from '../../../src/main/api/market-view.ts'
import { createBus } from '../../../src/main/bus/bus.ts'
import { MarketData } from '../../../src/main/market-data/market-data.ts'
import { FreshnessView } from '../../../src/shared/contract/agent-views.ts'
import { epochMs, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'

const START = 1_000 * HOUR

describe('what the window is told of market data', () => {
  it('is how fresh every price is, when its candles closed, and what was wrong with them', () => {
    const clock = createManualClock(START)
    let ids = 0
    const bus = createBus({
      clock,
      ids: { next: (prefix) => `${prefix}_${++ids}` },
      settings: { historyPerTopic: 10, queueCapacity: 100, handlerTimeLimitMs: 1_000, ttlMs: {} },
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
    })
    const candle = { intervalMs: MINUTE, open: 10, high: 10, low: 10, close: 10, volume: 1 }
    for (const minute of [0, 1, 2, 4]) {
      clock.set(START + (minute + 1) * MINUTE)
      market.prices([{ symbol: BTC_USDT, at: clock.now(), bid: 10, ask: 10, last: 10 }])
      market.candles([{ symbol: BTC_USDT, candle: { ...candle, openTime: epochMs(START + minute * MINUTE) } }])
    }
    const view = marketView(market, [BTC_USDT, XRP_USDT])
    expect(view).toEqual([
      {
        symbol: 'BTC/USDT',
        at: START + 5 * MINUTE,
        isFresh: true,
        candles: [
          { intervalMs: MINUTE, closedAt: START + 5 * MINUTE },
          { intervalMs: 5 * MINUTE, closedAt: START + 5 * MINUTE },
        ],
        problems: [expect.stringMatching(/^1 missing\. 1 candle of 1m missing before 1970/)],
      },
      { symbol: 'XRP/USDT', at: null, isFresh: false, candles: [], problems: [] },
    ])
    expect(FreshnessView.array().safeParse(view).success).toBe(true)
    clock.advance(11 * SECOND)
    expect(marketView(market, [BTC_USDT])[0]).toMatchObject({ at: START + 5 * MINUTE, isFresh: false })
  })
})
