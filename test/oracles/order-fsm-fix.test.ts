import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  isFinal,
  type Order,
  type OrderEvent,
  type OrderStatus,
  pendingOrder,
  remaining,
  transition,
} from '../../src/main/domain/order.ts'
import type { TradeId } from '../../src/shared/ids.ts'
import { amount, price, toText } from '../../src/shared/money.ts'
import { sharedFile } from '../support/shared-data.ts'
import { fillOf, intentOf, NOON, orderOf } from '../support/trading-builders.ts'

const SCENARIOS = sharedFile('oracles', 'order-fsm', 'fix42-scenarios.json')
const MATRIX = sharedFile('oracles', 'order-fsm', 'fix50sp2-ordstatus-matrix.json')
const isThere = existsSync(SCENARIOS) && existsSync(MATRIX)
if (!isThere) console.warn(`SKIPPED: the scenarios and the matrix of FIX are not at ${SCENARIOS} and ${MATRIX}`)

type Row = [
  message: string,
  status: string | null,
  quantity: number | null,
  filled: number | null,
  left: number | null,
  last: number | null,
]
type Scenario = { id: string; title: string; rows: Row[] }
type Matrix = { precedence: Record<string, number>; illustrated: Record<string, string[]> }

const STATUS: Readonly<Record<string, OrderStatus>> = {
  PendingNew: 'pending',
  New: 'open',
  PartiallyFilled: 'partially_filled',
  Filled: 'filled',
  Canceled: 'cancelled',
  Rejected: 'rejected',
}

/** Rows, counted from 1, after which the two differ: `ours ≠ theirs` as status quantity/filled/left, by reason. */
const DEVIATIONS: Readonly<Record<string, readonly string[]>> = {
  'replace: an intent never changes. Another amount is another order, made when this one is known to be over': [
    'D13 4: 10000 ≠ 8000',
    'D13 7: partially_filled 10000/1500/8500 ≠ PartiallyFilled 8000/1500/6500',
    'D13 8: partially_filled 10000/3500/6500 ≠ PartiallyFilled 8000/3500/4500',
    'D13 9: 10000 ≠ 6000',
    'D13 11: partially_filled 10000/3500/6500 ≠ PartiallyFilled 6000/3500/2500',
    'D13 12: partially_filled 10000/6000/4000 ≠ Filled 6000/6000/0',
    'D11 3: 10000 ≠ 7000',
    'D11 5: partially_filled 10000/7000/3000 ≠ Filled 7000/7000/0',
  ],
  'no pending replace, because there is no replace: a fill meanwhile is booked like any other': [
    'D13 5: partially_filled 10000/1000/9000 ≠ PendingReplace 10000/1000/9000',
    'D13 6: partially_filled 10000/1500/8500 ≠ PendingReplace 10000/1500/8500',
    'D13 10: partially_filled 10000/3500/6500 ≠ PendingReplace 8000/3500/4500',
  ],
  'no pending cancel: a cancel can be lost or cross a fill, so that until it is answered the order is what it was': [
    'D35 5: partially_filled 10000/5000/5000 ≠ PendingCancel 10000/5000/5000',
    'B.1.c 6: partially_filled 10000/5000/5000 ≠ PendingCancel 10000/5000/5000',
    'B.1.c 7: filled 10000/10000/0 ≠ PendingCancel 10000/10000/0',
    'B.1.e 4: open 10000/0/10000 ≠ PendingCancel 10000/0/10000',
  ],
  'bust: Kraken takes no execution back, and no fill of ours is ever unbooked. What changed shows as a difference of balances':
    ['D35 7: cancelled 10000/5000/0 ≠ Canceled 10000/0/0', 'D35 8: cancelled 10000/9000/0 ≠ Canceled 10000/4000/0'],
  'what is not known at the exchange never becomes an order here: there is nothing to reject': [
    '4.3-7a 2: no order ≠ Rejected',
  ],
}

/** What a row tells us; null where it is our own request, or of a kind that nothing of ours is. */
function eventOf([message, status, , , , last]: Row, row: number): OrderEvent | null {
  if (status === null || /bust|Replace$/.test(message)) return null
  if (last !== null && last > 0) {
    const at = price(/LastPx=(\d+)/.exec(message)?.[1] ?? '50')
    const fill = fillOf({ tradeId: `T${row}` as TradeId, amount: amount(String(last)), price: at })
    return { type: 'filled', fill, at: NOON }
  }
  if (status === 'New') return { type: 'accepted', exchangeId: 'X', at: NOON }
  if (status === 'Canceled') return { type: 'cancelled', reason: 'asked', at: NOON }
  return null
}

/** In FIX nothing is left of what is over. */
const left = (order: Order): string => (isFinal(order.status) ? '0' : toText(remaining(order)))

/** The order after each row; null while there is none. @throws when one of them is impossible. */
function played(rows: readonly Row[]): (Order | null)[] {
  let order: Order | null = null
  return rows.map((row, index) => {
    if (row[0].startsWith('New Order')) order = pendingOrder(intentOf({ amount: amount(String(row[2])) }))
    const event = eventOf(row, index)
    if (order === null || event === null) return order
    const result = transition(order, event)
    if (!result.ok) throw new Error(result.error.message)
    order = result.value
    return order
  })
}

/** What a row says of an order, and what ours is in the same words; a row that says nothing of it is left out. */
function difference(order: Order | null, row: Row, where: string): string | null {
  const [, status, quantity, filled, leaves] = row
  if (order === null) return status === null ? null : `${where}: no order ≠ ${status}`
  const numbers = [quantity, filled, leaves]
  const ourNumbers = [toText(order.amount), toText(order.filled), left(order)]
  const said = numbers.filter((number) => number !== null).join('/')
  const ours = ourNumbers.filter((_, index) => numbers[index] !== null).join('/')
  const isSame = (status === null || STATUS[status] === order.status) && said === ours
  const words = (name: string | null, rest: string) => [name, rest].filter((word) => word).join(' ')
  return isSame ? null : `${where}: ${words(status && order.status, ours)} ≠ ${words(status, said)}`
}

const { scenarios }: { scenarios: Scenario[] } = isThere
  ? JSON.parse(readFileSync(SCENARIOS, 'utf8'))
  : { scenarios: [] }
const matrix: Matrix = isThere ? JSON.parse(readFileSync(MATRIX, 'utf8')) : { precedence: {}, illustrated: {} }

describe.skipIf(!isThere)('the order machine against the scenarios of FIX', () => {
  it.each(scenarios)(
    'goes through $id row by row, and differs only where a reason is given: $title',
    ({ id, rows }) => {
      const orders = played(rows)
      const found = rows.map((row, index) => difference(orders[index] ?? null, row, `${id} ${index + 1}`))
      const expected = Object.values(DEVIATIONS).flat()
      const own = expected.filter((deviation) => deviation.startsWith(`${id} `))
      // As sets: a deviation that is none any more has no place in the list either.
      expect(found.filter((text) => text !== null).sort()).toEqual(own.sort())
    },
  )

  it('knows six of them, and has no deviation from another', () => {
    expect(scenarios.map(({ id }) => id)).toEqual(['D13', 'D11', 'D35', 'B.1.c', 'B.1.e', '4.3-7a'])
    const ids = scenarios.map(({ id }) => `${id} `)
    for (const deviation of Object.values(DEVIATIONS).flat()) {
      expect(
        ids.some((id) => deviation.startsWith(id)),
        deviation,
      ).toBe(true)
    }
  })

  it('keeps the price of every execution, the one that came after the cancel as well', () => {
    const rows = scenarios.find(({ id }) => id === 'D35')?.rows ?? []
    expect(toText(played(rows).at(-1)?.cost ?? amount('0'))).toBe(String(5_000 * 50 + 4_000 * 51))
  })
})

const EVENTS: readonly OrderEvent[] = [
  { type: 'accepted', exchangeId: 'X', at: NOON },
  { type: 'refused', reason: 'no', at: NOON },
  { type: 'doubted', reason: 'time-out', at: NOON },
  { type: 'never_placed', at: NOON },
  { type: 'filled', fill: fillOf({ amount: amount('0.1') }), at: NOON },
  { type: 'filled', fill: fillOf({ amount: amount('0.6') }), at: NOON },
  { type: 'cancelled', reason: 'asked', at: NOON },
  { type: 'amended', trigger: price('96'), at: NOON },
]
/** Statuses of FIX that no order of ours has. */
const NOT_OURS: Readonly<Record<string, string>> = {
  DoneForDay: 'Kraken has no trading day',
  PendingCancel: 'until the exchange has answered the order is what it was',
  PendingReplace: 'an intent never changes',
  Stopped: 'nobody guarantees a price here',
}
/** Moves that only one of the two has. */
const ONLY_THEIRS: Readonly<Record<string, string>> = {
  'New → Rejected': 'what was accepted can only end by a cancel',
  'Filled → PartiallyFilled': 'bust, or a larger amount: neither can happen to an order of ours',
}
const ONLY_OURS: Readonly<Record<string, string>> = {
  'PendingNew → PendingNew': 'it is in doubt, or its doubt is told again',
  'PendingNew → PartiallyFilled': 'a fill can overtake the acknowledgement',
  'PendingNew → Filled': 'the same',
  'PendingNew → Canceled': 'a market order with nobody to trade with; a cancel that was faster than the reply',
  'New → Canceled': 'by way of PendingCancel in theirs',
  'Canceled → Canceled': 'a fill that crossed the cancel: it counts',
  'Rejected → Rejected': 'must not happen, but money moved: it counts',
}

describe.skipIf(!isThere)('the order machine against the matrix of FIX', () => {
  const ours = Object.keys(STATUS)

  it('makes the moves that FIX illustrates, and no others, but for what is named with its reason', () => {
    const theirMoves = ours.flatMap((from) => (matrix.illustrated[from] ?? []).map((to) => `${from} → ${to}`))
    const isOfOurs = (move: string) => NOT_OURS[move.split(' → ')[1] ?? ''] === undefined
    const ourMoves = ours.flatMap((from) => {
      const status = STATUS[from] ?? 'pending'
      const filled = amount(status === 'filled' ? '1' : '0.4')
      const order = orderOf({ type: 'stop', trigger: price('95'), status, filled })
      const reached = EVENTS.map((event) => transition(order, event)).flatMap((result) =>
        result.ok ? [result.value.status] : [],
      )
      return ours.filter((to) => reached.some((name) => name === STATUS[to])).map((to) => `${from} → ${to}`)
    })
    const theirs = theirMoves.filter(isOfOurs)
    expect(theirs.filter((move) => !ourMoves.includes(move)).sort()).toEqual(Object.keys(ONLY_THEIRS).sort())
    expect(ourMoves.filter((move) => !theirs.includes(move)).sort()).toEqual(Object.keys(ONLY_OURS).sort())
  })

  it('names what it has not', () => {
    expect(Object.keys({ ...STATUS, ...NOT_OURS }).sort()).toEqual(Object.keys(matrix.illustrated).sort())
  })

  it('says of several things that are true the one FIX says first, but that what was cancelled stays so', () => {
    const precedes = (one: string, other: string) => (matrix.precedence[one] ?? 0) > (matrix.precedence[other] ?? 0)
    const part: OrderEvent = { type: 'filled', fill: fillOf({ amount: amount('0.4') }), at: NOON }
    const rest: OrderEvent = { type: 'filled', fill: fillOf({ amount: amount('0.6') }), at: NOON }
    const [accepted, cancelled] = EVENTS.filter(({ type }) => type === 'accepted' || type === 'cancelled')
    const after = (...events: (OrderEvent | undefined)[]): OrderStatus =>
      events.reduce<Order>((order, event) => {
        const result = event === undefined ? null : transition(order, event)
        if (!result?.ok) throw new Error('impossible')
        return result.value
      }, pendingOrder(intentOf())).status

    expect(precedes('PartiallyFilled', 'New')).toBe(true)
    expect([after(accepted, part), after(part, accepted)]).toEqual(['partially_filled', 'partially_filled'])
    expect(precedes('Canceled', 'PartiallyFilled')).toBe(true)
    expect([after(part, cancelled), after(cancelled, part)]).toEqual(['cancelled', 'cancelled'])
    expect(precedes('Filled', 'PartiallyFilled')).toBe(true)
    expect(after(part, rest)).toBe('filled')
    // Deviation: a final state keeps its name, so that what was done about its end stays true.
    expect(precedes('Filled', 'Canceled')).toBe(true)
    expect(after(cancelled, part, rest)).toBe('cancelled')
  })
})
