import type {
  Asset,
  ClientOrderId,
  CorrelationId,
  OrderId,
  PositionId,
  ProposalId,
  TradedPair,
  TradeId,
} from '../../shared/ids.ts'
import { type Amount, decimal, type Price, ZERO } from '../../shared/money.ts'
import { err, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'

export type Side = 'buy' | 'sell'
/**
 * `limit` rests at its price. `market` trades at once within its worst price and never rests (immediate-or-cancel).
 * `post_only` is a limit that the exchange refuses rather than let it trade at once. `stop` rests at the exchange and
 * becomes an unlimited market order when the last price reaches its trigger.
 */
export type OrderType = 'market' | 'limit' | 'post_only' | 'stop'
/** How a proposal may trade. */
export type LegType = Exclude<OrderType, 'stop'>
export type OrderStatus = 'pending' | 'open' | 'partially_filled' | 'filled' | 'cancelled' | 'expired' | 'rejected'

/** Why an order ended, where what comes next depends on it. */
export const ENDED = {
  neverPlaced: 'never-placed',
  /** Not at our word: it vanished. */
  byExchange: 'by the exchange',
  requoted: 'quoted again',
  byTrader: 'cancelled by the trader',
  killed: 'the kill switch was pressed',
} as const

const FINAL_STATUSES: readonly OrderStatus[] = ['filled', 'cancelled', 'expired', 'rejected']

/** Why a position is closed; `unprotected` when its stop could not be placed, `time` when it was held too long. */
export type ExitReason = 'stop' | 'target' | 'trader' | 'time' | 'unprotected' | 'signal' | 'breaker'

/** Why an order may exist; the order gate refuses one without. */
export type Receipt =
  | { readonly kind: 'proposal_leg'; readonly proposalId: ProposalId; readonly leg: number }
  | { readonly kind: 'position_exit'; readonly positionId: PositionId; readonly reason: ExitReason }
  /** The stop that rests at the exchange and protects a position while this machine is off. */
  | { readonly kind: 'protective_stop'; readonly positionId: PositionId }
  /** What the savings from tactical profits buy; it is never sold. */
  | { readonly kind: 'bag_purchase' }

/** The position that an order protects or closes; null for all others. */
export const positionIdOf = (receipt: Receipt): PositionId | null =>
  receipt.kind === 'position_exit' || receipt.kind === 'protective_stop' ? receipt.positionId : null

/** What an order belongs to, for a reader. */
export const originOf = (receipt: Receipt): string =>
  receipt.kind === 'proposal_leg' ? receipt.proposalId : (positionIdOf(receipt) ?? 'savings')

/** Which sleeve pays and receives. For `hodl` the savings pay, and only purchases exist. */
export type TradingSleeve = 'core' | 'hodl' | 'tactical'

/** What is written down before anything leaves the machine. */
export type OrderIntent = {
  readonly id: OrderId
  readonly clientOrderId: ClientOrderId
  readonly symbol: TradedPair
  readonly side: Side
  readonly type: OrderType
  /** Base units, a whole number of lots. */
  readonly amount: Amount
  /** Limit price; for a market order the worst price that may be paid or taken; for a stop its first trigger. */
  readonly limitPrice: Price
  /** 1 is spot; above it the order is on margin. */
  readonly leverage: number
  readonly sleeve: TradingSleeve
  readonly receipt: Receipt
  readonly createdAt: EpochMs
  /** The exchange will not match the order's request after it: what is absent then was never placed. */
  readonly deadline: EpochMs
  readonly correlationId: CorrelationId
}

export type Order = OrderIntent & {
  readonly status: OrderStatus
  /** True from an unknown outcome until the exchange was asked about it. */
  readonly inDoubt: boolean
  readonly exchangeId: string | null
  /** Where a stop triggers now (it may be amended); null for other types. */
  readonly trigger: Price | null
  readonly filled: Amount
  /** Σ price × amount of the fills, in quote. */
  readonly cost: Amount
  /** Why it is to be cancelled: written down before the exchange is asked to, and kept whatever comes of it. */
  readonly cancelling: string | null
  /** Why it ended, or is in doubt. */
  readonly reason: string | null
  readonly updatedAt: EpochMs
}

export type Fill = {
  readonly tradeId: TradeId
  readonly orderId: OrderId
  readonly symbol: TradedPair
  readonly side: Side
  readonly amount: Amount
  readonly price: Price
  readonly fee: Amount
  readonly feeAsset: Asset
  readonly at: EpochMs
}

export type OrderEvent =
  | { readonly type: 'accepted'; readonly exchangeId: string; readonly at: EpochMs }
  | { readonly type: 'refused'; readonly reason: string; readonly at: EpochMs }
  | { readonly type: 'doubted'; readonly reason: string; readonly at: EpochMs }
  | { readonly type: 'never_placed'; readonly at: EpochMs }
  | { readonly type: 'filled'; readonly fill: Fill; readonly at: EpochMs }
  | { readonly type: 'cancelled'; readonly reason: string; readonly at: EpochMs }
  | { readonly type: 'expired'; readonly at: EpochMs }
  /** A resting stop was moved. */
  | { readonly type: 'amended'; readonly trigger: Price; readonly at: EpochMs }

export type OrderError = {
  readonly code: 'order/invalid-transition' | 'order/overfilled' | 'order/empty-fill'
  readonly message: string
}

/**
 * Legal moves; what is absent is refused. `filled` leads to `partially_filled` here and to `filled` when nothing is
 * left, except in final states, which keep their name: the fill still counts.
 */
const NEXT: Record<OrderStatus, Partial<Record<OrderEvent['type'], OrderStatus>>> = {
  pending: {
    accepted: 'open',
    refused: 'rejected',
    doubted: 'pending',
    never_placed: 'rejected',
    filled: 'partially_filled', // a fill can overtake its acknowledgement
    cancelled: 'cancelled',
    expired: 'expired',
  },
  open: {
    accepted: 'open',
    doubted: 'open',
    filled: 'partially_filled',
    cancelled: 'cancelled',
    expired: 'expired',
    amended: 'open',
  },
  partially_filled: {
    accepted: 'partially_filled', // the acknowledgement that the fill overtook
    doubted: 'partially_filled',
    filled: 'partially_filled',
    cancelled: 'cancelled',
    expired: 'expired',
    amended: 'partially_filled',
  },
  filled: { accepted: 'filled', doubted: 'filled' }, // late acknowledgement or late time-out of a request that filled at once
  cancelled: { filled: 'cancelled' }, // the two can cross on the wire: the fill still counts
  expired: { filled: 'expired' },
  rejected: { filled: 'rejected' }, // must not happen, but money moved: it is booked, and an alert is raised
}

export const isFinal = (status: OrderStatus): boolean => FINAL_STATUSES.includes(status)
export const remaining = (order: Order): Amount => order.amount.minus(order.filled) as Amount

/** A fill for an order that was thought to be over: booked like any other, and worth an alert. */
export const isLateFill = (order: Order): boolean => isFinal(order.status) && order.status !== 'filled'

/** The order as it is before anything is known of its fate. */
export const pendingOrder = (intent: OrderIntent): Order => ({
  ...intent,
  status: 'pending',
  inDoubt: false,
  exchangeId: null,
  trigger: intent.type === 'stop' ? intent.limitPrice : null,
  filled: ZERO,
  cost: ZERO,
  cancelling: null,
  reason: null,
  updatedAt: intent.createdAt,
})

/**
 * The order after `event`. Pure: same order and event, same answer.
 *
 * @returns error `order/invalid-transition` for an impossible event and `order/overfilled` for a fill that exceeds the
 *          ordered amount, `order/empty-fill` for one of nothing; all change nothing and are for the caller to record.
 */
export function transition(order: Order, event: OrderEvent): Result<Order, OrderError> {
  const status = NEXT[order.status][event.type]
  if (status === undefined) {
    return err({
      code: 'order/invalid-transition',
      message: `${order.id} is ${order.status}: ${event.type} is impossible`,
    })
  }
  const changed: Order = { ...order, status, updatedAt: event.at }
  switch (event.type) {
    case 'accepted':
      return ok({ ...changed, ...undoubted(order), exchangeId: event.exchangeId })
    case 'doubted':
      return ok(order.status === 'filled' ? order : { ...changed, inDoubt: true, reason: event.reason })
    case 'refused':
    case 'cancelled':
      return ok({ ...changed, inDoubt: false, reason: event.reason })
    case 'never_placed':
      return ok({ ...changed, inDoubt: false, reason: ENDED.neverPlaced })
    case 'expired':
      return ok({ ...changed, inDoubt: false, reason: 'expired' })
    case 'amended':
      if (order.trigger === null) {
        return err({ code: 'order/invalid-transition', message: `${order.id} is no stop: it has no trigger to move` })
      }
      return ok({ ...changed, trigger: event.trigger })
    case 'filled':
      return applyFill(changed, event.fill)
  }
}

/** The reason of a doubt goes with the doubt, so that a later end has its own. */
const undoubted = ({ inDoubt, reason }: Order): Pick<Order, 'inDoubt' | 'reason'> => ({
  inDoubt: false,
  reason: inDoubt ? null : reason,
})

function applyFill(order: Order, fill: Fill): Result<Order, OrderError> {
  if (!fill.amount.gt(ZERO))
    return err({ code: 'order/empty-fill', message: `${fill.tradeId} fills nothing of ${order.id}` })
  const filled = order.filled.plus(fill.amount) as Amount
  if (filled.gt(order.amount)) {
    return err({
      code: 'order/overfilled',
      message: `${order.id} is for ${order.amount.toFixed()}, fills come to ${filled.toFixed()}`,
    })
  }
  const complete = filled.eq(order.amount) && !isFinal(order.status)
  return ok({
    ...order,
    status: complete ? 'filled' : order.status,
    // What traded was accepted, whatever became of the answer.
    ...undoubted(order),
    filled,
    cost: order.cost.plus(fill.price.times(fill.amount)) as Amount,
  })
}

/** Average price of what was filled, in quote per base; null before the first fill. */
export const averagePrice = (order: Order): Price | null =>
  order.filled.gt(decimal('0')) ? (order.cost.div(order.filled) as Price) : null
