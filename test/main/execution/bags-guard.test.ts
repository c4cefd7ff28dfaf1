import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GateLimits } from '../../../src/main/domain/gate.ts'
import { fillEntry, type LedgerEntry, marginFillEntry, transferEntry } from '../../../src/main/domain/ledger.ts'
import type { Tick } from '../../../src/main/domain/market.ts'
import { type Fill, type Order, type OrderIntent, pendingOrder, type Receipt } from '../../../src/main/domain/order.ts'
import { boundText, type Proposal } from '../../../src/main/domain/proposal.ts'
import { Books } from '../../../src/main/execution/books.ts'
import { GateKeeper } from '../../../src/main/execution/gate-keeper.ts'
import type { LedgerStore, OrderStore } from '../../../src/main/ports.ts'
import {
  type Asset,
  baseOf,
  type ClientOrderId,
  type OrderId,
  type PositionId,
  type ProposalId,
  quoteOf,
  type TradedPair,
  type TradeId,
} from '../../../src/shared/ids.ts'
import {
  type Amount,
  amount,
  type Decimal,
  decimal,
  maxOf,
  minOf,
  money,
  ONE,
  type Price,
  price,
  ZERO,
} from '../../../src/shared/money.ts'
import { ok } from '../../../src/shared/result.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC, BTC_USDT, rulesOf, scaled, USDT, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { intentOf, legOf, NOON, proposalOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_500, seed: 20_261_123 }
const ASSETS = [BTC, XRP, USDT]
const ASKS = new Map<TradedPair, number>([
  [BTC_USDT, 100],
  [XRP_USDT, 2],
  [XRP_BTC, 0.02],
])
const UNLIMITED: GateLimits = {
  collarPercent: decimal('100'),
  maxNotionalPerOrder: money('1000000000'),
  maxNotionalPerDay: money('1000000000'),
  maxOrdersPerMinute: 1_000_000,
}

/** A ledger of one entry in memory. */
function booksOf(opening: LedgerEntry): Books {
  const store: LedgerStore = { append: () => {}, all: () => [opening], recent: () => [] }
  return new Books(store)
}

type Holdings = { core: number; hodl: number; tactical: number; savings: number; unclassified: number; earning: number }
const holdingsArb: fc.Arbitrary<Holdings> = fc.record({
  core: fc.integer({ min: 0, max: 400 }),
  hodl: fc.constantFrom(0, 0, 1, 50, 200),
  tactical: fc.integer({ min: 0, max: 200 }),
  savings: fc.constantFrom(0, 0, 30),
  // A withdrawal may have taken what a bag or a trade still owns in the ledger.
  unclassified: fc.constantFrom(0, 0, 0, 80, -20, -150, -500),
  earning: fc.constantFrom(0, 0, 0, 60),
})

const LEG: Receipt = { kind: 'proposal_leg', proposalId: 'prp_1' as ProposalId, leg: 0 }
const exits: Receipt[] = (['stop', 'target', 'trader', 'time', 'unprotected'] as const).map((reason) => ({
  kind: 'position_exit',
  positionId: 'pos_1' as PositionId,
  reason,
}))
type Shape = Pick<OrderIntent, 'side' | 'type' | 'sleeve' | 'leverage' | 'receipt'>
const core = { sleeve: 'core', leverage: 1, receipt: LEG } as const
const tactical = { sleeve: 'tactical', leverage: 1 } as const
/** Every way in which an order comes to the gate. */
const SHAPES: readonly Shape[] = [
  { ...core, side: 'buy', type: 'market' },
  { ...core, side: 'buy', type: 'limit' },
  { ...core, side: 'sell', type: 'market' },
  { ...core, side: 'sell', type: 'limit' },
  { ...tactical, receipt: LEG, side: 'buy', type: 'market' },
  { ...tactical, receipt: LEG, side: 'buy', type: 'market', leverage: 3 },
  { ...tactical, receipt: { kind: 'protective_stop', positionId: 'pos_1' as PositionId }, side: 'sell', type: 'stop' },
  ...exits.map((receipt): Shape => ({ ...tactical, receipt, side: 'sell', type: 'market' })),
  { sleeve: 'hodl', leverage: 1, receipt: { kind: 'bag_purchase' }, side: 'buy', type: 'market' },
  // Nobody makes such a one, and it would empty a bag.
  { sleeve: 'hodl', leverage: 1, receipt: { kind: 'bag_purchase' }, side: 'sell', type: 'market' },
]
type Wish = { shape: Shape; symbol: TradedPair; lots: number; worst: number; filled: number; isFirst: boolean }
const wishArb: fc.Arbitrary<Wish> = fc.record({
  shape: fc.constantFrom(...SHAPES),
  symbol: fc.constantFrom(BTC_USDT, XRP_USDT, XRP_BTC),
  lots: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4_000 })),
  /** How far beyond the touch it may trade, in permille. */
  worst: fc.constantFrom(0, 10, 50, 600),
  /** Of ten parts, before the next order comes. */
  filled: fc.constantFrom(0, 0, 0, 3, 10),
  isFirst: fc.boolean(),
})

/** Books, gate and open orders, and an exchange that fills what it is told to at the worst price. */
function world(holdings: ReadonlyMap<Asset, Holdings>) {
  const clock = createManualClock(NOON)
  const lines = [...holdings].flatMap(([of, held]) =>
    (['core', 'hodl', 'tactical', 'savings', 'unclassified', 'earning'] as const).map((account) => ({
      account,
      asset: of,
      amount: amount(String(account === 'savings' && of !== USDT ? 0 : held[account])),
    })),
  )
  const books = booksOf({
    kind: 'opening',
    at: NOON,
    reference: 'opening',
    reason: null,
    bookedBy: 'engine',
    prices: new Map(),
    lines,
  })
  const live: Order[] = []
  const orders: OrderStore = {
    insert: (order) => void live.push(order),
    save: () => {},
    get: () => null,
    byClientOrderId: () => null,
    live: () => live,
    ofProposal: () => [],
    ofPosition: () => [],
    recent: () => [],
    createdSince: () => [],
  }
  /** What the next order's receipt names: somebody approved just that. */
  let approved: Proposal | null = null
  const gate = new GateKeeper({
    clock,
    stores: { orders, proposals: { get: () => approved } },
    hash: (text) => text,
    books,
    markets: { rules: (symbol) => rulesOf(symbol), symbols: [...ASKS.keys()] },
    fresh: (symbol): Tick => {
      const ask = ASKS.get(symbol) as number
      return { symbol, at: clock.now(), bid: ask, ask, last: ask }
    },
    priceOf: () => ONE as Decimal as Price,
    coordinator: () => 'RUNNING',
    isKilled: () => false,
    stillAllowed: () => ok(null),
    blockedBecause: () => null,
    keptBack: () => ZERO,
    limits: UNLIMITED,
  })
  let trades = 0

  /** Part of an order trades at its worst price, or an order by a stop at any. */
  function fill(index: number, tenths: number): void {
    const order = live[index] as Order
    const part = order.amount
      .minus(order.filled)
      .times(decimal(String(tenths)))
      .div(decimal('10')) as Amount
    if (!part.gt(ZERO)) return
    const value = part.times(order.limitPrice)
    const trade: Fill = {
      tradeId: `T${++trades}` as TradeId,
      orderId: order.id,
      symbol: order.symbol,
      side: order.side,
      amount: part,
      price: order.limitPrice,
      fee: value.times(rulesOf(order.symbol).takerFee) as Amount,
      feeAsset: quoteOf(order.symbol),
      at: NOON,
    }
    books.commit([order.leverage > 1 ? marginFillEntry(trade, 'tactical', ZERO) : fillEntry(trade, order.sleeve)])
    live[index] = { ...order, filled: order.filled.plus(part) as Amount }
  }

  return {
    books,
    live,
    /** True when the gate lets it through; then it is open. */
    offer({ shape, symbol, lots, worst }: Wish): boolean {
      const factor = decimal(scaled(1_000 + (shape.side === 'buy' ? worst : -worst), 3))
      const id = live.length + 1
      const intent = intentOf({
        ...shape,
        symbol,
        id: `ord_${id}` as OrderId,
        clientOrderId: String(id).padStart(32, '0') as ClientOrderId,
        amount: amount(scaled(lots, 1)),
        limitPrice: price(String(ASKS.get(symbol))).times(factor) as Price,
      })
      const legs = [legOf({ symbol, side: intent.side, amount: intent.amount, worstPrice: intent.limitPrice })]
      const shown = proposalOf({ status: 'approved', legs })
      approved = { ...shown, hash: boundText(shown) }
      if (!gate.check(intent).ok) return false
      orders.insert(pendingOrder(intent))
      if (shape.sleeve === 'tactical' && shape.receipt.kind === 'proposal_leg') {
        const { asset, amount: lent } = gate.spendingOf(intent, intent.amount)
        books.commit([transferEntry(asset, lent, 'core', 'tactical', NOON, `${intent.id} borrows`)])
      }
      return true
    },
    fill,
    fillAll() {
      for (const index of live.keys()) fill(index, 10)
    },
    /** What is owned beyond the bag, what is saved and what is not classified; below zero where a withdrawal took it. */
    slack(of: Asset): Amount {
      const kept = books
        .of('hodl', of)
        .plus(books.of('savings', of))
        .plus(maxOf(books.of('unclassified', of), ZERO))
      return books.owned(of).minus(kept) as Amount
    },
    isKept: (of: Asset) =>
      books.of('hodl', of).gt(ZERO) || books.of('savings', of).gt(ZERO) || books.of('unclassified', of).gt(ZERO),
  }
}

describe('the last gate before the exchange', () => {
  it('leaves bags, savings and what is not classified whole, whatever passes it and however that fills', () => {
    const passed = new Map<string, number>()
    let refused = 0
    fc.assert(
      fc.property(
        fc.tuple(holdingsArb, holdingsArb, holdingsArb),
        fc.array(wishArb, { minLength: 1, maxLength: 12 }),
        (held, wishes) => {
          const { books, isKept, slack, offer, fill, fillAll, live } = world(
            new Map(ASSETS.map((of, i) => [of, held[i] as Holdings])),
          )
          const guarded = ASSETS.filter(isKept).map((of) => ({
            of,
            least: minOf(ZERO, slack(of)),
            bag: books.of('hodl', of),
          }))
          const check = (): void => {
            for (const { of, least, bag } of guarded) {
              expect(slack(of).gte(least)).toBe(true)
              expect(books.of('hodl', of).gte(bag)).toBe(true)
            }
          }
          for (const wish of wishes) {
            const name = `${wish.shape.receipt.kind} ${wish.shape.side}`
            if (offer(wish)) passed.set(name, (passed.get(name) ?? 0) + 1)
            else refused++
            if (live.length > 0 && wish.filled > 0) fill(wish.isFirst ? 0 : live.length - 1, wish.filled)
            check()
          }
          fillAll()
          check()
        },
      ),
      RUNS,
    )
    // Every way in was tried and let something through; a bag is never sold from.
    expect([...passed.keys()].toSorted()).toEqual([
      'bag_purchase buy',
      'position_exit sell',
      'proposal_leg buy',
      'proposal_leg sell',
      'protective_stop sell',
    ])
    expect(refused).toBeGreaterThan(1_000)
    expect(Math.min(...passed.values())).toBeGreaterThan(20)
  })

  it('never lets open orders sell what earns at the exchange', () => {
    fc.assert(
      fc.property(
        fc.tuple(holdingsArb, holdingsArb, holdingsArb),
        fc.array(wishArb, { minLength: 1, maxLength: 12 }),
        (held, wishes) => {
          const { books, offer, live } = world(new Map(ASSETS.map((of, i) => [of, held[i] as Holdings])))
          for (const wish of wishes) offer(wish)
          for (const of of [BTC, XRP, USDT]) {
            const onSale = live
              .filter((order) => order.side === 'sell' && order.leverage === 1 && baseOf(order.symbol) === of)
              .reduce<Decimal>((total, order) => total.plus(order.amount), ZERO)
            const sellable = maxOf(ZERO, books.owned(of).minus(books.of('earning', of)))
            expect(onSale.lte(sellable)).toBe(true)
          }
        },
      ),
      RUNS,
    )
  })
})
