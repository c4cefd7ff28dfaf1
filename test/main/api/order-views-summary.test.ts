import { describe, expect, it } from 'vitest'
import { summaryOf, titleOf, toPlain } from '../../../src/main/api/summary.ts'
import type { PositionId } from '../../../src/shared/ids.ts'
import { amount, price } from '../../../src/shared/money.ts'
import { emptyPosition, intentOf, legOf, orderOf, proposalOf } from '../../support/trading-builders.ts'

const stop = orderOf({
  ...intentOf({
    side: 'sell',
    type: 'stop',
    amount: amount('0.5'),
    receipt: { kind: 'protective_stop', positionId: 'pos_1' as PositionId },
  }),
  status: 'open',
  trigger: price('97.5'),
})
const orderText = (order = stop): string => summaryOf('execution_events', toPlain({ kind: 'order', order }))

describe('orders and positions in one sentence', () => {
  it('names a protective stop and where it triggers', () => {
    expect(orderText()).toBe('Protective stop open: sell 0.5 BTC/USDT, stop at 97.5')
    expect(orderText(orderOf({ status: 'open' }))).toBe('Order open: buy 1 BTC/USDT')
  })
  it('says that nobody knows yet', () => {
    expect(orderText(orderOf({ inDoubt: true, reason: 'timeout' }))).toBe(
      'Order pending, in doubt: buy 1 BTC/USDT (timeout)',
    )
  })
  it('says why a position is to be closed, and why it was', () => {
    const position = emptyPosition({ exitReason: 'unprotected' })
    const due = toPlain({ kind: 'exit_due', position, reason: 'time' } as const)
    expect(summaryOf('position_updates', due)).toBe('Position exit due on BTC/USDT: it was held too long')
    const closed = toPlain({ kind: 'closed', position } as const)
    expect(summaryOf('position_updates', closed)).toBe('Position closed on BTC/USDT: its stop could not be placed')
  })
  it('calls a trade that sells first a short sale', () => {
    const trade = (side: 'buy' | 'sell') => titleOf(proposalOf({ kind: 'tactical', legs: [legOf({ side })] }))
    expect([trade('buy'), trade('sell')]).toEqual(['Tactical: buy BTC/USDT', 'Tactical: sell short BTC/USDT'])
  })
})
