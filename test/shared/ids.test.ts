import { describe, expect, it } from 'vitest'
import {
  Asset,
  asset,
  baseOf,
  ClientOrderId,
  OrderId,
  ProposalId,
  pair,
  quoteOf,
  TradedPair,
} from '../../src/shared/ids.ts'

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }) => (value: unknown) =>
  schema.safeParse(value).success

describe('names', () => {
  it('of orders and proposals cannot be taken for each other', () => {
    expect([OrderId, ProposalId].map((schema) => accepts(schema)('ord_1'))).toEqual([true, false])
    expect([OrderId, ProposalId].map((schema) => accepts(schema)('prp_1'))).toEqual([false, true])
  })

  it('of orders at the exchange are 32 hexadecimal digits', () => {
    const good = '0123456789abcdef0123456789abcdef'
    expect(
      [good, good.slice(1), `${good}0`, good.toUpperCase(), ` ${good.slice(1)}`].map(accepts(ClientOrderId)),
    ).toEqual([true, false, false, false, false])
  })

  it('of assets and pairs are spelt in capitals', () => {
    expect(['BTC', 'USDT', '1INCH', 'btc', 'B', '', 'BTC/USDT', 'VERYLONGNAME'].map(accepts(Asset))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(['BTC/USDT', 'BTC', 'BTC/', '/USDT', 'BTC/USDT/XRP', 'BTC-USDT'].map(accepts(TradedPair))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(() => asset('btc')).toThrow()
    expect(() => pair('BTCUSDT')).toThrow()
  })

  it('of pairs say what is traded for what', () => {
    expect([baseOf(pair('XRP/BTC')), quoteOf(pair('XRP/BTC'))]).toEqual(['XRP', 'BTC'])
  })
})
