import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lot, LotMethod } from '../../../src/main/domain/lot-order.ts'
import { gainOf, Holdings } from '../../../src/main/domain/lots.ts'
import { type Amount, amount, money, sum, toText, ZERO } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC } from '../../support/money-arbitraries.ts'

const METHODS: readonly LotMethod[] = ['fifo', 'lifo', 'hifo', 'average']
const day = (n: number) => epochMs(n * 86_400_000)
const lot = (at: number, units: string, cost: string | null): Lot => ({
  asset: BTC,
  acquiredAt: day(at),
  amount: amount(units),
  cost: cost === null ? null : money(cost),
})
const holding = (method: LotMethod, ...lots: readonly Lot[]): Holdings => {
  const holdings = new Holdings(BTC, method)
  for (const each of lots) holdings.add(each)
  return holdings
}
const costs = (parts: readonly Lot[]): (string | null)[] => parts.map(({ cost }) => cost && toText(cost))

describe('which lots are sold', () => {
  const bought = [lot(1, '1', '100'), lot(2, '1', '300'), lot(3, '1', '200')]
  it.each([
    ['fifo', ['100', '150']],
    ['lifo', ['200', '150']],
    ['hifo', ['300', '100']],
    ['average', ['300']],
  ] as const)('%s, of three bought at 100, 300 and 200', (method, expected) => {
    expect(costs(holding(method, ...bought).take(amount('1.5'), day(9)))).toEqual(expected)
  })
  it('takes the older of two that cost the same per unit', () => {
    const parts = holding('hifo', lot(2, '2', '200'), lot(1, '1', '100')).take(amount('2'), day(9))
    expect(parts.map(({ acquiredAt }) => acquiredAt)).toEqual([day(2)])
  })
  it('sells what nobody knows the cost of last, and says that its gain is unknown', () => {
    const holdings = holding('hifo', lot(1, '1', null), lot(2, '1', '1'))
    expect(holdings.cost()).toBeNull()
    const parts = holdings.take(amount('2'), day(9))
    expect(costs(parts)).toEqual(['1', null])
    expect(gainOf({ cost: parts[1]?.cost ?? null, proceeds: money('5') })).toBeNull()
    expect(holdings.cost()).toEqual(ZERO)
  })
  it('knows nothing of what was sold beyond what is held, and lets the next purchase make up for it', () => {
    const holdings = holding('fifo', lot(1, '1', '100'))
    const parts = holdings.take(amount('1.5'), day(2))
    expect(parts.map((part) => [toText(part.amount), part.acquiredAt])).toEqual([
      ['1', day(1)],
      ['0.5', day(2)],
    ])
    expect(costs(parts)).toEqual(['100', null])
    holdings.add(lot(3, '2', '400'))
    expect(holdings.all().map((each) => [toText(each.amount), each.cost && toText(each.cost)])).toEqual([
      ['1.5', '300'],
    ])
  })
})

type Step =
  | { readonly kind: 'buy'; readonly units: number; readonly cost: number }
  | { readonly kind: 'sell'; readonly percent: number }
const stepArb: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('buy' as const),
    units: fc.integer({ min: 1, max: 1e9 }),
    cost: fc.integer({ min: 0, max: 1e9 }),
  }),
  fc.record({ kind: fc.constant('sell' as const), percent: fc.integer({ min: 1, max: 100 }) }),
)

describe('lots of any history', () => {
  it.each(METHODS)('%s: to the last digit, what was paid is what is held and what was sold cost', (method) => {
    fc.assert(
      fc.property(fc.array(stepArb, { maxLength: 60 }), (steps) => {
        const holdings = new Holdings(BTC, method)
        let bought: Amount = ZERO
        let paid = ZERO
        let soldUnits: Amount = ZERO
        let soldCost = ZERO
        for (const [i, step] of steps.entries()) {
          if (step.kind === 'buy') {
            const units = amount((step.units / 1e8).toFixed(8))
            const cost = money((step.cost / 100).toFixed(2))
            holdings.add({ asset: BTC, acquiredAt: day(i), amount: units, cost })
            bought = bought.plus(units) as typeof ZERO
            paid = paid.plus(cost) as typeof ZERO
          } else {
            const units = holdings
              .amount()
              .times(amount(String(step.percent)))
              .div(amount('100')) as Amount
            if (!units.gt(ZERO)) continue
            const parts = holdings.take(units, day(i))
            expect(toText(sum(parts.map((part) => part.amount)))).toBe(toText(units))
            soldUnits = soldUnits.plus(units) as typeof ZERO
            soldCost = soldCost.plus(sum(parts.map((part) => part.cost ?? money('NaN')))) as typeof ZERO
          }
        }
        expect(toText(holdings.amount())).toBe(toText(bought.minus(soldUnits)))
        expect(toText(holdings.cost() ?? money('-1'))).toBe(toText(paid.minus(soldCost)))
        const all = holdings.all()
        expect(toText(sum(all.map((each) => each.amount)))).toBe(toText(holdings.amount()))
        expect(toText(sum(all.map((each) => each.cost ?? ZERO)))).toBe(toText(paid.minus(soldCost)))
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  it('each method sells in the order of a plain sort', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ units: fc.integer({ min: 1, max: 50 }), price: fc.integer({ min: 1, max: 9 }) }), {
          minLength: 1,
          maxLength: 30,
        }),
        (buys) => {
          const lots = buys.map(({ units, price }, i) => lot(i, String(units), String(units * price)))
          const inTime = lots.map((each, i) => ({ each, price: buys[i]?.price ?? 0, i }))
          const expected = {
            fifo: inTime,
            lifo: inTime.toReversed(),
            hifo: inTime.toSorted((a, b) => b.price - a.price || a.i - b.i),
          }
          for (const method of ['fifo', 'lifo', 'hifo'] as const) {
            const holdings = holding(method, ...lots)
            const parts = holdings.take(holdings.amount(), day(99))
            expect(parts).toEqual(expected[method].map(({ each }) => each))
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    )
  })
})
