import { describe, expect, it } from 'vitest'
import { type Mark, type PositionFacts, positionView, restsView } from '../../../src/main/api/position-view.ts'
import type { Order } from '../../../src/main/domain/order.ts'
import type { OrderId, PositionId } from '../../../src/shared/ids.ts'
import { amount, decimal, money, price } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC_USDT, rulesOf } from '../../support/money-arbitraries.ts'
import { emptyPosition, NOON, orderOf } from '../../support/trading-builders.ts'

const CAP = decimal('5')
const positionId = 'pos_1' as PositionId
const at = (last: string): Mark => ({ price: price(last), at: NOON, isStale: false })

/** Two bought at 100, each paid a fee of 0.25; stop 95, target 110. */
const long = emptyPosition({ amount: amount('2'), cost: money('200'), openFees: money('0.5') })
const short = emptyPosition({ ...long, side: 'short', leverage: 4, stop: price('105'), target: price('90') })

const entry = orderOf({ sleeve: 'tactical', amount: amount('2'), filled: amount('2'), cost: amount('200') })
const stop = (over: Partial<Order> = {}): Order =>
  orderOf({
    id: 'ord_stop' as OrderId,
    side: 'sell',
    type: 'stop',
    amount: amount('2'),
    trigger: price('95'),
    receipt: { kind: 'protective_stop', positionId },
    status: 'open',
    exchangeId: 'OSTOP',
    ...over,
  })
const exit = (over: Partial<Order> = {}): Order =>
  orderOf({
    id: 'ord_exit' as OrderId,
    side: 'sell',
    receipt: { kind: 'position_exit', positionId, reason: 'target' },
    ...over,
  })
const facts = (over: Partial<PositionFacts> = {}): PositionFacts => ({
  mark: at('104'),
  orders: [entry, stop()],
  firstStop: price('95'),
  ...over,
})
const view = (position = long, over: Partial<PositionFacts> = {}) => positionView(position, facts(over), CAP)

describe('a position on the screen', () => {
  it('says how far stop and target are from the mark, whichever way it faces', () => {
    expect(view(long)).toMatchObject({ stopDistancePercent: '8.65', targetDistancePercent: '5.77' })
    expect(view(short, { mark: at('98') })).toMatchObject({
      stopDistancePercent: '7.14',
      targetDistancePercent: '8.16',
    })
  })
  it('shows a stop that the market has passed as a negative distance', () => {
    expect(view(long, { mark: at('94') }).stopDistancePercent).toBe('-1.06')
    expect(view(short, { mark: at('106') }).stopDistancePercent).toBe('-0.94')
  })
  it('measures gains in R: what the approved stop put at risk, wherever the stop is now', () => {
    const moved = emptyPosition({ ...long, stop: price('99') })
    expect(view(moved)).toMatchObject({ unrealized: '7.50', oneR: '10.00', rMultiple: '0.75' })
    expect(view(moved, { firstStop: null })).toMatchObject({ oneR: null, rMultiple: null })
    expect(view(moved, { mark: null })).toMatchObject({ unrealized: null, rMultiple: null, stopDistancePercent: null })
  })
  it('keeps entry, exit and R of a position that is over', () => {
    const over = emptyPosition({ realized: money('-10.5'), closedAt: NOON, exitReason: 'stop' })
    const sold = exit({ filled: amount('2'), cost: amount('190'), status: 'filled' })
    expect(view(over, { orders: [entry, sold] })).toMatchObject({
      averageEntry: '100',
      averageExit: '95',
      entered: '2',
      rMultiple: '-1.05',
      unrealized: null,
      closeWorstPrice: null,
      isClosing: false,
    })
  })
  it('binds margin by leverage, and none on spot', () => {
    expect(view(short).margin).toBe('50.00')
    expect(view(long).margin).toBeNull()
  })
  it('tells the worst price of a close: below the mark when selling, above it when buying back', () => {
    expect(view(long).closeWorstPrice).toBe('98.8')
    expect(view(short).closeWorstPrice).toBe('109.2')
  })
})

describe('the protection of a position', () => {
  const protection = (orders: readonly Order[], position = long) => view(position, { orders }).protection

  it('rests when stops at the exchange cover all of it, together if need be', () => {
    expect(protection([entry, stop()])).toMatchObject({ state: 'resting', amount: '2', trigger: '95', since: null })
    const halves = [stop({ amount: amount('1') }), stop({ amount: amount('1') })]
    expect(protection([entry, ...halves]).state).toBe('resting')
  })
  it('is not resting on a stop of which nobody knows whether it is there', () => {
    for (const unsure of [stop({ status: 'pending', exchangeId: null }), stop({ inDoubt: true })]) {
      expect(protection([entry, unsure])).toMatchObject({ state: 'placing', amount: '0', since: NOON })
    }
  })
  it('is unprotected when what was sent would not cover all of it', () => {
    const grownAt = epochMs(NOON + 7_000)
    const grown = { ...entry, updatedAt: grownAt }
    const half = stop({ amount: amount('1') })
    expect(protection([grown, half])).toMatchObject({ state: 'unprotected', amount: '1', since: grownAt })
  })
  it('counts the unprotected time from the end of the last stop that rested', () => {
    const endedAt = epochMs(NOON + 60_000)
    const ended = stop({ status: 'cancelled', updatedAt: endedAt })
    const refused = stop({ status: 'rejected', exchangeId: null, updatedAt: epochMs(NOON + 61_000) })
    expect(protection([entry, ended, refused])).toMatchObject({ state: 'unprotected', since: endedAt, orderId: null })
    expect(protection([entry, refused]).since).toBe(NOON)
  })
  it('goes on counting while an unprotected position is being closed', () => {
    const closing = emptyPosition({ ...long, exitReason: 'unprotected' })
    expect(protection([entry], closing)).toMatchObject({ state: 'closing', since: NOON })
    expect(protection([entry, stop()], closing)).toMatchObject({ state: 'closing', since: null })
  })
  it('counts a stop that has begun to trade as a close, whatever was wished for', () => {
    const trading = stop({ status: 'partially_filled', filled: amount('0.5'), cost: amount('47.5') })
    const left = emptyPosition({ ...long, amount: amount('1.5') })
    expect(view(left, { orders: [entry, trading] })).toMatchObject({
      isClosing: true,
      exitReason: 'stop',
      protection: { state: 'closing', amount: '1.5', since: null },
    })
  })
  it('does not ask for a stop over less than the market trades', () => {
    const dust = emptyPosition({ ...long, amount: amount('0.01') })
    const rules = rulesOf(BTC_USDT, { lot: amount('0.01'), minAmount: amount('0.05') })
    expect(view(dust, { orders: [entry], rules }).protection).toMatchObject({ state: 'none', since: null })
    expect(view(long, { orders: [entry], rules }).protection.state).toBe('unprotected')
  })
  it('is no question where nothing is held', () => {
    expect(protection([], emptyPosition()).state).toBe('none')
    expect(protection([], emptyPosition({ closedAt: NOON })).since).toBeNull()
  })
})

describe('what stays behind when the program ends', () => {
  it('counts entries that still work, and positions with and without a stop', () => {
    const bare = emptyPosition({ ...long, id: 'pos_2' as PositionId })
    const live = [orderOf({ status: 'open' }), stop(), exit()]
    const ordersOf = ({ id }: { id: PositionId }) => (id === positionId ? [entry, stop()] : [entry])
    expect(restsView(live, [long, bare, emptyPosition()], ordersOf)).toEqual({
      entryOrders: 1,
      protectedPositions: 1,
      unprotectedPositions: 1,
    })
  })
})
