import { quoteOf } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  type Fraction,
  type Money,
  maxOf,
  type Price,
  sum,
  ZERO,
} from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Allocation } from './allocation.ts'
import type { ProposalDraft } from './proposal.ts'
import type { SizedTrade } from './risk.ts'
import type { TradingSignal } from './signal.ts'

/** A trade that the risk engine has let through, and the moment it was made in. */
export type TacticalCase = Pick<
  ProposalDraft,
  'id' | 'createdAt' | 'expiresAt' | 'bags' | 'conflictId' | 'correlationId'
> & {
  readonly signal: Pick<TradingSignal, 'symbol' | 'bias' | 'confidence' | 'reason'>
  readonly sized: SizedTrade
  readonly price: Price
  readonly priceAt: EpochMs
  readonly worstPrice: Price
  readonly takerFee: Fraction
  readonly leverage: number
  readonly allocation: readonly Allocation[]
}

/** One market order, at once. */
export function tacticalDraft(made: TacticalCase): ProposalDraft {
  const { signal, sized, price, worstPrice, allocation } = made
  const { symbol } = signal
  const fee = sized.amount.times(price).times(made.takerFee)
  return {
    id: made.id,
    kind: 'tactical',
    createdAt: made.createdAt,
    expiresAt: made.expiresAt,
    reason: signal.reason,
    legs: [
      {
        symbol,
        side: signal.bias === 'long' ? 'buy' : 'sell',
        amount: sized.amount,
        price,
        worstPrice,
        orderType: 'market',
        fee: fee as Amount,
        feeAsset: quoteOf(symbol),
        notBefore: made.createdAt,
      },
    ],
    // What tactical trades borrow still counts as core's quote: such a trade causes no drift.
    weights: allocation.map(({ asset, weight, target }) => ({ asset, before: weight, after: weight, target })),
    prices: [{ symbol, price, at: made.priceAt }],
    fees: fee as Money,
    coreValue: sum(allocation.map(({ value }) => value)) as Decimal as Money,
    largestDriftPp: allocation.reduce<Decimal>((largest, { driftPp }) => maxOf(largest, driftPp.abs()), ZERO),
    bags: made.bags,
    trade: {
      symbol,
      entry: price,
      stop: sized.stop,
      target: sized.target,
      confidence: signal.confidence,
      leverage: made.leverage,
    },
    details: null,
    conflictId: made.conflictId,
    correlationId: made.correlationId,
  }
}
