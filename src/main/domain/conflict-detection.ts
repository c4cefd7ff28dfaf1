import { baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Decimal, type Price, shown, toFloat, ZERO } from '../../shared/money.ts'
import type { ConflictSide, FoundConflict, SignalAtStake, WaitsFor } from './conflict.ts'
import {
  ABORT,
  correlatedOptions,
  KEEP,
  keepOnlyId,
  PROCEED,
  positionOptions,
  signalOptions,
  WAIT,
} from './conflict-options.ts'
import type { Position } from './position.ts'
import type { Leg, Proposal } from './proposal.ts'
import type { SizedTrade } from './risk.ts'
import type { RegimeOutput, SentimentOutput, TaOutput } from './signal.ts'
import type { Voiced } from './voiced.ts'

/*
 * The six disagreements, each found by a pure function of what was said: null where there is none. Source: design,
 * "Conflicts".
 */

const TA = 'technical_analysis'
const REGIME = 'regime_detection'
const SENTIMENT = 'sentiment'
const DECISION = 'trading_decision'

const inWords = (regime: string): string => regime.replaceAll('_', ' ')
const signalSide = ({ signal }: SignalAtStake): ConflictSide => ({
  who: DECISION,
  says: `go ${signal.bias} on ${signal.symbol}`,
  confidence: signal.confidence,
  values: { entry: signal.entry, averageTrueRange: signal.atr },
  messageId: signal.taMessageId,
})
const regimeSide = ({ output, messageId }: Voiced<RegimeOutput>): ConflictSide => ({
  who: REGIME,
  says: `the market is ${inWords(output.regime)}`,
  confidence: output.confidence,
  values: { sizeMultiplier: output.sizeMultiplier, ...output.indicators },
  messageId,
})
const agent = (name: string, symbol: TradedPair): WaitsFor => ({ kind: 'agent', agent: name, symbol })
const aboutOne = (atStake: SignalAtStake): Pick<FoundConflict, 'symbol' | 'stake' | 'correlationId'> => ({
  symbol: atStake.signal.symbol,
  stake: { kind: 'signals', signals: [atStake] },
  correlationId: atStake.correlationId,
})
const ONCE_WAITED = { still: ABORT, noLonger: PROCEED }

/** A trade is signalled in a market that regime detection calls choppy. */
export function regimeIncompatible(atStake: SignalAtStake, regime: Voiced<RegimeOutput> | null): FoundConflict | null {
  const { symbol } = atStake.signal
  if (regime === null || regime.output.symbol !== symbol || regime.output.regime !== 'choppy') return null
  return {
    ...aboutOne(atStake),
    type: 'regime_incompatible',
    sides: [signalSide(atStake), regimeSide(regime)],
    options: signalOptions(atStake, `the next regime of ${symbol}`),
    defaultOptionId: ABORT,
    waitsFor: agent(REGIME, symbol),
    afterWait: ONCE_WAITED,
  }
}

/** @param lessThan by how much their confidences must differ for the surer one simply to be right, 0 to 1. */
export function taVsSentiment(
  atStake: SignalAtStake,
  ta: Voiced<TaOutput> | null,
  sentiment: Voiced<SentimentOutput> | null,
  lessThan: number,
): FoundConflict | null {
  if (ta === null || sentiment === null) return null
  const [chart, news] = [ta.output, sentiment.output]
  const isOpposed = (chart.bias === 'long' && news.bias === 'short') || (chart.bias === 'short' && news.bias === 'long')
  // As decimals of the confidences, so that 0.7 against 0.5 differs by 0.2 and not by a float's less.
  const gap = Number(Math.abs(chart.confidence - news.confidence).toFixed(9))
  if (!isOpposed || gap >= lessThan) return null
  const { symbol } = atStake.signal
  return {
    ...aboutOne(atStake),
    type: 'ta_vs_sentiment',
    sides: [
      {
        who: TA,
        says: `the chart of ${symbol} is ${chart.bias}, its trend ${chart.trend}, its momentum ${chart.momentum}`,
        confidence: chart.confidence,
        values: { close: chart.close, ...chart.indicators },
        messageId: ta.messageId,
      },
      {
        who: SENTIMENT,
        says: `the mood about ${baseOf(symbol)} is ${news.bias}`,
        confidence: news.confidence,
        values: { score: news.score, sources: news.items.length },
        messageId: sentiment.messageId,
      },
    ],
    options: signalOptions(atStake, `the next sentiment on ${symbol}`),
    defaultOptionId: WAIT,
    waitsFor: agent(SENTIMENT, symbol),
    afterWait: ONCE_WAITED,
  }
}

/**
 * Two signals of one moment that are one bet: the same direction on pairs that move together.
 *
 * @param correlation of their recent hourly returns, −1 to 1; null while too little is known.
 */
export function correlatedSymbols(
  signals: readonly [SignalAtStake, SignalAtStake],
  correlation: number | null,
  above: number,
): FoundConflict | null {
  const [one, other] = signals
  const isOneBet =
    one.signal.symbol !== other.signal.symbol && one.signal.bias === other.signal.bias && one.signal.bias !== 'neutral'
  if (!isOneBet || correlation === null || !(correlation > above)) return null
  const surer = other.signal.confidence > one.signal.confidence ? other : one
  const side = (each: SignalAtStake): ConflictSide => {
    const said = signalSide(each)
    return { ...said, values: { ...said.values, correlation } }
  }
  const only = keepOnlyId(surer.signal.symbol)
  return {
    type: 'correlated_symbols',
    symbol: surer.signal.symbol,
    sides: [side(one), side(other)],
    stake: { kind: 'signals', signals },
    options: correlatedOptions(signals, `the next decision on ${surer.signal.symbol}`),
    defaultOptionId: only,
    waitsFor: agent(DECISION, surer.signal.symbol),
    afterWait: { still: only, noLonger: PROCEED },
    correlationId: surer.correlationId,
  }
}

/** A rebalance that waits or is being carried out sells what the signal would buy, or the reverse. */
export function rebalanceVsSignal(atStake: SignalAtStake, rebalance: Proposal | null): FoundConflict | null {
  if (rebalance === null || rebalance.kind !== 'rebalance') return null
  const { symbol, bias } = atStake.signal
  const base = baseOf(symbol)
  const bought = rebalance.legs.reduce<Decimal>((sum, leg) => sum.plus(changeOf(leg, base)), ZERO)
  const isOpposed = bias === 'long' ? bought.lt(ZERO) : bias === 'short' && bought.gt(ZERO)
  if (!isOpposed) return null
  return {
    ...aboutOne(atStake),
    type: 'rebalance_vs_signal',
    sides: [
      signalSide(atStake),
      {
        who: 'portfolio_check',
        says: `a rebalance ${bought.lt(ZERO) ? 'sells' : 'buys'} ${base}`,
        confidence: null,
        values: { amount: toFloat(bought.abs()), largestDriftPp: Number(shown(rebalance.largestDriftPp, 2)) },
        messageId: null,
      },
    ],
    options: signalOptions(atStake, 'the end of the rebalance'),
    defaultOptionId: WAIT,
    waitsFor: { kind: 'rebalance', proposalId: rebalance.id },
    afterWait: ONCE_WAITED,
  }
}

/** What a leg adds to the asset, below zero where it takes away; in units of the asset. */
function changeOf({ symbol, side, amount, price }: Leg, asset: string): Decimal {
  const signed = side === 'buy' ? amount : ZERO.minus(amount)
  if (baseOf(symbol) === asset) return signed
  return quoteOf(symbol) === asset ? ZERO.minus(signed.times(price)) : ZERO
}

/** The limits have cut the trade to less than this part (0 to 1) of the size that was its signal's own. */
export function riskModified(atStake: SignalAtStake, sized: SizedTrade, lessThan: Decimal): FoundConflict | null {
  if (!sized.amount.lt(sized.ownAmount.times(lessThan))) return null
  const { symbol } = atStake.signal
  return {
    ...aboutOne(atStake),
    type: 'risk_modified',
    sides: [
      signalSide(atStake),
      {
        who: 'risk_engine',
        says: `the limits leave less than was signalled on ${symbol}`,
        confidence: null,
        values: { ownAmount: toFloat(sized.ownAmount), amountLeft: toFloat(sized.amount) },
        messageId: null,
      },
    ],
    options: signalOptions(atStake, `the next decision on ${symbol}`),
    defaultOptionId: ABORT,
    waitsFor: agent(DECISION, symbol),
    afterWait: ONCE_WAITED,
  }
}

/** The regime points against an open position. @param tighter a closer stop that could be had; null where there is none. */
export function regimeAgainstPosition(
  position: Position,
  regime: Voiced<RegimeOutput>,
  tighter: Price | null,
): FoundConflict | null {
  const { symbol, side } = position
  const against = side === 'long' ? '_bear' : '_bull'
  if (regime.output.symbol !== symbol || !regime.output.regime.endsWith(against)) return null
  return {
    type: 'regime_change_in_position',
    symbol,
    sides: [
      {
        who: 'position',
        says: `a ${side} position on ${symbol} is open`,
        confidence: null,
        values: {
          amount: toFloat(position.amount),
          cost: toFloat(position.cost),
          stop: toFloat(position.stop),
          target: toFloat(position.target),
        },
        messageId: null,
      },
      regimeSide(regime),
    ],
    stake: { kind: 'position', positionId: position.id },
    options: positionOptions(symbol, tighter),
    defaultOptionId: WAIT,
    waitsFor: agent(REGIME, symbol),
    afterWait: { still: KEEP, noLonger: KEEP },
    correlationId: position.correlationId,
  }
}
