import { describe, expect, it } from 'vitest'
import {
  averagePrice,
  ENDED,
  isFinal,
  isLateFill,
  type Order,
  type OrderEvent,
  type OrderStatus,
  pendingOrder,
  remaining,
  transition,
} from '../../../src/main/domain/order.ts'
import { amount, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { fillOf, intentOf, NOON, orderOf } from '../../support/trading-builders.ts'

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

  it.each(['accepted', 'filled'] as const)(
    'forgets why it was in doubt when it is known to be %s, so that a later end has its own reason',
    (known) => {
      const adopted = happen(pendingOrder(intentOf()), EVENTS.doubted, EVENTS[known])
      expect([adopted.inDoubt, adopted.reason]).toEqual([false, null])
    },
  )

  it('remembers why it is being cancelled when its acknowledgement is heard again', () => {
    const beingCancelled = orderOf({ status: 'open', reason: ENDED.byTrader })
    expect(happen(beingCancelled, EVENTS.accepted).reason).toBe(ENDED.byTrader)
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
