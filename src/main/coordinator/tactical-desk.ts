import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { quoteOf } from '../../shared/ids.ts'
import type { Amount, Decimal, Money, Price } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Message } from '../bus/topics.ts'
import type { Allocation } from '../domain/allocation.ts'
import { commitmentOf } from '../domain/commitment.ts'
import { type Conflict, isRegimeIncompatible } from '../domain/conflict.ts'
import type { Position } from '../domain/position.ts'
import { type Proposal, pendingProposal } from '../domain/proposal.ts'
import { worstPrice } from '../domain/rebalance.ts'
import { assess, type BreakerVerdict, type RiskDecision, reassess, refusalOf } from '../domain/risk.ts'
import type { Others, RiskLimits, RuleOutcome } from '../domain/risk-rules.ts'
import type { RegimeOutput, TradingSignal } from '../domain/signal.ts'
import { tacticalDraft } from '../domain/tactical-proposal.ts'
import type { Clock, Hash, Ids, Markets, Stores } from '../ports.ts'

export type TacticalSettings = {
  readonly limits: RiskLimits
  readonly expiresMs: number
  readonly slippageCapPercent: Decimal
  readonly quote: Asset
  /** Part of its size (0 to 1) that a trade has where nobody knows the regime. */
  readonly unknownRegimeSize: number
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

/** What the circuit breakers say at the moment of the decision. */
export type BreakersView = {
  /** Compares them with the account of now. */
  look(): void
  verdict(): BreakerVerdict
}

/** Turns signals, without a conflict or with a settled one, into tactical proposals inside every limit. */
export class TacticalDesk {
  private readonly deps: {
    readonly clock: Clock
    readonly ids: Ids
    readonly bus: Bus
    readonly stores: Pick<Stores, 'transact' | 'orders' | 'proposals' | 'positions' | 'conflicts' | 'riskDecisions'>
    readonly markets: Markets
    readonly account: AccountView
    readonly hash: Hash
    readonly isRunning: () => boolean
    readonly openConflict: (signal: TradingSignal, regime: RegimeOutput, correlationId: CorrelationId) => unknown
    readonly pendingConflicts: () => readonly Conflict[]
    readonly breakers: BreakersView
    /** What regime detection says now; null while it is silent, has failed or is switched off. */
    readonly regimeOf: (symbol: TradedPair) => RegimeOutput | null
    /** Closes a position at market; null where a person decides about it. */
    readonly close: ((position: Position) => void) | null
    readonly settings: TacticalSettings
  }

  constructor(deps: TacticalDesk['deps']) {
    this.deps = deps
  }

  onSignal(message: Message<'trading_signals'>): void {
    const signal = message.payload
    const { correlationId } = message
    if (!signal.isNews || signal.action === 'HOLD' || correlationId === null || !this.deps.isRunning()) return
    if (quoteOf(signal.symbol) !== this.deps.settings.quote) return // tactical money is quote: a cross pair is only a route
    if (signal.action === 'CLOSE') {
      this.closeAgainst(signal, correlationId)
      return
    }
    // Spot cannot be sold short: without margin a bearish signal is on record, and there is nothing to trade on it.
    const isTradable = signal.action === 'BUY' || this.deps.settings.limits.leverage > 1
    if (!isTradable || this.isBusy(signal.symbol)) return
    const regime = this.deps.regimeOf(signal.symbol)
    if (regime !== null && isRegimeIncompatible(signal, regime)) {
      this.deps.openConflict(signal, regime, correlationId)
      return
    }
    this.propose(signal, regime, 1, null, correlationId)
  }

  onResolved(conflict: Conflict): void {
    const option = conflict.options.find((candidate) => candidate.id === conflict.resolution?.optionId)
    if (option === undefined || option.sizeFactor === 0 || !this.deps.isRunning()) return
    if (this.isProposed(conflict.symbol)) return
    this.propose(conflict.signal, conflict.regime, option.sizeFactor, conflict, conflict.correlationId)
  }

  /** The signal may stand although its trade no longer fits: with the prices and the account of now it is another one. */
  proposeAgain({ trade, conflictId }: Proposal): void {
    if (trade === null || !this.deps.isRunning() || this.isBusy(trade.symbol)) return
    const message = this.deps.bus.latest('trading_signals', trade.symbol)
    const bias = trade.target.gt(trade.stop) ? 'long' : 'short'
    const action = bias === 'long' ? 'BUY' : 'SELL'
    if (message === null || message.correlationId === null) return
    if (message.payload.action !== action || message.payload.bias !== bias) return
    const conflict = conflictId === null ? null : this.deps.stores.conflicts.get(conflictId)
    const chosen = conflict?.options.find(({ id }) => id === conflict.resolution?.optionId) ?? null
    const regime = this.deps.regimeOf(trade.symbol)
    this.propose(message.payload, regime, chosen?.sizeFactor ?? 1, conflict, message.correlationId)
  }

  /** Keeps what every rule said of a trade that was refused when it was to be approved. */
  noteRefused(proposal: Proposal): void {
    const rules = this.askedAgain(proposal)
    if (proposal.trade === null || rules === null || refusalOf(rules) === null) return
    this.note(proposal.trade, { rules, trade: null }, null, proposal.correlationId)
  }

  /** Whether a trade may still be made as it was proposed; a rebalance may. Errors `risk/…`, by the rule that refuses. */
  stillAllowed(proposal: Proposal): Result<null> {
    if (proposal.trade === null) return ok(null)
    const rules = this.askedAgain(proposal)
    if (rules === null) return fail('risk/no-price', noPrice(proposal.trade.symbol))
    const refusal = refusalOf(rules)
    return refusal === null ? ok(null) : fail(`risk/${refusal.rule.replaceAll('_', '-')}`, inWords(refusal))
  }

  /** Null for a rebalance, and while some price is missing. */
  private askedAgain({ id, trade, legs, createdAt }: Proposal): readonly RuleOutcome[] | null {
    const { account, breakers, settings } = this.deps
    const [leg] = legs
    const price = trade === null ? null : account.freshPrice(trade.symbol)
    const equity = account.equity()
    if (trade === null || leg === undefined || price === null || equity === null) return null
    const { amount, worstPrice } = leg
    return reassess(
      { trade, amount, worstPrice, proposedAt: createdAt },
      { ...this.others('approved', id), equity, price, breakers: breakers.verdict() },
      settings.limits,
    )
  }

  /** @param among `pending`: those that wait for a decision as well. */
  private others(among: 'pending' | 'approved', besides: ProposalId | null): Others {
    const { orders, positions, proposals } = this.deps.stores
    // What a trade has bought already is a part of it, not another one.
    const open = positions.open().filter(({ proposalId }) => proposalId !== besides)
    const others = among === 'pending' ? proposals.withStatus('pending', 'approved') : proposals.withStatus('approved')
    const committed = others.flatMap((other) =>
      other.id === besides ? [] : (commitmentOf(other, orders.ofProposal(other.id), open) ?? []),
    )
    return { open, committed }
  }

  /** One question about a symbol at a time; positions on it are the risk engine's. */
  private isBusy(symbol: TradedPair): boolean {
    return this.deps.pendingConflicts().some((conflict) => conflict.symbol === symbol) || this.isProposed(symbol)
  }

  private isProposed(symbol: TradedPair): boolean {
    return this.deps.stores.proposals.withStatus('pending', 'approved').some(({ trade }) => trade?.symbol === symbol)
  }

  /** The market has turned against what is held. */
  private closeAgainst({ symbol, bias, reason }: TradingSignal, correlationId: CorrelationId): void {
    const { bus, close, stores } = this.deps
    for (const position of stores.positions.open()) {
      if (position.symbol !== symbol || position.side === bias || position.exitReason !== null) continue
      if (close !== null) close(position)
      else {
        const text = `The analysts would close the ${position.side} position on ${symbol}. ${reason}`
        bus.publish(
          'risk_alerts',
          { code: 'signal/close', text, positionId: position.id },
          { source: 'coordinator', priority: 'HIGH', correlationId },
        )
      }
    }
  }

  private propose(
    signal: TradingSignal,
    regime: RegimeOutput | null,
    sizeFactor: number,
    conflict: Conflict | null,
    correlationId: CorrelationId,
  ): void {
    const { account, breakers, clock, ids, stores, settings } = this.deps
    const rules = this.deps.markets.rules(signal.symbol)
    const price = account.freshPrice(signal.symbol)
    const priceAt = account.priceAt(signal.symbol)
    const equity = account.equity()
    if (rules === null || price === null || priceAt === null || equity === null) {
      this.say(noPrice(signal.symbol), correlationId)
      return
    }
    const side = signal.bias === 'long' ? 'buy' : 'sell'
    const worst = worstPrice(side, price, settings.slippageCapPercent, rules.tick)
    breakers.look()
    const decision = assess(
      signal,
      {
        equity,
        freeQuote: account.freeCoreQuote(),
        ...this.others('pending', null),
        price,
        worstPrice: worst,
        rules,
        sizeMultiplier: regime?.sizeMultiplier ?? settings.unknownRegimeSize,
        sizeFactor,
        breakers: breakers.verdict(),
      },
      settings.limits,
    )
    if (decision.trade === null) {
      this.note(signal, decision, null, correlationId)
      const refusal = refusalOf(decision.rules)
      if (refusal !== null) this.say(`No trade on ${signal.symbol}: ${inWords(refusal)}`, correlationId)
      return
    }
    const now = clock.now()
    const draft = tacticalDraft({
      id: ids.next('prp') as ProposalId,
      createdAt: now,
      expiresAt: after(now, settings.expiresMs),
      signal,
      sized: decision.trade,
      price,
      priceAt,
      worstPrice: worst,
      takerFee: rules.takerFee,
      leverage: settings.limits.leverage,
      allocation: account.allocation(),
      bags: account.bags(),
      conflictId: conflict?.id ?? null,
      correlationId,
    })
    const proposal = pendingProposal(draft, this.deps.hash)
    stores.transact(() => {
      stores.proposals.insert(proposal)
      this.note(signal, decision, proposal.id, correlationId)
    })
    this.deps.bus.publish('proposals', { kind: 'proposed', proposal }, { source: 'coordinator', correlationId })
  }

  private note(
    { symbol }: Pick<TradingSignal, 'symbol'>,
    { rules, trade }: RiskDecision,
    proposalId: ProposalId | null,
    correlationId: CorrelationId,
  ): void {
    const allowed =
      trade === null || proposalId === null ? null : { proposalId, amount: trade.amount, ownAmount: trade.ownAmount }
    this.deps.stores.riskDecisions.add({ at: this.deps.clock.now(), symbol, correlationId, allowed, rules })
  }

  private say(text: string, correlationId: CorrelationId): void {
    this.deps.bus.publish('system_events', { kind: 'no_trade', text }, { source: 'coordinator', correlationId })
  }
}

const noPrice = (symbol: TradedPair): string => `No trade on ${symbol}: there is no fresh price.`
const inWords = ({ rule, text }: RuleOutcome): string => `${rule.replaceAll('_', ' ')}: ${text}`
