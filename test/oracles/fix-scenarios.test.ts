import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Order, type OrderEvent, pendingOrder, remaining, transition } from '../../src/main/domain/order.ts'
import type { TradeId } from '../../src/shared/ids.ts'
import { amount, price, toText } from '../../src/shared/money.ts'
import { fillOf, intentOf, NOON } from '../support/trading-builders.ts'

const FILE = fileURLToPath(new URL('../../../shared/oracles/order-fsm/fix42-scenarios.json', import.meta.url))
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the scenarios of FIX are not at ${FILE}`)

type Row = [
  message: string,
  status: string | null,
  quantity: number | null,
  filled: number | null,
  left: number | null,
  last: number | null,
]
type Scenario = { id: string; title: string; rows: Row[] }

const STATUS: Readonly<Record<string, Order['status']>> = {
  New: 'open',
  PartiallyFilled: 'partially_filled',
  Filled: 'filled',
  Canceled: 'cancelled',
  Rejected: 'rejected',
}

/** Rows in which ours is something else, `scenario:row`, and why we mean it. Rows are counted from 1. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'D13:4': 'replace: an intent never changes; another amount is another order, made when the first is known to be over',
  'D13:5': 'no pending replace, because there is no replace',
  'D13:6': 'no pending replace: the fill is booked, the order says partially filled',
  'D13:7': 'replace',
  'D13:8': 'a fill of the replacing order, which we would have made with an id of its own',
  'D13:9': 'replace',
  'D13:10': 'replace',
  'D13:11': 'replace',
  'D13:12': 'a fill of the replacing order',
  'D11:3': 'replace',
  'D11:5': 'replace: ours would be cancelled with 7,000 filled',
  'D35:5': 'no pending cancel: until the exchange says that it is over an order is what it was',
  'D35:6': 'what is cancelled keeps saying how much was not filled, FIX says that nothing is left to be done',
  'D35:7': 'bust: no exchange of ours takes an execution back; a balance that changed would show at reconciliation',
  'D35:8': 'follows from the bust: with it the fill is one more, without it there would be too much',
  'B.1.c:6': 'no pending cancel',
  'B.1.c:7': 'no pending cancel: what is filled says so at once',
  'B.1.e:4': 'no pending cancel',
  'B.1.e:5': 'what is cancelled keeps saying how much was not filled',
  '4.3-7a:2': 'an unknown order is asked about, not called rejected: absence is proven only after its deadline',
}

/** What a row tells us; null where it is our own request, which changes nothing. */
function eventOf([message, status, , , , last]: Row, row: number): OrderEvent | null {
  if (/bust|Replace/i.test(message) || status === null) return null
  if (last !== null && last > 0) {
    const fill = fillOf({ tradeId: `T${row}` as TradeId, amount: amount(String(last)), price: price('50') })
    return { type: 'filled', fill, at: NOON }
  }
  if (status === 'New') return { type: 'accepted', exchangeId: 'X', at: NOON }
  if (status === 'Canceled') return { type: 'cancelled', reason: 'asked', at: NOON }
  return null
}

/** Rows that differ, as `scenario:row`. */
function differences({ id, rows }: Scenario): string[] {
  const quantity = rows[0]?.[2] ?? 1
  let order = pendingOrder(intentOf({ amount: amount(String(quantity)) }))
  const found: string[] = []
  for (const [index, row] of rows.entries()) {
    const [message, status, wanted, filled, left] = row
    const event = eventOf(row, index)
    const result = event === null ? null : transition(order, event)
    if (result?.ok) order = result.value
    const isOwnRequest = status === null
    const isSame =
      result?.ok !== false &&
      !/Replace Request/.test(message) &&
      (isOwnRequest || STATUS[status] === order.status) &&
      (wanted === null || isOwnRequest || toText(order.amount) === String(wanted)) &&
      (filled === null || toText(order.filled) === String(filled)) &&
      (left === null || toText(remaining(order)) === String(left))
    if (!isSame) found.push(`${id}:${index + 1}`)
  }
  return found
}

describe.skipIf(!isThere)('the order machine against the scenarios of FIX', () => {
  const { scenarios } = isThere
    ? (JSON.parse(readFileSync(FILE, 'utf8')) as { scenarios: Scenario[] })
    : { scenarios: [] }

  it('plays all six, row by row, and differs only where a reason is given', () => {
    expect(scenarios).toHaveLength(6)
    expect(scenarios.flatMap(differences)).toEqual(Object.keys(DEVIATIONS))
  })

  it.each(scenarios.filter(({ id }) => /^B\.1/.test(id)))('ends $id as FIX does: $title', ({ rows }) => {
    let order = pendingOrder(intentOf({ amount: amount('10000') }))
    for (const [index, row] of rows.entries()) {
      const event = eventOf(row, index)
      if (event === null) continue
      const result = transition(order, event)
      expect(result.ok).toBe(true)
      if (result.ok) order = result.value
    }
    const end = rows.at(-1)?.[1] ?? ''
    expect(order.status).toBe(STATUS[end])
  })
})
