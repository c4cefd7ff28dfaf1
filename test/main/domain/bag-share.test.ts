import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BagPart,
  bagEntry,
  profitShare,
  purchaseBudget,
  purchaseOf,
  shareEntry,
} from '../../../src/main/domain/bag-share.ts'
import { checkBalanced } from '../../../src/main/domain/ledger.ts'
import type { Tick } from '../../../src/main/domain/market.ts'
import { type Asset, asset } from '../../../src/shared/ids.ts'
import { amount, decimal, integer, money, toText } from '../../../src/shared/money.ts'
import { BTC, BTC_USDT, rulesOf, scaled, USDT, XRP, XRP_USDT } from '../../support/money-arbitraries.ts'
import { emptyPosition, NOON } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }
const TEN = decimal('10')
const THIRDS = [BTC, XRP, USDT]

const share = (realized: string, assets: readonly Asset[] = THIRDS): string[] =>
  profitShare(money(realized), TEN, assets).map((part) => `${part.asset} ${toText(part.amount)}`)

describe("the bags' share of a profit", () => {
  it('is ten percent, a third each', () => {
    expect(share('450')).toEqual(['BTC 15', 'XRP 15', 'USDT 15'])
  })

  it('gives the unit that does not divide to the first asset, and the second to the next', () => {
    expect(share('10')).toEqual(['BTC 0.33333334', 'XRP 0.33333333', 'USDT 0.33333333'])
    expect(share('0.0000005')).toEqual(['BTC 0.00000002', 'XRP 0.00000002', 'USDT 0.00000001'])
  })

  it('has no parts of nothing', () => {
    expect(share('0.0000001')).toEqual(['BTC 0.00000001'])
    expect(share('0.00000009')).toEqual([])
  })

  it('takes nothing of a loss, nor of a trade that came out even', () => {
    expect([share('-450'), share('0')]).toEqual([[], []])
  })

  it('is whole units that sum to ten percent rounded down, the first assets never a unit more than the last', () => {
    const names = ['BTC', 'XRP', 'USDT', 'ETH', 'SOL', 'ADA', 'DOT'].map((name) => asset(name))
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 1, max: names.length }),
        (units, permille, count) => {
          // Eight decimals of profit, tenths of a percent: all in whole numbers here.
          const realized = units < 0n ? `-${scaled(-units, 10)}` : scaled(units, 10)
          const parts = profitShare(money(realized), decimal(scaled(permille, 1)), names.slice(0, count))
          const expected = units <= 0n ? 0n : (units * BigInt(permille)) / 1_000n / 100n
          const inUnits = parts.map((part) => BigInt(part.amount.times(decimal('100000000')).toFixed()))
          expect(inUnits.reduce((total, each) => total + each, 0n)).toBe(expected)
          const all = [...inUnits, ...Array.from({ length: count - inUnits.length }, () => 0n)]
          expect(
            all.every((each, i) => i === 0 || ((all[i - 1] as bigint) - each < 2n && (all[i - 1] as bigint) >= each)),
          ).toBe(true)
        },
      ),
      RUNS,
    )
  })
})

const parts = (...amounts: [Asset, string][]): BagPart[] =>
  amounts.map(([of, text]) => ({ asset: of, amount: amount(text) }))

describe('the ledger entry of a share', () => {
  it('takes it out of the trade: into the savings for what must be bought, at once into the bag for the quote', () => {
    const entry = shareEntry(emptyPosition(), parts([BTC, '15'], [XRP, '15'], [USDT, '15']), NOON)
    expect(entry).toMatchObject({ kind: 'bag', reference: 'share pos_1', bookedBy: 'engine', at: NOON })
    expect(entry.lines.map((line) => `${line.account} ${toText(line.amount)} ${line.asset}`)).toEqual([
      'tactical -45 USDT',
      'savings 30 USDT',
      'hodl 15 USDT',
    ])
    expect(checkBalanced(entry).ok).toBe(true)
  })

  it('has no line of nothing', () => {
    const saved = shareEntry(emptyPosition(), parts([BTC, '15']), NOON)
    const kept = shareEntry(emptyPosition(), parts([USDT, '15']), NOON)
    expect(saved.lines.map(({ account }) => account)).toEqual(['tactical', 'savings'])
    expect(kept.lines.map(({ account }) => account)).toEqual(['tactical', 'hodl'])
  })
})

describe("the trader's own entries", () => {
  it('bring coins from core into a bag and back, with the reason', () => {
    const added = bagEntry('add', BTC, amount('0.1'), NOON, 'for later')
    const released = bagEntry('release', BTC, amount('0.1'), NOON, 'a house')
    expect([added, released].map(({ kind, reason, bookedBy }) => [kind, reason, bookedBy])).toEqual([
      ['bag', 'for later', 'trader'],
      ['bag', 'a house', 'trader'],
    ])
    const lines = [added, released].map((entry) => entry.lines.map((line) => `${line.account} ${toText(line.amount)}`))
    expect(lines).toEqual([
      ['core -0.1', 'hodl 0.1'],
      ['hodl -0.1', 'core 0.1'],
    ])
  })
})

const limits = { minimum: amount('15'), most: amount('500'), mostPerDay: amount('1000') }
const budget = (saved: string, today = '0'): string => {
  const result = purchaseBudget(amount(saved), amount(today), limits)
  return result.ok ? toText(result.value) : result.error.code
}

describe('the budget of a purchase', () => {
  it('is all that was saved, from the minimum on', () => {
    expect([budget('14.99999999'), budget('15'), budget('31.5')]).toEqual(['bag/saving', '15', '31.5'])
  })

  it('is never more than one purchase may cost', () => {
    expect([budget('500'), budget('500.00000001'), budget('9000')]).toEqual(['500', '500', '500'])
  })

  it('is never more than the day still allows, and then not below the minimum', () => {
    expect([budget('400', '700'), budget('400', '985'), budget('400', '985.00000001'), budget('400', '2000')]).toEqual([
      '300',
      '15',
      'bag/day-limit',
      'bag/day-limit',
    ])
  })

  it('is never nothing where no minimum is set', () => {
    const free = { ...limits, minimum: amount('0') }
    expect(purchaseBudget(amount('0'), amount('0'), free)).toMatchObject({ error: { code: 'bag/saving' } })
    expect(purchaseBudget(amount('1'), amount('1000'), free)).toMatchObject({ error: { code: 'bag/day-limit' } })
  })
})

const tickAt = (ask: number): Tick => ({ symbol: BTC_USDT, at: NOON, bid: ask, ask, last: ask })
const CAP = decimal('1')

describe('a purchase', () => {
  it('is as many lots as the budget pays for at the worst price with the fee', () => {
    // 15.06 / (50,500 × 1.004) = 0.000297029…; the next lot would cost more than there is.
    const rules = rulesOf(BTC_USDT, { tick: decimal('0.1') as never })
    const result = purchaseOf(amount('15.06'), tickAt(50_000), rules, CAP)
    expect(result.ok && [toText(result.value.amount), toText(result.value.worstPrice)]).toEqual(['0.00029702', '50500'])
  })

  it('is refused where the market does not take so little', () => {
    const code = (cost: string, minCost: string) => {
      const result = purchaseOf(amount(cost), tickAt(50_000), rulesOf(BTC_USDT, { minCost: amount(minCost) }), CAP)
      return result.ok ? 'passed' : result.error.code
    }
    expect([code('2.5', '0.5'), code('15', '15'), code('15', '14')]).toEqual([
      'bag/below-minimum',
      'bag/below-minimum',
      'passed',
    ])
  })

  it('never costs more than its budget, and one lot more would', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_500, max: 100_000 }),
        fc.integer({ min: 5_000, max: 5_000_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 300 }),
        (cents, ask, feeUnits, capUnits) => {
          const rules = rulesOf(XRP_USDT, {
            lot: amount('0.00001'),
            tick: decimal('0.00001') as never,
            minAmount: amount('0'),
            minCost: amount('0'),
            takerFee: decimal(scaled(feeUnits, 4)) as never,
          })
          const budgetOf = amount(scaled(cents, 2))
          const quoted = Number(scaled(ask, 5))
          const tick: Tick = { symbol: XRP_USDT, at: NOON, bid: quoted, ask: quoted, last: quoted }
          const result = purchaseOf(budgetOf, tick, rules, decimal(scaled(capUnits, 2)))
          if (!result.ok) throw new Error(result.error.message)
          const { amount: bought, worstPrice } = result.value
          const perUnit = worstPrice.times(integer(1).plus(rules.takerFee))
          expect(bought.times(perUnit).lte(budgetOf)).toBe(true)
          expect(bought.plus(rules.lot).times(perUnit).gt(budgetOf)).toBe(true)
          expect(bought.mod(rules.lot).eq(decimal('0'))).toBe(true)
          const cap = decimal(scaled(ask, 5))
            .times(integer(10_000 + capUnits))
            .div(integer(10_000))
          expect(worstPrice.lte(cap)).toBe(true)
        },
      ),
      RUNS,
    )
  })
})
