import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bagEntry } from '../../../src/main/domain/bag-share.ts'
import {
  Balances,
  correctionEntry,
  fillEntry,
  type LedgerEntry,
  marginFillEntry,
  movementEntry,
  openingEntry,
  pricesOfFill,
} from '../../../src/main/domain/ledger.ts'
import { LotBook } from '../../../src/main/domain/lot-book.ts'
import type { LotMethod } from '../../../src/main/domain/lot-order.ts'
import { type Gain, gainOf } from '../../../src/main/domain/lots.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { type Amount, amount, type Decimal, money, type Price, price, sum, toText } from '../../../src/shared/money.ts'
import { amountArb, BTC, BTC_USDT, scaled, USDT, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { fillOf } from '../../support/trading-builders.ts'
import { booked, bought, day, KFEE, shownGain, sold } from './lot-cases.ts'

const METHODS: readonly LotMethod[] = ['fifo', 'lifo', 'hifo', 'average']
const COINS = [BTC, XRP, KFEE]
const assetArb = fc.constantFrom(BTC, XRP, KFEE, USDT)
const priceArb = fc.option(
  fc.integer({ min: 1, max: 10_000_000 }).map((cents) => price(scaled(cents, 2))),
  { freq: 5 },
)
const fillArb = fc
  .record({
    symbol: fc.constantFrom(BTC_USDT, XRP_USDT, XRP_BTC),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    amount: amountArb(1_000_000, 4),
    price: fc.integer({ min: 1, max: 1_000_000 }).map((units) => price(scaled(units, 4))),
    fee: fc
      .integer({ min: -10, max: 1_000 })
      .map((units) => amount(`${units < 0 ? '-' : ''}${scaled(Math.abs(units), 4)}`)),
    feeAsset: assetArb,
  })
  .chain((fill) =>
    fc.tuple(fc.constant(fill), priceArb, fc.constantFrom('core' as const, 'hodl' as const, 'tactical' as const)),
  )
  .map(([fill, other, sleeve]) => (at: number): LedgerEntry => {
    const market = other === null ? new Map<Asset, Price>() : new Map(COINS.map((coin) => [coin, other]))
    const whole = fillOf({ ...fill, at: day(at) })
    const own = pricesOfFill(whole, USDT, (each) => market.get(each) ?? null)
    return fillEntry(whole, sleeve, new Map([...market, ...own]))
  })
const movedArb = fc.tuple(assetArb, amountArb(1_000_000, 4), priceArb)
const entryArb: fc.Arbitrary<(at: number) => LedgerEntry> = fc.oneof(
  { weight: 5, arbitrary: fillArb },
  movedArb.map(
    ([coin, units, at]) =>
      (n: number) =>
        openingEntry(coin, 'core', units, day(n), at),
  ),
  fc.tuple(fc.constantFrom('deposit' as const, 'withdrawal' as const, 'reward' as const), movedArb).map(
    ([kind, [coin, units, at]]) =>
      (n: number) =>
        movementEntry({ id: `M${n}`, kind, asset: coin, amount: units, at: day(n) }, at),
  ),
  movedArb.map(
    ([coin, units, at]) =>
      (n: number) =>
        correctionEntry(coin, (at === null ? units : units.neg()) as Amount, day(n), 'counted'),
  ),
  movedArb.map(
    ([coin, units]) =>
      (n: number) =>
        bagEntry('release', coin, units, day(n), 'needed'),
  ),
  fc.tuple(fc.integer({ min: -1_000, max: 1_000 }), assetArb).map(
    ([gross, feeAsset]) =>
      (n: number) =>
        marginFillEntry(fillOf({ feeAsset, at: day(n) }), 'tactical', amount(String(gross))),
  ),
)
const ledgerArb = fc.array(entryArb, { maxLength: 60 }).map((makers) => makers.map((make, i) => make(i)))

const stateOf = (book: LotBook): string =>
  JSON.stringify(COINS.map((coin) => [coin, book.of(coin).amount(), book.of(coin).cost(), book.of(coin).all()]))

describe.each(METHODS)('any ledger, by %s', (method) => {
  it('has lots that come to what is owned, or to nothing where less than nothing is', () => {
    fc.assert(
      fc.property(ledgerArb, (entries) => {
        const book = new LotBook(USDT, method)
        const balances = new Balances()
        for (const entry of entries) {
          book.apply(entry)
          balances.apply(entry)
          for (const coin of COINS) {
            const owned = balances.owned(coin)
            const expected = owned.lt(amount('0')) ? '0' : toText(owned)
            expect(toText(book.of(coin).amount())).toBe(expected)
            expect(
              toText(
                sum(
                  book
                    .of(coin)
                    .all()
                    .map((lot) => lot.amount),
                ),
              ),
            ).toBe(expected)
          }
        }
        expect(book.of(USDT).all()).toEqual([])
      }),
      { seed: 41, numRuns: 150 },
    )
  })

  it('is the same, to the last digit, followed entry by entry with looks and previews in between or computed anew', () => {
    fc.assert(
      fc.property(ledgerArb, (entries) => {
        const followed = new LotBook(USDT, method)
        const gains: Gain[] = []
        for (const entry of entries) {
          gains.push(...followed.apply(entry))
          stateOf(followed)
          const sale = { amount: amount('7'), proceeds: money('70'), at: entry.at }
          followed.preview(COINS.map((coin) => ({ asset: coin, ...sale })))
        }
        const anew = new LotBook(USDT, method)
        expect(JSON.stringify(entries.flatMap((entry) => anew.apply(entry)))).toBe(JSON.stringify(gains))
        expect(stateOf(anew)).toBe(stateOf(followed))
      }),
      { seed: 42, numRuns: 150 },
    )
  })

  it('foretells what a sale will realize', () => {
    fc.assert(
      fc.property(ledgerArb, amountArb(1_000_000, 4), (entries, units) => {
        const book = new LotBook(USDT, method)
        for (const entry of entries) book.apply(entry)
        const sale = booked({ side: 'sell', amount: units, price: price('10'), fee: amount('0'), at: day(99) })
        const proceeds = money(toText(units.times(price('10'))))
        const [first, second] = [units.div(amount('4')) as Amount, units.times(amount('0.75')) as Amount]
        const foretold = book.preview([{ asset: BTC, amount: units, proceeds, at: day(99) }])
        const inTwo = book.preview(
          [first, second].map((part) => ({ asset: BTC, amount: part, proceeds: money('1'), at: day(99) })),
        )
        const realized = book.apply(sale)
        expect(foretold.map(shownGain)).toEqual(realized.map(shownGain))
        const costOf = (gains: readonly Gain[]) => gains.map(({ cost }) => cost ?? money('0'))
        expect(
          sum(costOf(inTwo))
            .minus(sum(costOf(realized)))
            .abs()
            .lte(money('0.00000000000000000001')),
        ).toBe(true)
      }),
      { seed: 43, numRuns: 150 },
    )
  })
})

type Plain = { amount: Amount; cost: Decimal | null; seq: number }
/** Lots as a bookkeeper would keep them on paper: sorted anew for every sale. */
function onPaper(method: LotMethod, entries: readonly LedgerEntry[]): { kept: string; gained: string } {
  const lots: Plain[] = []
  let gained: Decimal = money('0')
  const unit = (a: Plain, b: Plain): number => {
    if (a.cost === null || b.cost === null) return (a.cost === null ? 1 : 0) - (b.cost === null ? 1 : 0)
    return b.cost.times(a.amount).cmp(a.cost.times(b.amount))
  }
  for (const [seq, { lines, prices }] of entries.entries()) {
    const change = sum(lines.filter((line) => line.asset === BTC && line.account === 'core').map((line) => line.amount))
    const quote = sum(lines.filter((line) => line.asset === USDT && line.account === 'core').map((line) => line.amount))
    if (change.gt(amount('0'))) lots.push({ amount: change, cost: prices.size === 0 ? null : quote.neg(), seq })
    if (method === 'average' && lots.length > 1) {
      const costs = lots.map(({ cost }) => cost)
      const whole = costs.some((cost) => cost === null) ? null : sum(costs.map((cost) => cost ?? money('0')))
      lots.splice(0, lots.length, { amount: sum(lots.map((lot) => lot.amount)), cost: whole, seq: 0 })
    }
    if (method === 'fifo') lots.sort((a, b) => a.seq - b.seq)
    if (method === 'lifo') lots.sort((a, b) => b.seq - a.seq)
    if (method === 'hifo') lots.sort((a, b) => unit(a, b) || a.seq - b.seq)
    let left: Decimal = change.lt(amount('0')) ? change.neg() : amount('0')
    const price = left.eq(amount('0')) ? amount('0') : quote.div(left)
    while (left.gt(amount('0')) && lots[0] !== undefined) {
      const [lot] = lots
      const part = lot.amount.lte(left) ? lot.amount : (left as Amount)
      const cost = lot.cost && (part === lot.amount ? lot.cost : lot.cost.times(part).div(lot.amount))
      if (cost !== null) gained = gained.plus(part.times(price)).minus(cost)
      left = left.minus(part)
      if (part === lot.amount) lots.shift()
      else
        lots[0] = { ...lot, amount: lot.amount.minus(part) as Amount, cost: lot.cost && cost && lot.cost.minus(cost) }
    }
  }
  const kept = lots.map((lot) => [toText(lot.amount), lot.cost === null ? null : lot.cost.toFixed(12)])
  return { kept: JSON.stringify(kept), gained: gained.toFixed(12) }
}

describe.each(METHODS)('purchases and sales of one coin, by %s', (method) => {
  it('come to what a bookkeeper has on paper', () => {
    const step = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let held = 0
        const entries = steps.flatMap(([isPurchase, units, at], i) => {
          if (!isPurchase && held < units) return []
          held += isPurchase ? units : -units
          return [(isPurchase ? bought : sold)(String(units), String(at), '0', i)]
        })
        const book = new LotBook(USDT, method)
        const gains = entries.flatMap((entry) => book.apply(entry))
        const kept = lotsInOrder(book)
        const paper = onPaper(method, entries)
        expect(kept).toBe(paper.kept)
        expect(sum(gains.map((gain) => gainOf(gain) ?? money('NaN'))).toFixed(12)).toBe(paper.gained)
      }),
      { seed: 44, numRuns: 200 },
    )
  })
})
const lotsInOrder = (book: LotBook): string =>
  JSON.stringify(
    book
      .of(BTC)
      .all()
      .map((lot) => [toText(lot.amount), lot.cost === null ? null : lot.cost.toFixed(12)]),
  )
