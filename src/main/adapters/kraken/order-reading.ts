import { type Asset, baseOf, ClientOrderId, quoteOf, type TradedPair, TradeId } from '../../../shared/ids.ts'
import { amount, DecimalText, type Price, price, ZERO } from '../../../shared/money.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import type { ExchangeFill, ExchangeOrder, RestingOrder } from '../../ports.ts'
import type { RawOrder, RawTrade } from './messages.ts'

/** Kraken counts in seconds with a fraction. */
const timeOf = (seconds: number): EpochMs => epochMs(Math.floor(seconds * 1_000))

/** What is wholly filled is filled, whatever its last word: an order that never rested can end `canceled` all the same. */
function statusOf(raw: RawOrder): ExchangeOrder['status'] {
  const filled = amount(raw.vol_exec)
  if (filled.gt(ZERO) && filled.gte(amount(raw.vol))) return 'filled'
  switch (raw.status) {
    case 'pending':
    case 'open':
      return filled.gt(ZERO) ? 'partially_filled' : 'open'
    case 'closed':
    case 'canceled':
      return 'cancelled'
    case 'expired':
      return 'expired'
  }
}

/** The first of the given texts that is a price at all: `0` and `+5.0%` are not. */
function firstPrice(...texts: readonly (string | undefined)[]): Price | null {
  for (const text of texts) {
    if (text === undefined || !DecimalText.safeParse(text).success) continue
    const value = price(text)
    if (value.gt(ZERO)) return value
  }
  return null
}

/** `stopprice` is written by some versions of the interface only, and some write the trigger to `price2`. */
const triggerOf = ({ descr, stopprice }: RawOrder): Price | null =>
  descr.ordertype.startsWith('stop-loss') ? firstPrice(descr.price, stopprice, descr.price2) : null

/** Null for none, and for one that is not of our form: somebody else's. */
export const ourIdOf = (text: string | null | undefined): ClientOrderId | null =>
  ClientOrderId.safeParse(text).data ?? null
export const ourId = (raw: RawOrder): ClientOrderId | null => ourIdOf(raw.cl_ord_id)

export function restingOrder(exchangeId: string, raw: RawOrder, symbol: TradedPair): RestingOrder {
  return {
    exchangeId,
    clientOrderId: ourId(raw),
    symbol,
    side: raw.descr.type,
    type: raw.descr.ordertype,
    amount: amount(raw.vol),
    filled: amount(raw.vol_exec),
    price: firstPrice(raw.descr.price, raw.stopprice, raw.descr.price2),
    openedAt: timeOf(raw.opentm),
  }
}

/** Fees are taken in quote unless the order asked for base. */
const feeAssetOf = (raw: RawOrder, symbol: TradedPair): Asset =>
  raw.oflags.split(',').includes('fcib') ? baseOf(symbol) : quoteOf(symbol)

export function exchangeOrder(
  found: { readonly exchangeId: string; readonly clientOrderId: ClientOrderId; readonly raw: RawOrder },
  symbol: TradedPair,
  trades: readonly (readonly [id: string, trade: RawTrade])[],
): ExchangeOrder {
  const { exchangeId, clientOrderId, raw } = found
  const fills = trades
    .filter(([, { ordertxid }]) => ordertxid === exchangeId)
    .toSorted(([, a], [, b]) => a.time - b.time)
    .map(
      ([id, trade]): ExchangeFill => ({
        tradeId: TradeId.parse(id),
        clientOrderId,
        symbol,
        side: trade.type,
        amount: amount(trade.vol),
        price: price(trade.price),
        fee: amount(trade.fee),
        feeAsset: feeAssetOf(raw, symbol),
        at: timeOf(trade.time),
      }),
    )
  return {
    exchangeId,
    clientOrderId,
    status: statusOf(raw),
    filled: amount(raw.vol_exec),
    trigger: triggerOf(raw),
    fills,
  }
}
