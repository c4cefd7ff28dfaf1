import { type Asset, type OrderId, quoteOf } from '../../shared/ids.ts'
import { type Amount, maxOf, sum, ZERO } from '../../shared/money.ts'
import { after, type EpochMs, epochMs, HOUR } from '../../shared/time.ts'
import { ENDED, isFinal, type LegType, type Order } from './order.ts'
import { isApprovedLeg, type Leg, type Proposal, type StoppedLeg } from './proposal.ts'

/** What execution does next for a proposal, decided from what is written down alone. */
export type NextStep =
  | { readonly kind: 'place'; readonly leg: number; readonly amount: Amount; readonly type: LegType }
  | { readonly kind: 'await_order'; readonly orderId: OrderId }
  | { readonly kind: 'wait_until'; readonly time: EpochMs }
  /** Nothing was begun before the proposal expired, and nothing will be. */
  | { readonly kind: 'void' }
  | { readonly kind: 'finish'; readonly stopped: readonly StoppedLeg[] }

export type ExecutionSettings = {
  /** Limit orders at the touch before the rest goes to market. */
  readonly quotes: number
  /** New intents after orders that were proven never placed. */
  readonly neverPlacedRetries: number
}

const isOver = ({ status, inDoubt }: Order): boolean => isFinal(status) && !inDoubt

/** How much of a leg its orders have filled, and what those whose end is not known may fill yet. */
export const takenBy = (orders: readonly Order[]): Amount =>
  orders.reduce<Amount>((total, order) => total.plus(isOver(order) ? order.filled : order.amount) as Amount, ZERO)

/** How much of a leg its orders have filled. */
export const filledOf = (orders: readonly Order[]): Amount =>
  orders.reduce<Amount>((total, order) => total.plus(order.filled) as Amount, ZERO)

/** What the purchases of a plan have not spent of an asset yet, at the plan's prices and without fees. */
export function leftToSpend({ legs }: Proposal, orders: readonly Order[], asset: Asset): Amount {
  const isPurchase = ({ symbol, side }: Pick<Leg, 'symbol' | 'side'>): boolean =>
    side === 'buy' && quoteOf(symbol) === asset
  const planned = sum(legs.filter(isPurchase).map(({ amount, price }) => amount.times(price)))
  const spent = sum(orders.filter(isPurchase).map(({ cost }) => cost))
  return maxOf(ZERO, planned.minus(spent)) as Amount
}

export const ordersOfLeg = (orders: readonly Order[], leg: number): readonly Order[] =>
  orders.filter((order) => order.receipt.kind === 'proposal_leg' && order.receipt.leg === leg)

/**
 * An approval holds for so long, and for so long after its last slice is due, ms. Carrying it out takes minutes: after
 * hours somebody approved it for another market than this one.
 */
const CARRIED_OUT_WITHIN_MS = HOUR

/** After it nothing more is placed. */
const endOf = ({ createdAt, decidedAt, legs }: Proposal): EpochMs =>
  after(epochMs(Math.max(decidedAt ?? createdAt, ...legs.map(({ notBefore }) => notBefore))), CARRIED_OUT_WITHIN_MS)

/**
 * Legs go one after the other, so that a buy can be resized to what the sells before it really brought. A leg never
 * places more than its approved amount less what its earlier orders filled; nothing is placed while an order of it is
 * alive or in doubt.
 *
 * @param orders   every order of this proposal, oldest first.
 * @param skipped  legs given up on, with the reason (below the minimum after resizing, refused, …).
 */
export function nextStep(
  proposal: Proposal,
  orders: readonly Order[],
  skipped: ReadonlyMap<number, string>,
  now: EpochMs,
  settings: ExecutionSettings,
): NextStep {
  const hasStarted = orders.length > 0
  if (!hasStarted && skipped.size === 0 && now >= proposal.expiresAt) {
    return { kind: 'void' }
  }
  const stopped: StoppedLeg[] = []
  for (const [index, leg] of proposal.legs.entries()) {
    if (!isApprovedLeg(proposal, index)) continue
    const own = ordersOfLeg(orders, index)
    const alive = own.find((order) => !isOver(order))
    if (alive !== undefined) return { kind: 'await_order', orderId: alive.id }
    const left = leg.amount.minus(filledOf(own)) as Amount
    if (!left.gt(ZERO)) continue
    const tooLate = now >= endOf(proposal) ? 'it was approved too long ago' : null
    const problem = skipped.get(index) ?? cannotGoOn(leg, own, settings) ?? tooLate
    if (problem !== null) {
      stopped.push({ leg: index, because: problem })
      continue
    }
    if (now < leg.notBefore) return { kind: 'wait_until', time: leg.notBefore }
    const isQuotedOut = quotesOf(own) >= settings.quotes
    const type = leg.orderType === 'limit' && isQuotedOut ? 'market' : leg.orderType
    return { kind: 'place', leg: index, amount: left, type }
  }
  return { kind: 'finish', stopped }
}

/** How often a leg has stood at the touch. */
const quotesOf = (own: readonly Order[]): number =>
  own.filter(({ type, reason }) => type !== 'market' && reason !== ENDED.neverPlaced).length

/** Why a leg with something left is not tried again; null when it is. */
function cannotGoOn(leg: Leg, own: readonly Order[], settings: ExecutionSettings): string | null {
  const last = own.at(-1)
  if (last === undefined) return null
  // Somebody wanted it gone; that it was quoted again only says where.
  if (last.cancelling !== null && last.cancelling !== ENDED.requoted) return last.cancelling
  if (last.reason === ENDED.neverPlaced) {
    const failures = own.filter((order) => order.reason === ENDED.neverPlaced).length
    return failures > settings.neverPlacedRetries ? 'the exchange could not be reached' : null
  }
  if (last.status === 'rejected') return `refused: ${last.reason ?? 'no reason given'}`
  if (last.type === 'post_only') return quotesOf(own) < settings.quotes ? null : 'nobody traded with it at the touch'
  if (last.type === 'market') return 'the market moved beyond the worst price approved'
  return leg.orderType === 'limit' ? null : 'not filled'
}
