import { type Amount, type Decimal, decimal, type Money, type Price, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { OrderIntent } from './order.ts'

declare const gated: unique symbol
/** An intent that passed the one gate. The exchange port takes nothing else. */
export type GatedIntent = OrderIntent & { readonly [gated]: true }

export type GateLimits = {
  /** An order's worst price may be this far from the last price, in percent. */
  readonly collarPercent: Decimal
  readonly maxNotionalPerOrder: Money
  readonly maxNotionalPerDay: Money
  readonly maxOrdersPerMinute: number
}

/** What the gate looks at, read at the moment of the check. */
export type GateContext = {
  /** The kill switch: from the moment it is pressed only what closes risk may leave. */
  readonly isKilled: boolean
  readonly coordinator: 'RUNNING' | 'PAUSED' | 'HALTED'
  /** Why nothing may be sent although the coordinator runs (a difference found at reconciliation); null normally. */
  readonly blockedBecause: string | null
  /** Fresh last price of the symbol; null when stale. */
  readonly lastPrice: Price | null
  /** Amount × price in the account's quote. */
  readonly notional: Money
  readonly ordersInLastMinute: number
  readonly notionalToday: Money
  readonly isDuplicate: boolean
  /** What the order spends, with fee; 0 for closing a margin position. */
  readonly needed: Amount
  /** What its sleeve holds of that asset, less what open orders of the sleeve will spend. */
  readonly available: Amount
  /** What all sleeves hold of it, less what all open orders will spend. */
  readonly ownedFree: Amount
  readonly bag: Amount
  /** What the exchange lets us spend: neither earning nor held by orders of ours or placed by hand. */
  readonly spendable: Amount
}

const HUNDRED = decimal('100')

/** Closes or protects a position: never held up by limits that are there to prevent risk. */
export const reducesRisk = (intent: OrderIntent): boolean => intent.receipt.kind !== 'proposal_leg'

/**
 * The one gate in front of the exchange, for every order whatever its origin. Orders that only reduce risk skip
 * staleness, collar, count and notional; nothing skips the bag.
 *
 * Errors `gate/…`: `bag`, `funds`, `held`, `killed`, `not-running`, `blocked`, `stale-price`, `collar`, `notional`, `daily-notional`,
 * `rate`, `duplicate`.
 */
export function passGate(intent: OrderIntent, context: GateContext, limits: GateLimits): Result<GatedIntent> {
  if (context.ownedFree.minus(context.needed).lt(context.bag)) {
    return fail(
      'gate/bag',
      `${intent.symbol} ${intent.side}: it would reach into the hodl bag of ${toText(context.bag)}.`,
    )
  }
  if (context.available.lt(context.needed) || !intent.amount.gt(ZERO)) {
    return fail(
      'gate/funds',
      `${intent.symbol} ${intent.side}: it needs ${toText(context.needed)}, the ${intent.sleeve} sleeve has ${toText(context.available)} free.`,
    )
  }
  if (context.spendable.lt(context.needed)) {
    return fail(
      'gate/held',
      `${intent.symbol} ${intent.side}: it needs ${toText(context.needed)}, of which ${toText(context.spendable)} is neither earning nor held by other orders.`,
    )
  }
  if (context.isDuplicate) return fail('gate/duplicate', `${intent.clientOrderId} was used before.`)
  if (reducesRisk(intent)) return ok(intent as GatedIntent)
  if (context.isKilled) return fail('gate/killed', 'The kill switch is on: nothing new is traded.')
  if (context.coordinator !== 'RUNNING') {
    return fail('gate/not-running', `The coordinator is ${context.coordinator}: nothing new is traded.`)
  }
  if (context.blockedBecause !== null) return fail('gate/blocked', context.blockedBecause)
  if (context.lastPrice === null) return fail('gate/stale-price', `There is no fresh price of ${intent.symbol}.`)
  const distance = intent.limitPrice.minus(context.lastPrice).abs().times(HUNDRED)
  const isAdverse =
    intent.side === 'buy' ? intent.limitPrice.gt(context.lastPrice) : intent.limitPrice.lt(context.lastPrice)
  if (isAdverse && distance.gt(context.lastPrice.times(limits.collarPercent))) {
    return fail(
      'gate/collar',
      `${toText(intent.limitPrice)} is further than ${toText(limits.collarPercent)} % from the last price ${toText(context.lastPrice)}.`,
    )
  }
  if (context.notional.gt(limits.maxNotionalPerOrder)) {
    return fail('gate/notional', `The order is worth more than the limit of ${toText(limits.maxNotionalPerOrder)}.`)
  }
  if (context.notionalToday.plus(context.notional).gt(limits.maxNotionalPerDay)) {
    return fail('gate/daily-notional', `Orders of this day would exceed ${toText(limits.maxNotionalPerDay)}.`)
  }
  if (context.ordersInLastMinute >= limits.maxOrdersPerMinute) {
    return fail('gate/rate', `More than ${limits.maxOrdersPerMinute} orders in a minute.`)
  }
  return ok(intent as GatedIntent)
}
