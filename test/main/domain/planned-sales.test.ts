import { describe, expect, it } from 'vitest'
import { plannedSales } from '../../../src/main/domain/planned-sales.ts'
import type { Leg } from '../../../src/main/domain/proposal.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, price, toText } from '../../../src/shared/money.ts'
import { BTC, USDT, XRP_BTC } from '../../support/money-arbitraries.ts'
import { legOf, NOON } from '../../support/trading-builders.ts'

const priceOf = (asset: Asset) => price(asset === USDT ? '1' : asset === BTC ? '100' : '1')
const sales = (...legs: readonly Leg[]): string[] =>
  plannedSales(legs, USDT, priceOf, NOON).map(
    (sale) => `${toText(sale.amount)} ${sale.asset} for ${toText(sale.proceeds)}`,
  )

describe('what a plan disposes of', () => {
  it('is what its sales sell, for what they bring after the fee', () => {
    expect(sales(legOf({ side: 'sell', amount: amount('2'), fee: amount('0.8') }))).toEqual(['2 BTC for 199.2'])
  })

  it('is nothing where the quote buys', () => {
    expect(sales(legOf())).toEqual([])
  })

  it('is the coin that pays for another, its fee in that coin included', () => {
    const leg = legOf({
      symbol: XRP_BTC,
      amount: amount('50'),
      price: price('0.01'),
      fee: amount('0.002'),
      feeAsset: BTC,
    })
    expect(sales(leg)).toEqual(['0.502 BTC for 50'])
  })

  it('is the coin sold for another, worth what that brings at its price', () => {
    const leg = legOf({
      symbol: XRP_BTC,
      side: 'sell',
      amount: amount('50'),
      price: price('0.01'),
      fee: amount('0.002'),
      feeAsset: BTC,
    })
    expect(sales(leg)).toEqual(['50 XRP for 49.8'])
  })
})
