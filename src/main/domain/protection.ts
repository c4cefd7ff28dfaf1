import type { OrderId } from '../../shared/ids.ts'
import { type Amount, floorToStep, minOf, type Price, ZERO } from '../../shared/money.ts'
import type { MarketRules } from './market.ts'
import { ENDED, type ExitReason, isFinal, type Order, remaining } from './order.ts'
import type { Position } from './position.ts'

/** What protects or closes a position next, decided from what is written down alone. */
export type ProtectionStep =
  | { readonly kind: 'place_stop'; readonly amount: Amount; readonly trigger: Price }
  /** Moves the resting stop in one request, so that it protects all the while. */
  | { readonly kind: 'amend_stop'; readonly orderId: OrderId; readonly trigger: Price }
  | { readonly kind: 'cancel'; readonly orderId: OrderId; readonly because: 'resize' | 'exit' | 'orphan' }
  | { readonly kind: 'place_exit'; readonly amount: Amount; readonly reason: ExitReason }
  /** No stop can be had: urgent, and the position is to be closed (`exitReason: 'unprotected'`). */
  | { readonly kind: 'close_unprotected'; readonly because: string }
  /** Half of it is less than the market takes: all of it is to be closed (`exitReason: 'breaker'`). */
  | { readonly kind: 'close_unhalved' }
  /** Nothing can be done before this order's fate is known. */
  | { readonly kind: 'await'; readonly orderId: OrderId }
  /** Protected as wanted, or nothing to do. */
  | { readonly kind: 'rest' }
  /** Below the market's minimum, and nothing more will be bought: it can be neither protected nor sold by itself. */
  | { readonly kind: 'too_small' }

export type ProtectionSettings = {
  /** New stops after stops that were never placed or that the exchange dropped, before the position is closed. */
  readonly neverPlacedRetries: number
}

const REST: ProtectionStep = { kind: 'rest' }
const isStop = (order: Order): boolean => order.receipt.kind === 'protective_stop'
const hasTraded = (order: Order): boolean => order.filled.gt(ZERO)
/** May still trade, as far as we know. */
const isAlive = (order: Order): boolean => !isFinal(order.status) || order.inDoubt
/** Alive, and the exchange has told us so. */
const isKnownToRest = (order: Order): boolean => !isFinal(order.status) && order.status !== 'pending' && !order.inDoubt
const leftOf = (orders: readonly Order[]): Amount =>
  orders.reduce<Amount>((total, order) => total.plus(remaining(order)) as Amount, ZERO)

/**
 * An open stop reserves the coins on spot, and no exchange of ours links two orders. So the stop rests there, the target
 * is watched here, and closing means: cancel the stop, learn its fate, sell what is left. Nothing is placed while an
 * order of the position may be alive, so that living orders never come to more than the position.
 *
 * A request whose outcome is unknown is awaited; one that is repeated after a crash (cancel, amend) does no harm. The
 * caller keeps two promises: an order is written down as over only when all its fills are, and as never placed only
 * when that is certain (absent after its deadline, or turned away for now: rate limit, maintenance).
 *
 * @param entry   the order that makes the position; null when there is none any more.
 * @param orders  stops and exits of this position, oldest first.
 */
export function nextProtection(
  position: Position,
  entry: Order | null,
  orders: readonly Order[],
  rules: MarketRules,
  settings: ProtectionSettings,
): ProtectionStep {
  const reason = closingBecause(position, orders)
  const isOver = reason !== null || position.closedAt !== null
  // Before the exit, so that it meets no order of our own. One in doubt does not hold the exit up: what it still brings
  // is closed later.
  if (isOver && entry !== null && isKnownToRest(entry)) {
    return { kind: 'cancel', orderId: entry.id, because: position.amount.gt(ZERO) ? 'exit' : 'orphan' }
  }
  const alive = orders.filter(isAlive)
  const uncertain = alive.find((order) => !isKnownToRest(order))
  if (uncertain !== undefined) return { kind: 'await', orderId: uncertain.id }
  const last = alive.at(-1)
  if (last !== undefined && leftOf(alive).gt(position.amount)) {
    return { kind: 'cancel', orderId: last.id, because: position.amount.gt(ZERO) ? 'resize' : 'orphan' }
  }
  const amount = floorToStep(position.amount, rules.lot)
  if (!isTradable(amount, position, rules)) return leftover(position, entry, alive, isOver)
  if (reason === null && isTooSmallToHalve(position, rules)) return { kind: 'close_unhalved' }
  const excess = reason === null ? excessOf(position, rules) : ZERO
  if (excess.gt(ZERO)) {
    if (entry !== null && isKnownToRest(entry)) return { kind: 'cancel', orderId: entry.id, because: 'exit' }
    return close(excess, 'breaker', alive)
  }
  return reason === null ? protect(position, amount, orders, alive, settings) : close(amount, reason, alive)
}

/** Why a position is being closed: as wanted, or because its stop has begun to trade; null while it is simply held. */
export function closingBecause(position: Position, orders: readonly Order[]): ExitReason | null {
  if (position.exitReason !== null) return position.exitReason
  return orders.some((order) => isStop(order) && hasTraded(order)) ? 'stop' : null
}

/** What stops known to rest at the exchange protect, in base. One that is in doubt protects nothing yet. */
export const protectedAmount = (orders: readonly Order[]): Amount =>
  leftOf(orders.filter((order) => isStop(order) && isKnownToRest(order)))

/** Whether anything of a position that could be protected is not. Amounts below the market's minimum cannot be. */
export function isUnprotected(position: Position, orders: readonly Order[], rules: MarketRules): boolean {
  const amount = floorToStep(position.amount, rules.lot)
  return isTradable(amount, position, rules) && protectedAmount(orders).lt(amount)
}

/**
 * The longest, in ms, that something of a position stays unprotected after the last fill of its entry (or after its stop
 * vanished, or after this machine started) until it is protected or sold, while this machine runs and the exchange
 * answers when asked:
 *
 *     R  until a fill is known at the latest
 *   + D  cancelling the smaller stop
 *   + (N + 1) × (D + R)  stops of which the last one rests, or which were all never placed
 *   + 2 D  cancelling the rest of the entry, closing
 *
 * with D = deadline of a request and what proves that it passed, R = time between reconciliations,
 * N = `neverPlacedRetries`. A cancel or an exit that is lost, and an exit that finds nobody to trade with, adds D + R
 * each time: nothing but repeating it helps.
 */
export const unprotectedBoundMs = (settings: {
  readonly deadlineMs: number
  readonly reconcileMs: number
  readonly neverPlacedRetries: number
}): number => {
  const { deadlineMs, reconcileMs, neverPlacedRetries } = settings
  return (neverPlacedRetries + 2) * (deadlineMs + reconcileMs) + 2 * deadlineMs
}

/** Nothing of what is not to be kept is sold yet, and the market would not take it. */
function isTooSmallToHalve(position: Position, rules: MarketRules): boolean {
  const { amount, keep } = position
  if (keep === null) return false
  const above = amount.minus(keep) as Amount
  return above.gte(keep) && !isTradable(floorToStep(above, rules.lot), position, rules)
}

/** What is held above what is to be kept, in lots; 0 where the market would not take what is left of it. */
function excessOf(position: Position, rules: MarketRules): Amount {
  if (position.keep === null || position.amount.lte(position.keep)) return ZERO
  const excess = floorToStep(position.amount.minus(position.keep) as Amount, rules.lot)
  return isTradable(excess, position, rules) ? excess : ZERO
}

/** At the worse of its two exits, so that the exchange agrees wherever it is closed. */
function isTradable(amount: Amount, position: Position, rules: MarketRules): boolean {
  const worst = minOf(position.stop, position.target)
  return amount.gt(ZERO) && amount.gte(rules.minAmount) && amount.times(worst).gte(rules.minCost)
}

/** An order that is alive is the only way out of too small an amount. */
function leftover(position: Position, entry: Order | null, alive: readonly Order[], isOver: boolean): ProtectionStep {
  const way = alive[0] ?? (entry !== null && isAlive(entry) ? entry : undefined)
  if (way !== undefined) return isOver ? { kind: 'await', orderId: way.id } : REST
  return position.amount.gt(ZERO) ? { kind: 'too_small' } : REST
}

function close(amount: Amount, reason: ExitReason, alive: readonly Order[]): ProtectionStep {
  // A stop that trades for all of it is doing what is wanted, unless somebody wants out for another reason.
  const isBeingStopped = reason === 'stop' && leftOf(alive).gte(amount)
  const inTheWay = alive.find((order) => isStop(order) && !(isBeingStopped && hasTraded(order)))
  if (inTheWay !== undefined) return { kind: 'cancel', orderId: inTheWay.id, because: 'exit' }
  const working = alive[0]
  return working === undefined ? { kind: 'place_exit', amount, reason } : { kind: 'await', orderId: working.id }
}

function protect(
  position: Position,
  amount: Amount,
  orders: readonly Order[],
  alive: readonly Order[],
  settings: ProtectionSettings,
): ProtectionStep {
  const exit = alive.find((order) => !isStop(order))
  if (exit !== undefined) return { kind: 'await', orderId: exit.id }
  const last = alive.at(-1)
  if (last === undefined) {
    const because = hopelessBecause(orders.filter(isStop), settings)
    return because === null
      ? { kind: 'place_stop', amount, trigger: position.stop }
      : { kind: 'close_unprotected', because }
  }
  if (leftOf(alive).lt(amount)) return { kind: 'cancel', orderId: last.id, because: 'resize' }
  const astray = alive.find((order) => !order.trigger?.eq(position.stop))
  return astray === undefined ? REST : { kind: 'amend_stop', orderId: astray.id, trigger: position.stop }
}

/** Why no further stop is tried; null when one is. */
function hopelessBecause(stops: readonly Order[], settings: ProtectionSettings): string | null {
  const last = stops.at(-1)
  if (last?.status === 'rejected' && !isLost(last)) return last.reason ?? 'refused without a reason'
  const lost = stops.length - 1 - stops.findLastIndex((order) => !isLost(order))
  return lost > settings.neverPlacedRetries ? `${lost} stops in a row did not stay at the exchange` : null
}

/** Never placed, or gone without us. */
const isLost = (stop: Order): boolean =>
  stop.reason === ENDED.neverPlaced || stop.reason === ENDED.byExchange || stop.status === 'expired'
