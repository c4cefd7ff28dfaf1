import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fill } from '../../../src/main/domain/order.ts'
import {
  addEntryFill,
  addExitFill,
  averageEntry,
  exitReached,
  type Position,
  unrealized,
} from '../../../src/main/domain/position.ts'
import { amount, type Decimal, decimal, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { scaled } from '../../support/money-arbitraries.ts'
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
        fc.array(fc.record({ trade: tradeArb, isBuy: fc.boolean() }), { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        (steps, markUnits) => {
          let position: Position = emptyPosition()
          let cash: Decimal = decimal('0')
          const mark = price(scaled(markUnits, 3))
          for (const { trade, isBuy } of steps) {
            let fill = fillFrom(trade, isBuy ? 'buy' : 'sell')
            if (!isBuy && !position.amount.gt(decimal('0'))) continue
            if (!isBuy && fill.amount.gt(position.amount)) fill = { ...fill, amount: position.amount }
            position = isBuy ? addEntryFill(position, fill) : addExitFill(position, fill)
            cash = cash.plus(cashOf(fill))
            expect(toText(position.realized.plus(unrealized(position, mark)))).toBe(
              toText(cash.plus(position.amount.times(mark))),
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
      .map(([buys, shares]) => ({ buys, shares }))
    fc.assert(
      fc.property(splitArb, fc.integer({ min: 1, max: 10_000_000 }), ({ buys, shares }, exitUnits) => {
        const open = buys.reduce((position, trade) => addEntryFill(position, fillFrom(trade, 'buy')), emptyPosition())
        const at = price(scaled(exitUnits, 3))
        const sell = (position: Position, units: Decimal): Position =>
          addExitFill(
            position,
            fillOf({
              side: 'sell',
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
          inParts = sell(inParts, part)
        }
        const soldSoFar = open.amount.minus(inParts.amount)
        if (soldSoFar.gt(decimal('0'))) {
          const atOnce = sell(open, soldSoFar)
          expect(atOnce.realized.minus(inParts.realized).abs().lte(DUST)).toBe(true)
          expect(atOnce.cost.minus(inParts.cost).abs().lte(DUST)).toBe(true)
        }
        expect(toText(sell(inParts, inParts.amount).realized)).toBe(toText(sell(open, open.amount).realized))
      }),
      RUNS,
    )
  })
})
