import type { TradedPair } from '../../../shared/ids.ts'
import { type Amount, type Fraction, ZERO } from '../../../shared/money.ts'
import type { MarketRules } from '../../domain/market.ts'
import type { Clock } from '../../ports.ts'
import { Account } from './account.ts'
import { Liquidity } from './liquidity.ts'
import type { Market, Match } from './matching.ts'
import type { VenueEvent, VenueOrder, VenueRequest, VenueTick } from './venue.ts'
import { VenueStore } from './venue-store.ts'

export type VenueDeps = {
  /** `:memory:` or a path. */
  readonly file: string
  readonly clock: Clock
  /** Null where a market does not exist. */
  readonly rules: (symbol: TradedPair) => MarketRules | null
  /** The price an order meets on arrival; null when there is no fresh one. */
  readonly tickOf: (symbol: TradedPair) => VenueTick | null
  /** How much worse than the touch an order trades that takes what there is. */
  readonly slippage: Fraction
  /** What the account holds when the file is new, by asset code. */
  readonly opening: ReadonlyMap<string, Amount>
  readonly allowsMargin: boolean
}

/** The life of an order once it is accepted: every change is committed, then told. */
export class Trading {
  readonly store: VenueStore
  readonly account: Account
  readonly deps: VenueDeps
  private readonly liquidity = new Liquidity()
  private readonly lastTicks = new Map<TradedPair, VenueTick>()
  private readonly listeners = new Set<(event: VenueEvent) => void>()
  private events: VenueEvent[] = []

  constructor(deps: VenueDeps) {
    this.deps = deps
    this.store = new VenueStore(deps.file, deps.opening)
    this.account = new Account(this.store, (symbol) => {
      const tick = this.tickNow(symbol)
      return tick === null ? null : this.marketAt(tick)
    })
  }

  commit<T>(work: () => T): T {
    this.events = []
    const result = this.store.transact(work)
    const committed = this.events
    this.events = []
    for (const event of committed) for (const listener of this.listeners) listener(event)
    return result
  }

  onEvent(listener: (event: VenueEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  marketAt(tick: VenueTick): Market {
    return this.liquidity.marketAt(tick)
  }

  see(tick: VenueTick): void {
    this.lastTicks.set(tick.symbol, tick)
  }

  /** The last price known, fresh or not: positions must be valued even when the market is silent. */
  tickNow(symbol: TradedPair): VenueTick | null {
    const seen = this.lastTicks.get(symbol) ?? null
    const fresh = this.deps.tickOf(symbol)
    if (fresh === null || seen === null) return fresh ?? seen
    return fresh.at > seen.at ? fresh : seen
  }

  insert(order: Omit<VenueOrder, 'number'>): VenueOrder {
    const inserted = this.store.insertOrder(order)
    this.events.push({ kind: 'order', order: inserted })
    return inserted
  }

  save(order: VenueOrder): VenueOrder {
    this.store.saveOrder(order)
    this.events.push({ kind: 'order', order })
    return order
  }

  cancel(order: VenueOrder, reason: string): VenueOrder {
    return this.save({ ...order, status: 'cancelled', closedAt: this.deps.clock.now(), reason, held: ZERO })
  }

  /** Trades what may be traded of a match; an order that may not go on is over. */
  fill(order: VenueOrder, match: Match, tick: VenueTick, rules: MarketRules): VenueOrder {
    const permit = this.account.permit(order, match, rules)
    let next = order
    let endsBecause = permit.endsBecause
    if (permit.amount.gt(ZERO)) {
      next = this.trade(order, { ...match, amount: permit.amount }, rules)
      this.liquidity.take(tick, order.side, permit.amount)
      if (this.account.isOverReserved(next)) endsBecause ??= 'insufficient funds'
    }
    return endsBecause !== null && next.status === 'open' ? this.cancel(next, endsBecause) : next
  }

  trade(order: VenueOrder, match: Match, rules: MarketRules): VenueOrder {
    const booked = this.account.book(order, match, rules, this.deps.clock.now())
    this.events.push({ kind: 'trade', ...booked })
    return booked.order
  }
}

/** A request as the order it becomes. */
export function newOrder(request: Omit<VenueRequest, 'deadline'>, openedAt: VenueOrder['openedAt']) {
  return {
    clientOrderId: request.clientOrderId,
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    amount: request.amount,
    limitPrice: request.limitPrice,
    trigger: request.trigger,
    timeInForce: request.timeInForce,
    postOnly: request.postOnly,
    leverage: request.leverage,
    reduceOnly: request.reduceOnly,
    status: 'open' as const,
    filled: ZERO,
    cost: ZERO,
    fee: ZERO,
    isTriggered: false,
    held: ZERO,
    openedAt,
    closedAt: null,
    reason: null,
  }
}
