import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { quoteOf } from '../../shared/ids.ts'
import type { Amount, Decimal, Money, Price } from '../../shared/money.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Message } from '../bus/topics.ts'
import type { Allocation } from '../domain/allocation.ts'
import { type Conflict, isRegimeIncompatible } from '../domain/conflict.ts'
import { type ProposalDraft, pendingProposal } from '../domain/proposal.ts'
import { worstPrice } from '../domain/rebalance.ts'
import type { RegimeOutput, TaOutput, TradingSignal } from '../domain/signal.ts'
import { type RiskLimits, sizeTrade } from '../domain/tactical.ts'
import type { Clock, Hash, Ids, Markets, Stores } from '../ports.ts'

export type TacticalSettings = {
  readonly limits: RiskLimits
  readonly expiresMs: number
  readonly slippageCapPercent: Decimal
  readonly quote: Asset
}

/** The state of the account as the desk needs it, read at the moment of the decision. */
export type AccountView = {
  equity(): Money | null
  freeCoreQuote(): Amount
  allocation(): readonly Allocation[]
  bags(): ReadonlyArray<{ readonly asset: Asset; readonly amount: Amount }>
  freshPrice(symbol: TradedPair): Price | null
  priceAt(symbol: TradedPair): EpochMs | null
}

/** Turns strong opinions into signals, and signals without or with a settled conflict into tactical proposals. */
export class TacticalDesk {
  private readonly deps: {
    readonly clock: Clock
    readonly ids: Ids
    readonly bus: Bus
    readonly stores: Pick<Stores, 'transact' | 'proposals' | 'positions'>
    readonly markets: Markets
    readonly account: AccountView
    readonly hash: Hash
    readonly isRunning: () => boolean
    readonly openConflict: (signal: TradingSignal, regime: RegimeOutput, correlationId: CorrelationId) => unknown
    readonly pendingConflicts: () => readonly Conflict[]
    readonly settings: TacticalSettings
  }

  constructor(deps: TacticalDesk['deps']) {
    this.deps = deps
  }

  /** A biased opinion that is news and confident enough is a signal. */
  onTechnicalAnalysis(message: Message<'ta_signals'>): void {
    const output: TaOutput = message.payload
    const { limits, quote } = this.deps.settings
    if (!output.isNews || output.bias === 'neutral' || output.confidence < limits.minimumConfidence) return
    if (quoteOf(output.symbol) !== quote) return // tactical money is quote: a cross pair is only a route
    const atr = output.indicators.atr
    if (atr === undefined || !(atr > 0)) return
    const signal: TradingSignal = {
      symbol: output.symbol,
      at: output.at,
      bias: output.bias,
      confidence: output.confidence,
      entry: output.close,
      atr,
      taMessageId: message.id,
    }
    const correlationId = this.deps.ids.next('cor') as CorrelationId
    this.deps.bus.publish('trading_signals', signal, {
      source: 'coordinator',
      correlationId,
      causationId: message.id,
    })
  }

  onSignal(message: Message<'trading_signals'>): void {
    const signal = message.payload
    // Spot cannot be sold short: without margin a bearish signal is on record, and there is nothing to trade on it.
    const isTradable = signal.bias === 'long' || this.deps.settings.limits.leverage > 1
    if (!isTradable || !this.deps.isRunning() || this.isBusy(signal.symbol)) return
    const correlationId = message.correlationId as CorrelationId
    const regime = this.deps.bus.latest('regime_updates', signal.symbol)?.payload ?? null
    if (regime !== null && isRegimeIncompatible(signal, regime)) {
      this.deps.openConflict(signal, regime, correlationId)
      return
    }
    this.propose(signal, regime, 1, null, correlationId)
  }

  onResolved(conflict: Conflict): void {
    const option = conflict.options.find((candidate) => candidate.id === conflict.resolution?.optionId)
    if (option === undefined || option.sizeFactor === 0 || !this.deps.isRunning()) return
    this.propose(conflict.signal, conflict.regime, option.sizeFactor, conflict, conflict.correlationId)
  }

  private isBusy(symbol: TradedPair): boolean {
    const { stores } = this.deps
    return (
      stores.positions.open().some((position) => position.symbol === symbol) ||
      this.deps.pendingConflicts().some((conflict) => conflict.symbol === symbol) ||
      stores.proposals.withStatus('pending', 'approved').some((proposal) => proposal.trade?.symbol === symbol)
    )
  }

  private propose(
    signal: TradingSignal,
    regime: RegimeOutput | null,
    sizeFactor: number,
    conflict: Conflict | null,
    correlationId: CorrelationId,
  ): void {
    const { account, clock, ids, stores, settings } = this.deps
    const rules = this.deps.markets.rules(signal.symbol)
    const price = account.freshPrice(signal.symbol)
    const priceAt = account.priceAt(signal.symbol)
    const equity = account.equity()
    if (rules === null || price === null || priceAt === null || equity === null) {
      this.say(`No trade on ${signal.symbol}: there is no fresh price.`, correlationId)
      return
    }
    const side = signal.bias === 'long' ? 'buy' : 'sell'
    const worst = worstPrice(side, price, settings.slippageCapPercent, rules.tick)
    const sized = sizeTrade(
      signal,
      {
        equity,
        freeQuote: account.freeCoreQuote(),
        open: stores.positions.open(),
        price,
        worstPrice: worst,
        rules,
        sizeMultiplier: regime?.sizeMultiplier ?? 1,
        sizeFactor,
      },
      settings.limits,
    )
    if (!sized.ok) {
      this.say(`No trade on ${signal.symbol}: ${sized.error.message}`, correlationId)
      return
    }
    const { amount, stop, target } = sized.value
    const now = clock.now()
    const weights = account.allocation()
    const fee = amount.times(price).times(rules.takerFee)
    const draft: ProposalDraft = {
      id: ids.next('prp') as ProposalId,
      kind: 'tactical',
      createdAt: now,
      expiresAt: after(now, settings.expiresMs),
      reason: `Technical analysis is ${signal.bias} on ${signal.symbol} with confidence ${signal.confidence.toFixed(2)}.`,
      legs: [
        {
          symbol: signal.symbol,
          side,
          amount,
          price,
          worstPrice: worst,
          orderType: 'market',
          fee: fee as Amount,
          feeAsset: quoteOf(signal.symbol),
          notBefore: now,
        },
      ],
      // What tactical trades borrow still counts as core's quote: such a trade causes no drift.
      weights: weights.map(({ asset, weight, target }) => ({ asset, before: weight, after: weight, target })),
      prices: [{ symbol: signal.symbol, price, at: priceAt }],
      fees: fee as Money,
      coreValue: weights.reduce<Decimal>((total, { value }) => total.plus(value), fee.minus(fee)) as Money,
      largestDriftPp: weights.reduce<Decimal>(
        (largest, { driftPp }) => (driftPp.abs().gt(largest) ? driftPp.abs() : largest),
        fee.minus(fee),
      ),
      bags: account.bags(),
      trade: {
        symbol: signal.symbol,
        entry: price,
        stop,
        target,
        confidence: signal.confidence,
        leverage: settings.limits.leverage,
      },
      details: null,
      conflictId: conflict?.id ?? null,
      correlationId,
    }
    const proposal = pendingProposal(draft, this.deps.hash)
    stores.proposals.insert(proposal)
    this.deps.bus.publish('proposals', { kind: 'proposed', proposal }, { source: 'coordinator', correlationId })
  }

  private say(text: string, correlationId: CorrelationId): void {
    this.deps.bus.publish('system_events', { kind: 'no_trade', text }, { source: 'coordinator', correlationId })
  }
}
