import type { TradedPair } from '../../../shared/ids.ts'
import { type Amount, maxOf, ZERO } from '../../../shared/money.ts'
import type { Side } from '../../domain/order.ts'
import { type Market, marketAt } from './matching.ts'
import type { VenueTick } from './venue.ts'

type Seen = { readonly tick: VenueTick; soldInto: Amount; boughtFrom: Amount }

const leftOf = (size: Amount | undefined, taken: Amount): Amount | null =>
  size === undefined ? null : maxOf(size.minus(taken) as Amount, ZERO)

const isSameSize = (a: Amount | undefined, b: Amount | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.eq(b)

const isSameTick = (a: VenueTick, b: VenueTick): boolean =>
  a === b ||
  (a.at === b.at &&
    a.bid === b.bid &&
    a.ask === b.ask &&
    a.last === b.last &&
    isSameSize(a.bidSize, b.bidSize) &&
    isSameSize(a.askSize, b.askSize))

/**
 * What orders have taken of each symbol's present tick, so that two of them cannot take the same. Not kept over a
 * restart: the next tick is a new offer anyway.
 */
export class Liquidity {
  private readonly seen = new Map<TradedPair, Seen>()

  marketAt(tick: VenueTick): Market {
    if (tick.bidSize === undefined && tick.askSize === undefined) return marketAt(tick, null, null)
    const { soldInto, boughtFrom } = this.seenAt(tick)
    return marketAt(tick, leftOf(tick.bidSize, soldInto), leftOf(tick.askSize, boughtFrom))
  }

  take(tick: VenueTick, side: Side, amount: Amount): void {
    if (tick.bidSize === undefined && tick.askSize === undefined) return
    const seen = this.seenAt(tick)
    if (side === 'buy') seen.boughtFrom = seen.boughtFrom.plus(amount) as Amount
    else seen.soldInto = seen.soldInto.plus(amount) as Amount
  }

  private seenAt(tick: VenueTick): Seen {
    const known = this.seen.get(tick.symbol)
    if (known !== undefined && isSameTick(known.tick, tick)) return known
    const fresh = { tick, soldInto: ZERO, boughtFrom: ZERO }
    this.seen.set(tick.symbol, fresh)
    return fresh
  }
}
