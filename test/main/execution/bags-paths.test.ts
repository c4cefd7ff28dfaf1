import { describe, expect, it } from 'vitest'
import { movementEntry } from '../../../src/main/domain/ledger.ts'
import type { OrderIntent } from '../../../src/main/domain/order.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, decimal } from '../../../src/shared/money.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT } from '../../support/money-arbitraries.ts'
import { AT_MARKET, alertsOf, type Bench, positionOf, rebalance, refusing, trade } from './trade-bench.ts'

/*
 * Every way in which an order is made, at a moment at which it would reach into a bag: somebody has withdrawn what core
 * or a trade owned, so that of what the ledger says only the bag is left. Without the withdrawal the same order leaves.
 */

type Path = {
  readonly set?: readonly string[]
  readonly gone: readonly [Asset, string]
  /** Whether the first stop finds the exchange too busy. */
  readonly isStopLate?: boolean
  /** Runs the way up to the order; `withdraw` is called when the order is next. */
  readonly run: (bench: Bench, withdraw: () => void) => Promise<void>
  readonly order: (intent: OrderIntent) => boolean
}

const isExit = (reason: string) => (intent: OrderIntent) =>
  intent.receipt.kind === 'position_exit' && intent.receipt.reason === reason && intent.side === 'sell'
/** The trade holds 0.046 BTC, and the bag 0.01. */
const HELD: readonly [Asset, string] = [BTC, '0.046']

const PATHS: Record<string, Path> = {
  'a rebalance': {
    set: [...AT_MARKET, 'portfolio.paper.core.BTC=0.2', 'portfolio.paper.core.USDT=0'],
    gone: [BTC, '0.2'],
    async run(bench, withdraw) {
      bench.tick()
      const approved = rebalance(bench) // runs to the approval; what is approved is carried out afterwards
      withdraw()
      await approved
    },
    order: ({ receipt, side }) => receipt.kind === 'proposal_leg' && side === 'sell',
  },
  'a stop': {
    gone: HELD,
    isStopLate: true,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      await bench.pass(3_000)
    },
    order: ({ receipt }) => receipt.kind === 'protective_stop',
  },
  'a stop that is reached here': {
    gone: HELD,
    isStopLate: true,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      bench.engine.executor.exit(positionOf(bench), 'stop')
      await bench.engine.executor.idle()
    },
    order: isExit('stop'),
  },
  'a target': {
    gone: HELD,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      await bench.pass(3_000, 1_000, { 'BTC/USDT': 51_700 })
    },
    order: isExit('target'),
  },
  'the kill switch that closes positions': {
    gone: HELD,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      await bench.engine.killSwitch.kill('a test', { flatten: true })
      await bench.engine.executor.idle()
    },
    order: isExit('trader'),
  },
  'the trader who closes a position': {
    gone: HELD,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      bench.engine.executor.exit(positionOf(bench), 'trader')
      await bench.engine.executor.idle()
    },
    order: isExit('trader'),
  },
  'a position held too long': {
    set: ['risk.exits.max_hours=1'],
    gone: HELD,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      await bench.pass(61 * MINUTE, MINUTE)
    },
    order: isExit('time'),
  },
  'a position that no stop protects': {
    gone: HELD,
    async run(bench, withdraw) {
      await trade(bench)
      withdraw()
      bench.engine.executor.exit(positionOf(bench), 'unprotected')
      await bench.engine.executor.idle()
    },
    order: isExit('unprotected'),
  },
  'a purchase for another bag': {
    set: ['portfolio.bags.profit_share_percent=100', 'portfolio.paper.bags.USDT=500'],
    gone: [USDT, '10039'],
    async run(bench, withdraw) {
      await trade(bench)
      bench.engine.coordinator.pause('a test')
      await bench.pass(2_000, 1_000, { 'BTC/USDT': 51_700 })
      bench.engine.coordinator.resume()
      withdraw()
      await bench.pass(6 * MINUTE, MINUTE, { 'BTC/USDT': 51_700 })
    },
    order: ({ receipt }) => receipt.kind === 'bag_purchase',
  },
}

async function walk(path: Path, isGone: boolean) {
  const sent: OrderIntent[] = []
  let busy = path.isStopLate === true ? 1 : 0
  const bench: Bench = createEngineBench({
    set: path.set ?? [],
    spoil: (exchange): Exchange => ({
      ...exchange,
      async submit(intent) {
        if (intent.type === 'stop' && busy-- > 0) return refusing('not_accepted')
        sent.push(intent)
        return exchange.submit(intent)
      },
    }),
  })
  await path.run(bench, () => {
    if (!isGone) return
    const [asset, text] = path.gone
    const { books } = bench.engine
    const gone = { id: 'L1', kind: 'withdrawal', asset, amount: amount(text), at: bench.clock.now() } as const
    books.commit(bench.stores.transact(() => [books.write(movementEntry(gone, null))]))
  })
  expect(bench.bugs).toEqual([])
  return { bench, isSent: sent.some(path.order) }
}

describe('a rebalance that spends all the quote of core', () => {
  it('buys only so much that even at its worst price the bag of quote stays whole', async () => {
    const set = [...AT_MARKET, 'portfolio.targets.USDT=0', 'portfolio.paper.bags.USDT=50']
    const bench = createEngineBench({ set })
    bench.tick()
    await rebalance(bench)
    expect(alertsOf(bench)).not.toContain('gate/bag')
    const orders = bench.stores.orders.recent(100)
    const worst = orders.map(({ amount, limitPrice }) => amount.times(limitPrice).times(decimal('1.004')))
    // What was sent first had filled at the touch before the next was sized.
    expect(orders.length).toBeGreaterThan(1)
    expect(worst.every((cost) => cost.lte(decimal('10000')))).toBe(true)
    expect(bench.engine.books.of('core', USDT).lt(decimal('100'))).toBe(true)
    expect(bench.engine.books.owned(USDT).gte(decimal('50'))).toBe(true)
  })
})

describe.each(Object.entries(PATHS))('%s', (name, path) => {
  it('is stopped at the gate where it would reach into a bag', async () => {
    const { bench, isSent } = await walk(path, true)
    expect(isSent).toBe(false)
    if (name === 'a purchase for another bag') {
      expect(bench.engine.executor.savingsOf(BTC).heldBackBecause).toContain(
        'it would reach into the hodl bag of 520.6912',
      )
    } else expect(alertsOf(bench)).toContain('gate/bag')
  })

  it('goes out where it leaves the bag whole', async () => {
    expect((await walk(path, false)).isSent).toBe(true)
  })
})
