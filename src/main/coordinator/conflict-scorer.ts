import type { ConflictId, PositionId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { type Decimal, fromFloat, type Money, type Price, ZERO } from '../../shared/money.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { createOutbox, type Outbox } from '../bus/outbox.ts'
import { appliedOption, type Conflict, type ResolvedBy, type SignalAtStake } from '../domain/conflict.ts'
import {
  type Counterfactual,
  ended,
  heldFrom,
  isOver,
  KEPT,
  scoresOf,
  TIGHTENED,
  type VirtualTrade,
  withPrice,
} from '../domain/counterfactual.ts'
import type { Tick } from '../domain/market.ts'
import type { Clock, Stores } from '../ports.ts'

/** What a resolver's answers have earned over all conflicts that are scored, in quote, and what it cost. */
export type ResolverScore = {
  readonly answers: number
  readonly earned: Money
  /** What the defaults would have earned in their place. */
  readonly byDefault: Money
  /** US dollars, of all questions put to it, answered or not; 0 for the trader and the default. */
  readonly costUsd: Decimal
}

type Deps = {
  readonly clock: Clock
  readonly bus: Pick<Bus, 'compose' | 'send'>
  readonly stores: Pick<
    Stores,
    'transact' | 'afterCommit' | 'messages' | 'conflicts' | 'conflictScores' | 'llmCalls' | 'positions'
  >
  /** Whether the two disagree now as they did. */
  readonly isStill: (conflict: Conflict) => boolean
  /** The trade of a signal at the prices of now, as large as the limits leave it; null where they leave none. */
  readonly tradeOf: (atStake: SignalAtStake) => VirtualTrade | null
  /** Null where none is fresh: then nobody can know what would have been traded. */
  readonly freshPrice: (symbol: TradedPair) => Price | null
  /** The last price, however old; null while there was none. */
  readonly priceOf: (symbol: TradedPair) => Price | null
  /** Part of the value that an order at market costs. */
  readonly takerFeeOf: (symbol: TradedPair) => Decimal
  readonly settings: {
    /** From its detection, what an answer has earned is known by then at the latest. */
    readonly followMs: number
    readonly waitAtMostMs: number
  }
}

type Followed = { readonly conflict: Conflict; readonly waitsUntil: EpochMs; state: Counterfactual }

/** Keeps score: what every possible answer to a conflict would have earned, whoever gave which. */
export class ConflictScorer {
  private readonly deps: Deps
  private readonly outbox: Outbox
  private readonly followed = new Map<ConflictId, Followed>()
  private readonly scores = new Map<ResolvedBy, ResolverScore>()

  constructor(deps: Deps) {
    this.deps = deps
    this.outbox = createOutbox(deps)
    const { conflicts, conflictScores } = deps.stores
    for (const state of conflictScores.followed()) {
      const conflict = conflicts.get(state.conflictId)
      if (conflict !== null) this.keep(conflict, state)
    }
    for (const id of conflictScores.scored()) {
      const conflict = conflicts.get(id)
      if (conflict !== null) this.count(conflict)
    }
  }

  onDetected(conflict: Conflict): void {
    const { clock, freshPrice, settings, stores } = this.deps
    const { stake, symbol } = conflict
    const symbols = stake.kind === 'signals' ? stake.signals.map(({ signal }) => signal.symbol) : [symbol]
    if (symbols.some((each) => freshPrice(each) === null)) return
    const until = after(clock.now(), settings.followMs)
    const state: Counterfactual = { conflictId: conflict.id, until, atOnce: this.tradesOf(conflict), afterWait: null }
    stores.conflictScores.follow(state)
    this.keep(conflict, state)
  }

  onPrices(ticks: readonly Tick[]): void {
    const now = this.deps.clock.now()
    for (const followed of this.followed.values()) {
      if (now >= followed.waitsUntil) this.endWait(followed)
      const before = followed.state
      for (const { symbol, last } of ticks) {
        followed.state = withPrice(followed.state, symbol, fromFloat(last) as Price)
      }
      if (now >= followed.state.until) followed.state = ended(followed.state, this.deps.priceOf)
      if (followed.state !== before) this.deps.stores.conflictScores.follow(followed.state)
      if (now >= followed.state.until || isOver(followed.state)) this.score(followed)
    }
  }

  /** An agent has spoken, at this time: who had waited for it would wait no longer. What opened the conflict was before. */
  onSpoken(agent: string, symbol: TradedPair, at: EpochMs): void {
    this.endWaits(
      ({ detectedAt, waitsFor }) =>
        at > detectedAt && waitsFor.kind === 'agent' && waitsFor.agent === agent && waitsFor.symbol === symbol,
    )
  }

  onRebalanceEnded(id: ProposalId): void {
    this.endWaits(({ waitsFor }) => waitsFor.kind === 'rebalance' && waitsFor.proposalId === id)
  }

  /** Those who have given an answer that is scored, or were asked for one. */
  resolvers(): ReadonlyMap<ResolvedBy, ResolverScore> {
    return this.scores
  }

  private keep(conflict: Conflict, state: Counterfactual): void {
    const waitsUntil = after(conflict.detectedAt, this.deps.settings.waitAtMostMs)
    this.followed.set(conflict.id, { conflict, waitsUntil, state })
  }

  private endWaits(isMeant: (conflict: Conflict) => boolean): void {
    for (const followed of this.followed.values()) if (isMeant(followed.conflict)) this.endWait(followed)
  }

  private endWait(followed: Followed): void {
    const { conflict, state } = followed
    if (state.afterWait !== null) return
    const optionId = this.deps.isStill(conflict) ? conflict.afterWait.still : conflict.afterWait.noLonger
    const option = conflict.options.find(({ id }) => id === optionId)
    const isTraded = option?.effect.do === 'trade'
    const trades = isTraded ? state.atOnce.map((trade) => this.fromNow(trade)) : state.atOnce
    followed.state = { ...state, afterWait: { optionId, trades } }
    this.deps.stores.conflictScores.follow(followed.state)
  }

  /** The same trade from the price of now, its stop and target as far away. */
  private fromNow(trade: VirtualTrade): VirtualTrade {
    const price = this.deps.priceOf(trade.symbol) ?? trade.entry
    const moved = (level: Price): Price => level.plus(price.minus(trade.entry)) as Price
    return { ...trade, entry: price, stop: moved(trade.stop), target: moved(trade.target), exit: null }
  }

  private tradesOf({ options, stake }: Conflict): readonly VirtualTrade[] {
    if (stake.kind === 'signals') return stake.signals.flatMap((atStake) => this.deps.tradeOf(atStake) ?? [])
    return this.held(stake.positionId, options)
  }

  private held(id: PositionId, options: Conflict['options']): readonly VirtualTrade[] {
    const { priceOf, stores, takerFeeOf } = this.deps
    const position = stores.positions.get(id)
    const price = position === null ? null : priceOf(position.symbol)
    if (position === null || price === null || !position.amount.gt(ZERO)) return []
    const fee = takerFeeOf(position.symbol)
    const tightened = options.flatMap(({ effect }) =>
      effect.do === 'move_stop' ? [heldFrom(TIGHTENED, position, effect.stop, price, fee)] : [],
    )
    return [heldFrom(KEPT, position, position.stop, price, fee), ...tightened]
  }

  /** Not before somebody has decided: what an answer is worth is nobody's hint. */
  private score({ conflict: { id }, state }: Followed): void {
    const { clock, stores } = this.deps
    const conflict = stores.conflicts.get(id)
    if (conflict === null || appliedOption(conflict) === null) return
    this.outbox.transact((announce) => {
      stores.conflictScores.score(id, scoresOf(state, conflict.options), clock.now())
      const { correlationId } = conflict
      announce('conflicts', { kind: 'scored', conflict }, { source: 'coordinator', correlationId })
    })
    this.followed.delete(id)
    this.count(conflict)
  }

  private count({ attempts, defaultOptionId, id, resolution }: Conflict): void {
    const { conflictScores, llmCalls } = this.deps.stores
    const scores = conflictScores.of(id)
    if (scores === null || resolution === null) return
    const [earned, byDefault] = [scores.get(resolution.optionId) ?? null, scores.get(defaultOptionId) ?? null]
    // Where one of the two is not known there is nothing to compare.
    if (earned !== null && byDefault !== null) this.add(resolution.by, { answers: 1, earned, byDefault, costUsd: ZERO })
    const spent = llmCalls.spentOnBy(id)
    for (const resolver of new Set(attempts.map((attempt) => attempt.resolver))) {
      this.add(resolver, { answers: 0, earned: ZERO, byDefault: ZERO, costUsd: spent.get(resolver) ?? ZERO })
    }
  }

  private add(by: ResolvedBy, more: ResolverScore): void {
    const { answers, byDefault, costUsd, earned } = this.scores.get(by) ?? NOTHING
    this.scores.set(by, {
      answers: answers + more.answers,
      earned: earned.plus(more.earned) as Money,
      byDefault: byDefault.plus(more.byDefault) as Money,
      costUsd: costUsd.plus(more.costUsd),
    })
  }
}

const NOTHING: ResolverScore = { answers: 0, earned: ZERO, byDefault: ZERO, costUsd: ZERO }
