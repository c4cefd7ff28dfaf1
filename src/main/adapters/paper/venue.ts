import type { Asset, TradedPair } from '../../../shared/ids.ts'
import type { Amount, Price } from '../../../shared/money.ts'
import type { Result } from '../../../shared/result.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Tick } from '../../domain/market.ts'
import type { Side } from '../../domain/order.ts'
import type { Movement } from '../../ports.ts'

/*
 * A simulated exchange: one account, its orders and trades, and the rules by which they meet the market. The paper
 * exchange and the test server that speaks Kraken's protocol are two shells round it.
 */

/** A price seen, with what is on offer there (base units; absent = as much as anybody wants). */
export type VenueTick = Tick & { readonly bidSize?: Amount; readonly askSize?: Amount }

export type VenueRequest = {
  readonly clientOrderId: string | null
  readonly symbol: TradedPair
  readonly side: Side
  readonly type: 'market' | 'limit' | 'stop-loss'
  readonly amount: Amount
  /** Limit orders only. */
  readonly limitPrice: Price | null
  /** Stops only: a last price at or beyond it makes the order a market order. */
  readonly trigger: Price | null
  readonly timeInForce: 'GTC' | 'IOC'
  readonly postOnly: boolean
  /** 1 is spot. */
  readonly leverage: number
  readonly reduceOnly: boolean
  /** Not matched, and refused, when the request arrives later. */
  readonly deadline: EpochMs | null
}

export type VenueOrder = Omit<VenueRequest, 'deadline'> & {
  /** 1, 2, 3, … in order of arrival. */
  readonly number: number
  readonly status: 'open' | 'filled' | 'cancelled' | 'expired'
  readonly filled: Amount
  readonly cost: Amount
  readonly fee: Amount
  /** Stops only: the last price was at the trigger, what is left trades like a market order. */
  readonly isTriggered: boolean
  /** What it reserves while it is open: base for a spot sale, quote for everything else. */
  readonly held: Amount
  readonly openedAt: EpochMs
  readonly closedAt: EpochMs | null
  readonly reason: string | null
}

export type VenueTrade = {
  readonly number: number
  readonly orderNumber: number
  readonly symbol: TradedPair
  readonly side: Side
  readonly amount: Amount
  readonly price: Price
  readonly fee: Amount
  readonly feeAsset: Asset
  readonly isMaker: boolean
  /** Margin trades only: what closing brought, in quote, before its fee. */
  readonly realized: Amount | null
  readonly at: EpochMs
}

/** Refusals, `venue/…`. */
export type VenueRefusal = {
  readonly code:
    | 'venue/unknown-market'
    | 'venue/no-price'
    | 'venue/deadline'
    | 'venue/duplicate-client-order-id'
    | 'venue/minimum-amount'
    | 'venue/minimum-cost'
    | 'venue/lot'
    | 'venue/tick'
    | 'venue/insufficient-funds'
    | 'venue/insufficient-margin'
    | 'venue/post-only'
    | 'venue/reduce-only'
    | 'venue/leverage'
  readonly message: string
}

export type OrderKey = { readonly number: number } | { readonly clientOrderId: string }

export type VenueHolding = { readonly total: Amount /** Reserved by open orders. */; readonly held: Amount }

/** `order`: accepted, amended, triggered, or over without another trade. Trades tell of themselves. */
export type VenueEvent =
  | { readonly kind: 'order'; readonly order: VenueOrder }
  | { readonly kind: 'trade'; readonly order: VenueOrder; readonly trade: VenueTrade }

/** Net amount per symbol on margin: above zero long, below zero short. */
export type MarginPosition = {
  readonly symbol: TradedPair
  readonly amount: Amount
  readonly cost: Amount
  readonly margin: Amount
}

/** What came into the account, left it, or changed its place, other than by a trade. */
export type VenueMovement = {
  readonly number: number
  readonly kind: Movement['kind']
  readonly asset: Asset
  /** Above zero. */
  readonly amount: Amount
  readonly at: EpochMs
}

export type Venue = {
  place(request: VenueRequest): Result<VenueOrder, VenueRefusal>
  /** Null when no such order is open. */
  cancel(key: OrderKey, reason: string): VenueOrder | null
  /** Changes an open order in place: amount (total, not less than filled), limit price or trigger. */
  amend(
    key: OrderKey,
    change: { readonly amount?: Amount; readonly limitPrice?: Price; readonly trigger?: Price },
  ): Result<VenueOrder, VenueRefusal> | null
  /** By number, or the newest with this client order id: ids are unique among open orders only. */
  order(key: OrderKey): VenueOrder | null
  openOrders(): readonly VenueOrder[]
  /** Newest first. */
  closedOrders(filter: { readonly clientOrderId?: string; readonly limit: number }): readonly VenueOrder[]
  tradesOf(orderNumber: number): readonly VenueTrade[]
  /** Newest first. */
  trades(filter: { readonly since: EpochMs | null; readonly limit: number }): readonly VenueTrade[]
  /** By the account's own asset codes: `BTC`, and `BTC.F` for what is earning. */
  holdings(): ReadonlyMap<string, VenueHolding>
  /** Changes a balance without a word; earn codes are allowed. @throws when that much is not free. */
  credit(assetCode: string, amount: Amount): void
  /** Changes the balances and tells of it in `movements`. Error `venue/insufficient-funds`, or nothing to move. */
  move(kind: Movement['kind'], asset: Asset, amount: Amount): Result<VenueMovement>
  /** Oldest first. */
  movements(since: EpochMs): readonly VenueMovement[]
  marginPositions(): readonly MarginPosition[]
  onTicks(ticks: readonly VenueTick[]): void
  onEvent(listener: (event: VenueEvent) => void): () => void
  close(): void
}
