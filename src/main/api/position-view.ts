import type { PositionView, ProtectionView, RestsView } from '../../shared/contract/views.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  integer,
  type Price,
  shown,
  sum,
  toText,
  ZERO,
} from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { MarketRules } from '../domain/market.ts'
import { isFinal, type Order, remaining } from '../domain/order.ts'
import { averageEntry, type Position, unrealized } from '../domain/position.ts'
import { closingBecause, isUnprotected, protectedAmount } from '../domain/protection.ts'

const HUNDRED = decimal('100')

/** `part` of `whole` in percent with two decimals; 0 of nothing. */
export const percentOf = (part: Decimal, whole: Decimal): string =>
  whole.eq(ZERO) ? '0' : shown(part.div(whole).times(HUNDRED), 2)

export type Mark = { readonly price: Price; readonly at: EpochMs; readonly isStale: boolean } | null

/** What is known of a position beside itself. */
export type PositionFacts = {
  readonly mark: Mark
  /** Its entry, stops and exits, those that are over included. */
  readonly orders: readonly Order[]
  /** The stop of the approved trade; null where it is not known. */
  readonly firstStop: Price | null
  /** Of its market: less than a lot or a minimum cannot be protected. Null where not known: then every unit counts. */
  readonly rules?: MarketRules | null
}

const isStop = (order: Order): boolean => order.receipt.kind === 'protective_stop'
const isEntry = (order: Order): boolean => order.receipt.kind === 'proposal_leg'

export function positionView(position: Position, facts: PositionFacts, exitCapPercent: Decimal): PositionView {
  const { mark, orders } = facts
  const isOpen = position.closedAt === null
  const entries = orders.filter(isEntry)
  const entered = entries.length === 0 ? position.amount : sum(entries.map((order) => order.filled))
  const entry = averageEntry(position) ?? averageOf(entries)
  const exit = averageOf(orders.filter((order) => !isEntry(order)))
  const gain = mark === null || !isOpen ? null : unrealized(position, mark.price)
  const oneR = entry === null || facts.firstStop === null ? null : entry.minus(facts.firstStop).abs().times(entered)
  const open = isOpen ? gain : ZERO
  const outcome = open === null ? null : position.realized.plus(open)
  const isSpot = position.leverage <= 1
  return {
    id: position.id,
    symbol: position.symbol,
    side: position.side,
    leverage: position.leverage,
    margin: isSpot ? null : shown(position.cost.div(integer(position.leverage)), 2),
    amount: toText(position.amount),
    entered: toText(entered),
    averageEntry: entry === null ? null : toText(entry.round(10)),
    averageExit: exit === null ? null : toText(exit.round(10)),
    mark: mark === null ? null : toText(mark.price),
    markAt: mark?.at ?? null,
    isStale: mark?.isStale ?? true,
    unrealized: gain === null ? null : shown(gain, 2),
    unrealizedPercent: gain === null ? null : percentOf(gain, position.cost),
    realized: shown(position.realized, 2),
    oneR: oneR === null ? null : shown(oneR, 2),
    rMultiple: outcome === null || oneR === null || oneR.eq(ZERO) ? null : shown(outcome.div(oneR), 2),
    openFees: toText(position.openFees.round(10)),
    stop: toText(position.stop),
    target: toText(position.target),
    stopDistancePercent: mark === null ? null : wayLeft(position, position.stop, mark.price, 'behind'),
    targetDistancePercent: mark === null ? null : wayLeft(position, position.target, mark.price, 'ahead'),
    closeWorstPrice: mark === null || !isOpen ? null : toText(worstExit(position, mark.price, exitCapPercent)),
    protection: protectionOf(position, orders, facts.rules ?? null),
    openedAt: position.openedAt,
    closedAt: position.closedAt,
    exitReason: isOpen ? closingBecause(position, orders) : position.exitReason,
    isClosing: isOpen && closingBecause(position, orders) !== null,
    correlationId: position.correlationId,
  }
}

/** A long's stop is below its mark and its target above; a short's the other way round. */
function wayLeft({ side }: Position, level: Price, mark: Price, where: 'ahead' | 'behind'): string {
  const isAbove = (side === 'long') === (where === 'ahead')
  return percentOf(isAbove ? level.minus(mark) : mark.minus(level), mark)
}

const worstExit = ({ side }: Position, mark: Price, capPercent: Decimal): Decimal =>
  mark.times(side === 'long' ? HUNDRED.minus(capPercent) : HUNDRED.plus(capPercent)).div(HUNDRED)

/** Over several orders, in quote per base; null when nothing has filled. */
function averageOf(orders: readonly Order[]): Price | null {
  const filled = sum<Amount>(orders.map((order) => order.filled))
  return filled.gt(ZERO) ? (sum<Decimal>(orders.map((order) => order.cost)).div(filled) as Price) : null
}

/** How much of a position stops at the exchange cover, and since when not all of it. */
function protectionOf(position: Position, orders: readonly Order[], rules: MarketRules | null): ProtectionView {
  const stops = orders.filter((order) => isStop(order) && !isFinal(order.status))
  const covered = protectedAmount(orders)
  const shownStop = stops.find((order) => order.status !== 'pending' && !order.inDoubt) ?? stops[0]
  const isBare = isUncovered(position, orders, rules)
  return {
    state: stateOf(position, orders, isBare),
    amount: toText(covered),
    trigger: shownStop === undefined || shownStop.trigger === null ? null : toText(shownStop.trigger),
    orderId: shownStop?.id ?? null,
    since: isBare ? uncoveredSince(position, orders) : null,
  }
}

function isUncovered(position: Position, orders: readonly Order[], rules: MarketRules | null): boolean {
  if (position.closedAt !== null || !position.amount.gt(ZERO)) return false
  return rules === null ? protectedAmount(orders).lt(position.amount) : isUnprotected(position, orders, rules)
}

function stateOf(position: Position, orders: readonly Order[], isBare: boolean): ProtectionView['state'] {
  if (position.closedAt !== null || !position.amount.gt(ZERO)) return 'none'
  if (closingBecause(position, orders) !== null) return 'closing'
  if (!isBare) return protectedAmount(orders).gt(ZERO) ? 'resting' : 'none'
  const sent = orders.filter((order) => isStop(order) && !isFinal(order.status))
  return sum<Amount>(sent.map(remaining)).gte(position.amount) ? 'placing' : 'unprotected'
}

/** The last moment at which a stop that rested came to its end, or the entry grew beyond what rests. */
function uncoveredSince(position: Position, orders: readonly Order[]): EpochMs {
  const ended = orders.filter((order) => isStop(order) && isFinal(order.status) && order.exchangeId !== null)
  const hasRested = orders.some((order) => isStop(order) && order.exchangeId !== null)
  const grown = hasRested ? orders.filter((order) => isEntry(order) && order.filled.gt(ZERO)) : []
  return Math.max(position.openedAt, ...[...ended, ...grown].map((order) => order.updatedAt)) as EpochMs
}

/** What stays behind when the program ends now. */
export function restsView(
  live: readonly Order[],
  positions: readonly Position[],
  ordersOf: (position: Position) => readonly Order[],
  rulesOf: (position: Position) => MarketRules | null = () => null,
): RestsView {
  const held = positions.filter((position) => position.closedAt === null && position.amount.gt(ZERO))
  const bare = held.filter((position) => isUncovered(position, ordersOf(position), rulesOf(position)))
  return {
    entryOrders: live.filter((order) => isEntry(order) && !isFinal(order.status)).length,
    protectedPositions: held.length - bare.length,
    unprotectedPositions: bare.length,
  }
}
