import { z } from 'zod'

/* Orders and positions as the window sees them; conventions as in views.ts. */
const Num = z.string()
const At = z.number()

export const OrderView = z.object({
  id: z.string(),
  clientOrderId: z.string(),
  /** Null until the exchange has said so. */
  exchangeId: z.string().nullable(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['market', 'limit', 'post_only', 'stop']),
  purpose: z.enum(['entry', 'exit', 'protective stop', 'rebalance', 'bag purchase']),
  amount: Num,
  /** For a market order the worst price; for a stop its first trigger. */
  limitPrice: Num,
  /** Where a stop triggers now; null for other types. */
  trigger: Num.nullable(),
  /** 1 is spot. */
  leverage: z.number(),
  filled: Num,
  filledPercent: Num,
  averagePrice: Num.nullable(),
  status: z.string(),
  inDoubt: z.boolean(),
  /**
   * Until then it is known whether it was placed: the order's deadline and 10 s. Null when nothing is in doubt, or when
   * only the fate of a later request (a cancel, a moved stop) is.
   */
  doubtUntil: At.nullable(),
  isOpen: z.boolean(),
  reason: z.string().nullable(),
  /** Where it came from: the proposal or position, by id. */
  origin: z.string(),
  createdAt: At,
  updatedAt: At,
  correlationId: z.string(),
})
export type OrderView = z.infer<typeof OrderView>

/** An open order of the account that is not ours: shown, never touched. */
export const ExternalOrderView = z.object({
  exchangeId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  /** The exchange's word, e.g. `limit`, `stop-loss`. */
  type: z.string(),
  amount: Num,
  filled: Num,
  filledPercent: Num,
  /** Limit or trigger price; null for a market order. */
  price: Num.nullable(),
  openedAt: At,
})
export type ExternalOrderView = z.infer<typeof ExternalOrderView>

/** What stands between a position and the market while nobody watches. */
export const ProtectionView = z.object({
  /**
   * `resting`: stops at the exchange cover all of it. `placing`: they will once what was sent is acknowledged.
   * `closing`: it is being closed. `unprotected`: none of these. `none`: nothing is held, or
   * too little for a stop of its own.
   */
  state: z.enum(['resting', 'placing', 'unprotected', 'closing', 'none']),
  /** Base units covered by stops that rest. */
  amount: Num,
  /** Of the stop that rests or is being placed. */
  trigger: Num.nullable(),
  orderId: z.string().nullable(),
  /** Since when less than all that can be covered has been; null while all of it is. */
  since: At.nullable(),
})
export type ProtectionView = z.infer<typeof ProtectionView>

export const PositionView = z.object({
  id: z.string(),
  symbol: z.string(),
  side: z.enum(['long', 'short']),
  /** 1 is spot. */
  leverage: z.number(),
  /** Quote bound by what is held; null on spot. */
  margin: Num.nullable(),
  /** Base units still held (long) or owed (short). */
  amount: Num,
  /** Base units bought (long) or sold short over its life. */
  entered: Num,
  averageEntry: Num.nullable(),
  /** Of what was closed so far. */
  averageExit: Num.nullable(),
  mark: Num.nullable(),
  markAt: At.nullable(),
  isStale: z.boolean(),
  /** What is still open: entry fees are deducted, an exit's are not. */
  unrealized: Num.nullable(),
  unrealizedPercent: Num.nullable(),
  realized: Num,
  /** Quote at risk from entry to the stop of the approved trade, for all that was entered. One R. */
  oneR: Num.nullable(),
  /** Realized and unrealized, in R. */
  rMultiple: Num.nullable(),
  /** Entry fees of what is still held, in quote. */
  openFees: Num,
  stop: Num,
  target: Num,
  /** Way left to it in percent of the mark; negative when it is behind the mark. */
  stopDistancePercent: Num.nullable(),
  targetDistancePercent: Num.nullable(),
  /** The worst price a close at market would take at this mark. */
  closeWorstPrice: Num.nullable(),
  protection: ProtectionView,
  openedAt: At,
  closedAt: At.nullable(),
  exitReason: z.enum(['stop', 'target', 'trader', 'time', 'unprotected', 'signal', 'breaker']).nullable(),
  isClosing: z.boolean(),
  correlationId: z.string(),
})
export type PositionView = z.infer<typeof PositionView>

/** At most so many orders are pushed as recent; older ones are asked for. */
export const RECENT_ORDERS = 100

export const OrdersView = z.object({
  open: z.array(OrderView),
  /** Newest first, at most `RECENT_ORDERS`. */
  recent: z.array(OrderView),
  external: z.array(ExternalOrderView),
  /** When the exchange was last asked for all its open orders; null before the first time. */
  externalAt: At.nullable(),
  positions: z.array(PositionView),
  closedPositions: z.array(PositionView),
})
export type OrdersView = z.infer<typeof OrdersView>
