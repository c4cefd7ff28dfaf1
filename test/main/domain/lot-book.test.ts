import { describe, expect, it } from 'vitest'
import { bagEntry } from '../../../src/main/domain/bag-share.ts'
import {
  classificationEntry,
  earnEntry,
  type LedgerEntry,
  marginFillEntry,
  movementEntry,
  openingEntry,
  transferEntry,
} from '../../../src/main/domain/ledger.ts'
import { LotBook } from '../../../src/main/domain/lot-book.ts'
import { type Gain, gainOf } from '../../../src/main/domain/lots.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, money, price, sum, toText } from '../../../src/shared/money.ts'
import { BTC, USDT, XRP, XRP_BTC } from '../../support/money-arbitraries.ts'
import { fillOf } from '../../support/trading-builders.ts'
import { booked, bought, day, KFEE, shownGain, sold, textOrNull } from './lot-cases.ts'

function bookOf(...entries: readonly LedgerEntry[]): { book: LotBook; gains: readonly Gain[] } {
  const book = new LotBook(USDT, 'fifo')
  return { book, gains: entries.flatMap((entry) => book.apply(entry)) }
}
const lotsOf = (book: LotBook, coin: Asset): (string | null)[][] =>
  book
    .of(coin)
    .all()
    .map((lot) => [toText(lot.amount), textOrNull(lot.cost)])

describe('what was paid and what it brought', () => {
  it('makes a purchase dearer by its fee, and lets a sale bring less by its own', () => {
    const { book, gains } = bookOf(bought('2', '100', '1', 1), sold('1', '150', '0.6', 2))
    expect(gains.map(shownGain)).toEqual([['1', '100.5', '149.4']])
    expect(gains[0]).toMatchObject({ acquiredAt: day(1), disposedAt: day(2), reference: 'T1' })
    expect(textOrNull(gains[0] ? gainOf(gains[0]) : null)).toBe('48.9')
    expect(lotsOf(book, BTC)).toEqual([['1', '100.5']])
  })

  it('divides what a sale brought among the lots that it used up, to the last digit', () => {
    const { gains } = bookOf(bought('1', '100', '0', 1), bought('2', '200', '0', 2), sold('3', '333.33', '0.01', 3))
    expect(gains.map(({ proceeds }) => textOrNull(proceeds))).toEqual([
      '333.326666666666666666666666',
      '666.653333333333333333333334',
    ])
    expect(textOrNull(sum(gains.map(({ proceeds }) => proceeds ?? money('0'))))).toBe('999.98')
  })

  it('sells one coin and buys another on a cross pair, both at the value of the moment', () => {
    const entries = [
      bought('1', '40000', '0', 1),
      booked({
        symbol: XRP_BTC,
        side: 'buy',
        amount: amount('1000'),
        price: price('0.00004'),
        fee: amount('3'),
        at: day(2),
      }),
    ]
    const { book, gains } = bookOf(...entries)
    expect(gains.map(shownGain)).toEqual([['0.04', '1600', '2000']])
    expect(lotsOf(book, XRP)).toEqual([['1000', '2003']])
    expect(lotsOf(book, BTC)).toEqual([['0.96', '38400']])
  })

  it('counts a fee in coins as those coins sold at the price of the moment', () => {
    const fee = { fee: amount('10'), feeAsset: KFEE }
    const { book, gains } = bookOf(
      movementEntry({ id: 'D1', kind: 'deposit', asset: KFEE, amount: amount('100'), at: day(1) }, price('0.2')),
      booked({ side: 'buy', amount: amount('1'), price: price('100'), ...fee, at: day(2) }),
    )
    expect(gains.map((gain) => [gain.asset, ...shownGain(gain)])).toEqual([[KFEE, '10', '2', '5']])
    expect(lotsOf(book, BTC)).toEqual([['1', '105']])
    expect(lotsOf(book, KFEE)).toEqual([['90', '18']])
  })

  it('ends with as much as was paid when a purchase pays its fee in what it bought', () => {
    const fee = { fee: amount('0.001'), feeAsset: BTC }
    const { book, gains } = bookOf(
      booked({ side: 'buy', amount: amount('1'), price: price('100'), ...fee, at: day(1) }),
    )
    const kept = book.of(BTC).cost() ?? money('0')
    const realized = sum(gains.map((gain) => gainOf(gain) ?? money('0')))
    expect(toText(book.of(BTC).amount())).toBe('0.999')
    expect(toText(kept.minus(realized))).toBe('100')
  })

  it('counts a rebate in coins as acquired', () => {
    const { book } = bookOf(
      booked({ side: 'buy', amount: amount('1'), price: price('100'), fee: amount('-2'), feeAsset: KFEE, at: day(1) }),
    )
    expect(lotsOf(book, KFEE)).toEqual([['2', '1']])
    expect(lotsOf(book, BTC)).toEqual([['1', '99']])
  })

  it('lets coins come at the price of the moment, and leave without a gain', () => {
    const { book, gains } = bookOf(
      openingEntry(BTC, 'core', amount('1'), day(1), price('30000')),
      movementEntry({ id: 'R1', kind: 'reward', asset: BTC, amount: amount('1'), at: day(2) }, price('50000')),
      movementEntry({ id: 'W1', kind: 'withdrawal', asset: BTC, amount: amount('1.5'), at: day(3) }, price('60000')),
    )
    expect(gains).toEqual([])
    expect(lotsOf(book, BTC)).toEqual([['0.5', '25000']])
  })

  it('is not moved by what only goes from one sleeve or place to another', () => {
    const opening = openingEntry(BTC, 'core', amount('1'), day(1), price('30000'))
    const { book, gains } = bookOf(
      opening,
      transferEntry(BTC, amount('0.5'), 'core', 'tactical', day(2), 'ord_1 borrows'),
      bagEntry('add', BTC, amount('0.25'), day(3), 'for later'),
      earnEntry({ id: 'E1', asset: BTC, amount: amount('0.25'), at: day(4) }),
      classificationEntry({ id: 'D1', asset: BTC, gained: amount('0.1') }, 'core', day(5), {
        bookedBy: 'engine',
        reason: null,
      }),
    )
    expect(gains).toEqual([])
    expect(book.of(BTC).all()).toEqual(bookOf(opening).book.of(BTC).all())
  })

  it('has no lots of a trade on margin: no coins change hands', () => {
    const { book, gains } = bookOf(marginFillEntry(fillOf({ fee: amount('1') }), 'tactical', amount('25')))
    expect(gains).toEqual([])
    expect(book.of(BTC).amount().toFixed()).toBe('0')
  })

  it('does not know what coins have cost that came without a price, nor what their sale gained', () => {
    const { book, gains } = bookOf(openingEntry(BTC, 'core', amount('2'), day(1)), sold('1', '100', '0', 2))
    expect(book.of(BTC).cost()).toBeNull()
    expect(gains.map(gainOf)).toEqual([null])
  })
})
