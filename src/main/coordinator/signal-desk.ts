import { quoteOf, type TradedPair } from '../../shared/ids.ts'
import type { Price } from '../../shared/money.ts'
import type { Bus } from '../bus/bus.ts'
import type { Message } from '../bus/topics.ts'
import type { Conflict, ConflictType, FoundConflict, SignalAtStake } from '../domain/conflict.ts'
import { appliedOption } from '../domain/conflict.ts'
import {
  correlatedSymbols,
  rebalanceVsSignal,
  regimeIncompatible,
  taVsSentiment,
} from '../domain/conflict-detection.ts'
import type { Position } from '../domain/position.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { RegimeOutput, TradingSignal } from '../domain/signal.ts'
import type { Voiced } from '../domain/voiced.ts'
import type { ConflictStore, PositionStore, ProposalStore } from '../ports.ts'

export type DetectionSettings = {
  readonly quote: string
  /** Confidences (0 to 1) that differ by less are no reason to believe the surer one. */
  readonly sentimentGap: number
  /** Correlation (−1 to 1) of hourly returns above which two pairs are one bet. */
  readonly correlationAbove: number
}

type Deps = {
  readonly symbols: readonly TradedPair[]
  readonly bus: Pick<Bus, 'latest' | 'publish'>
  readonly stores: {
    readonly conflicts: Pick<ConflictStore, 'get'>
    readonly positions: Pick<PositionStore, 'open'>
    readonly proposals: Pick<ProposalStore, 'withStatus' | 'ofConflict'>
  }
  /** False while paused or halted: nothing is closed then but by a person. */
  readonly isRunning: () => boolean
  /** False then too, and while trades are switched off. */
  readonly mayTrade: () => boolean
  /** Null where none is fresh enough to trade on. */
  readonly freshPrice: (symbol: TradedPair) => Price | null
  /** Whether the limits would still leave less of a trade than counts as the same. */
  readonly isCut: (atStake: SignalAtStake) => boolean
  readonly canShort: boolean
  readonly pendingConflicts: () => readonly Conflict[]
  readonly open: (found: FoundConflict) => unknown
  /** What regime detection says now; null while it is silent, has failed or is switched off. */
  readonly regimeOf: (symbol: TradedPair) => Voiced<RegimeOutput> | null
  /** Of recent hourly returns, −1 to 1; null while too little is known. */
  readonly correlationOf: (one: TradedPair, other: TradedPair) => number | null
  /** The next step of a signal that nothing speaks against. */
  readonly propose: (atStake: SignalAtStake) => void
  /** Closes a position at market; null where a person decides about it. */
  readonly close: ((position: Position) => void) | null
  readonly settings: DetectionSettings
}

const UNQUESTIONED: Pick<SignalAtStake, 'sizeFactor' | 'settled'> = { sizeFactor: 1, settled: [] }

/**
 * Takes signals to a proposal, unless somebody disagrees: then a conflict is opened, and what is chosen goes on from
 * there, to the next disagreement if there is one. Signals of one moment are looked at together.
 */
export class SignalDesk {
  private readonly deps: Deps

  constructor(deps: Deps) {
    this.deps = deps
  }

  onSignal(message: Message<'trading_signals'>): void {
    if (message.payload.action === 'CLOSE') {
      if (this.isHeard(message)) this.closeAgainst(message)
      return
    }
    const atStake = this.atStakeIn(message)
    if (atStake !== null) this.consider([atStake])
  }

  /** Goes on with what was chosen. */
  onResolved(conflict: Conflict): void {
    const done = this.deps.stores.proposals.ofConflict(conflict.id).map(({ trade }) => trade?.symbol)
    this.consider(
      chosenIn(conflict).filter(({ signal }) => !done.includes(signal.symbol) && !this.isBusy(signal.symbol)),
    )
  }

  /** Why what was chosen cannot go on now, in a sentence; null where it can, or where nothing is to be traded. */
  heldUpBecause(conflict: Conflict): string | null {
    const chosen = chosenIn(conflict)
    if (chosen.length === 0) return null
    if (!this.deps.mayTrade()) return 'nothing new is traded at the moment.'
    const unpriced = chosen.find(({ signal }) => this.deps.freshPrice(signal.symbol) === null)
    return unpriced === undefined ? null : `there is no fresh price of ${unpriced.signal.symbol}.`
  }

  /** The signal may stand although its trade no longer fits: with the prices and the account of now it is another one. */
  proposeAgain({ trade, conflictId }: Proposal): void {
    if (trade === null || !this.deps.mayTrade() || this.isBusy(trade.symbol)) return
    const message = this.deps.bus.latest('trading_signals', trade.symbol)
    const bias = trade.target.gt(trade.stop) ? 'long' : 'short'
    if (message === null || message.correlationId === null || message.payload.bias !== bias) return
    if (message.payload.action !== (bias === 'long' ? 'BUY' : 'SELL')) return
    const conflict = conflictId === null ? null : this.deps.stores.conflicts.get(conflictId)
    const chosen = conflict === null ? [] : chosenIn(conflict)
    const { sizeFactor, settled } = chosen.find(({ signal }) => signal.symbol === trade.symbol) ?? UNQUESTIONED
    this.consider([
      {
        signal: message.payload,
        regime: this.deps.regimeOf(trade.symbol)?.output ?? null,
        sizeFactor,
        settled,
        conflictId,
        correlationId: message.correlationId,
      },
    ])
  }

  /**
   * Whether those who disagreed still do, or there is no longer a signal to disagree about. Whatever else speaks against it
   * is another question; whoever has not spoken since the start is not known to have changed his mind.
   */
  isStill({ stake, type }: Conflict): boolean {
    if (stake.kind !== 'signals') return true
    const [one, other] = stake.signals.map((atStake) => ({ ...atStake, settled: without(atStake.settled, type) }))
    if (one === undefined || !stake.signals.every(({ signal }) => this.isStanding(signal))) return true
    const { bus, correlationOf, isCut, regimeOf, settings } = this.deps
    const { symbol } = one.signal
    switch (type) {
      case 'regime_incompatible': {
        const regime = regimeOf(symbol)
        return regime === null || regimeIncompatible(one, regime) !== null
      }
      case 'ta_vs_sentiment': {
        const [ta, mood] = [voiced(bus.latest('ta_signals', symbol)), voiced(bus.latest('sentiment_updates', symbol))]
        return ta === null || mood === null || taVsSentiment(one, ta, mood, settings.sentimentGap) !== null
      }
      case 'correlated_symbols': {
        const isKnown = other !== undefined && correlationOf(symbol, other.signal.symbol) !== null
        return !isKnown || this.together(one, other) !== null
      }
      case 'rebalance_vs_signal':
        return this.againstRebalance(one) !== null
      case 'risk_modified':
        return isCut(one)
      case 'regime_change_in_position':
        return true
    }
  }

  private consider(signals: readonly SignalAtStake[]): void {
    for (const atStake of signals) {
      const found = this.alone(atStake) ?? this.withAnother(atStake)
      if (found === null) this.deps.propose(atStake)
      else this.deps.open(found)
    }
  }

  private isHeard({ payload, correlationId }: Message<'trading_signals'>): boolean {
    // Tactical money is quote: a cross pair is only a route.
    const isOurs = quoteOf(payload.symbol) === this.deps.settings.quote
    return payload.isNews && isOurs && correlationId !== null
  }

  /** Null for what is no trade, and where the symbol is spoken of already. */
  private atStakeIn(message: Message<'trading_signals'>): SignalAtStake | null {
    const { payload: signal, correlationId } = message
    // Spot cannot be sold short: without margin a bearish signal is on record, and there is nothing to trade on it.
    const isTradable = signal.action === 'BUY' || (signal.action === 'SELL' && this.deps.canShort)
    if (!isTradable || correlationId === null || !this.isHeard(message)) return null
    if (!this.deps.mayTrade() || this.isBusy(signal.symbol)) return null
    const regime = this.deps.regimeOf(signal.symbol)?.output ?? null
    return { signal, regime, ...UNQUESTIONED, conflictId: null, correlationId }
  }

  /** The bet that another signal of the same moment is too; whoever of the two is heard first finds it. */
  private withAnother(atStake: SignalAtStake): FoundConflict | null {
    const { bus, symbols } = this.deps
    const { signal } = atStake
    for (const symbol of symbols) {
      const message = symbol === signal.symbol ? null : bus.latest('trading_signals', symbol)
      const other = message === null || message.payload.at !== signal.at ? null : this.atStakeIn(message)
      const found = other === null || this.alone(other) !== null ? null : this.together(atStake, other)
      if (found !== null) return found
    }
    return null
  }

  /** The first thing that speaks against a signal by itself. */
  private alone(atStake: SignalAtStake): FoundConflict | null {
    const { bus, regimeOf, settings } = this.deps
    const { symbol } = atStake.signal
    const [ta, sentiment] = [bus.latest('ta_signals', symbol), bus.latest('sentiment_updates', symbol)]
    const isOpen = (type: FoundConflict['type']): boolean => !atStake.settled.includes(type)
    return (
      (isOpen('regime_incompatible') ? regimeIncompatible(atStake, regimeOf(symbol)) : null) ??
      (isOpen('ta_vs_sentiment')
        ? taVsSentiment(atStake, voiced(ta), voiced(sentiment), settings.sentimentGap)
        : null) ??
      (isOpen('rebalance_vs_signal') ? this.againstRebalance(atStake) : null)
    )
  }

  private againstRebalance(atStake: SignalAtStake): FoundConflict | null {
    return rebalanceVsSignal(atStake, rebalanceAmong(this.deps.stores.proposals.withStatus('pending', 'approved')))
  }

  private together(one: SignalAtStake, other: SignalAtStake): FoundConflict | null {
    const isSettled = [one, other].some(({ settled }) => settled.includes('correlated_symbols'))
    if (isSettled) return null
    const correlation = this.deps.correlationOf(one.signal.symbol, other.signal.symbol)
    return correlatedSymbols([one, other], correlation, this.deps.settings.correlationAbove)
  }

  /** Whether the decision has not changed its mind since. */
  private isStanding(signal: TradingSignal): boolean {
    const latest = this.deps.bus.latest('trading_signals', signal.symbol)?.payload ?? null
    return latest !== null && latest.action === signal.action && latest.bias === signal.bias
  }

  /** One question about a symbol at a time; positions on it are the risk engine's. */
  private isBusy(symbol: TradedPair): boolean {
    const isAsked = this.deps
      .pendingConflicts()
      .some(({ stake }) => stake.kind === 'signals' && stake.signals.some(({ signal }) => signal.symbol === symbol))
    return isAsked || this.isProposed(symbol)
  }

  private isProposed(symbol: TradedPair): boolean {
    return this.deps.stores.proposals.withStatus('pending', 'approved').some(({ trade }) => trade?.symbol === symbol)
  }

  /** The market has turned against what is held. */
  private closeAgainst({ payload: { symbol, bias, reason }, correlationId }: Message<'trading_signals'>): void {
    const { bus, close, isRunning, stores } = this.deps
    for (const position of stores.positions.open()) {
      if (position.symbol !== symbol || position.side === bias || position.exitReason !== null) continue
      if (close !== null && isRunning()) close(position)
      else {
        const text = `The analysts would close the ${position.side} position on ${symbol}. ${reason}`
        bus.publish(
          'risk_alerts',
          { code: 'signal/close', text, positionId: position.id },
          { source: 'coordinator', priority: 'HIGH', ...(correlationId === null ? {} : { correlationId }) },
        )
      }
    }
  }
}

/** What goes on of a conflict's signals, as large as the option that was chosen leaves them. */
function chosenIn(conflict: Conflict): readonly SignalAtStake[] {
  const { id, stake, type } = conflict
  const option = appliedOption(conflict)
  if (stake.kind !== 'signals' || option === null || option.effect.do !== 'trade') return []
  const { trades } = option.effect
  return stake.signals.flatMap((atStake): SignalAtStake[] => {
    const trade = trades.find(({ symbol }) => symbol === atStake.signal.symbol)
    if (trade === undefined) return []
    const sizeFactor = atStake.sizeFactor * trade.sizeFactor
    return [{ ...atStake, sizeFactor, settled: [...atStake.settled, type], conflictId: id }]
  })
}

const without = (types: readonly ConflictType[], type: ConflictType): readonly ConflictType[] =>
  types.filter((each) => each !== type)

const voiced = <T>(message: { readonly payload: T; readonly id: Voiced<T>['messageId'] } | null): Voiced<T> | null =>
  message === null ? null : { output: message.payload, messageId: message.id }

const rebalanceAmong = (proposals: readonly Proposal[]): Proposal | null =>
  proposals.find(({ kind }) => kind === 'rebalance') ?? null
