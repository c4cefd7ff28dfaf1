import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import type { Amount, Decimal, Money, Price } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { createOutbox, type Outbox, type OutboxStores } from '../bus/outbox.ts'
import type { Allocation } from '../domain/allocation.ts'
import { commitmentOf } from '../domain/commitment.ts'
import type { FoundConflict, SignalAtStake } from '../domain/conflict.ts'
import { riskModified } from '../domain/conflict-detection.ts'
import type { VirtualTrade } from '../domain/counterfactual.ts'
import { type Proposal, pendingProposal } from '../domain/proposal.ts'
import { worstPrice } from '../domain/rebalance.ts'
import { assess, type BreakerVerdict, type RiskDecision, reassess, refusalOf } from '../domain/risk.ts'
import type { Others, RiskLimits, RuleOutcome } from '../domain/risk-rules.ts'
import type { TradingSignal } from '../domain/signal.ts'
import { tacticalDraft } from '../domain/tactical-proposal.ts'
import type {
  Clock,
  Hash,
  Ids,
  Markets,
  OrderStore,
  PositionStore,
  ProposalStore,
  RiskDecisionStore,
} from '../ports.ts'

export type TacticalSettings = {
  readonly limits: RiskLimits
  readonly expiresMs: number
  readonly slippageCapPercent: Decimal
  readonly quote: Asset
  /** Part of its own size (0 to 1) below which the limits have changed a trade. */
  readonly riskModifiedBelow: Decimal
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

/** Turns signals that nothing speaks against into tactical proposals inside every limit. */
export class TacticalDesk {
  private readonly deps: {
    readonly clock: Clock
    readonly ids: Pick<Ids, 'next'>
    readonly bus: Pick<Bus, 'compose' | 'send' | 'publish'>
    readonly stores: OutboxStores & {
      readonly orders: Pick<OrderStore, 'ofProposal'>
      readonly proposals: Pick<ProposalStore, 'insert' | 'withStatus'>
      readonly positions: Pick<PositionStore, 'open'>
      readonly riskDecisions: Pick<RiskDecisionStore, 'add'>
    }
    readonly markets: Markets
    readonly account: AccountView
    readonly hash: Hash
    readonly openConflict: (found: FoundConflict) => unknown
    readonly breakers: BreakersView
    readonly settings: TacticalSettings
  }
  private readonly outbox: Outbox

  constructor(deps: TacticalDesk['deps']) {
    this.deps = deps
    this.outbox = createOutbox(deps)
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

  /**
   * Proposes the trade of a signal that nothing speaks against, as large as the limits leave it; where they leave less than
   * half, that is a conflict of its own.
   */
  propose(atStake: SignalAtStake): void {
    const { signal, settled, conflictId, correlationId } = atStake
    const { account, clock, ids, stores, settings } = this.deps
    this.deps.breakers.look()
    const assessed = this.assess(atStake)
    if (assessed === null) {
      this.say(noPrice(signal.symbol), correlationId)
      return
    }
    const { decision, price, priceAt, rules, worst } = assessed
    if (decision.trade === null) {
      this.note(signal, decision, null, correlationId)
      const refusal = refusalOf(decision.rules)
      if (refusal !== null) this.say(`No trade on ${signal.symbol}: ${inWords(refusal)}`, correlationId)
      return
    }
    const modified = settled.includes('risk_modified')
      ? null
      : riskModified(atStake, decision.trade, settings.riskModifiedBelow)
    if (modified !== null) {
      this.deps.openConflict(modified)
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
      conflictId,
      correlationId,
    })
    const proposal = pendingProposal(draft, this.deps.hash)
    this.outbox.transact((announce) => {
      stores.proposals.insert(proposal)
      this.note(signal, decision, proposal.id, correlationId)
      announce('proposals', { kind: 'proposed', proposal }, { source: 'coordinator', correlationId })
    })
  }

  /** Whether the limits would leave less of it than counts as the same trade; nothing is noted. */
  isCut(atStake: SignalAtStake): boolean {
    const trade = this.assess(atStake)?.decision.trade ?? null
    return trade === null || riskModified(atStake, trade, this.deps.settings.riskModifiedBelow) !== null
  }

  /** The trade that would be proposed now; null where no price is known, or no limit leaves anything. Nothing is noted. */
  tradeOf(atStake: SignalAtStake): VirtualTrade | null {
    const assessed = this.assess(atStake)
    const trade = assessed?.decision.trade ?? null
    if (assessed === null || trade === null) return null
    const { price, rules } = assessed
    const { amount, stop, target } = trade
    const { bias, symbol } = atStake.signal
    const side = bias === 'long' ? 'long' : 'short'
    const fees = { entryFee: rules.takerFee, exitFee: rules.takerFee }
    return { key: symbol, symbol, side, amount, entry: price, stop, target, ...fees, exit: null }
  }

  /** What the risk engine says at the prices and with the account of now; null while a price is missing. */
  private assess({ signal, regime, sizeFactor }: SignalAtStake) {
    const { account, breakers, markets, settings } = this.deps
    const rules = markets.rules(signal.symbol)
    const price = account.freshPrice(signal.symbol)
    const priceAt = account.priceAt(signal.symbol)
    const equity = account.equity()
    if (rules === null || price === null || priceAt === null || equity === null) return null
    const worst = worstPrice(signal.bias === 'long' ? 'buy' : 'sell', price, settings.slippageCapPercent, rules.tick)
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
    return { decision, price, priceAt, rules, worst }
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
