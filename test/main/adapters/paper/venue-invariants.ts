import { expect } from 'vitest'
import type { VenueOrder, VenueTrade } from '../../../../src/main/adapters/paper/venue.ts'
import { baseOf, quoteOf } from '../../../../src/shared/ids.ts'
import { type Decimal, decimal, ONE, toText, ZERO } from '../../../../src/shared/money.ts'
import { BTC_USDT, XRP_USDT } from '../../../support/money-arbitraries.ts'
import type { openBench } from './venue-bench.ts'

type Bench = ReturnType<typeof openBench>

/** All that can be seen of a venue. */
export const observe = ({ venue }: Bench) => ({
  open: venue.openOrders(),
  closed: venue.closedOrders({ limit: 1_000 }),
  trades: venue.trades({ since: null, limit: 10_000 }),
  holdings: new Map(venue.holdings()),
  positions: venue.marginPositions(),
})
export type Seen = ReturnType<typeof observe>

const total = (values: Iterable<Decimal>): Decimal => [...values].reduce((sum, value) => sum.plus(value), ZERO)
const same = (what: string, actual: Decimal, expected: Decimal): void => {
  if (!actual.eq(expected)) throw new Error(`${what} is ${toText(actual)}, expected ${toText(expected)}`)
}
const check = (what: string, holds: boolean): void => {
  if (!holds) throw new Error(what)
}

/** What a trade moves of an asset, worked out from nothing but the trade. */
function movement(trade: VenueTrade, code: string): Decimal {
  const sign = decimal(trade.side === 'buy' ? '1' : '-1')
  const fee = code === trade.feeAsset ? trade.fee : ZERO
  if (trade.realized !== null) return (code === quoteOf(trade.symbol) ? trade.realized : ZERO).minus(fee)
  if (code === baseOf(trade.symbol)) return sign.times(trade.amount)
  if (code === quoteOf(trade.symbol)) return sign.times(trade.amount).times(trade.price).neg().minus(fee)
  return ZERO
}

/** At spot: base of a sale, else cost at limit or trigger with the taker's fee, which is the dearer one here. */
function reservation(order: VenueOrder, code: string): Decimal {
  const rest = order.amount.minus(order.filled)
  if (order.side === 'sell') return code === baseOf(order.symbol) ? rest : ZERO
  const worth = rest.times(order.limitPrice ?? order.trigger ?? ZERO).times(ONE.plus(decimal('0.004')))
  return code === quoteOf(order.symbol) ? worth : ZERO
}

export function checkOrders(seen: Seen): void {
  const orders = [...seen.open, ...seen.closed]
  const trades = new Map<number, VenueTrade[]>()
  for (const trade of seen.trades) trades.set(trade.orderNumber, [...(trades.get(trade.orderNumber) ?? []), trade])
  const numbers = (items: readonly { number: number }[]) => items.map(({ number }) => number).sort((a, b) => a - b)
  expect(numbers(orders)).toEqual(orders.map((_, index) => index + 1))
  expect(numbers(seen.trades)).toEqual(seen.trades.map((_, index) => index + 1))
  for (const order of orders) {
    const own = trades.get(order.number) ?? []
    same(`${order.number} filled`, order.filled, total(own.map((trade) => trade.amount)))
    same(`${order.number} cost`, order.cost, total(own.map((trade) => trade.amount.times(trade.price))))
    same(`${order.number} fee`, order.fee, total(own.map((trade) => trade.fee)))
    check(`${order.number} filled beyond its amount`, order.filled.lte(order.amount))
    check(`${order.number} is ${order.status}`, (order.status === 'filled') === order.filled.eq(order.amount))
    check(`${order.number} reserves`, order.status === 'open' || order.held.eq(ZERO))
    check(`${order.number} closed`, (order.closedAt === null) === (order.status === 'open'))
    check(`${order.number} rests`, order.status !== 'open' || (order.type !== 'market' && order.timeInForce === 'GTC'))
  }
  const ids = seen.open.flatMap(({ clientOrderId }) => clientOrderId ?? [])
  check('an id is open twice', new Set(ids).size === ids.length)
}

export function checkMoney(seen: Seen, brought: ReadonlyMap<string, Decimal>): void {
  for (const [code, holding] of seen.holdings) {
    const moved = total(seen.trades.map((trade) => movement(trade, code)))
    same(code, holding.total, (brought.get(code) ?? ZERO).plus(moved))
  }
}

export function checkSpot(seen: Seen): void {
  for (const [code, { total: units, held }] of seen.holdings) {
    check(`${code} is negative`, units.gte(ZERO))
    check(`more of ${code} is held than there is`, held.gte(ZERO) && held.lte(units))
    same(`held ${code}`, held, total(seen.open.map((order) => reservation(order, code))))
  }
}

/** Σ realized = cash of all margin trades + cost of what is still held: division lost nothing. */
export function checkMargin(seen: Seen): void {
  for (const of of [BTC_USDT, XRP_USDT]) {
    const trades = seen.trades.filter((trade) => trade.realized !== null && trade.symbol === of)
    const signed = (trade: VenueTrade) => (trade.side === 'buy' ? trade.amount : trade.amount.neg())
    const position = seen.positions.find((candidate) => candidate.symbol === of)
    same(`${of} position`, position?.amount ?? ZERO, total(trades.map(signed)))
    const cash = total(trades.map((trade) => signed(trade).times(trade.price).neg()))
    const cost = position === undefined ? ZERO : position.amount.gt(ZERO) ? position.cost : position.cost.neg()
    same(`${of} realized`, total(trades.map((trade) => trade.realized ?? ZERO)), cash.plus(cost))
    check(`${of} is no position`, position === undefined || !position.amount.eq(ZERO))
    check(`${of} margin`, position === undefined || (position.margin.gt(ZERO) && position.cost.gt(ZERO)))
  }
}

/** What orders took of a tick is no more than it offered, whoever they were. */
export function checkSizes(bench: Bench, seen: Seen): void {
  for (const [of, tick] of bench.ticks) {
    if (tick === null) continue
    const now = seen.trades.filter(({ symbol, at }) => symbol === of && at >= tick.at)
    const isLiquidation = (trade: VenueTrade) => bench.order(trade.orderNumber).reason === 'liquidated'
    for (const [taker, size] of [
      ['buy', tick.askSize],
      ['sell', tick.bidSize],
    ] as const) {
      const taken = total(now.filter((trade) => trade.side === taker && !isLiquidation(trade)).map((t) => t.amount))
      check(`${of} ${taker} took ${toText(taken)}`, size === undefined || taken.lte(size))
    }
  }
}
