import { baseOf, quoteOf, type TradedPair } from '../../../shared/ids.ts'
import { type Amount, type Decimal, maxOf, minOf, ONE, type Price, ZERO } from '../../../shared/money.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { MarketRules } from '../../domain/market.ts'
import { closable, flat, marginOf, openingPart, tradeOnMargin, unrealizedAt } from './margin.ts'
import type { Market, Match } from './matching.ts'
import type { VenueOrder, VenueTrade } from './venue.ts'
import type { VenueStore } from './venue-store.ts'

/** What may be traded of a match, and why the order is over after it; null when it may go on. */
export type Permit = { readonly amount: Amount; readonly endsBecause: string | null }

const isOnMargin = (order: Pick<VenueOrder, 'leverage'>): boolean => order.leverage > 1
const remainingOf = (order: Pick<VenueOrder, 'amount' | 'filled'>): Amount => order.amount.minus(order.filled) as Amount

/** What an order spends: base when it sells what is owned, quote (its price, or its margin) otherwise. */
export const spentAsset = (order: Pick<VenueOrder, 'symbol' | 'side' | 'leverage'>): string =>
  order.side === 'sell' && !isOnMargin(order) ? baseOf(order.symbol) : quoteOf(order.symbol)

/** The money side of the account: what is free, what orders reserve, and what a trade moves. */
export class Account {
  private readonly store: VenueStore
  private readonly marketNow: (symbol: TradedPair) => Market | null

  /** `marketNow` values positions on margin; null while there is no price. */
  constructor(store: VenueStore, marketNow: (symbol: TradedPair) => Market | null) {
    this.store = store
    this.marketNow = marketNow
  }

  heldOf(code: string): Amount {
    let total: Decimal = ZERO
    for (const order of this.store.openOrders()) {
      if (spentAsset(order) === code) total = total.plus(order.held)
    }
    return total as Amount
  }

  /** Total and used margin of the account whose quote is `code`, and what its positions would bring at the touch. */
  marginOf(code: string): { readonly equity: Amount; readonly used: Amount } {
    let used: Decimal = ZERO
    let equity: Decimal = this.store.balanceOf(code)
    for (const position of this.store.positions().values()) {
      if (quoteOf(position.symbol) !== code) continue
      const market = this.marketNow(position.symbol)
      used = used.plus(position.margin)
      // Without a price it is taken to be worth what it cost.
      if (market !== null) equity = equity.plus(unrealizedAt(position, market))
    }
    return { equity: equity as Amount, used: used as Amount }
  }

  /** What a withdrawal or an order at spot may spend: gains on margin that are not realized yet cannot be spent. */
  free(code: string): Amount {
    const { equity, used } = this.marginOf(code)
    return minOf(this.store.balanceOf(code), equity).minus(used).minus(this.heldOf(code)) as Amount
  }

  closableBy(order: Pick<VenueOrder, 'symbol' | 'side'>): Amount {
    return closable(this.store.positions().get(order.symbol) ?? null, order.side)
  }

  /** What an order that rests reserves: what is left of it at its limit or trigger, with the dearer fee. */
  holdFor(order: Omit<VenueOrder, 'number'>, rules: MarketRules): Amount {
    const price = order.limitPrice ?? order.trigger
    return price === null ? ZERO : this.needed(order, remainingOf(order), price, dearerFee(rules))
  }

  /** True when the account cannot pay what the order takes now (`match`) and what then rests (`hold`). */
  isShort(order: Omit<VenueOrder, 'number'>, match: Match | null, rules: MarketRules, hold: Amount): boolean {
    const taken = match === null ? ZERO : this.needed(order, match.amount, match.price, rules.takerFee)
    const needed = taken.plus(hold)
    return needed.gt(ZERO) && this.freeFor(order).lt(needed)
  }

  /** A last look before a resting order trades: fees, positions and prices have moved since it was accepted. */
  permit(order: VenueOrder, match: Match, rules: MarketRules): Permit {
    const needed = this.needed(order, match.amount, match.price, match.isMaker ? rules.makerFee : rules.takerFee)
    if (order.reduceOnly) {
      const amount = minOf(match.amount, this.closableBy(order))
      return { amount, endsBecause: amount.lt(match.amount) ? 'reduce only' : null }
    }
    if (!needed.gt(ZERO) || needed.lte(this.freeFor(order))) return { amount: match.amount, endsBecause: null }
    if (isOnMargin(order)) {
      return { amount: minOf(match.amount, this.closableBy(order)), endsBecause: 'insufficient margin' }
    }
    return { amount: ZERO, endsBecause: 'insufficient funds' }
  }

  /** A triggered purchase pays what the market asks: what is left of it may be more than there is. */
  isOverReserved(order: VenueOrder): boolean {
    return order.isTriggered && !isOnMargin(order) && this.free(spentAsset(order)).lt(ZERO)
  }

  /** Moves what a trade moves and writes it down. The order is saved, `filled` once nothing is left of it. */
  book(order: VenueOrder, match: Match, rules: MarketRules, at: EpochMs): { order: VenueOrder; trade: VenueTrade } {
    const { symbol, side } = order
    const cost = match.price.times(match.amount) as Amount
    const fee = cost.times(match.isMaker ? rules.makerFee : rules.takerFee) as Amount
    const realized = isOnMargin(order) ? this.moveMargin(order, match) : null
    if (realized === null) {
      this.move(baseOf(symbol), side === 'buy' ? match.amount : match.amount.neg())
      this.move(quoteOf(symbol), side === 'buy' ? cost.neg() : cost)
    }
    this.move(quoteOf(symbol), fee.neg())
    const trade = this.store.addTrade({
      orderNumber: order.number,
      symbol,
      side,
      amount: match.amount,
      price: match.price,
      fee,
      feeAsset: quoteOf(symbol),
      isMaker: match.isMaker,
      realized,
      at,
    })
    const filled = order.filled.plus(match.amount) as Amount
    const isComplete = filled.eq(order.amount)
    const traded = { ...order, filled, cost: order.cost.plus(cost) as Amount, fee: order.fee.plus(fee) as Amount }
    const next: VenueOrder = isComplete
      ? { ...traded, status: 'filled', closedAt: at, held: ZERO }
      : { ...traded, held: this.holdFor(traded, rules) }
    this.store.saveOrder(next)
    return { order: next, trade }
  }

  private moveMargin(order: VenueOrder, match: Match): Amount {
    const before = this.store.positions().get(order.symbol) ?? flat(order.symbol)
    const { position, realized } = tradeOnMargin(before, order.side, match, order.leverage)
    this.store.savePosition(position)
    this.move(quoteOf(order.symbol), realized)
    return realized
  }

  private move(code: string, change: Decimal): void {
    this.store.setBalance(code, this.store.balanceOf(code).plus(change) as Amount)
  }

  /** In the asset that the order spends. Closing on margin needs nothing: it must always be possible. */
  private needed(order: Omit<VenueOrder, 'number'>, amount: Amount, price: Price, feeRate: Decimal): Amount {
    if (!isOnMargin(order)) {
      return order.side === 'sell' ? amount : (price.times(amount).times(ONE.plus(feeRate)) as Amount)
    }
    if (order.reduceOnly) return ZERO
    const position = this.store.positions().get(order.symbol) ?? null
    const notional = price.times(openingPart(position, order.side, amount)) as Amount
    return marginOf(notional, order.leverage).plus(notional.times(feeRate)) as Amount
  }

  /** What this order may spend: what nobody else has reserved. On margin open gains count. */
  private freeFor(order: Omit<VenueOrder, 'number'>): Amount {
    const code = spentAsset(order)
    if (!isOnMargin(order)) return this.free(code).plus(order.held) as Amount
    const { equity, used } = this.marginOf(code)
    return equity.minus(used).minus(this.heldOf(code)).plus(order.held) as Amount
  }
}

const dearerFee = (rules: MarketRules): Decimal => maxOf<Decimal>(rules.makerFee, rules.takerFee)
