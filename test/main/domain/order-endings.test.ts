import { describe, expect, it } from 'vitest'
import { nextStep } from '../../../src/main/domain/execution.ts'
import { ENDED, type Order } from '../../../src/main/domain/order.ts'
import { amount } from '../../../src/shared/money.ts'
import { NOON, orderOf, proposalOf } from '../../support/trading-builders.ts'

/** What becomes of a leg for 1 BTC after its only order ended as given. */
function becomes(order: Partial<Order>): string {
  const proposal = proposalOf({ status: 'approved' })
  const step = nextStep(proposal, [orderOf(order)], new Map(), NOON, { quotes: 3, neverPlacedRetries: 2 })
  return step.kind === 'finish' ? (step.stopped[0]?.because ?? 'complete') : `${step.kind} again`
}

describe('a leg whose order ended', () => {
  it.each([
    ['because it was to be quoted again', { status: 'cancelled', cancelling: ENDED.requoted }],
    ['at the exchange’s word', { status: 'cancelled', reason: ENDED.byExchange }],
    ['before it was ever placed', { status: 'rejected', reason: ENDED.neverPlaced }],
    [
      'before it was ever placed, to be quoted again',
      { status: 'rejected', cancelling: ENDED.requoted, reason: ENDED.neverPlaced },
    ],
  ] as const)('%s goes on', (_, order) => {
    expect(becomes(order)).toBe('place again')
  })

  it.each([
    ['at the trader’s word', { status: 'cancelled', cancelling: ENDED.byTrader }, 'cancelled by the trader'],
    [
      'at the trader’s word before it was ever placed',
      { status: 'rejected', cancelling: ENDED.byTrader, reason: ENDED.neverPlaced },
      'cancelled by the trader',
    ],
    ['by a refusal', { status: 'rejected', reason: 'too small' }, 'refused: too small'],
    ['by a refusal without a word', { status: 'rejected' }, 'refused: no reason given'],
  ] as const)('%s is given up, and says why', (_, order, why) => {
    expect(becomes(order)).toBe(why)
  })

  it('and was filled is complete', () => {
    expect(becomes({ status: 'filled', filled: amount('1') })).toBe('complete')
  })
})
