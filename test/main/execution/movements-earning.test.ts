import { describe, expect, it } from 'vitest'
import { amount, toText } from '../../../src/shared/money.ts'
import { ok } from '../../../src/shared/result.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, XRP } from '../../support/money-arbitraries.ts'
import { compared, entriesOf, held, waitingOf } from './movements-bench.ts'
import { AT_MARKET, alertsOf, rebalance } from './trade-bench.ts'

describe('coins that earn at the exchange', () => {
  it('are owned as before, in another place, whichever sleeves own them', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    await rebalance(bench)
    const before = toText(bench.engine.books.owned(BTC))
    bench.exchange.move('to_earning', BTC, amount('0.06'))
    expect(await compared(bench)).toBeNull()
    expect(toText(bench.engine.books.owned(BTC))).toBe(before)
    expect(toText(bench.engine.books.of('earning', BTC))).toBe('0.06')
    bench.exchange.move('from_earning', BTC, amount('0.02'))
    expect(await compared(bench)).toBeNull()
    expect(toText(bench.engine.books.of('earning', BTC))).toBe('0.04')
    expect(toText(bench.engine.books.of('spot', BTC))).toBe('-0.04')
    expect(entriesOf(bench, 'earn')).toEqual(['earn paper-movement-1', 'earn paper-movement-2'])
    expect(alertsOf(bench)).toEqual([])
    expect(waitingOf(bench)).toEqual([])
  })

  it('cannot be sold, and are not missed', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    await rebalance(bench)
    bench.exchange.move('to_earning', BTC, amount('0.06'))
    await compared(bench)
    const spot = bench.engine.books.owned(BTC).minus(amount('0.06'))
    bench.tick({ 'BTC/USDT': 100_000 })
    const proposal = await rebalance(bench)
    expect(bench.stores.proposals.get(proposal.id)?.status).toBe('completed')
    // The plan sold what does not earn, and no more was ever asked for.
    const sold = bench.stores.orders
      .ofProposal(proposal.id)
      .filter(({ symbol, side }) => symbol === BTC_USDT && side === 'sell')
    expect(sold.map(({ filled }) => toText(filled))).toEqual([toText(spot)])
    expect(alertsOf(bench)).not.toContain('reconcile/difference')
  })

  it('go where the exchange says they are when nothing told how they came there', async () => {
    const bench = createEngineBench({
      spoil: (exchange) => ({ ...exchange, movements: async () => ok({ movements: [], unread: [] }) }),
    })
    bench.tick()
    bench.exchange.move('to_earning', XRP, amount('400'))
    expect(await compared(bench)).toBeNull()
    bench.exchange.move('from_earning', XRP, amount('100'))
    expect(await compared(bench)).toBeNull()
    expect(held(bench, XRP)).toBe('core 0, hodl 500, unclassified 0, earning 300')
    expect(entriesOf(bench, 'earn')).toHaveLength(2)
    expect(alertsOf(bench)).toEqual([])
  })
})
