import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fill } from '../../../src/main/domain/order.ts'
import {
  addEntryFill,
  addExitFill,
  averageEntry,
  entrySideOf,
  exitReached,
  exitSideOf,
  grossOfClosing,
  marginOf,
  type Position,
  unrealized,
} from '../../../src/main/domain/position.ts'
import { amount, type Decimal, decimal, price, sum, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, scaled, XRP } from '../../support/money-arbitraries.ts'
import { emptyPosition, fillOf, NOON } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 500, seed: 20_261_123 }
const DUST = decimal('0.000000000000000001')

const tradeArb = fc.record({
  units: fc.integer({ min: 1, max: 1_000_000 }),
  at: fc.integer({ min: 1, max: 10_000_000 }),
  feeUnits: fc.integer({ min: 0, max: 100_000 }),
})
type Trade = { units: number; at: number; feeUnits: number }
const fillFrom = (trade: Trade, side: 'buy' | 'sell'): Fill =>
  fillOf({
    side,
    amount: amount(scaled(trade.units, 6)),
    price: price(scaled(trade.at, 3)),
    fee: amount(scaled(trade.feeUnits, 4)),
  })

const short = (overrides: Partial<Position> = {}): Position =>
  emptyPosition({ side: 'short', leverage: 2, stop: price('105'), target: price('90'), ...overrides })
const sideArb = fc.constantFrom('long' as const, 'short' as const)
const opened = (side: Position['side']): Position => (side === 'long' ? emptyPosition() : short())

/** What a fill moves in quote: on margin this is what the account owes or is owed until the position is closed. */
const cashOf = (fill: Fill): Decimal => {
  const value = fill.price.times(fill.amount)
  return (fill.side === 'buy' ? value.neg() : value).minus(fill.fee)
}

describe('a position', () => {
  it('of 2 at 100 with fee 1, half of it sold at 110 with fee 0.5, has realized 9 and is worth 4.5 more at 105', () => {
    const open = addEntryFill(emptyPosition(), fillOf({ amount: amount('2'), price: price('100'), fee: amount('1') }))
    expect(averageEntry(open)?.toFixed()).toBe('100')
    expect(toText(unrealized(open, price('105')))).toBe('9')
    const half = addExitFill(
      open,
      fillOf({ side: 'sell', amount: amount('1'), price: price('110'), fee: amount('0.5') }),
    )
    expect(toText(half.realized)).toBe('9')
    expect(toText(unrealized(half, price('105')))).toBe('4.5')
    expect([toText(half.amount), half.closedAt]).toEqual(['1', null])
  })

  it('loses its fees when it is sold at the price it was bought at', () => {
    const open = addEntryFill(emptyPosition(), fillOf({ amount: amount('3'), fee: amount('1.2') }))
    const closed = addExitFill(open, fillOf({ side: 'sell', amount: amount('3'), fee: amount('1.2') }))
    expect(toText(closed.realized)).toBe('-2.4')
  })

  it('is closed by the fill that sells the last of it, at that fill’s time, and has nothing left', () => {
    const later = epochMs(NOON + 60_000)
    const open = addEntryFill(emptyPosition(), fillOf({ amount: amount('0.7'), fee: amount('0.07') }))
    const most = addExitFill(open, fillOf({ side: 'sell', amount: amount('0.69999999') }))
    expect(most.closedAt).toBeNull()
    const closed = addExitFill(most, fillOf({ side: 'sell', amount: amount('0.00000001'), at: later }))
    expect(closed.closedAt).toBe(later)
    expect([closed.amount, closed.cost, closed.openFees].map(toText)).toEqual(['0', '0', '0'])
    expect(averageEntry(closed)).toBeNull()
    expect(toText(unrealized(closed, price('1000')))).toBe('0')
  })

  it('has a stop that is reached at exactly its price and a target likewise', () => {
    const position = emptyPosition({ stop: price('95'), target: price('110') })
    const reached = (mark: string) => exitReached(position, price(mark))
    expect(['94.99', '95', '95.00000001', '109.99999999', '110', '110.01'].map(reached)).toEqual([
      'stop',
      'stop',
      null,
      null,
      'target',
      'target',
    ])
  })

  it('is stopped rather than taken at the target when a price reaches both', () => {
    expect(exitReached(emptyPosition({ stop: price('100'), target: price('100') }), price('100'))).toBe('stop')
  })

  it('has realized and unrealized P&L that add up, to the last digit, to the cash that moved plus what is held', () => {
    fc.assert(
      fc.property(
        sideArb,
        fc.array(fc.record({ trade: tradeArb, isEntry: fc.boolean() }), { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (side, steps, markUnits) => {
          let position: Position = opened(side)
          let cash: Decimal = decimal('0')
          const mark = price(scaled(markUnits, 3))
          for (const { trade, isEntry } of steps) {
            let fill = fillFrom(trade, isEntry ? entrySideOf(position) : exitSideOf(position))
            if (!isEntry && !position.amount.gt(decimal('0'))) continue
            if (!isEntry && fill.amount.gt(position.amount)) fill = { ...fill, amount: position.amount }
            position = isEntry ? addEntryFill(position, fill) : addExitFill(position, fill)
            cash = cash.plus(cashOf(fill))
            const value = position.amount.times(mark)
            expect(toText(position.realized.plus(unrealized(position, mark)))).toBe(
              toText(side === 'long' ? cash.plus(value) : cash.minus(value)),
            )
          }
        },
      ),
      RUNS,
    )
  })

  it('does not change its average entry by selling', () => {
    fc.assert(
      fc.property(
        fc.array(tradeArb, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 99 }),
        (buys, percent) => {
          const open = buys.reduce((position, trade) => addEntryFill(position, fillFrom(trade, 'buy')), emptyPosition())
          const sold = amount(toText(open.amount.times(decimal(scaled(percent, 2)))))
          const rest = addExitFill(open, fillOf({ side: 'sell', amount: sold }))
          const change = averageEntry(rest)
            ?.minus(averageEntry(open) ?? decimal('0'))
            .abs()
          expect(change?.lte(DUST.times(decimal('1000000')))).toBe(true)
        },
      ),
      RUNS,
    )
  })

  it('earns the same closed in parts as closed at once, to the digit when all of it is closed', () => {
    const splitArb = fc
      .tuple(
        fc.array(tradeArb, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }),
      )
      .map(([entries, shares]) => ({ entries, shares }))
    fc.assert(
      fc.property(
        sideArb,
        splitArb,
        fc.integer({ min: 1, max: 10_000_000 }),
        (side, { entries, shares }, exitUnits) => {
          const empty = opened(side)
          const open = entries.reduce(
            (position, trade) => addEntryFill(position, fillFrom(trade, entrySideOf(empty))),
            empty,
          )
          const at = price(scaled(exitUnits, 3))
          const close = (position: Position, units: Decimal): Position =>
            addExitFill(
              position,
              fillOf({
                side: exitSideOf(empty),
                price: at,
                amount: amount(toText(units)),
                fee: amount(toText(units.times(decimal('0.1')))),
              }),
            )
          // Parts of whole hundredths, so that they add up exactly.
          let inParts = open
          for (const share of shares) {
            const part = open.amount.times(decimal(scaled(share, 2)))
            if (!part.lt(inParts.amount)) break
            inParts = close(inParts, part)
          }
          const closedSoFar = open.amount.minus(inParts.amount)
          if (closedSoFar.gt(decimal('0'))) {
            const atOnce = close(open, closedSoFar)
            expect(atOnce.realized.minus(inParts.realized).abs().lte(DUST)).toBe(true)
            expect(atOnce.cost.minus(inParts.cost).abs().lte(DUST)).toBe(true)
          }
          expect(toText(close(inParts, inParts.amount).realized)).toBe(toText(close(open, open.amount).realized))
        },
      ),
      RUNS,
    )
  })
})

describe('a short position', () => {
  it('of 2 at 100 with fee 1, half of it bought back at 90 with fee 0.5, has realized 9 and is worth 4.5 more at 95', () => {
    const open = addEntryFill(
      short(),
      fillOf({ side: 'sell', amount: amount('2'), price: price('100'), fee: amount('1') }),
    )
    expect(averageEntry(open)?.toFixed()).toBe('100')
    expect(['95', '105'].map((mark) => toText(unrealized(open, price(mark))))).toEqual(['9', '-11'])
    const half = addExitFill(open, fillOf({ amount: amount('1'), price: price('90'), fee: amount('0.5') }))
    expect(toText(half.realized)).toBe('9')
    expect(toText(unrealized(half, price('95')))).toBe('4.5')
    expect([toText(half.amount), half.closedAt]).toEqual(['1', null])
  })

  it('is sold to be made and bought to be closed', () => {
    expect([entrySideOf(short()), exitSideOf(short())]).toEqual(['sell', 'buy'])
    expect([entrySideOf(emptyPosition()), exitSideOf(emptyPosition())]).toEqual(['buy', 'sell'])
  })

  it('is stopped above and reaches its target below, each at exactly its price', () => {
    const reached = (mark: string) => exitReached(short({ stop: price('105'), target: price('90') }), price(mark))
    expect(['105.01', '105', '104.99999999', '90.00000001', '90', '89.99'].map(reached)).toEqual([
      'stop',
      'stop',
      null,
      null,
      'target',
      'target',
    ])
  })

  it('earns what the same long loses, fees apart', () => {
    fc.assert(
      fc.property(tradeArb, fc.integer({ min: 1, max: 10_000_000 }), (trade, exitUnits) => {
        const [entry, exit] = [fillFrom({ ...trade, feeUnits: 0 }, 'buy'), price(scaled(exitUnits, 3))]
        const results = [emptyPosition(), short()].map((position) => {
          const open = addEntryFill(position, { ...entry, side: entrySideOf(position) })
          const fill = { ...entry, side: exitSideOf(position), price: exit }
          expect(toText(grossOfClosing(open, fill))).toBe(toText(unrealized(open, exit)))
          return addExitFill(open, fill).realized
        })
        expect(toText(sum(results))).toBe('0')
      }),
      RUNS,
    )
  })
})

describe('leverage', () => {
  it('changes the money behind a position, not its P&L', () => {
    const fill = fillOf({ amount: amount('2'), price: price('100'), fee: amount('1') })
    const [spot, triple] = [1, 3].map((leverage) => addEntryFill(emptyPosition({ leverage }), fill)) as [
      Position,
      Position,
    ]
    expect(toText(unrealized(triple, price('110')))).toBe(toText(unrealized(spot, price('110'))))
    expect(marginOf(triple).toFixed(4)).toBe('66.6666')
    expect(toText(marginOf(spot))).toBe('0')
    const half = addExitFill(
      triple,
      fillOf({ side: 'sell', amount: amount('1'), price: price('90'), fee: amount('0') }),
    )
    expect(marginOf(half).toFixed(4)).toBe('33.3333')
  })
})

describe('a fee in base', () => {
  const entry = fillOf({ amount: amount('1'), price: price('100'), fee: amount('0.004'), feeAsset: BTC })

  it('is kept back from the coins bought on spot, so that no more is sold than is there', () => {
    const open = addEntryFill(emptyPosition(), entry)
    expect([open.amount, open.cost, open.openFees].map(toText)).toEqual(['0.996', '99.6', '0.4'])
    expect(averageEntry(open)?.toFixed()).toBe('100')
    expect(toText(unrealized(open, price('100')))).toBe('-0.4')
    const closed = addExitFill(
      open,
      fillOf({ side: 'sell', amount: amount('0.996'), price: price('110'), fee: amount('0') }),
    )
    // 109.56 came in, 100 was paid.
    expect([toText(closed.realized), closed.closedAt]).toEqual(['9.56', NOON])
  })

  it('is an expense on margin, long or short: what is owed stays what was traded', () => {
    for (const side of ['long', 'short'] as const) {
      const open = addEntryFill(emptyPosition({ side, leverage: 2 }), entry)
      expect([open.amount, open.cost, open.openFees].map(toText)).toEqual(['1', '100', '0.4'])
    }
  })

  it('of an exit is taken at the price of the exit', () => {
    const open = addEntryFill(
      short(),
      fillOf({ side: 'sell', amount: amount('1'), price: price('100'), fee: amount('0') }),
    )
    const fill = fillOf({ amount: amount('1'), price: price('90'), fee: amount('0.01'), feeAsset: BTC })
    expect(toText(addExitFill(open, fill).realized)).toBe('9.1')
    expect(toText(grossOfClosing(open, fill))).toBe('10')
  })

  it('in an asset without a price here is a bug', () => {
    expect(() => addEntryFill(emptyPosition(), { ...entry, feeAsset: XRP })).toThrow('a fee in XRP on BTC/USDT')
  })
})

it('shows by an amount below zero that more was sold than there was', () => {
  const open = addEntryFill(emptyPosition(), fillOf({ amount: amount('1'), fee: amount('0') }))
  const over = addExitFill(open, fillOf({ side: 'sell', amount: amount('1.5'), price: price('100'), fee: amount('0') }))
  expect([toText(over.amount), over.closedAt]).toEqual(['-0.5', NOON])
})
