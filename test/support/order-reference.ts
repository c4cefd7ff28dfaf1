import fc from 'fast-check'
import { type Fill, type Order, type OrderEvent, pendingOrder, transition } from '../../src/main/domain/order.ts'
import type { TradeId } from '../../src/shared/ids.ts'
import { amount, price, toText } from '../../src/shared/money.ts'
import { epochMs } from '../../src/shared/time.ts'
import { scaled } from './money-arbitraries.ts'
import { fillOf, intentOf, NOON } from './trading-builders.ts'

/*
 * What the design says of orders, said a second time and differently: not as a table of moves, but as what follows from
 * everything that has happened. An order is for 100 units; trade 3 is always the same trade, however often it is told.
 */

export type Command =
  | { readonly type: 'accepted' | 'refused' | 'doubted' | 'never_placed' | 'cancelled' | 'expired' }
  | { readonly type: 'amended'; readonly trigger: number }
  | { readonly type: 'filled'; readonly trade: number }

/** Units and price of the trades that can happen. */
export type Trades = ReadonlyArray<{ readonly units: number; readonly at: number }>
export type History = { readonly isStop: boolean; readonly trades: Trades; readonly commands: readonly Command[] }

const WHOLE = 100
const TRADES = 8
const ENDINGS: Partial<Record<Command['type'], Order['status']>> = {
  refused: 'rejected',
  never_placed: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
}

type Expected = {
  readonly status: Order['status']
  readonly units: number
  readonly cost: number
  readonly inDoubt: boolean
  readonly trigger: number | null
}

const FIRST_TRIGGER = 100

/** What an order is after all this, each of which was possible when it happened. */
export function follows(history: readonly Command[], trades: Trades, isStop: boolean): Expected {
  const told = new Set(history.flatMap((command) => (command.type === 'filled' ? [command.trade] : [])))
  const filled = [...told].map((trade) => trades[trade] ?? { units: 0, at: 0 })
  const units = filled.reduce((total, trade) => total + trade.units, 0)
  const cost = filled.reduce((total, trade) => total + trade.units * trade.at, 0)
  const ending = history.find(({ type }) => ENDINGS[type] !== undefined)
  const isAccepted = history.some(({ type }) => type === 'accepted')
  const alive = units === WHOLE ? 'filled' : units > 0 ? 'partially_filled' : isAccepted ? 'open' : 'pending'
  const moves = history.flatMap((command) => (command.type === 'amended' ? [command.trigger] : []))
  return {
    status: (ending && ENDINGS[ending.type]) ?? alive,
    units,
    cost,
    inDoubt: isInDoubt(history, trades),
    trigger: isStop ? (moves.at(-1) ?? FIRST_TRIGGER) : null,
  }
}

/** A doubt ends with the next thing that is known of the order; what is filled is not doubted any more. */
function isInDoubt(history: readonly Command[], trades: Trades): boolean {
  const last = history.findLastIndex(({ type }) => type !== 'amended')
  if (last < 0 || history[last]?.type !== 'doubted') return false
  return follows(withoutDoubts(history.slice(0, last)), trades, false).status !== 'filled'
}
const withoutDoubts = (history: readonly Command[]): Command[] => history.filter(({ type }) => type !== 'doubted')

/** Whether it can happen to an order with this past. A trade told again is not news, and always possible. */
export function isPossible(command: Command, history: readonly Command[], trades: Trades, isStop: boolean): boolean {
  const { status, units } = follows(history, trades, isStop)
  const isOver = history.some(({ type }) => ENDINGS[type] !== undefined)
  switch (command.type) {
    case 'filled':
      return status !== 'filled' && units + (trades[command.trade]?.units ?? 0) <= WHOLE
    case 'refused':
    case 'never_placed':
      return status === 'pending'
    case 'cancelled':
    case 'expired':
      return !isOver && status !== 'filled'
    case 'accepted':
    case 'doubted':
      return !isOver
    case 'amended':
      return isStop && (status === 'open' || status === 'partially_filled')
  }
}

const LATER = epochMs(NOON + 1_000)

function eventOf(command: Command, trades: Trades): OrderEvent {
  switch (command.type) {
    case 'accepted':
      return { type: 'accepted', exchangeId: 'X1', at: LATER }
    case 'refused':
    case 'doubted':
    case 'cancelled':
      return { type: command.type, reason: 'said so', at: LATER }
    case 'never_placed':
    case 'expired':
      return { type: command.type, at: LATER }
    case 'amended':
      return { type: 'amended', trigger: price(String(command.trigger)), at: LATER }
    case 'filled':
      return { type: 'filled', fill: tradeOf(command.trade, trades), at: LATER }
  }
}

function tradeOf(trade: number, trades: Trades): Fill {
  const { units, at } = trades[trade] ?? { units: 0, at: 1 }
  return fillOf({ tradeId: `T${trade}` as TradeId, amount: amount(scaled(units, 2)), price: price(String(at)) })
}

/** Plays a history through the order machine behind a book of known trades. What differs from the reference, or null. */
export function disagreement({ isStop, trades, commands }: History): string | null {
  const type = isStop ? 'stop' : 'limit'
  let order: Order = Object.freeze(pendingOrder(intentOf({ type, limitPrice: price(String(FIRST_TRIGGER)) })))
  const booked = new Set<number>()
  const happened: Command[] = []
  for (const [step, command] of commands.entries()) {
    if (command.type === 'filled' && booked.has(command.trade)) continue // exchanges resend fills
    const before = order
    const result = transition(order, eventOf(command, trades))
    const expected = isPossible(command, happened, trades, isStop)
    if (result.ok !== expected) {
      return `step ${step}: ${command.type} was ${result.ok ? 'allowed' : 'refused'} on an order that is ${before.status}`
    }
    if (!result.ok) continue
    order = Object.freeze(result.value)
    happened.push(command)
    if (command.type === 'filled') booked.add(command.trade)
    const difference = compare(order, follows(happened, trades, isStop))
    if (difference !== null) return `step ${step}, ${command.type} on ${before.status}: ${difference}`
  }
  return null
}

function compare(order: Order, expected: Expected): string | null {
  const is = [order.status, toText(order.filled), toText(order.cost), order.inDoubt, order.trigger?.toFixed() ?? null]
  const units = (whole: number): string => toText(amount(scaled(whole, 2)))
  const { status, inDoubt, trigger } = expected
  const should = [
    status,
    units(expected.units),
    units(expected.cost),
    inDoubt,
    trigger === null ? null : String(trigger),
  ]
  return JSON.stringify(is) === JSON.stringify(should)
    ? null
    : `${JSON.stringify(is)}, expected ${JSON.stringify(should)}`
}

const commandArb: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('filled' as const), trade: fc.nat(TRADES - 1) }), weight: 5 },
  {
    arbitrary: fc.constantFrom<Command>(
      { type: 'accepted' },
      { type: 'accepted' },
      { type: 'doubted' },
      { type: 'doubted' },
      { type: 'refused' },
      { type: 'never_placed' },
      { type: 'cancelled' },
      { type: 'expired' },
    ),
    weight: 4,
  },
  {
    arbitrary: fc.record({ type: fc.constant('amended' as const), trigger: fc.integer({ min: 1, max: 200 }) }),
    weight: 1,
  },
)

export const historyArb: fc.Arbitrary<History> = fc.record({
  isStop: fc.boolean(),
  trades: fc.array(fc.record({ units: fc.integer({ min: 1, max: 60 }), at: fc.integer({ min: 1, max: 200 }) }), {
    minLength: TRADES,
    maxLength: TRADES,
  }),
  commands: fc.array(commandArb, { minLength: 1, maxLength: 20, size: 'max' }),
})
