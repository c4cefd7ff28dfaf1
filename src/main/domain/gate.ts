import { type Amount, type Decimal, decimal, type Money, maxOf, type Price, toText, ZERO } from '../../shared/money.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { type OrderIntent, positionIdOf } from './order.ts'

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
  /** Why the order is not what was approved; null when it is, or needs no approval. */
  readonly unapprovedBecause: string | null
  /** Why the risk engine would not have this entry made now; null when it would, or the order is none. */
  readonly riskRefusal: Failure | null
  /** What the order spends at the price of now, with fee; 0 for closing a margin position. */
  readonly needed: Amount
  /** The same if all of it trades at its worst price. */
  readonly neededAtWorst: Amount
  /** What its sleeve holds of that asset, less what open orders of the sleeve will spend. */
  readonly available: Amount
  /** What all sleeves hold of it, less what all open orders will spend. */
  readonly ownedFree: Amount
  readonly bag: Amount
  /** Of it, what is owned and nobody may trade with: savings that others would spend, and what is not classified yet. */
  readonly setAside: Amount
  /** What the exchange lets us spend: neither earning nor held by orders of ours or placed by hand. */
  readonly spendable: Amount
}

const HUNDRED = decimal('100')

/** Closes or protects a position: never held up by limits that are there to prevent risk. */
export const reducesRisk = ({ receipt }: Pick<OrderIntent, 'receipt'>): boolean => positionIdOf(receipt) !== null

/**
 * The one gate in front of the exchange, for every order whatever its origin. Orders that only reduce risk skip
 * staleness, collar, count and notional; nothing skips the bag, and what is set aside.
 *
 * Errors `gate/…`: `approval`, `bag`, `set-aside`, `funds`, `held`, `killed`, `not-running`, `blocked`, `stale-price`,
 * `no-price` (of what the account holds), `risk`, `collar`, `notional`, `daily-notional`, `rate`, `duplicate`.
 */
export function passGate(intent: OrderIntent, context: GateContext, limits: GateLimits): Result<GatedIntent> {
  if (context.unapprovedBecause !== null) {
    return fail('gate/approval', `${intent.symbol} ${intent.side}: ${context.unapprovedBecause}.`)
  }
  if (!leaves(context.bag.plus(context.setAside), context)) {
    const what = leaves(context.bag, context)
      ? ([
          'gate/set-aside',
          `spend some of the ${toText(context.setAside)} saved for bags or not classified yet`,
        ] as const)
      : (['gate/bag', `reach into the hodl bag of ${toText(context.bag)}`] as const)
    return fail(what[0], `${intent.symbol} ${intent.side}: it would ${what[1]}.`)
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
  if (context.riskRefusal !== null) {
    const { code, message } = context.riskRefusal
    return fail(code === 'risk/no-price' ? 'gate/no-price' : 'gate/risk', message)
  }
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

/**
 * Whether so much is left whatever price the order meets. Where nothing has to be left, what it costs now decides: the
 * account cannot go below zero, and a worst price is far from what is paid.
 */
const leaves = (kept: Decimal, { ownedFree, needed, neededAtWorst }: GateContext): boolean =>
  ownedFree.minus(kept.gt(ZERO) ? maxOf(needed, neededAtWorst) : needed).gte(kept)
