import { describe, expect, it } from 'vitest'
import { commitmentOf } from '../../../src/main/domain/commitment.ts'
import type { Order } from '../../../src/main/domain/order.ts'
import type { TradePlan } from '../../../src/main/domain/proposal.ts'
import type { ProposalId } from '../../../src/shared/ids.ts'
import { amount, price, toText } from '../../../src/shared/money.ts'
import { BTC_USDT } from '../../support/money-arbitraries.ts'
import { emptyPosition, legOf, orderOf, proposalOf } from '../../support/trading-builders.ts'

const plan: TradePlan = {
  symbol: BTC_USDT,
  entry: price('100'),
  stop: price('97'),
  target: price('106'),
  confidence: 0.8,
  leverage: 1,
}
/** One BTC at 100, at worst at 110, fee 0.4 %. */
const trade = (leverage = 1, worstPrice = '110') =>
  proposalOf({
    kind: 'tactical',
    trade: { ...plan, leverage },
    legs: [legOf({ orderType: 'market', worstPrice: price(worstPrice) })],
  })
const entry = (overrides: Partial<Order>) => orderOf({ sleeve: 'tactical', ...overrides })
const taken = (...args: Parameters<typeof commitmentOf>): string[] | null => {
  const found = commitmentOf(...args)
  return found && [toText(found.cost), toText(found.cash), found.isPosition ? 'a position' : 'no position']
}

describe('what a trade takes up before it is a position', () => {
  it('is what it costs at worst, and the money for it with the fee', () => {
    expect(taken(trade(), [], [])).toEqual(['110', '110.44', 'no position'])
    expect(taken(trade(4), [], [])).toEqual(['110', '27.94', 'no position'])
  })

  it('of a short is its value at the plan’s price, the worst being lower', () => {
    expect(taken(trade(1, '90'), [], [])).toEqual(['100', '100.4', 'no position'])
  })

  it('is no money any more once its order is out, because core has lent it', () => {
    for (const status of ['pending', 'open', 'partially_filled'] as const) {
      expect(taken(trade(), [entry({ status })], [])).toEqual(['110', '0', 'no position'])
    }
    expect(taken(trade(), [entry({ status: 'expired', inDoubt: true })], [])).toEqual(['110', '0', 'no position'])
    // The loan went back: another order will take it again.
    expect(taken(trade(), [entry({ status: 'rejected' })], [])).toEqual(['110', '110.44', 'no position'])
  })

  it('is what is not filled yet beside its own position', () => {
    const orders = [entry({ status: 'open', filled: amount('0.75') })]
    const own = emptyPosition()
    expect(taken(trade(), orders, [own])).toEqual(['27.5', '0', 'a position'])
    expect(taken(trade(), orders, [emptyPosition({ proposalId: 'prp_2' as ProposalId })])).toEqual([
      '27.5',
      '0',
      'no position',
    ])
    expect(taken(trade(), [entry({ status: 'filled', filled: amount('1.1') })], [own])).toEqual([
      '0',
      '0',
      'a position',
    ])
  })

  it('is nothing for a rebalance, which opens no position', () => {
    expect(commitmentOf(proposalOf(), [], [])).toBeNull()
    expect(commitmentOf({ ...trade(), legs: [] }, [], [])).toBeNull()
  })
})
