import { z } from 'zod'
import { DecimalText, fromFloat, toText } from '../../../shared/money.ts'

/*
 * The answers of Kraken's REST interface, as far as we read them. Amounts and prices come as text; where a server sends
 * a number its shortest text counts.
 */

const Numeric = z.union([z.string(), z.number().transform((value) => toText(fromFloat(value)))]).pipe(DecimalText)
/** Seconds since 1970 with a fraction. */
const Seconds = z.coerce.number().nonnegative()

export const RawOrder = z.object({
  cl_ord_id: z.string().nullish(),
  status: z.enum(['pending', 'open', 'closed', 'canceled', 'expired']),
  opentm: Seconds,
  closetm: Seconds.nullish(),
  descr: z.object({
    pair: z.string(),
    type: z.enum(['buy', 'sell']),
    /** `limit`, `market`, `stop-loss`, `trailing-stop-limit`, … */
    ordertype: z.string(),
    /** Limit or trigger; a distance such as `+5.0%` for trailing stops. */
    price: z.string(),
    price2: z.string(),
  }),
  vol: Numeric,
  vol_exec: Numeric,
  stopprice: Numeric.optional(),
  /** Comma separated; `fcib` says that fees are taken in base. */
  oflags: z.string().default(''),
})
export type RawOrder = z.infer<typeof RawOrder>

export const RawTrade = z.object({
  ordertxid: z.string(),
  pair: z.string(),
  time: Seconds,
  type: z.enum(['buy', 'sell']),
  price: Numeric,
  fee: Numeric,
  vol: Numeric,
})
export type RawTrade = z.infer<typeof RawTrade>

/** By Kraken's id of the order. */
const RawOrders = z.record(z.string(), RawOrder)

export const RESULTS = {
  AddOrder: z.object({ txid: z.array(z.string().min(1)).min(1) }),
  CancelOrder: z.object({ count: z.coerce.number().int().nonnegative(), pending: z.boolean().optional() }),
  CancelAllOrdersAfter: z.object({ currentTime: z.string(), triggerTime: z.string() }),
  AmendOrder: z.object({ amend_id: z.string().min(1) }),
  OpenOrders: z.object({ open: RawOrders }),
  ClosedOrders: z.object({ closed: RawOrders }),
  QueryOrders: RawOrders,
  TradesHistory: z.object({ trades: z.record(z.string(), RawTrade), count: z.coerce.number().int().nonnegative() }),
  /** Row by row, because some are of kinds that we do not know. */
  Ledgers: z.object({
    ledger: z.record(z.string(), z.unknown()),
    count: z.coerce.number().int().nonnegative().optional(),
  }),
  BalanceEx: z.record(z.string(), z.object({ balance: Numeric, hold_trade: Numeric.optional() })),
  /** Percent. */
  TradeVolume: z.object({
    fees: z.record(z.string(), z.object({ fee: Numeric })),
    fees_maker: z.record(z.string(), z.object({ fee: Numeric })).optional(),
  }),
  GetWebSocketsToken: z.object({ token: z.string().min(1), expires: z.coerce.number().positive() }),
  GetApiKeyInfo: z.object({ permissions: z.array(z.string()), iban: z.string().optional() }),
  /** Seconds since 1970. */
  Time: z.object({ unixtime: z.number().nonnegative() }),
  SystemStatus: z.object({ status: z.enum(['online', 'maintenance', 'cancel_only', 'post_only', 'limit_only']) }),
  /** Pair by pair, because some are of kinds that we do not know. */
  AssetPairs: z.record(z.string(), z.unknown()),
} as const
export type Path = keyof typeof RESULTS
export type ResultOf<P extends Path> = z.infer<(typeof RESULTS)[P]>

export const RawLedgerRow = z.object({
  /** Not before Kraken was there, and not beyond the calendar. */
  time: Seconds.min(1_000_000_000).max(100_000_000_000),
  /** `deposit`, `withdrawal`, `trade`, `earn`, … */
  type: z.string(),
  subtype: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  asset: z.string(),
  /** Added to the balance; below zero it left. */
  amount: Numeric,
  /** Taken from the balance on top. */
  fee: Numeric.default('0'),
})

export const RawPair = z.object({
  altname: z.string(),
  wsname: z.string().optional(),
  base: z.string(),
  quote: z.string(),
  pair_decimals: z.number().int().nonnegative(),
  lot_decimals: z.number().int().nonnegative(),
  tick_size: Numeric.optional(),
  ordermin: Numeric.default('0'),
  costmin: Numeric.default('0'),
  /** [volume from, percent], lowest first. */
  fees: z.array(z.tuple([z.unknown(), Numeric])).min(1),
  fees_maker: z.array(z.tuple([z.unknown(), Numeric])).optional(),
  status: z.string(),
})
export type RawPair = z.infer<typeof RawPair>
