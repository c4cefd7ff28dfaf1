import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Forecast, forecastsOf, type ScoredForecast } from '../../../src/main/domain/calibration.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { DAY, HOUR } from '../../../src/shared/time.ts'
import { at, BTC_USDT, inFolder, openMemory, openOrThrow } from './builders.ts'

const said = (change: Partial<Forecast> = {}): readonly Forecast[] =>
  forecastsOf({
    agent: 'technical_analysis',
    symbol: BTC_USDT,
    regime: null,
    bias: 'long',
    confidence: 0.1 + 0.2,
    price: 1 / 3,
    saidAt: at(0),
    ...change,
  })

describe('directions on file', () => {
  it('come back as they went, to the last bit, over a restart', () => {
    inFolder((folder) => {
      const file = join(folder, 'paper-simulated.db')
      const first = openOrThrow(file)
      const { forecasts } = createStores(first)
      const [one, two] = [said(), said({ regime: 'choppy', bias: 'short', saidAt: at(1), confidence: 1 })]
      expect(forecasts.add(one)).toBe(true)
      expect(forecasts.add(two)).toBe(true)
      const scored: ScoredForecast[] = [
        { ...(one[0] as Forecast), scoredAt: at(HOUR), priceThen: 0.1, isRight: false },
        { ...(one[1] as Forecast), scoredAt: at(6 * HOUR), priceThen: null, isRight: null },
        { ...(two[0] as Forecast), scoredAt: at(HOUR + 1), priceThen: 0.3, isRight: true },
      ]
      for (const each of scored) forecasts.settle(each)
      first.close()

      const second = openOrThrow(file)
      const again = createStores(second).forecasts
      expect([...again.scored()]).toEqual(scored)
      expect(again.waiting()).toEqual([one[2], two[1], two[2]])
      expect(verifyDatabase(second)).toEqual([])
      second.close()
    })
  })

  it('stand in the order in which they were said, though a clock was set back in between', () => {
    const { forecasts } = createStores(openMemory())
    for (const saidAt of [at(9), at(2), at(5)]) forecasts.add(said({ saidAt }))
    const times = forecasts.waiting().map(({ saidAt }) => saidAt)
    expect(times.filter((_, i) => i % 3 === 0)).toEqual([at(9), at(2), at(5)])
  })

  it('are refused when the same agent has spoken of the symbol at that moment, and only then', () => {
    const { forecasts } = createStores(openMemory())
    expect(forecasts.add(said())).toBe(true)
    expect(forecasts.add(said({ bias: 'short', confidence: 1 }))).toBe(false)
    expect(forecasts.waiting()).toEqual(said())
    for (const other of [{ agent: 'sentiment' }, { saidAt: at(1) }, { symbol: 'XRP/USDT' as typeof BTC_USDT }]) {
      expect(forecasts.add(said(other))).toBe(true)
    }
    expect(forecasts.waiting()).toHaveLength(12)
  })

  it('are scored one by one: an outcome is that of its own horizon, agent and symbol', () => {
    const { forecasts } = createStores(openMemory())
    forecasts.add(said())
    forecasts.add(said({ agent: 'sentiment' }))
    const day = said().find(({ horizonMs }) => horizonMs === DAY) as Forecast
    forecasts.settle({ ...day, scoredAt: at(DAY), priceThen: 2, isRight: true })
    expect([...forecasts.scored()]).toEqual([{ ...day, scoredAt: at(DAY), priceThen: 2, isRight: true }])
    expect(forecasts.waiting()).toHaveLength(5)
  })

  it.each([
    ['a confidence above 1', { confidence: 1.01 }],
    ['a price of nothing', { price: 0 }],
    ['no direction', { bias: 'neutral' as 'long' }],
  ])('are never written with %s', (_, change) => {
    const { forecasts } = createStores(openMemory())
    expect(() => forecasts.add(said(change))).toThrow('CHECK')
    expect(forecasts.waiting()).toEqual([])
  })
})

describe('what agents said that was news', () => {
  it('is read newest first, of one agent, so many', () => {
    const { agentOutputs } = createStores(openMemory())
    for (const [i, agent] of ['donchian', 'sentiment', 'donchian', 'donchian'].entries()) {
      agentOutputs.add(agent, `msg_${i}` as never, { symbol: BTC_USDT, at: at(i) }, [], i / 4)
    }
    const row = (i: number) => ({
      symbol: 'BTC/USDT',
      at: at(i),
      latencyMs: i / 4,
      output: JSON.stringify({ symbol: BTC_USDT, at: at(i) }),
    })
    expect(agentOutputs.recent('donchian', 2)).toEqual([row(3), row(2)])
    expect(agentOutputs.recent('donchian', 9)).toEqual([row(3), row(2), row(0)])
    expect(agentOutputs.recent('nobody', 9)).toEqual([])
  })
})
