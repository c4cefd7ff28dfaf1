import type { ClientOrderId, TradedPair } from '../../../shared/ids.ts'
import { amount, sum, ZERO } from '../../../shared/money.ts'
import { err, ok, type Result } from '../../../shared/result.ts'
import type { Clock, ExchangeOrder, Unreachable } from '../../ports.ts'
import type { KrakenClient } from './client.ts'
import type { KrakenMarkets } from './kraken-markets.ts'
import type { RawOrder, RawTrade } from './messages.ts'
import { exchangeOrder } from './order-reading.ts'

type Found = { readonly exchangeId: string; readonly clientOrderId: ClientOrderId; readonly raw: RawOrder }
type Trade = readonly [id: string, trade: RawTrade]
type Outcome<T> = Result<T, Unreachable>

/** One page of Kraken's histories. */
const PAGE = 50
/** Pages of trades read for one order; what is older is left to the next look. */
const MOST_PAGES = 20
/** An order that was just placed may be in the trades before it is among the closed orders, so far back. */
const RECENT_SECONDS = 15 * 60
/** Trades one by one, so that their ids never change meaning while an order goes on trading. */
const UNCONSOLIDATED = { consolidate_taker: 'false' }

/** Looks for an order of ours everywhere Kraken may have it: open orders, closed orders, trades. */
export function createOrderSearch({
  client,
  markets,
  clock,
}: {
  client: KrakenClient
  markets: KrakenMarkets
  clock: Clock
}) {
  return async function find(clientOrderId: ClientOrderId): Promise<Outcome<ExchangeOrder | 'never-seen'>> {
    // In this order: an order that closes between two questions is in the second answer.
    const open = await client.ask('OpenOrders', { cl_ord_id: clientOrderId })
    if (!open.ok) return open
    const resting = pick(open.value.open, clientOrderId)
    if (!resting.ok) return resting
    if (resting.value !== null) return describe(resting.value)
    const closed = await client.ask('ClosedOrders', { cl_ord_id: clientOrderId, ...UNCONSOLIDATED })
    if (!closed.ok) return closed
    const over = pick(closed.value.closed, clientOrderId)
    if (!over.ok) return over
    if (over.value !== null) return describe(over.value)
    const traded = await amongTrades(clientOrderId)
    if (!traded.ok) return traded
    return traded.value === null ? ok('never-seen') : describe(traded.value)
  }

  /** Trades do not carry our id: the orders behind the recent ones are asked for it. */
  async function amongTrades(clientOrderId: ClientOrderId): Promise<Outcome<Found | null>> {
    const start = String(Math.floor(clock.now() / 1_000) - RECENT_SECONDS)
    const recent = await client.ask('TradesHistory', { start, ...UNCONSOLIDATED })
    if (!recent.ok) return recent
    const orders = new Set(Object.values(recent.value.trades).map(({ ordertxid }) => ordertxid))
    if (orders.size === 0) return ok(null)
    const asked = await client.ask('QueryOrders', { txid: [...orders].slice(0, PAGE).join(',') })
    return asked.ok ? pick(asked.value, clientOrderId) : asked
  }

  async function describe(found: Found): Promise<Outcome<ExchangeOrder>> {
    const symbol = await symbolOf(markets, found.raw.descr.pair)
    if (!symbol.ok) return symbol
    const trades = amount(found.raw.vol_exec).gt(ZERO) ? await tradesOf(found) : ok([])
    return trades.ok ? ok(exchangeOrder(found, symbol.value, trades.value)) : trades
  }

  async function tradesOf({ exchangeId, raw }: Found): Promise<Outcome<readonly Trade[]>> {
    const filled = amount(raw.vol_exec)
    const period = {
      start: String(Math.floor(raw.opentm) - 1),
      ...(raw.closetm ? { end: String(Math.ceil(raw.closetm) + 1) } : {}),
    }
    const trades = new Map<string, RawTrade>()
    for (let page = 0; page < MOST_PAGES; page++) {
      const history = await client.ask('TradesHistory', { ...period, ...UNCONSOLIDATED, ofs: String(page * PAGE) })
      if (!history.ok) return history
      const entries = Object.entries(history.value.trades)
      for (const [id, trade] of entries) if (trade.ordertxid === exchangeId) trades.set(id, trade)
      const isComplete = sum([...trades.values()].map(({ vol }) => amount(vol))).gte(filled)
      if (isComplete || entries.length === 0 || (page + 1) * PAGE >= history.value.count) break
    }
    return ok([...trades])
  }
}

/** Kraken filters by the id it is asked for; a server that does not is not believed. */
function pick(orders: Readonly<Record<string, RawOrder>>, clientOrderId: ClientOrderId): Outcome<Found | null> {
  const found = Object.entries(orders).filter(([, { cl_ord_id }]) => cl_ord_id === clientOrderId)
  const [first, second] = found
  if (first !== undefined && second !== undefined) {
    const message = `Kraken has ${found.length} orders named ${clientOrderId}: ${found.map(([id]) => id).join(', ')}.`
    return err({ kind: 'unreachable', code: 'exchange/ambiguous', message })
  }
  return ok(first === undefined ? null : { exchangeId: first[0], clientOrderId, raw: first[1] })
}

/** A market that was listed since we last looked is worth another look. */
export async function symbolOf(markets: KrakenMarkets, name: string): Promise<Outcome<TradedPair>> {
  const known = await markets.book()
  if (!known.ok) return known
  const symbol = known.value.symbolOf(name)
  if (symbol !== null) return ok(symbol)
  const refreshed = await markets.refresh()
  if (!refreshed.ok) return refreshed
  const found = markets.known()?.symbolOf(name) ?? null
  if (found !== null) return ok(found)
  return err({ kind: 'unreachable', code: 'exchange/unreadable', message: `Kraken lists no market named ${name}.` })
}
