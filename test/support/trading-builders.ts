import { type Fill, type Order, type OrderIntent, pendingOrder } from '../../src/main/domain/order.ts'
import type { Position } from '../../src/main/domain/position.ts'
import type { Leg, Proposal } from '../../src/main/domain/proposal.ts'
import type { ClientOrderId, CorrelationId, OrderId, PositionId, ProposalId, TradeId } from '../../src/shared/ids.ts'
import { amount, decimal, money, price } from '../../src/shared/money.ts'
import { epochMs } from '../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT } from './money-arbitraries.ts'

/** The moment at which the examples happen: 2026-11-23 12:00 UTC. */
export const NOON = epochMs(1_795_435_200_000)

const PROPOSAL = 'prp_1' as ProposalId
const CORRELATION = 'cor_1' as CorrelationId

/** One BTC bought for core at 100 USDT or better, as leg 0 of a proposal. */
export const intentOf = (overrides: Partial<OrderIntent> = {}): OrderIntent => ({
  id: 'ord_1' as OrderId,
  clientOrderId: '0123456789abcdef0123456789abcdef' as ClientOrderId,
  symbol: BTC_USDT,
  side: 'buy',
  type: 'limit',
  amount: amount('1'),
  limitPrice: price('100'),
  leverage: 1,
  sleeve: 'core',
  receipt: { kind: 'proposal_leg', proposalId: PROPOSAL, leg: 0 },
  createdAt: NOON,
  deadline: epochMs(NOON + 5_000),
  correlationId: CORRELATION,
  ...overrides,
})

export const orderOf = (overrides: Partial<Order> = {}): Order => ({ ...pendingOrder(intentOf()), ...overrides })

export const fillOf = (overrides: Partial<Fill> = {}): Fill => ({
  tradeId: 'T1' as TradeId,
  orderId: 'ord_1' as OrderId,
  symbol: BTC_USDT,
  side: 'buy',
  amount: amount('0.4'),
  price: price('100'),
  fee: amount('0.16'),
  feeAsset: USDT,
  at: NOON,
  ...overrides,
})

export const legOf = (overrides: Partial<Leg> = {}): Leg => ({
  symbol: BTC_USDT,
  side: 'buy',
  amount: amount('1'),
  price: price('100'),
  worstPrice: price('101'),
  orderType: 'limit',
  fee: amount('0.4'),
  feeAsset: USDT,
  notBefore: NOON,
  ...overrides,
})

/** A pending proposal of one leg that expires after 15 minutes, priced at 100. */
export const proposalOf = (overrides: Partial<Proposal> = {}): Proposal => ({
  id: PROPOSAL,
  kind: 'rebalance',
  status: 'pending',
  createdAt: NOON,
  expiresAt: epochMs(NOON + 900_000),
  snoozedUntil: null,
  reason: 'BTC is 6 pp under its target.',
  legs: [legOf()],
  weights: [],
  prices: [{ symbol: BTC_USDT, price: price('100'), at: NOON }],
  fees: money('0.4'),
  coreValue: money('1000'),
  largestDriftPp: decimal('6'),
  bags: [{ asset: BTC, amount: amount('0.01') }],
  trade: null,
  details: null,
  conflictId: null,
  correlationId: CORRELATION,
  hash: 'a'.repeat(64),
  decidedAt: null,
  decidedBy: null,
  approvedLegs: null,
  stoppedLegs: [],
  note: null,
  ...overrides,
})

/** A position in which nothing has been bought yet: stop at 95, target at 110. */
export const emptyPosition = (overrides: Partial<Position> = {}): Position => ({
  id: 'pos_1' as PositionId,
  proposalId: PROPOSAL,
  symbol: BTC_USDT,
  entryOrderId: 'ord_1' as OrderId,
  side: 'long',
  leverage: 1,
  amount: amount('0'),
  cost: money('0'),
  openFees: money('0'),
  realized: money('0'),
  stop: price('95'),
  target: price('110'),
  openedAt: NOON,
  closedAt: null,
  exitReason: null,
  keep: null,
  correlationId: CORRELATION,
  ...overrides,
})
