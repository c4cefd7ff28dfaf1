import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pair } from '../../../src/shared/ids.ts'
import { assetCode, assetId, pairNames } from './names.ts'
import { numberOf, txidOf } from './txid.ts'

describe('Kraken’s names', () => {
  it('are the old ones for old assets, with a suffix for what earns', () => {
    expect(['BTC', 'XRP', 'USDT', 'USD', 'BTC.F'].map(assetId)).toEqual(['XXBT', 'XXRP', 'USDT', 'ZUSD', 'XBT.F'])
    for (const code of ['BTC', 'XRP', 'USDT', 'EUR', 'BTC.F', 'XRP.S']) expect(assetCode(assetId(code))).toBe(code)
  })

  it('are long for pairs of two old assets only', () => {
    const names = ['BTC/USDT', 'XRP/BTC', 'BTC/USD'].map((symbol) => pairNames(pair(symbol)))
    expect(names.map(({ id, altname, wsname }) => [id, altname, wsname])).toEqual([
      ['XBTUSDT', 'XBTUSDT', 'XBT/USDT'],
      ['XXRPXXBT', 'XRPXBT', 'XRP/XBT'],
      ['XXBTZUSD', 'XBTUSD', 'XBT/USD'],
    ])
  })

  it('of orders lead back to their number, and nobody else’s does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.constantFrom('O', 'T', 'L'), (number, kind) => {
        const txid = txidOf(kind, number)
        expect(txid).toMatch(/^[OTL][A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/)
        expect(numberOf(kind, txid)).toBe(number)
        expect(numberOf(kind === 'O' ? 'T' : 'O', txid)).toBeNull()
      }),
    )
    for (const wrong of ['', 'OABC', 'OAAAAA-AAAAA-AAAAAA', 'oaaaaa-aaaaa-aaaaaa']) {
      expect(numberOf('O', wrong)).toBeNull()
    }
  })
})
