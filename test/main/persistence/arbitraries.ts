import fc from 'fast-check'
import {
  CONFLICT_TYPES,
  type Conflict,
  type ConflictOption,
  type ConflictSide,
  type Effect,
  type Stake,
} from '../../../src/main/domain/conflict.ts'
import { ACCOUNTS, type LedgerEntry } from '../../../src/main/domain/ledger.ts'
import type { Fill, Order, Receipt } from '../../../src/main/domain/order.ts'
import type { Position } from '../../../src/main/domain/position.ts'
import type { PlanDetails, Proposal } from '../../../src/main/domain/proposal.ts'
import type { RegimeOutput, TradingSignal } from '../../../src/main/domain/signal.ts'
import { EXIT_REASONS } from '../../../src/main/persistence/orders.ts'
import type { BagShare, RecordedMovement } from '../../../src/main/ports.ts'
import type { Asset, OrderId, PositionId, ProposalId, TradedPair } from '../../../src/shared/ids.ts'
import { decimal, toText } from '../../../src/shared/money.ts'
import { type EpochMs, epochMs } from '../../../src/shared/time.ts'

/** Any decimal a store must keep: up to 30 digits before and 40 after the point, either sign. */
const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`))
export const anyDecimal = fc
  .tuple(fc.boolean(), digits(30), fc.option(digits(40)))
  .map(([isNegative, whole, part]) => decimal(`${isNegative ? '-' : ''}${whole}${part === null ? '' : `.${part}`}`))
  .map((value) => decimal(toText(value))) // no minus zero
/** Stands for every branded decimal: the brand exists for the compiler only. */
const dec = anyDecimal as fc.Arbitrary<unknown> as fc.Arbitrary<never>

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const time: fc.Arbitrary<EpochMs> = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(epochMs)
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const anyAsset = fc.constantFrom('BTC', 'XRP', 'USDT') as fc.Arbitrary<Asset>
const anyPair = fc.constantFrom('BTC/USDT', 'XRP/USDT', 'XRP/BTC') as fc.Arbitrary<TradedPair>
const side = fc.constantFrom('buy' as const, 'sell' as const)
const type = fc.constantFrom('market' as const, 'limit' as const)
const exitReason = fc.constantFrom(...EXIT_REASONS)
const id = <T extends string>(prefix: string) => fc.uuid().map((rest) => `${prefix}_${rest}` as T)
/** Floats, with those that JSON cannot say. */
const float = fc.double()

const receipt: fc.Arbitrary<Receipt> = fc.oneof(
  fc.record({
    kind: fc.constant('proposal_leg' as const),
    proposalId: fc.constant('prp_1' as ProposalId),
    leg: fc.nat(20),
  }),
  fc.record({
    kind: fc.constant('position_exit' as const),
    positionId: fc.constant('pos_1' as PositionId),
    reason: exitReason,
  }),
  fc.record({ kind: fc.constant('protective_stop' as const), positionId: fc.constant('pos_1' as PositionId) }),
)

const orderFields: fc.Arbitrary<Omit<Order, 'trigger'>> = fc.record({
  id: id('ord'),
  clientOrderId: fc.stringMatching(/^[0-9a-f]{32}$/) as fc.Arbitrary<never>,
  symbol: anyPair,
  side,
  type,
  amount: dec,
  limitPrice: dec,
  leverage: fc.integer({ min: 1, max: 5 }),
  sleeve: fc.constantFrom('core' as const, 'tactical' as const),
  receipt,
  createdAt: time,
  deadline: time,
  correlationId: id('cor'),
  status: fc.constantFrom('pending', 'open', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected'),
  inDoubt: fc.boolean(),
  exchangeId: orNull(text),
  filled: dec,
  cost: dec,
  cancelling: orNull(text),
  reason: orNull(text),
  updatedAt: time,
})
export const anyOrder: fc.Arbitrary<Order> = fc.oneof(
  orderFields.map((fields): Order => ({ ...fields, trigger: null })),
  fc.tuple(orderFields, dec).map(([fields, trigger]): Order => ({ ...fields, type: 'stop', trigger })),
)

export const anyFill: fc.Arbitrary<Fill> = fc.record({
  tradeId: fc.uuid() as fc.Arbitrary<never>,
  orderId: fc.constant('ord_1' as OrderId),
  symbol: anyPair,
  side,
  amount: dec,
  price: dec,
  fee: dec,
  feeAsset: anyAsset,
  at: time,
})

const account = fc.constantFrom(...ACCOUNTS)
/** A correction is a person's, with a reason; anything else may be anybody's. */
const booked = fc.oneof(
  fc.record({ kind: fc.constant('correction' as const), reason: text, bookedBy: fc.constant('trader' as const) }),
  fc.record({
    kind: fc.constantFrom('opening' as const, 'transfer' as const, 'classification' as const, 'bag' as const),
    reason: orNull(text),
    bookedBy: fc.constantFrom('engine' as const, 'trader' as const),
  }),
  // One per trade, one per movement: with ids of their own.
  fc.record({
    kind: fc.constantFrom(
      'fill' as const,
      'deposit' as const,
      'withdrawal' as const,
      'reward' as const,
      'earn' as const,
    ),
    reason: fc.constant(null),
    bookedBy: fc.constant('engine' as const),
    reference: fc.uuid(),
  }),
)
const entryFields = fc.record({
  at: time,
  reference: text,
  prices: fc.uniqueArray(fc.tuple(anyAsset, dec), { selector: ([asset]) => asset }).map((prices) => new Map(prices)),
  lines: fc.array(fc.tuple(account, account, anyAsset, anyDecimal), { maxLength: 5 }).map((moves) =>
    moves.flatMap(([from, to, asset, value]) => [
      { account: from, asset, amount: value as never },
      { account: to, asset, amount: decimal(toText(value.neg())) as never },
    ]),
  ),
})
export const anyEntry: fc.Arbitrary<LedgerEntry> = fc
  .tuple(entryFields, booked)
  .map(([fields, kind]) => ({ ...fields, ...kind }))

const decision = fc.oneof(
  fc.constant({ sleeve: null, decidedAt: null, decidedBy: null }),
  fc.record({
    sleeve: fc.constantFrom('core' as const, 'hodl' as const),
    decidedAt: time,
    decidedBy: fc.constantFrom('trader' as const, 'default' as const),
  }),
)
export const anyMovement: fc.Arbitrary<RecordedMovement> = fc
  .tuple(
    fc.record({
      id: fc.uuid(),
      kind: fc.constantFrom('deposit' as const, 'withdrawal' as const, 'reward' as const),
      asset: anyAsset,
      amount: dec,
      at: time,
      defaultAt: time,
      reason: orNull(text),
      correlationId: id<never>('cor'),
    }),
    decision,
  )
  .map(([fields, decided]) => ({ ...fields, ...decided }))

export const anyBagShare: fc.Arbitrary<BagShare> = fc.record({
  positionId: fc.constant('pos_1' as PositionId),
  // An exchange has more coins than the three.
  asset: fc.stringMatching(/^[A-Z0-9]{2,10}$/) as fc.Arbitrary<never>,
  amount: dec,
  at: time,
})

const anyDetails: fc.Arbitrary<PlanDetails> = fc.record({
  trigger: fc.constantFrom('drift' as const, 'forced' as const, 'new_money' as const, 'resumed' as const),
  resumes: orNull(id<ProposalId>('prp')),
  cost: dec,
  slippageBound: dec,
  folded: fc.array(fc.record({ symbol: anyPair, side, amount: dec }), { maxLength: 3 }),
  gains: fc.array(fc.record({ asset: anyAsset, acquiredAt: time, amount: dec, cost: orNull(dec), proceeds: dec }), {
    maxLength: 3,
  }),
  driftRiskPerDay: orNull(dec),
})

export const anyProposal: fc.Arbitrary<Proposal> = fc.record({
  id: id('prp'),
  kind: fc.constantFrom('rebalance', 'tactical'),
  status: fc.constantFrom('pending', 'approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided'),
  createdAt: time,
  expiresAt: time,
  snoozedUntil: orNull(time),
  reason: text,
  legs: fc.array(
    fc.record({
      symbol: anyPair,
      side,
      amount: dec,
      price: dec,
      worstPrice: dec,
      orderType: type,
      fee: dec,
      feeAsset: anyAsset,
      notBefore: time,
    }),
    { maxLength: 6 },
  ),
  weights: fc.array(fc.record({ asset: anyAsset, before: dec, after: dec, target: dec }), {
    maxLength: 3,
  }),
  prices: fc.array(fc.record({ symbol: anyPair, price: dec, at: time }), { maxLength: 3 }),
  fees: dec,
  coreValue: dec,
  largestDriftPp: anyDecimal,
  bags: fc.array(fc.record({ asset: anyAsset, amount: dec }), { maxLength: 3 }),
  trade: orNull(
    fc.record({
      symbol: anyPair,
      entry: dec,
      stop: dec,
      target: dec,
      confidence: float,
      leverage: fc.integer({ min: 1, max: 5 }),
    }),
  ),
  details: orNull(anyDetails),
  conflictId: fc.constantFrom(null, 'cfl_1' as never),
  correlationId: id('cor'),
  hash: text,
  decidedAt: orNull(time),
  decidedBy: orNull(fc.constantFrom('trader' as const, 'auto' as const)),
  approvedLegs: orNull(fc.array(fc.nat(20), { maxLength: 6 })),
  stoppedLegs: fc.array(fc.record({ leg: fc.nat(20), because: fc.string() }), { maxLength: 4 }),
  note: orNull(text),
})

const resolver = fc.constantFrom('deepseek' as const, 'claude' as const)
const anyBias = fc.constantFrom('long' as const, 'short' as const, 'neutral' as const)
const anySignal: fc.Arbitrary<TradingSignal> = fc.record({
  symbol: anyPair,
  at: time,
  action: fc.constantFrom('BUY' as const, 'SELL' as const, 'HOLD' as const, 'CLOSE' as const),
  bias: anyBias,
  confidence: float,
  entry: float,
  atr: float,
  stop: orNull(float),
  target: orNull(float),
  voices: fc.array(fc.record({ name: text, bias: anyBias, confidence: float, weight: float }), { maxLength: 3 }),
  reason: text,
  isNews: fc.boolean(),
  taMessageId: id<never>('msg'),
})
const anyRegime: fc.Arbitrary<RegimeOutput> = fc.record({
  symbol: anyPair,
  at: time,
  regime: fc.constantFrom('trending_bull' as const, 'ranging' as const, 'choppy' as const),
  confidence: float,
  sizeMultiplier: float,
  indicators: fc.dictionary(fc.string({ minLength: 1 }), float, { noNullPrototype: true }),
  isNews: fc.boolean(),
})
const anySide: fc.Arbitrary<ConflictSide> = fc.record({
  who: text,
  says: text,
  confidence: orNull(float),
  values: fc.dictionary(fc.string({ minLength: 1 }), float, { noNullPrototype: true }),
  messageId: orNull(id<never>('msg')),
})
const anyStake: fc.Arbitrary<Stake> = fc.oneof(
  fc.record({ kind: fc.constant('position' as const), positionId: fc.constant('pos_1' as PositionId) }),
  fc.record({
    kind: fc.constant('signals' as const),
    signals: fc.array(
      fc.record({
        signal: anySignal,
        regime: orNull(anyRegime),
        sizeFactor: float,
        settled: fc.subarray([...CONFLICT_TYPES]),
        conflictId: orNull(id<never>('cfl')),
        correlationId: id<never>('cor'),
      }),
      { maxLength: 2 },
    ),
  }),
)
const anyEffect: fc.Arbitrary<Effect> = fc.oneof(
  fc.constant({ do: 'nothing' as const }),
  fc.constant({ do: 'wait' as const }),
  fc.record({
    do: fc.constant('trade' as const),
    trades: fc.array(fc.record({ symbol: anyPair, sizeFactor: float }), { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('move_stop' as const), stop: dec }),
  fc.record({ do: fc.constant('close' as const), part: float }),
)
const OPTIONS = ['first', 'second'] as const
const anyOption = (optionId: string): fc.Arbitrary<ConflictOption> =>
  fc.record({
    id: fc.constant(optionId),
    kind: fc.constantFrom('proceed' as const, 'wait' as const, 'modify' as const, 'abort' as const),
    text,
    effect: anyEffect,
  })
const anyOptionId = fc.constantFrom(...OPTIONS)

export const anyConflict: fc.Arbitrary<Conflict> = fc.record({
  id: id('cfl'),
  type: fc.constantFrom(...CONFLICT_TYPES),
  symbol: anyPair,
  detectedAt: time,
  deadline: time,
  sides: fc.tuple(anySide, anySide),
  stake: anyStake,
  options: fc.tuple(...OPTIONS.map(anyOption)),
  defaultOptionId: anyOptionId,
  waitsFor: fc.oneof(
    fc.record({ kind: fc.constant('agent' as const), agent: text, symbol: anyPair }),
    fc.record({ kind: fc.constant('rebalance' as const), proposalId: fc.constant('prp_1' as ProposalId) }),
  ),
  afterWait: fc.record({ still: anyOptionId, noLonger: anyOptionId }),
  waited: orNull(fc.record({ at: time, optionId: anyOptionId, because: text })),
  asking: orNull(resolver),
  attempts: fc.array(
    fc.record({
      resolver,
      startedAt: time,
      endedAt: orNull(time),
      outcome: orNull(text),
      model: orNull(text),
      costUsd: orNull(text),
    }),
    { maxLength: 3 },
  ),
  resolution: orNull(
    fc.record({
      by: fc.constantFrom('deepseek' as const, 'claude' as const, 'trader' as const, 'default' as const),
      optionId: anyOptionId,
      confidence: orNull(float),
      reasons: text,
      at: time,
    }),
  ),
  correlationId: id('cor'),
})

export const anyPosition: fc.Arbitrary<Position> = fc.record({
  id: id('pos'),
  proposalId: fc.constant('prp_1' as ProposalId),
  symbol: anyPair,
  entryOrderId: fc.constant('ord_1' as OrderId),
  amount: dec,
  cost: dec,
  openFees: dec,
  realized: dec,
  stop: dec,
  target: dec,
  openedAt: time,
  closedAt: orNull(time),
  side: fc.constantFrom('long' as const, 'short' as const),
  leverage: fc.integer({ min: 1, max: 5 }),
  keep: orNull(dec),
  exitReason: orNull(exitReason),
  correlationId: id('cor'),
})
