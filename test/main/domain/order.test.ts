import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averagePrice,
  isFinal,
  isLateFill,
  type Order,
  type OrderEvent,
  type OrderStatus,
  pendingOrder,
  remaining,
  transition,
} from '../../../src/main/domain/order.ts'
import { amount, price, sum, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { scaled } from '../../support/money-arbitraries.ts'
import { disagreement, historyArb } from '../../support/order-reference.ts'
import { fillOf, intentOf, NOON, orderOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 600, seed: 20_261_123 }
const LATER = epochMs(NOON + 1_000)

type EventType = OrderEvent['type']
const EVENTS: Record<EventType, OrderEvent> = {
  accepted: { type: 'accepted', exchangeId: 'X1', at: LATER },
  refused: { type: 'refused', reason: 'insufficient funds', at: LATER },
  doubted: { type: 'doubted', reason: 'time-out', at: LATER },
  never_placed: { type: 'never_placed', at: LATER },
  filled: { type: 'filled', fill: fillOf({ amount: amount('0.1') }), at: LATER },
  cancelled: { type: 'cancelled', reason: 're-quoted', at: LATER },
  expired: { type: 'expired', at: LATER },
  amended: { type: 'amended', trigger: price('96'), at: LATER },
}

/** Written from the design's section "Orders", not from the code. `-` is impossible. */
const EXPECTED: Record<OrderStatus, Record<EventType, OrderStatus | '-'>> = {
  pending: {
    accepted: 'open',
    refused: 'rejected',
    doubted: 'pending',
    never_placed: 'rejected',
    filled: 'partially_filled',
    cancelled: 'cancelled',
    expired: 'expired',
    amended: '-',
  },
  open: {
    accepted: 'open',
    refused: '-',
    doubted: 'open',
    never_placed: '-',
    filled: 'partially_filled',
    cancelled: 'cancelled',
    expired: 'expired',
    amended: 'open',
  },
  partially_filled: {
    accepted: 'partially_filled',
    refused: '-',
    doubted: 'partially_filled',
    never_placed: '-',
    filled: 'partially_filled',
    cancelled: 'cancelled',
    expired: 'expired',
    amended: 'partially_filled',
  },
  filled: {
    accepted: 'filled',
    refused: '-',
    doubted: 'filled',
    never_placed: '-',
    filled: '-',
    cancelled: '-',
    expired: '-',
    amended: '-',
  },
  cancelled: {
    accepted: '-',
    refused: '-',
    doubted: '-',
    never_placed: '-',
    filled: 'cancelled',
    cancelled: '-',
    expired: '-',
    amended: '-',
  },
  expired: {
    accepted: '-',
    refused: '-',
    doubted: '-',
    never_placed: '-',
    filled: 'expired',
    cancelled: '-',
    expired: '-',
    amended: '-',
  },
  rejected: {
    accepted: '-',
    refused: '-',
    doubted: '-',
    never_placed: '-',
    filled: 'rejected',
    cancelled: '-',
    expired: '-',
    amended: '-',
  },
}

const FILLED_IN: Record<OrderStatus, string> = {
  pending: '0',
  open: '0',
  partially_filled: '0.4',
  filled: '1',
  cancelled: '0.4',
  expired: '0.4',
  rejected: '0',
}
/** A stop, so that it can be moved as well. */
const orderIn = (status: OrderStatus): Order =>
  orderOf({ type: 'stop', trigger: price('95'), status, filled: amount(FILLED_IN[status]) })

function happen(order: Order, ...events: OrderEvent[]): Order {
  return events.reduce((current, event) => {
    const result = transition(current, event)
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }, order)
}

describe('an order', () => {
  const pairs = Object.entries(EXPECTED).flatMap(([status, row]) =>
    Object.entries(row).map(([event, next]) => ({ status, event, next })),
  ) as { status: OrderStatus; event: EventType; next: OrderStatus | '-' }[]

  it.each(pairs)('that is $status, when $event: $next', ({ status, event, next }) => {
    const order = Object.freeze(orderIn(status))
    const result = transition(order, EVENTS[event])
    if (next === '-') {
      expect(result.ok ? result.value.status : result.error.code).toBe('order/invalid-transition')
    } else {
      expect(result.ok && result.value.status).toBe(next)
      expect(result.ok && isFinal(result.value.status)).toBe(isFinal(next))
    }
    expect(order).toEqual(orderIn(status))
  })

  it.each(['pending', 'open', 'partially_filled'] as const)('that is %s is filled by what was left of it', (status) => {
    const order = orderIn(status)
    const last = fillOf({ amount: remaining(order) })
    expect(happen(order, { type: 'filled', fill: last, at: LATER }).status).toBe('filled')
  })

  it.each(['cancelled', 'expired', 'rejected'] as const)(
    'that is %s keeps its name when late fills complete it',
    (status) => {
      const order = orderIn(status)
      expect(isLateFill(order)).toBe(true)
      const late = happen(order, { type: 'filled', fill: fillOf({ amount: remaining(order) }), at: LATER })
      expect(late.status).toBe(status)
      expect(toText(late.filled)).toBe('1')
    },
  )

  it('keeps a fill that arrives after its cancel, because the two can cross on the wire', () => {
    const cancelled = happen(pendingOrder(intentOf()), EVENTS.accepted, EVENTS.cancelled)
    const late = happen(cancelled, {
      type: 'filled',
      fill: fillOf({ amount: amount('0.4'), price: price('99') }),
      at: LATER,
    })
    expect([late.status, toText(late.filled), toText(late.cost), toText(remaining(late))]).toEqual([
      'cancelled',
      '0.4',
      '39.6',
      '0.6',
    ])
    expect(isLateFill(orderIn('filled'))).toBe(false)
    expect(isLateFill(orderIn('open'))).toBe(false)
  })

  it('with an unknown outcome is in doubt until the exchange was asked: adopted, or proven never placed', () => {
    const doubted = happen(pendingOrder(intentOf()), EVENTS.doubted)
    expect(doubted).toMatchObject({ status: 'pending', inDoubt: true, reason: 'time-out', updatedAt: LATER })
    expect(happen(doubted, EVENTS.accepted)).toMatchObject({ status: 'open', inDoubt: false, exchangeId: 'X1' })
    expect(happen(doubted, EVENTS.never_placed)).toMatchObject({
      status: 'rejected',
      inDoubt: false,
      reason: 'never-placed',
    })
    expect(happen(doubted, EVENTS.refused)).toMatchObject({ inDoubt: false, reason: 'insufficient funds' })
    expect(happen(doubted, EVENTS.cancelled)).toMatchObject({ inDoubt: false, reason: 're-quoted' })
    expect(happen(doubted, EVENTS.expired)).toMatchObject({ inDoubt: false, reason: 'expired' })
  })

  it('can never be called never placed once money moved for it', () => {
    const moved = happen(pendingOrder(intentOf()), EVENTS.doubted, EVENTS.filled)
    const result = transition(moved, EVENTS.never_placed)
    expect(result.ok ? '' : result.error.code).toBe('order/invalid-transition')
  })

  it('that is filled is not brought back into doubt by a late time-out of its own request', () => {
    expect(happen(orderIn('filled'), EVENTS.doubted)).toEqual(orderIn('filled'))
  })

  it('refuses to be filled beyond its amount, by a single unit and after whatever state', () => {
    for (const status of ['pending', 'open', 'partially_filled', 'cancelled', 'expired', 'rejected'] as const) {
      const order = orderIn(status)
      const tooMuch = fillOf({ amount: amount(toText(remaining(order).plus(amount('0.00000001')))) })
      const result = transition(order, { type: 'filled', fill: tooMuch, at: LATER })
      expect(result.ok ? '' : result.error.code).toBe('order/overfilled')
    }
  })

  it('can be moved only where it is a stop', () => {
    const moved = happen(orderIn('open'), EVENTS.amended)
    expect([moved.status, moved.trigger?.toFixed()]).toEqual(['open', '96'])
    const result = transition(orderOf({ status: 'open' }), EVENTS.amended)
    expect(result.ok ? '' : result.error.code).toBe('order/invalid-transition')
  })

  it('forgets why it was in doubt when it is known to be accepted, so that a later end has its own reason', () => {
    const adopted = happen(pendingOrder(intentOf()), EVENTS.doubted, EVENTS.accepted)
    expect(adopted.reason).toBeNull()
  })

  it('is not filled by nothing', () => {
    const empty = transition(orderIn('open'), { type: 'filled', fill: fillOf({ amount: amount('0') }), at: LATER })
    expect(empty.ok ? '' : empty.error.code).toBe('order/empty-fill')
  })

  it('has the average price of its fills, and none before the first', () => {
    expect(averagePrice(orderOf())).toBeNull()
    const fills = [
      fillOf({ amount: amount('0.25'), price: price('100') }),
      fillOf({ amount: amount('0.5'), price: price('103') }),
    ]
    const order = happen(orderOf(), ...fills.map((fill): OrderEvent => ({ type: 'filled', fill, at: LATER })))
    expect(averagePrice(order)?.toFixed()).toBe('102')
  })
})

const fillArb = fc.record({ units: fc.integer({ min: 1, max: 60 }), at: fc.integer({ min: 1, max: 200 }) })
const filledBy = ({ units, at }: { units: number; at: number }): OrderEvent => ({
  type: 'filled',
  at: LATER,
  fill: fillOf({ amount: amount(scaled(units, 2)), price: price(String(at)) }),
})
// Fills are what goes wrong most, so they come most often.
const eventArb: fc.Arbitrary<OrderEvent> = fc.oneof(fc.constantFrom(...Object.values(EVENTS)), fillArb.map(filledBy))

describe('an order under random events', () => {
  it('is what follows from everything that has happened, by a second model of the same rules', () => {
    fc.assert(
      fc.property(historyArb, (history) => {
        expect(disagreement(history)).toBeNull()
      }),
      { numRuns: 5_000, seed: RUNS.seed },
    )
  })

  it('is never filled beyond its amount, never loses a fill, and once final stays final', () => {
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
          order = next
        }
      }),
      RUNS,
    )
  })

  it('comes to the same filled amount, cost and state in whatever order its fills arrive', () => {
    const partsArb = fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 30 }), at: fc.integer({ min: 1, max: 200 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    const shuffledArb = partsArb
      .filter((parts) => parts.reduce((total, part) => total + part.units, 0) <= 100)
      .chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length })))
    fc.assert(
      fc.property(shuffledArb, ([parts, shuffled]) => {
        const carriedOut = (list: typeof parts): Order => happen(pendingOrder(intentOf()), ...list.map(filledBy))
        const [order, other] = [carriedOut(parts), carriedOut(shuffled)]
        expect(toText(other.filled)).toBe(toText(order.filled))
        expect(toText(other.cost)).toBe(toText(order.cost))
        expect(other.status).toBe(order.status)
        expect(toText(order.filled)).toBe(toText(sum(parts.map((part) => amount(scaled(part.units, 2))))))
      }),
      RUNS,
    )
  })
})
