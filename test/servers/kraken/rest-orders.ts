import type { OrderKey, VenueOrder } from '../../../src/main/adapters/paper/venue.ts'
import type { Cancel } from '../../../src/main/ports.ts'
import type { Amount, Price } from '../../../src/shared/money.ts'
import { after, type EpochMs } from '../../../src/shared/time.ts'
import { type Answer, answer, isTrue, type Params, refuse } from './answer.ts'
import type { Desk } from './desk.ts'
import type { Market } from './market.ts'
import { describe } from './order-format.ts'
import { deadlineIn, decimalIn, REFUSALS, readOrder } from './order-request.ts'
import { closedTo, type Wanted } from './system-status.ts'
import { numberOf, txidOf } from './txid.ts'

const BY_USER = 'User requested'
const UNKNOWN_ORDER = refuse('EOrder:Unknown order')
const TOO_MUCH = refuse('EOrder:Rate limit exceeded')

/** Placing, changing and cancelling orders, by the last part of the path. */
export function orderEndpoints(desk: Desk) {
  const { clock, venue, store, markets, counters } = desk
  /** Since when an order rests unchanged: what a change or a cancel costs depends on it. */
  const amendedAt = new Map<number, EpochMs>()
  let amendments = 0
  let deadMan: Cancel = () => undefined

  const restingSince = (order: VenueOrder): EpochMs => amendedAt.get(order.number) ?? order.openedAt
  const closed = (market: Market, order: Wanted): string | null =>
    closedTo(desk.system, order) ?? closedTo(market.status, order)

  function openOrder(params: Params): VenueOrder | null {
    const key = keyIn(params)
    if (key !== null) {
      const order = venue.order(key)
      return order?.status === 'open' ? order : null
    }
    // A userref names many; the newest will do.
    const numbers = /^-?\d{1,10}$/.test(params.txid ?? '') ? store.ordersOfUserref(Number(params.txid)) : []
    return numbers.map((number) => venue.order({ number })).findLast((order) => order?.status === 'open') ?? null
  }

  function cancel(order: VenueOrder, reason: string): boolean {
    counters.cancel(order.symbol, restingSince(order))
    amendedAt.delete(order.number)
    return venue.cancel({ number: order.number }, reason) !== null
  }
  const cancelEverything = (): Answer => answer({ count: cancelAll(BY_USER) })
  const cancelAll = (reason: string): number => venue.openOrders().filter((order) => cancel(order, reason)).length

  function add(params: Params): Answer {
    const market = markets.named(params.pair ?? '')
    if (market === null) return refuse('EQuery:Unknown asset pair')
    const read = readOrder(params, market, clock.now())
    if (!read.ok) return refuse(read.error)
    const { request, note } = read.value
    const shut = closed(market, { type: request.type, isPostOnly: request.postOnly, isReduceOnly: request.reduceOnly })
    if (shut !== null) return refuse(shut)
    const descr = describe(request, market)
    if (isTrue(params.validate)) return answer({ descr })
    if (!counters.order(request.symbol)) return TOO_MUCH
    const open = venue.openOrders().filter(({ symbol }) => symbol === request.symbol)
    if (open.length >= counters.openOrdersAllowed) return refuse('EOrder:Orders limit exceeded')
    const placed = venue.place(request)
    if (!placed.ok) return refuse(REFUSALS[placed.error.code])
    if (note.userref !== null || note.oflags !== 'fciq') store.saveNote(placed.value.number, note)
    return answer({ descr, txid: [txidOf('O', placed.value.number)] })
  }

  function amend(params: Params): Answer {
    const deadline = deadlineIn(params, clock.now())
    if (!deadline.ok) return refuse(deadline.error)
    if (deadline.value !== null && clock.now() > deadline.value) return refuse(REFUSALS['venue/deadline'])
    const order = openOrder(params)
    if (order === null) return UNKNOWN_ORDER
    const shut = closed(markets.of(order.symbol), {
      type: order.type,
      isPostOnly: order.postOnly,
      isReduceOnly: order.reduceOnly,
    })
    if (shut !== null) return refuse(shut)
    const wanted = changesIn(params)
    if (wanted === null) return refuse('EGeneral:Invalid arguments')
    if (!counters.amend(order.symbol, restingSince(order))) return TOO_MUCH
    const { amount } = wanted
    if (amount?.lte(order.filled)) {
      // "If the amendment is below what is filled, the rest is cancelled."
      venue.cancel({ number: order.number }, BY_USER)
    } else {
      const amended = venue.amend({ number: order.number }, wanted)
      if (amended === null) return UNKNOWN_ORDER
      if (!amended.ok) return refuse(REFUSALS[amended.error.code])
      amendedAt.set(order.number, clock.now())
    }
    return answer({ amend_id: txidOf('T', AMENDMENTS_FROM + ++amendments) })
  }

  function cancelOne(params: Params): Answer {
    const order = openOrder(params)
    if (order === null || !cancel(order, BY_USER)) return UNKNOWN_ORDER
    return answer({ count: 1 })
  }

  function cancelBatch(params: Params): Answer {
    const names = Object.entries(params).flatMap(([name, value]) => (name.startsWith('orders[') ? [value] : []))
    const count = names.filter((txid) => cancelOne({ txid }).ok).length
    return count === 0 ? UNKNOWN_ORDER : answer({ count })
  }

  /** Arms, moves or (null) disarms the dead man's switch. */
  function armDeadMan(at: EpochMs | null): void {
    deadMan()
    store.saveDeadMan(at)
    if (at === null) return
    deadMan = clock.at(at, () => {
      store.saveDeadMan(null)
      cancelAll('Timer expired')
    })
  }

  function cancelAllAfter(params: Params): Answer {
    const seconds = Number(params.timeout)
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > 86_400) return refuse('EGeneral:Invalid arguments')
    const now = clock.now()
    const at = seconds === 0 ? null : after(now, seconds * 1_000)
    armDeadMan(at)
    const iso = (time: EpochMs): string => new Date(time).toISOString().replace(/\.\d+/, '')
    return answer({ currentTime: iso(now), triggerTime: at === null ? '0' : iso(at) })
  }

  const armed = store.deadMan()
  if (armed !== null) armDeadMan(armed)
  return {
    endpoints: {
      AddOrder: add,
      AmendOrder: amend,
      CancelOrder: cancelOne,
      CancelOrderBatch: cancelBatch,
      CancelAll: cancelEverything,
      CancelAllOrdersAfter: cancelAllAfter,
    },
    /** Stops what it would do later. */
    close: () => deadMan(),
  }
}

/** So that an amendment's id is never a trade's. */
const AMENDMENTS_FROM = 1_000_000_000

/** By Kraken's id or the client's; null when neither is given in its form. */
function keyIn(params: Params): OrderKey | null {
  if (params.cl_ord_id !== undefined) return { clientOrderId: params.cl_ord_id }
  const number = numberOf('O', params.txid ?? '')
  return number === null ? null : { number }
}

/** Null when nothing is to be changed, or to what is not a number. */
function changesIn(params: Params): { amount?: Amount; limitPrice?: Price; trigger?: Price } | null {
  const read = (['order_qty', 'limit_price', 'trigger_price'] as const).map(
    (name) => [params[name], decimalIn(params[name])] as const,
  )
  if (read.some(([text, value]) => text !== undefined && value === null)) return null
  const [amount, limitPrice, trigger] = read.map(([, value]) => value)
  if (!amount && !limitPrice && !trigger) return null
  return {
    ...(amount ? { amount: amount as Amount } : {}),
    ...(limitPrice ? { limitPrice: limitPrice as Price } : {}),
    ...(trigger ? { trigger: trigger as Price } : {}),
  }
}
