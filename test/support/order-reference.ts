import fc from 'fast-check'
import {
  averagePrice,
  type Fill,
  isFinal,
  isLateFill,
  type Order,
  type OrderError,
  type OrderEvent,
  pendingOrder,
  remaining,
  transition,
} from '../../src/main/domain/order.ts'
import type { TradeId } from '../../src/shared/ids.ts'
import { amount, type Decimal, decimal, price, toText } from '../../src/shared/money.ts'
import { epochMs } from '../../src/shared/time.ts'
import { scaled } from './money-arbitraries.ts'
import { fillOf, intentOf, NOON } from './trading-builders.ts'

/*
 * What the design says of orders, said a second time and differently: not as a table of moves, but as what follows from
 * everything that was ever told of an order. An order is for 100 units; trade 3 is always the same trade, however often
 * it is told. Whatever can be told can be told at any time: what is impossible then must be refused.
 */

export type Told = { readonly at: number } & (
  | { readonly type: Exclude<OrderEvent['type'], 'amended' | 'filled'> }
  | { readonly type: 'amended'; readonly trigger: number }
  | { readonly type: 'filled'; readonly trade: number }
)
/** What becomes of something told: believed, known already (a trade told again), or refused with a code. */
export type Verdict = 'believed' | 'known' | OrderError['code']

/** Units and price of the trades that can happen, in steps of `UNIT_PLACES` and `PRICE_PLACES`; none has 0 units. */
type Trades = ReadonlyArray<{ readonly units: number; readonly at: number }>
type Past = { readonly isStop: boolean; readonly trades: Trades; readonly told: Told[] }

const WHOLE = 100
const TRADES = 8
const UNIT_PLACES = 8
const PRICE_PLACES = 5
const DIVISION_PLACES = 24
const FIRST_TRIGGER = 150
const ENDINGS: Partial<Record<Told['type'], Order['status']>> = {
  refused: 'rejected',
  never_placed: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
}
const REASONS: Partial<Record<Told['type'], string>> = { never_placed: 'never-placed', expired: 'expired' }

const unitsOf = (trades: Trades, trade: number): number => trades[trade]?.units ?? 0
const isDoubt = ({ type }: Told): boolean => type === 'doubted'
const isTrade = ({ type }: Told): boolean => type === 'filled'
const reasonOf = (told: Told): string => REASONS[told.type] ?? `said at ${told.at}`

/** The order that a past makes. */
function orderAfter({ isStop, trades, told }: Past) {
  const traded = [...new Set(told.flatMap((one) => (one.type === 'filled' ? [one.trade] : [])))]
  const units = traded.reduce((total, trade) => total + unitsOf(trades, trade), 0)
  const cost = traded.reduce((total, trade) => total + unitsOf(trades, trade) * (trades[trade]?.at ?? 0), 0)
  const ending = told.find(({ type }) => ENDINGS[type] !== undefined)
  const acknowledged = told.findLast(({ type }) => type === 'accepted')
  const isWhole = ending === undefined && units === WHOLE
  const alive = isWhole ? 'filled' : units > 0 ? 'partially_filled' : acknowledged ? 'open' : 'pending'
  // Nobody doubts what is filled: the last trade is the last word, but for a late acknowledgement.
  const news = isWhole ? told.filter((one, index) => !isDoubt(one) || index < told.findLastIndex(isTrade)) : told
  const doubt = news.findLast(({ type }) => type !== 'amended')
  const inDoubt = ending === undefined && doubt !== undefined && isDoubt(doubt)
  const reason = ending ?? (inDoubt ? doubt : undefined)
  const moves = told.flatMap((one) => (one.type === 'amended' ? [one.trigger] : []))
  return {
    status: (ending && ENDINGS[ending.type]) ?? alive,
    units,
    cost,
    inDoubt,
    isOver: ending !== undefined || isWhole,
    isLate: ending !== undefined,
    trigger: isStop ? (moves.at(-1) ?? FIRST_TRIGGER) : null,
    exchangeId: acknowledged === undefined ? null : `X${acknowledged.at}`,
    reason: reason === undefined ? null : reasonOf(reason),
    updatedAt: news.at(-1)?.at ?? 0,
  }
}

/** What an order with this past makes of one thing more. */
function verdictOn(one: Told, past: Past): Verdict {
  const { status, units, isOver, isLate } = orderAfter(past)
  const unlessIt = (isImpossible: boolean): Verdict => (isImpossible ? 'order/invalid-transition' : 'believed')
  switch (one.type) {
    case 'filled': {
      if (past.told.some((before) => before.type === 'filled' && before.trade === one.trade)) return 'known'
      if (status === 'filled') return 'order/invalid-transition'
      const more = unitsOf(past.trades, one.trade)
      if (more === 0) return 'order/empty-fill'
      return units + more > WHOLE ? 'order/overfilled' : 'believed'
    }
    case 'refused':
    case 'never_placed':
      return unlessIt(units > 0 || isOver || past.told.some(({ type }) => type === 'accepted'))
    case 'cancelled':
    case 'expired':
      return unlessIt(isOver)
    case 'accepted':
    case 'doubted':
      return unlessIt(isLate)
    case 'amended':
      return unlessIt(!past.isStop || isOver || status === 'pending')
  }
}

const timeOf = (at: number) => epochMs(NOON + at)

function eventOf(told: Told, trades: Trades): OrderEvent {
  const at = timeOf(told.at)
  switch (told.type) {
    case 'accepted':
      return { type: 'accepted', exchangeId: `X${told.at}`, at }
    case 'refused':
    case 'doubted':
    case 'cancelled':
      return { type: told.type, reason: reasonOf(told), at }
    case 'never_placed':
    case 'expired':
      return { type: told.type, at }
    case 'amended':
      return { type: 'amended', trigger: price(scaled(told.trigger, PRICE_PLACES)), at }
    case 'filled':
      return { type: 'filled', fill: tradeOf(told.trade, trades), at }
  }
}

const tradeOf = (trade: number, trades: Trades): Fill =>
  fillOf({
    tradeId: `T${trade}` as TradeId,
    amount: amount(scaled(unitsOf(trades, trade), UNIT_PLACES)),
    price: price(scaled(trades[trade]?.at ?? 0, PRICE_PLACES)),
  })

export type Machine = typeof transition
/** The order machine behind a book of trades: one that is known changes nothing, one that is refused stays unknown. */
type Desk = { order: Order; readonly known: Set<TradeId> } & Required<Options>
export type Options = {
  /** Another machine, which is to be found out. */
  readonly machine?: Machine
  readonly keepsBook?: boolean
  readonly onTold?: (status: Order['status'], type: Told['type'], verdict: Verdict) => void
}

function tell(desk: Desk, event: OrderEvent): Verdict {
  const trade = event.type === 'filled' && desk.keepsBook ? event.fill.tradeId : null
  if (trade !== null && desk.known.has(trade)) return 'known'
  const result = desk.machine(desk.order, event)
  if (!result.ok) return result.error.code
  desk.order = Object.freeze(result.value)
  if (trade !== null) desk.known.add(trade)
  return 'believed'
}

const textOf = (whole: number | bigint, places: number): string => toText(decimal(scaled(whole, places)))
const orNull = (value: Decimal | null): string | null => (value === null ? null : toText(value))

const seen = (order: Order) =>
  [
    ['status', order.status, isFinal(order.status), isLateFill(order)],
    ['filled', toText(order.filled), toText(remaining(order)), toText(order.cost), orNull(averagePrice(order))],
    ['doubt', order.inDoubt, order.reason],
    ['rest', orNull(order.trigger), order.exchangeId, order.updatedAt],
  ].join(' ')

function foreseen(past: Past): string {
  const expected = orderAfter(past)
  const { status, units, cost, trigger } = expected
  const average = units === 0 ? null : (BigInt(cost) * 10n ** BigInt(DIVISION_PLACES - PRICE_PLACES)) / BigInt(units)
  return [
    ['status', status, expected.isOver, expected.isLate],
    [
      'filled',
      textOf(units, UNIT_PLACES),
      textOf(WHOLE - units, UNIT_PLACES),
      textOf(cost, UNIT_PLACES + PRICE_PLACES),
      average === null ? null : textOf(average, DIVISION_PLACES),
    ],
    ['doubt', expected.inDoubt, expected.reason],
    ['rest', trigger === null ? null : textOf(trigger, PRICE_PLACES), expected.exchangeId, timeOf(expected.updatedAt)],
  ].join(' ')
}

class Tell implements fc.Command<Past, Desk> {
  readonly told: Told
  constructor(told: Told) {
    this.told = told
  }

  check = (): boolean => true

  run(past: Past, desk: Desk): void {
    const before = desk.order
    const expected = verdictOn(this.told, past)
    const verdict = tell(desk, eventOf(this.told, past.trades))
    desk.onTold(before.status, this.told.type, verdict)
    if (verdict !== expected) {
      throw new Error(`${this.told.type} was ${verdict} on ${before.status}, expected ${expected}`)
    }
    if (verdict === 'believed') past.told.push(this.told)
    else if (desk.order !== before) throw new Error(`${this.told.type} was ${verdict} and changed the order`)
    const [is, should] = [seen(desk.order), foreseen(past)]
    if (is !== should) throw new Error(`${this.told.type} on ${before.status}: ${is}, expected ${should}`)
  }

  toString = (): string => JSON.stringify(this.told)
}

const at = fc.nat(9_999)
const plain = (...types: Exclude<Told['type'], 'amended' | 'filled'>[]): fc.Arbitrary<Told> =>
  fc.record({ type: fc.constantFrom(...types), at })
const trade: fc.Arbitrary<Told> = fc.record({ type: fc.constant('filled'), trade: fc.nat(TRADES - 1), at })
/** Fills, doubts and acknowledgements are what goes wrong most, so they come most often. */
const ARBITRARIES: readonly fc.Arbitrary<Told>[] = [
  trade,
  trade,
  trade,
  plain('accepted', 'doubted'),
  plain('accepted', 'doubted', 'refused', 'never_placed', 'cancelled', 'expired'),
  fc.record({ type: fc.constant('amended'), trigger: fc.integer({ min: 1, max: 999 }), at }),
]

export type History = {
  readonly isStop: boolean
  readonly trades: Trades
  readonly commands: Iterable<fc.Command<Past, Desk>>
}
/** Amounts that often come to the whole, to a unit too little, and to a unit too much; 0 is a trade of nothing. */
const UNITS = [0, 1, 10, 20, 20, 25, 25, 30, 40, 50, 50, 60, 75, 99, 100, 101]

export const historyArb: fc.Arbitrary<History> = fc.record({
  isStop: fc.boolean(),
  trades: fc.array(fc.record({ units: fc.constantFrom(...UNITS), at: fc.integer({ min: 1, max: 2_000 }) }), {
    minLength: TRADES,
    maxLength: TRADES,
  }),
  commands: fc.commands(
    ARBITRARIES.map((told) => told.map((one) => new Tell(one))),
    { maxCommands: 25, size: 'max', disableReplayLog: true },
  ),
})

/**
 * Plays a history through the order machine beside the reference.
 *
 * @throws when they disagree, saying where.
 */
export function play({ isStop, trades, commands }: History, options: Options = {}): void {
  const intent = intentOf({
    type: isStop ? 'stop' : 'limit',
    amount: amount(scaled(WHOLE, UNIT_PLACES)),
    limitPrice: price(scaled(FIRST_TRIGGER, PRICE_PLACES)),
  })
  const { machine = transition, keepsBook = true, onTold = () => {} } = options
  const order = Object.freeze(pendingOrder(intent))
  const setup = () => ({
    model: { isStop, trades, told: [] },
    real: { order, known: new Set<TradeId>(), machine, keepsBook, onTold },
  })
  fc.modelRun(setup, commands)
}
