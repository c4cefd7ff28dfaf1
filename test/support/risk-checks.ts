import type { Proposal } from '../../src/main/domain/proposal.ts'
import type { BreakerVerdict, RiskContext, SizedTrade } from '../../src/main/domain/risk.ts'
import type { Others, RiskLimits } from '../../src/main/domain/risk-rules.ts'
import type { TradingSignal } from '../../src/main/domain/signal.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  type Money,
  ONE,
  type Price,
  sum,
  ZERO,
} from '../../src/shared/money.ts'
import { whole } from './risk-reference.ts'

/* What is wrong with a trade that the risk engine let through, multiplied out where the engine divides. */

export type Flaw = 'enlarged' | 'without_stop' | 'exposure' | 'limits' | 'refused' | 'breaker' | 'rebuilt'
export type Finding = { readonly kind: Flaw; readonly text: string }

const HUNDRED = decimal('100')
const ONE_WHOLE = 10n ** 30n
/** Whether `part` is at most so many percent of a whole; exact. */
const isShare = (part: Decimal, of: Decimal, percent: Decimal): boolean =>
  whole(part) * 100n * ONE_WHOLE <= whole(of) * whole(percent)
const costOf = ({ open, committed }: Others): Decimal => sum<Decimal>([...open, ...committed].map(({ cost }) => cost))

function* crowded(symbol: string, { open, committed }: Others, limits: RiskLimits): Generator<Finding> {
  const places = [...open, ...committed.filter(({ isPosition }) => !isPosition)]
  const onSymbol = places.filter((place) => place.symbol === symbol).length
  if (places.length >= limits.maxPositions || onSymbol >= limits.maxPositionsPerSymbol) {
    yield { kind: 'limits', text: `${places.length} positions, ${onSymbol} on ${symbol}` }
  }
}

/** Of a proposal. */
export function* flawsOf(
  signal: TradingSignal,
  trade: SizedTrade,
  context: RiskContext,
  limits: RiskLimits,
): Generator<Finding> {
  const { amount: size, ownAmount, stop, target } = trade
  const { equity, price, worstPrice, freeQuote, rules, committed, breakers } = context
  const isLong = signal.bias === 'long'
  const distance = isLong ? price.minus(stop) : stop.minus(price)
  const isFar = distance.times(HUNDRED).gte(price.times(limits.stopMinPercent))
  if (!stop.gt(ZERO) || !isFar || !isShare(distance, price, limits.stopMaxPercent(signal.symbol))) {
    yield { kind: 'without_stop', text: `a stop ${distance.toFixed()} from ${price.toFixed()}` }
  }
  const gain = isLong ? target.minus(price) : price.minus(target)
  if (gain.lt(distance.times(limits.rewardToRisk)) || !target.gt(ZERO)) {
    yield { kind: 'limits', text: 'too little reward' }
  }

  // Regime, option and losses shrink it, and nothing enlarges it.
  const factors = [context.sizeFactor, context.sizeMultiplier, breakers.sizeFactor].map(fromFloat)
  const shrunk = factors.reduce((left, factor) => left.times(factor), equity as Decimal)
  if (!isShare(ownAmount.times(distance), shrunk, limits.riskPerTradePercent)) {
    yield { kind: 'enlarged', text: 'more at risk than allowed' }
  }
  if (!isShare(ownAmount.times(price), shrunk, limits.maxPositionPercent)) {
    yield { kind: 'enlarged', text: 'a larger position than allowed' }
  }
  if (size.gt(ownAmount)) yield { kind: 'enlarged', text: `${size.toFixed()} of ${ownAmount.toFixed()}` }

  const atWorst = size.times(price.gt(worstPrice) ? price : worstPrice)
  if (!isShare(costOf(context).plus(atWorst), equity, limits.maxExposurePercent)) {
    yield { kind: 'exposure', text: 'when proposed' }
  }
  const cash = atWorst.times(rules.takerFee.plus(ONE.div(decimal(String(limits.leverage)))))
  if (cash.plus(sum<Decimal>(committed.map((each) => each.cash))).gt(freeQuote)) {
    yield { kind: 'limits', text: 'more than the free quote' }
  }
  yield* crowded(signal.symbol, context, limits)
  if (size.lt(rules.minAmount) || size.times(price).lt(rules.minCost)) {
    yield { kind: 'limits', text: 'less than the market takes' }
  }

  const least = breakers.lossesInARow >= 5 ? 0.8 : breakers.lossesInARow >= 3 ? 0.7 : 0.6
  if (breakers.heldBackBecause.length > 0 || signal.confidence < least) {
    yield { kind: 'limits', text: 'past a breaker, or with too little confidence' }
  }
  if (!isLong && (signal.bias !== 'short' || limits.leverage === 1)) {
    yield { kind: 'limits', text: `a ${signal.bias} signal at leverage ${limits.leverage}` }
  }
}

/** Of an approval. */
export function* flawsOfApproval(
  { trade, createdAt }: Proposal,
  { amount, worstPrice }: { readonly amount: Amount; readonly worstPrice: Price },
  others: Others,
  now: { readonly equity: Money; readonly price: Price; readonly breakers: BreakerVerdict },
  limits: RiskLimits,
): Generator<Finding> {
  const atWorst = amount.times(now.price.gt(worstPrice) ? now.price : worstPrice)
  if (!isShare(costOf(others).plus(atWorst), now.equity, limits.maxExposurePercent)) {
    yield { kind: 'exposure', text: 'when approved' }
  }
  yield* crowded(trade?.symbol ?? '', others, limits)
  const { heldBackBecause, smallerSince } = now.breakers
  if (heldBackBecause.length > 0 || (smallerSince !== null && createdAt < smallerSince)) {
    yield { kind: 'limits', text: 'approved past a breaker' }
  }
}
