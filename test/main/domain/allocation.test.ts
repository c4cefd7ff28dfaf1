import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocationOf, isOutsideBand, isSurelyInside, totalValue } from '../../../src/main/domain/allocation.ts'
import { amount, decimal, price, sum, toFloat, toText } from '../../../src/shared/money.ts'
import { BTC, portfolioArb, scaled, USDT, XRP } from '../../support/money-arbitraries.ts'

const RUNS = { numRuns: 500, seed: 20_261_123 }
const worked = [
  { asset: BTC, amount: amount('0.0345'), price: price('44492.75'), parts: 1 },
  { asset: XRP, amount: amount('2150'), price: price('0.60'), parts: 1 },
  { asset: USDT, amount: amount('1275'), price: price('1'), parts: 1 },
]

describe('weights and drift', () => {
  it('agree with the worked example: 4,100.00 in 37.44 / 31.46 / 31.10 %, largest drift +4.11 pp', () => {
    expect(totalValue(worked).toFixed(2, 1)).toBe('4100.00')
    const allocation = allocationOf(worked)
    expect(allocation.map(({ weight }) => weight.times(decimal('100')).toFixed(2, 1))).toEqual([
      '37.44',
      '31.46',
      '31.10',
    ])
    expect(allocation[0]?.driftPp.toFixed(2, 1)).toBe('4.11')
    expect(isOutsideBand(worked, decimal('5'))).toBe(false)
    expect(isOutsideBand(worked, decimal('4.1'))).toBe(true)
  })

  it('fires exactly at the threshold: 23/60 of the sleeve is 5 pp over a third', () => {
    const at = (units: string) => [
      { asset: BTC, amount: amount(units), price: price('1'), parts: 1 },
      { asset: XRP, amount: amount('18.5'), price: price('1'), parts: 1 },
      { asset: USDT, amount: amount('18.5'), price: price('1'), parts: 1 },
    ]
    expect(isOutsideBand(at('23'), decimal('5'))).toBe(true)
    expect(isOutsideBand(at('22.99999999'), decimal('5'))).toBe(false)
  })

  it('sum to one and to zero', () => {
    fc.assert(
      fc.property(portfolioArb, ({ holdings }) => {
        const allocation = allocationOf(holdings)
        expect(toFloat(sum(allocation.map(({ weight }) => weight)))).toBeCloseTo(1, 12)
        expect(toFloat(sum(allocation.map(({ driftPp }) => driftPp)))).toBeCloseTo(0, 12)
      }),
      RUNS,
    )
  })

  it('of an empty sleeve are zero, and nothing is out of band', () => {
    const empty = worked.map((holding) => ({ ...holding, amount: amount('0') }))
    expect(allocationOf(empty).map(({ weight }) => toText(weight))).toEqual(['0', '0', '0'])
    expect(isOutsideBand(empty, decimal('5'))).toBe(false)
  })
})

describe('the float screen in front of the exact check', () => {
  it('never calls a sleeve inside that is outside', () => {
    fc.assert(
      fc.property(portfolioArb, fc.integer({ min: 1, max: 4_000 }), ({ holdings }, thresholdUnits) => {
        const threshold = decimal(scaled(thresholdUnits, 2))
        const floats = holdings.map((holding) => ({
          amount: toFloat(holding.amount),
          price: toFloat(holding.price),
          targetWeight: 1 / 3,
        }))
        if (isSurelyInside(floats, toFloat(threshold))) expect(isOutsideBand(holdings, threshold)).toBe(false)
      }),
      RUNS,
    )
  })

  it('lets an exact boundary through to the exact check', () => {
    const boundary = [23, 18.5, 18.5].map((units) => ({ amount: units, price: 1, targetWeight: 1 / 3 }))
    expect(isSurelyInside(boundary, 5)).toBe(false)
    expect(isSurelyInside(boundary, 5.001)).toBe(true)
  })
})
