import { describe, expect, it } from 'vitest'
import { externalView, orderView } from '../../../src/main/api/order-views.ts'
import { ExternalOrderView } from '../../../src/shared/contract/order-views.ts'
import type { PositionId } from '../../../src/shared/ids.ts'
import { amount, price } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC_USDT } from '../../support/money-arbitraries.ts'
import { intentOf, NOON, orderOf } from '../../support/trading-builders.ts'

const positionId = 'pos_1' as PositionId

describe('an order on the screen', () => {
  it('says what it is for', () => {
    expect(orderView(orderOf()).purpose).toBe('rebalance')
    expect(orderView(orderOf({ sleeve: 'tactical' })).purpose).toBe('entry')
    const exit = { kind: 'position_exit', positionId, reason: 'time' } as const
    expect(orderView(orderOf({ receipt: exit }))).toMatchObject({ purpose: 'exit', origin: 'pos_1' })
    const stop = { kind: 'protective_stop', positionId } as const
    expect(orderView(orderOf({ receipt: stop }))).toMatchObject({ purpose: 'protective stop', origin: 'pos_1' })
  })
  it('gives a doubt about its placing the time by which it must be settled: deadline and 10 s', () => {
    const deadline = epochMs(NOON + 5_000)
    expect(orderView(orderOf({ inDoubt: true, deadline })).doubtUntil).toBe(NOON + 15_000)
    expect(orderView(orderOf({ deadline })).doubtUntil).toBeNull()
  })
  it('promises no time for a doubt about an order that is known to have been placed', () => {
    const order = orderOf({ inDoubt: true, exchangeId: 'OX', status: 'open' })
    expect(orderView(order)).toMatchObject({ inDoubt: true, doubtUntil: null })
  })
  it('tells where a stop triggers now, not where it did first', () => {
    const order = orderOf({ ...intentOf({ type: 'stop', limitPrice: price('95') }), trigger: price('97.5') })
    expect(orderView(order)).toMatchObject({ type: 'stop', limitPrice: '95', trigger: '97.5' })
  })
})

describe('an order placed elsewhere', () => {
  it('is shown with what has been filled of it', () => {
    const view = externalView({
      exchangeId: 'OHAND-1',
      clientOrderId: null,
      symbol: BTC_USDT,
      side: 'sell',
      type: 'take-profit',
      amount: amount('0.5'),
      filled: amount('0.125'),
      price: price('120'),
      openedAt: epochMs(NOON - 1000),
    })
    expect(ExternalOrderView.parse(view)).toEqual(view)
    expect(view).toMatchObject({ exchangeId: 'OHAND-1', filledPercent: '25.00', price: '120' })
  })
})
