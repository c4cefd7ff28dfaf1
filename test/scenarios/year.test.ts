import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/main/engine.ts'
import type { Stores } from '../../src/main/ports.ts'
import { amount, type Decimal, toText, ZERO } from '../../src/shared/money.ts'
import { writeMadeUpCandles } from '../support/made-up-candles.ts'
import { BTC, USDT, XRP } from '../support/money-arbitraries.ts'
import { replayOnce } from '../support/replay-once.ts'

const YEAR = 365 * 24
const SLEEVES = ['core', 'hodl', 'tactical'] as const
const ACCOUNTS = [...SLEEVES, 'savings', 'unclassified', 'exchange', 'fees', 'outside'] as const
const BAGS = { BTC: '0.01', XRP: '500' }

/** What must be true after every step of every day. */
function checkInvariants(engine: Engine, stores: Stores, isSettled: boolean): void {
  for (const asset of [BTC, XRP, USDT]) {
    const total = ACCOUNTS.reduce<Decimal>((sum, account) => sum.plus(engine.books.of(account, asset)), ZERO)
    if (!total.eq(ZERO)) throw new Error(`${asset} sums to ${toText(total)}`)
    for (const sleeve of [...SLEEVES, 'savings'] as const) {
      if (engine.books.of(sleeve, asset).lt(ZERO)) throw new Error(`${sleeve} holds less than nothing of ${asset}`)
    }
  }
  for (const [asset, least] of [
    [BTC, BAGS.BTC],
    [XRP, BAGS.XRP],
  ] as const) {
    if (engine.books.of('hodl', asset).lt(amount(least))) throw new Error(`the ${asset} bag was touched`)
  }
  if (engine.executor.blockedBecause() !== null) throw new Error(engine.executor.blockedBecause() ?? '')
  if (isSettled && stores.orders.live().length > 0) throw new Error('a market order is still alive after its step')
  const plans = stores.proposals.withStatus('pending', 'approved').filter(({ kind }) => kind === 'rebalance')
  if (plans.length > 1) throw new Error('two plans at a time')
}

describe('a year of hourly candles through the whole engine', () => {
  it('keeps every invariant after every step, trading at market', async () => {
    let steps = 0
    const result = await replayOnce({
      files: writeMadeUpCandles(YEAR, 11),
      balance: { USDT: '10000' },
      bags: BAGS,
      onStep(engine, stores) {
        steps++
        checkInvariants(engine, stores, true)
      },
    })
    expect(steps).toBe(YEAR)
    expect(result.checks).toBe(YEAR)
    expect(result.rebalances.length).toBeGreaterThan(5)
    expect(result.rebalances.some(({ trades }) => trades.some(({ symbol }) => symbol === 'XRP/BTC'))).toBe(true)
    expect(result.ledgerBalanced).toBe(true)
    result.close()
  })

  it('keeps them with limit orders, slices, slippage and tactical trades too', async () => {
    const result = await replayOnce({
      files: writeMadeUpCandles(YEAR, 12),
      balance: { BTC: '0.1', USDT: '7000' },
      bags: BAGS,
      agentsOn: true,
      set: [
        'portfolio.rebalancing.order_type=limit',
        'portfolio.rebalancing.slices=3',
        'execution.paper_slippage=0.001',
        'orchestration.schedule.portfolio_check_minutes=120',
      ],
      onStep: (engine, stores) => checkInvariants(engine, stores, false),
    })
    expect(result.rebalances.length).toBeGreaterThan(5)
    expect(result.agentRuns).toBeGreaterThan(1_000)
    expect(result.ledgerBalanced).toBe(true)
    result.close()
  })

  it('gives the same decisions, orders, fills and ledger to the last byte every time', async () => {
    const files = writeMadeUpCandles(24 * 60, 18)
    const play = async (): Promise<string> => {
      const set = ['portfolio.bags.profit_share_percent=50']
      const result = await replayOnce({ files, balance: { USDT: '10000' }, bags: BAGS, agentsOn: true, set })
      const everything = JSON.stringify([
        result.stores.proposals.recent(1_000_000),
        result.stores.conflicts.recent(1_000_000),
        result.stores.orders.recent(1_000_000),
        result.stores.fills.recent(1_000_000),
        [...result.stores.ledger.all()],
      ])
      result.close()
      return everything
    }
    const first = await play()
    expect(first.length).toBeGreaterThan(1_000)
    expect(first).toContain('"bag_purchase"')
    expect(await play()).toBe(first)
  })
})
