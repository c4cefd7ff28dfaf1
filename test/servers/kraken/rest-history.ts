import type { VenueOrder, VenueTrade } from '../../../src/main/adapters/paper/venue.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { type Answer, answer, isTrue, type Params } from './answer.ts'
import { ClosedIndex } from './closed-index.ts'
import type { Desk } from './desk.ts'
import { NO_NOTE, orderBody, tradeBody } from './order-format.ts'
import { numberOf, txidOf } from './txid.ts'

/** Kraken tells of so many orders or trades at once. */
const PAGE = 50
const ALL = Number.MAX_SAFE_INTEGER

/** What became of orders, by the last part of the path. */
export function historyEndpoints({ venue, store, markets }: Desk) {
  const index = new ClosedIndex(venue)
  const noteOf = (order: VenueOrder) => store.note(order.number) ?? NO_NOTE

  function ordersBy(orders: readonly VenueOrder[], params: Params) {
    const withTrades = isTrue(params.trades)
    return Object.fromEntries(
      orders.map((order) => {
        const trades = withTrades ? venue.tradesOf(order.number) : null
        return [txidOf('O', order.number), orderBody(order, noteOf(order), markets.of(order.symbol), trades)]
      }),
    )
  }
  const tradesBy = (trades: readonly VenueTrade[]) =>
    Object.fromEntries(
      trades.flatMap((trade) => {
        const order = venue.order({ number: trade.orderNumber })
        return order === null ? [] : [[txidOf('T', trade.number), tradeBody(trade, order, markets.of(trade.symbol))]]
      }),
    )
  const isOfUser = ({ userref }: Params, orderNumber: number): boolean =>
    userref === undefined || store.note(orderNumber)?.userref === Number(userref)

  /** How many orders are over. Numbers have no gaps, so nobody has to count them. */
  function closedCount(): number {
    const open = venue.openOrders()
    const newest = Math.max(open.at(-1)?.number ?? 0, venue.closedOrders({ limit: 1 })[0]?.number ?? 0)
    return newest - open.length
  }

  function closed(params: Params): Answer {
    const { cl_ord_id: clientOrderId, ofs = '0', closetime = 'both' } = params
    const from = Number(ofs)
    const isFiltered = ['start', 'end', 'userref'].some((name) => params[name] !== undefined)
    if (!isFiltered) {
      const filter = { limit: from + PAGE, ...(clientOrderId === undefined ? {} : { clientOrderId }) }
      const orders = venue.closedOrders(filter).slice(from)
      const count =
        clientOrderId === undefined ? closedCount() : venue.closedOrders({ clientOrderId, limit: ALL }).length
      return answer({ closed: ordersBy(orders, params), count })
    }
    const isWithin = period(params, (txid) => {
      const number = numberOf('O', txid)
      return number === null ? null : (venue.order({ number })?.openedAt ?? null)
    })
    const found = index
      .find(({ openedAt, closedAt }) => {
        if (closetime === 'open') return isWithin(openedAt)
        if (closetime === 'close') return isWithin(closedAt)
        return isWithin(openedAt) || isWithin(closedAt)
      })
      .filter(({ number }) => isOfUser(params, number))
      .filter(({ number }) => clientOrderId === undefined || venue.order({ number })?.clientOrderId === clientOrderId)
    const page = found.slice(from, from + PAGE).flatMap(({ number }) => venue.order({ number }) ?? [])
    return answer({ closed: ordersBy(page, params), count: found.length })
  }

  function trades(params: Params): Answer {
    const from = Number(params.ofs ?? '0')
    if (params.start === undefined && params.end === undefined) {
      const found = venue.trades({ since: null, limit: from + PAGE }).slice(from)
      return answer({ trades: tradesBy(found), count: venue.trades({ since: null, limit: 1 })[0]?.number ?? 0 })
    }
    const isWithin = period(params, (txid) => {
      const number = numberOf('T', txid)
      return venue.trades({ since: null, limit: ALL }).find((trade) => trade.number === number)?.at ?? null
    })
    const start = Number(params.start ?? 0)
    const since = Number.isNaN(start) ? null : epochMs(Math.floor(start * 1_000))
    const found = venue.trades({ since, limit: ALL }).filter(({ at }) => isWithin(at))
    return answer({ trades: tradesBy(found.slice(from, from + PAGE)), count: found.length })
  }

  const openOrders = (params: Params): Answer => {
    const { cl_ord_id: clientOrderId } = params
    const open = venue
      .openOrders()
      .filter((order) => clientOrderId === undefined || order.clientOrderId === clientOrderId)
    return answer({ open: ordersBy(open.filter(({ number }) => isOfUser(params, number)).toReversed(), params) })
  }

  const queryOrders = (params: Params): Answer => {
    const numbers = (params.txid ?? '').split(',').flatMap((txid) => numberOf('O', txid) ?? [])
    const orders = numbers.slice(0, PAGE).flatMap((number) => venue.order({ number }) ?? [])
    return answer(
      ordersBy(
        orders.filter(({ number }) => isOfUser(params, number)),
        params,
      ),
    )
  }

  const queryTrades = (params: Params): Answer => {
    const numbers = new Set((params.txid ?? '').split(',').flatMap((txid) => numberOf('T', txid) ?? []))
    return answer(tradesBy(venue.trades({ since: null, limit: ALL }).filter(({ number }) => numbers.has(number))))
  }

  return {
    OpenOrders: openOrders,
    ClosedOrders: closed,
    QueryOrders: queryOrders,
    TradesHistory: trades,
    QueryTrades: queryTrades,
  }
}

/** Start is exclusive, end inclusive; either is a time in seconds or an id, whose time `timeOf` knows (in ms). */
export function period({ start, end }: Params, timeOf: (txid: string) => number | null): (at: number) => boolean {
  const timeIn = (text: string | undefined, otherwise: number): number => {
    if (text === undefined || text === '') return otherwise
    const seconds = Number(text)
    return Number.isNaN(seconds) ? (timeOf(text) ?? otherwise) : seconds * 1_000
  }
  const [from, to] = [timeIn(start, Number.NEGATIVE_INFINITY), timeIn(end, Number.POSITIVE_INFINITY)]
  return (at) => at > from && at <= to
}
