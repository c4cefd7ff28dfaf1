import { afterEach, describe, expect, it } from 'vitest'
import { createKraken } from '../../../../src/main/adapters/kraken/kraken.ts'
import { readPairs } from '../../../../src/main/adapters/kraken/pairs.ts'
import { pair } from '../../../../src/shared/ids.ts'
import { fraction, toText } from '../../../../src/shared/money.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { type Bench, memoryNonces, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench?.close())

describe('the markets on Kraken', () => {
  it('have its steps and minimums, and the fees of the account', async () => {
    bench = await startBench()
    const rules = bench.kraken.markets.rules(XRP_USDT)
    if (rules === null) throw new Error('XRP/USDT is traded')
    const { lot, tick, minAmount, minCost, takerFee, makerFee, halfSpread } = rules
    expect([lot, tick, minAmount, minCost, takerFee, makerFee, halfSpread].map(toText)).toEqual([
      '0.00000001',
      '0.00001',
      '2',
      '0.5',
      '0.004',
      '0.0025',
      '0.0001',
    ])
  })

  it.each(['cancel_only', 'post_only', 'limit_only', 'reduce_only', 'maintenance', 'delisted'] as const)(
    'have no rules while they are %s, and say so',
    async (status) => {
      bench = await startBench()
      bench.server.setMarketStatus(XRP_BTC, status)
      await bench.kraken.markets.refresh()
      expect(bench.kraken.markets.rules(XRP_BTC)).toBeNull()
      expect(bench.kraken.markets.rules(BTC_USDT)).not.toBeNull()
      expect(bench.kraken.markets.problems()).toEqual([expect.stringMatching(/^XRP\/BTC is /)])
    },
  )

  it('stay known while Kraken cannot be asked', async () => {
    bench = await startBench({ timeoutMs: 100 })
    bench.server.faults.add({
      faults: [{ accept: 'never', reply: { kind: 'status', status: 502 }, replyAfterMs: 0 }],
      endpoints: ['AssetPairs'],
    })
    expect(await bench.kraken.markets.refresh()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(bench.kraken.markets.rules(BTC_USDT)).not.toBeNull()
  })

  it('have no rules before Kraken was asked, and take no orders', async () => {
    bench = await startBench()
    const unasked = createKraken({
      ...bench.server,
      tier: 'unlimited',
      timeoutMs: 500,
      nonces: memoryNonces(),
      symbols: [BTC_USDT],
      halfSpread: () => fraction('0'),
      margin: false,
      mayOpen: () => true,
    })
    expect(unasked.markets.rules(BTC_USDT)).toBeNull()
    expect(await unasked.exchange.submit(bench.intent())).toMatchObject({ error: { code: 'exchange/not-ready' } })
    await unasked.exchange.close()
  })

  it('are known by what they trade, under whatever name they are listed', () => {
    const listed = (base: string, quote: string, altname: string) => ({
      altname,
      base,
      quote,
      pair_decimals: 1,
      lot_decimals: 8,
      fees: [[0, 0.4]],
      status: 'online',
    })
    const codes: Readonly<Record<string, string>> = { XXBT: 'BTC', NEWBTC: 'BTC' }
    const book = readPairs(
      {
        XBTUSDT_NEW: listed('NEWBTC', 'USDT', 'BTCUSDT'),
        'XBTUSDT:BTNL': listed('XXBT', 'USDT', 'XBTUSDT:BTNL'),
        STRANGE: { altname: 'STRANGE', status: 'online' },
      },
      (asset) => codes[asset] ?? asset,
    )
    expect(book.bySymbol(pair('BTC/USDT'))?.id).toBe('XBTUSDT_NEW')
    expect(book.symbolOf('BTCUSDT')).toBe('BTC/USDT')
    expect(book.symbolOf('STRANGE')).toBeNull()
  })
})
