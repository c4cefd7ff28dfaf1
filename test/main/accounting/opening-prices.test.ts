import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp } from '../../../src/main/app.ts'
import { pricesNow } from '../../../src/main/market-source.ts'
import type { MarketFeed } from '../../../src/main/ports.ts'
import { createClient } from '../../../src/shared/contract/derive.ts'
import { toText } from '../../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the prices of the first start', () => {
  it('are the last closes in quote, without those of which there is no past', async () => {
    const bar = { openTime: epochMs(0), intervalMs: MINUTE, open: 1, high: 9, low: 1, volume: 1 }
    const feed: Pick<MarketFeed, 'symbols' | 'history'> = {
      symbols: [BTC_USDT, XRP_USDT, XRP_BTC],
      history: async (symbol) => (symbol === XRP_USDT ? [] : [5, 7].map((close) => ({ ...bar, close }))),
    }
    const prices = await pricesNow(feed, USDT)
    expect([...prices].map(([asset, price]) => [asset, toText(price)])).toEqual([[BTC, '7']])
  })

  it('are what the holdings of a new account count as having cost, at the next start too', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'triplegain-opening-'))
    folders.push(dataDir)
    const lots = async () => {
      const app = await createApp({
        dataDir,
        configDir: null,
        market: 'simulated',
        speed: null,
        seed: 7,
        candles: [],
        confirmLive: null,
        set: [],
        env: {},
      })
      if (!app.ok) throw new Error(app.error.message)
      const client = createClient({
        request: (name, input) => app.value.dispatch(name, input),
        subscribe: (listener) => app.value.subscribe(listener),
      })
      const answer = await client.call('lots.open', {})
      await app.value.close()
      return answer.ok ? answer.value.lots.map(({ asset, amount, cost }) => ({ asset, amount, cost })) : answer.error
    }
    const first = await lots()
    expect(first).toMatchObject([
      { asset: 'BTC', amount: '0.01', cost: expect.stringMatching(/^\d+/) },
      { asset: 'XRP', amount: '500', cost: expect.stringMatching(/^\d+/) },
    ])
    expect(await lots()).toEqual(first)
  })
})
