import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isFinal,
  type Order,
  type OrderEvent,
  type OrderStatus,
  pendingOrder,
  remaining,
  transition,
} from '../../../src/main/domain/order.ts'
import type { TradeId } from '../../../src/shared/ids.ts'
import { amount, price, toText } from '../../../src/shared/money.ts'
import { ok } from '../../../src/shared/result.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { scaled } from '../../support/money-arbitraries.ts'
import { historyArb, type Machine, type Options, play } from '../../support/order-reference.ts'
import { fillOf, intentOf, NOON } from '../../support/trading-builders.ts'

const SEED = 20_261_123
const LATER = epochMs(NOON + 1_000)

describe('an order that anything is told of, at any time and any number of times', () => {
  it('is what follows from all that was told, by a second model of the same rules', () => {
    const tried = new Set<string>()
    const verdicts = new Set<string>()
    const onTold: Options['onTold'] = (status, type, verdict) => {
      tried.add(`${status} ${type}`)
      verdicts.add(verdict)
    }
    fc.assert(
      fc.property(historyArb, (history) => play(history, { onTold })),
      { numRuns: 3_000, seed: SEED },
    )
    // Seven states, eight events: whatever can be told was told in every state.
    expect(tried.size).toBe(7 * 8)
    expect([...verdicts].sort()).toEqual([
      'believed',
      'known',
      'order/empty-fill',
      'order/invalid-transition',
      'order/overfilled',
    ])
  })

  /** The order machine with one answer changed. */
  const but =
    (change: (before: Order, event: OrderEvent, answer: ReturnType<Machine>) => ReturnType<Machine>): Machine =>
    (order, event) =>
      change(order, event, transition(order, event))
  const named =
    (when: OrderStatus, type: OrderEvent['type'], instead: (order: Order, next: Order) => Order): Machine =>
    (order, event) => {
      const answer = transition(order, event)
      if (order.status !== when || event.type !== type) return answer
      return ok(instead(order, answer.ok ? answer.value : order))
    }

  const BUGS: Readonly<Record<string, Options>> = {
    'is filled beyond its amount': {
      machine: but((order, event, answer) =>
        !answer.ok && answer.error.code === 'order/overfilled' && event.type === 'filled'
          ? ok({ ...order, filled: amount(toText(order.filled.plus(event.fill.amount))) })
          : answer,
      ),
    },
    'ignores a fill after its cancel': { machine: named('cancelled', 'filled', (order) => order) },
    'opens again after its cancel': {
      machine: named('cancelled', 'accepted', (order) => ({ ...order, status: 'open' })),
    },
    'is doubted although it is filled': {
      machine: named('filled', 'doubted', (order) => ({ ...order, inDoubt: true })),
    },
    'is partially filled although nothing is left of it': {
      machine: but((_, __, answer) =>
        answer.ok && answer.value.status === 'filled' ? ok({ ...answer.value, status: 'partially_filled' }) : answer,
      ),
    },
    'counts a trade again that is told again': { keepsBook: false },
    'loses its name when a late fill completes it': {
      machine: but((order, _, answer) =>
        answer.ok && isFinal(order.status) && remaining(answer.value).eq('0')
          ? ok({ ...answer.value, status: 'filled' })
          : answer,
      ),
    },
    'is called never placed although something traded': {
      machine: named('partially_filled', 'never_placed', (order) => ({ ...order, status: 'rejected' })),
    },
    'stays in doubt although it traded': {
      machine: but((order, event, answer) =>
        answer.ok && event.type === 'filled' ? ok({ ...answer.value, inDoubt: order.inDoubt }) : answer,
      ),
    },
    'is open again when its acknowledgement comes after a fill': {
      machine: named('partially_filled', 'accepted', (_, next) => ({ ...next, status: 'open' })),
    },
  }
  it.each(Object.entries(BUGS))('would be found out if it %s', (_, bug) => {
    const checked = fc.check(
      fc.property(historyArb, (history) => play(history, bug)),
      { numRuns: 3_000, seed: SEED },
    )
    expect(checked.failed).toBe(true)
    expect(checked.errorInstance).toMatchObject({ message: expect.stringMatching(/expected/) })
  })
})

type Part = { readonly units: number; readonly at: number }
type Happening = Part & { readonly trade: number }

/** What is left of an order for 100 units after trades that may be told again, and what else is said meanwhile. */
function carriedOut(happenings: readonly (Happening | OrderEvent)[]): Order {
  const known = new Set<number>()
  return happenings.reduce<Order>((order, happening) => {
    if ('type' in happening) {
      const result = transition(order, happening)
      return result.ok ? result.value : order
    }
    const { trade, units, at } = happening
    if (known.has(trade)) return order
    known.add(trade)
    const fill = fillOf({
      tradeId: `T${trade}` as TradeId,
      amount: amount(scaled(units, 2)),
      price: price(String(at)),
    })
    const result = transition(order, { type: 'filled', fill, at: LATER })
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }, pendingOrder(intentOf()))
}

describe('the trades of an order', () => {
  const partsArb = fc
    .array(fc.record({ units: fc.integer({ min: 1, max: 50 }), at: fc.integer({ min: 1, max: 200 }) }), {
      minLength: 1,
      maxLength: 6,
    })
    .filter((parts) => parts.reduce((total, { units }) => total + units, 0) <= 100)
  const told = (parts: readonly Part[]): Happening[] => parts.map((part, trade) => ({ ...part, trade }))
  const MEANWHILE: readonly OrderEvent[] = [
    { type: 'accepted', exchangeId: 'X1', at: LATER },
    { type: 'doubted', reason: 'time-out', at: LATER },
    { type: 'refused', reason: 'no', at: LATER },
    { type: 'never_placed', at: LATER },
    { type: 'cancelled', reason: 'asked', at: LATER },
    { type: 'expired', at: LATER },
  ]
  /** Each trade once, in order; and each up to three times in any order, with all else that can be said between. */
  const tellingsArb = fc
    .tuple(
      partsArb,
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
      fc.subarray([...MEANWHILE]),
    )
    .chain(([parts, times, meanwhile]) => {
      const often = told(parts).flatMap((part) => Array.from({ length: times[part.trade] ?? 1 }, () => part))
      const all = [...often, ...meanwhile]
      return fc.record({
        parts: fc.constant(parts),
        shuffled: fc.shuffledSubarray(often, { minLength: often.length }),
        mixed: fc.shuffledSubarray(all, { minLength: all.length }),
      })
    })

  it('come to the same order in whatever order, and however often, they are told', () => {
    fc.assert(
      fc.property(tellingsArb, ({ parts, shuffled }) => {
        expect(carriedOut(shuffled)).toEqual(carriedOut(told(parts)))
      }),
      { numRuns: 600, seed: SEED },
    )
  })

  it('come to the same amount and cost whatever else is said of the order before, between and after them', () => {
    const ends = new Set<OrderStatus>()
    fc.assert(
      fc.property(tellingsArb, ({ parts, mixed }) => {
        const [straight, other] = [carriedOut(told(parts)), carriedOut(mixed)]
        ends.add(other.status)
        expect([toText(other.filled), toText(other.cost)]).toEqual([toText(straight.filled), toText(straight.cost)])
      }),
      { numRuns: 1_000, seed: SEED },
    )
    expect([...ends].sort()).toEqual(['cancelled', 'expired', 'filled', 'partially_filled', 'rejected'])
  })

  it('never exceed the amount of the order, are never lost, and bring no final state back', () => {
    const eventArb: fc.Arbitrary<OrderEvent> = fc.oneof(
      fc.constantFrom(...MEANWHILE),
      fc.integer({ min: 1, max: 60 }).map((units): OrderEvent => {
        return { type: 'filled', at: LATER, fill: fillOf({ amount: amount(scaled(units, 2)) }) }
      }),
    )
    fc.assert(
      fc.property(fc.array(eventArb, { maxLength: 40 }), (events) => {
        let order: Order = pendingOrder(intentOf())
        for (const event of events) {
          const result = transition(order, event)
          if (!result.ok) continue
          const next = result.value
          expect(next.filled.lte(order.amount)).toBe(true)
          expect(next.filled.gte(order.filled)).toBe(true)
          expect(next.cost.gte(order.cost)).toBe(true)
          if (isFinal(order.status)) expect(next.status).toBe(order.status)
          if (next.status === 'filled') expect(toText(remaining(next))).toBe('0')
          if (remaining(next).eq('0')) expect(isFinal(next.status)).toBe(true)
          order = next
        }
      }),
      { numRuns: 600, seed: SEED },
    )
  })
})
