import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Account,
  Balances,
  checkBalanced,
  fillEntry,
  type LedgerEntry,
  marginFillEntry,
  openingEntry,
  SLEEVES,
  transferEntry,
} from '../../../src/main/domain/ledger.ts'
import { addEntryFill, addExitFill, grossOfClosing } from '../../../src/main/domain/position.ts'
import { amount, type Decimal, decimal, price, sum, toText, ZERO } from '../../../src/shared/money.ts'
import { amountArb, BTC, BTC_USDT, scaled, USDT, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { emptyPosition, fillOf, NOON } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 400, seed: 20_261_123 }
const ASSETS = [BTC, XRP, USDT]
const ACCOUNTS: readonly Account[] = ['core', 'hodl', 'tactical', 'exchange', 'fees', 'outside']

const signed = (cents: number) => amount(`${cents < 0 ? '-' : ''}${scaled(Math.abs(cents), 2)}`)
const assetArb = fc.constantFrom(...ASSETS)
const sleeveArb = fc.constantFrom(...SLEEVES)
const openingArb = fc
  .tuple(assetArb, sleeveArb, amountArb(100_000_000_000, 8))
  .map(([asset, sleeve, units]) => openingEntry(asset, sleeve, units, NOON))
const fillArb = fc
  .record({
    symbol: fc.constantFrom(BTC_USDT, XRP_USDT, XRP_BTC),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    amount: amountArb(100_000_000, 8),
    price: fc.integer({ min: 1, max: 1_000_000_000 }).map((units) => price(scaled(units, 8))),
    fee: amountArb(1_000_000, 10),
    // Kraken may charge in either asset of the pair, or in another one altogether.
    feeAsset: assetArb,
  })
  .chain((fill) =>
    fc.constantFrom('core' as const, 'tactical' as const).map((sleeve) => fillEntry(fillOf(fill), sleeve)),
  )
const marginFillArb = fc
  .record({ gross: fc.integer({ min: -1_000_000, max: 1_000_000 }), fee: amountArb(1_000_000, 10), feeAsset: assetArb })
  .map(({ gross, fee, feeAsset }) => marginFillEntry(fillOf({ fee, feeAsset }), 'tactical', signed(gross)))
const transferArb = fc
  .tuple(assetArb, amountArb(100_000_000_000, 8), sleeveArb, sleeveArb)
  .map(([asset, units, from, to]) => transferEntry(asset, units, from, to, NOON, 'pos_1 repays'))
const entryArb = fc.oneof(openingArb, fillArb, fillArb, marginFillArb, transferArb)

/** From the lines, without `Balances`. */
const recomputed = (entries: readonly LedgerEntry[], account: Account, asset: string): string =>
  toText(
    sum(
      entries.flatMap((entry) =>
        entry.lines.filter((line) => line.account === account && line.asset === asset).map((line) => line.amount),
      ),
    ),
  )

describe('the ledger', () => {
  it('books a purchase of 0.4 BTC at 100 with 0.16 USDT fee: base in, cost and fee out', () => {
    const { lines, kind, reference } = fillEntry(fillOf(), 'core')
    expect([kind, reference]).toEqual(['fill', 'T1'])
    expect(lines.map((line) => [line.account, line.asset, toText(line.amount)])).toEqual([
      ['exchange', 'BTC', '-0.4'],
      ['core', 'BTC', '0.4'],
      ['core', 'USDT', '-40'],
      ['exchange', 'USDT', '40'],
      ['core', 'USDT', '-0.16'],
      ['fees', 'USDT', '0.16'],
    ])
  })

  it('books a sale the other way round, in the sleeve that sold', () => {
    const balances = new Balances()
    balances.apply(fillEntry(fillOf({ side: 'sell' }), 'tactical'))
    expect(toText(balances.of('tactical', BTC))).toBe('-0.4')
    expect(toText(balances.of('tactical', USDT))).toBe('39.84')
    expect(toText(balances.of('core', BTC))).toBe('0')
  })

  it('takes a fee from the asset in which it was charged', () => {
    const balances = new Balances()
    balances.apply(fillEntry(fillOf({ fee: amount('0.001'), feeAsset: BTC }), 'core'))
    expect(toText(balances.of('core', BTC))).toBe('0.399')
    expect(toText(balances.of('core', USDT))).toBe('-40')
    expect(toText(balances.of('fees', BTC))).toBe('0.001')
  })

  it('moves only the fee when a position is opened on margin: no coins change hands', () => {
    const balances = new Balances()
    balances.apply(marginFillEntry(fillOf({ side: 'sell' }), 'tactical', ZERO))
    expect(toText(balances.of('tactical', BTC))).toBe('0')
    expect(toText(balances.of('tactical', USDT))).toBe('-0.16')
    expect(toText(balances.of('fees', USDT))).toBe('0.16')
    expect(toText(balances.of('exchange', USDT))).toBe('0')
  })

  it.each([
    ['a gain of 12.5', '12.5', '12.34', '-12.5'],
    ['a loss of 12.5', '-12.5', '-12.66', '12.5'],
  ])('moves %s and the fee when a position is closed on margin', (_what, gross, sleeve, exchange) => {
    const balances = new Balances()
    const entry = marginFillEntry(fillOf(), 'tactical', amount(gross))
    expect([entry.kind, entry.reference, checkBalanced(entry).ok]).toEqual(['fill', 'T1', true])
    balances.apply(entry)
    expect([balances.of('tactical', USDT), balances.of('exchange', USDT)].map(toText)).toEqual([sleeve, exchange])
    expect(toText(balances.of('tactical', BTC))).toBe('0')
  })

  it('leaves in the sleeve, once a position on margin is closed, what the position has realized', () => {
    const partArb = fc.record({ units: fc.integer({ min: 1, max: 999 }), at: fc.integer({ min: 1, max: 99_999 }) })
    const fee = amount('0.01')
    fc.assert(
      fc.property(fc.constantFrom('long' as const, 'short' as const), partArb, partArb, (side, entry, exit) => {
        const balances = new Balances()
        const parts = [decimal(scaled(exit.units, 3)), decimal(scaled(1_000 - exit.units, 3))]
        const fillAt = (cents: number, part: Decimal) =>
          fillOf({ amount: amount(toText(part)), price: price(scaled(cents, 2)), fee })
        const opening = fillAt(entry.at, decimal('1'))
        balances.apply(marginFillEntry(opening, 'tactical', ZERO))
        let position = addEntryFill(emptyPosition({ side, leverage: 2 }), opening)
        for (const [index, part] of parts.entries()) {
          const fill = fillAt(index === 0 ? exit.at : entry.units * 100, part)
          balances.apply(marginFillEntry(fill, 'tactical', grossOfClosing(position, fill)))
          position = addExitFill(position, fill)
        }
        expect(toText(position.amount)).toBe('0')
        expect(toText(balances.of('tactical', USDT))).toBe(toText(position.realized))
      }),
      RUNS,
    )
  })

  it('moves a loan from core to tactical and owns as much as before', () => {
    const balances = new Balances()
    balances.apply(openingEntry(USDT, 'core', amount('1000'), NOON))
    balances.apply(transferEntry(USDT, amount('300'), 'core', 'tactical', NOON, 'ord_1 borrows'))
    expect(SLEEVES.map((sleeve) => toText(balances.of(sleeve, USDT)))).toEqual(['700', '0', '300'])
    expect(toText(balances.owned(USDT))).toBe('1000')
  })

  it('writes no line for a movement of nothing', () => {
    expect(openingEntry(BTC, 'hodl', amount('0'), NOON).lines).toEqual([])
    expect(fillEntry(fillOf({ fee: amount('0') }), 'core').lines).toHaveLength(4)
  })

  it('refuses an entry that does not sum to zero, even when its assets cancel each other out, and names the asset', () => {
    const entry: LedgerEntry = {
      kind: 'correction',
      at: NOON,
      reference: 'by hand',
      reason: 'found',
      bookedBy: 'trader',
      prices: new Map(),
      lines: [
        { account: 'core', asset: BTC, amount: amount('1') },
        { account: 'outside', asset: XRP, amount: amount('-1') },
      ],
    }
    const result = checkBalanced(entry)
    expect(result.ok ? '' : result.error).toEqual({ code: 'ledger/unbalanced', message: 'by hand: BTC sums to 1' })
    const offByDust = {
      ...entry,
      lines: [...fillEntry(fillOf(), 'core').lines, ...openingEntry(BTC, 'core', amount('1'), NOON).lines.slice(1)],
    }
    expect(checkBalanced(offByDust).ok).toBe(false)
  })

  it('balances every entry that its constructors make, per asset', () => {
    fc.assert(
      fc.property(entryArb, (entry) => {
        for (const asset of ASSETS) {
          const total = sum(entry.lines.filter((line) => line.asset === asset).map((line) => line.amount))
          expect(toText(total)).toBe('0')
        }
        expect(checkBalanced(entry).ok).toBe(true)
      }),
      RUNS,
    )
  })

  it('keeps sums of zero, balances equal to a recomputation, and owns what its sleeves hold, entry after entry', () => {
    fc.assert(
      fc.property(fc.array(entryArb, { maxLength: 20 }), (entries) => {
        const balances = new Balances()
        for (const [index, entry] of entries.entries()) {
          balances.apply(entry)
          const soFar = entries.slice(0, index + 1)
          for (const asset of ASSETS) {
            expect(toText(sum(ACCOUNTS.map((account) => balances.of(account, asset))))).toBe('0')
            for (const account of ACCOUNTS) {
              expect(toText(balances.of(account, asset))).toBe(recomputed(soFar, account, asset))
            }
            const counter = sum(
              (['exchange', 'fees', 'outside'] as const).map((account) => balances.of(account, asset)),
            )
            expect(toText(balances.owned(asset))).toBe(toText(counter.neg()))
          }
        }
      }),
      { ...RUNS, numRuns: 200 },
    )
  })
})
