import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExitReason, isFinal, type Order, type OrderStatus } from '../../../src/main/domain/order.ts'
import type { Position } from '../../../src/main/domain/position.ts'
import {
  isUnprotected,
  nextProtection,
  protectedAmount,
  unprotectedBoundMs,
} from '../../../src/main/domain/protection.ts'
import type { OrderId, PositionId } from '../../../src/shared/ids.ts'
import { amount, decimal, floorToStep, price, toText, ZERO } from '../../../src/shared/money.ts'
import { BTC_USDT, rulesOf, scaled } from '../../support/money-arbitraries.ts'
import { emptyPosition, NOON, orderOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }
const settings = { neverPlacedRetries: 1 }
const rules = rulesOf(BTC_USDT, { lot: amount('0.1'), minAmount: amount('0.3'), minCost: amount('10') })

/** One BTC held, to be stopped at 95. */
const held = (overrides: Partial<Position> = {}): Position => emptyPosition({ amount: amount('1'), ...overrides })
const POSITION = 'pos_1' as PositionId
const stopOf = (overrides: Partial<Order> = {}): Order =>
  orderOf({
    id: 'ord_stop' as OrderId,
    side: 'sell',
    type: 'stop',
    status: 'open',
    sleeve: 'tactical',
    trigger: price('95'),
    receipt: { kind: 'protective_stop', positionId: POSITION },
    ...overrides,
  })
const exitOf = (overrides: Partial<Order> = {}): Order =>
  orderOf({
    id: 'ord_exit' as OrderId,
    side: 'sell',
    type: 'market',
    status: 'open',
    sleeve: 'tactical',
    receipt: { kind: 'position_exit', positionId: POSITION, reason: 'trader' },
    ...overrides,
  })
const working = orderOf({ status: 'partially_filled', amount: amount('2'), filled: amount('1') })
const lost = (id: string): Order => stopOf({ id: id as OrderId, status: 'rejected', reason: 'never-placed' })
const vanished = (id: string): Order => stopOf({ id: id as OrderId, status: 'cancelled', reason: 'by the exchange' })

function stepOf(position: Position, orders: readonly Order[] = [], entry: Order | null = null): string {
  const step = nextProtection(position, entry, orders, rules, settings)
  switch (step.kind) {
    case 'place_stop':
      return `place a stop of ${toText(step.amount)} at ${toText(step.trigger)}`
    case 'amend_stop':
      return `move ${step.orderId} to ${toText(step.trigger)}`
    case 'cancel':
      return `cancel ${step.orderId}: ${step.because}`
    case 'place_exit':
      return `close ${toText(step.amount)}: ${step.reason}`
    case 'close_unprotected':
      return `close unprotected: ${step.because}`
    case 'close_unhalved':
      return 'close all, for it cannot be halved'
    case 'await':
      return `await ${step.orderId}`
    case 'rest':
    case 'too_small':
      return step.kind
  }
}

describe('a position that is held', () => {
  it('gets a stop for all of it, in whole lots, and then rests', () => {
    expect(stepOf(held())).toBe('place a stop of 1 at 95')
    expect(stepOf(held({ amount: amount('1.09999999') }))).toBe('place a stop of 1 at 95')
    expect(stepOf(held(), [stopOf()])).toBe('rest')
    expect(stepOf(held(), [stopOf()], working)).toBe('rest')
  })

  it('waits while its stop is under way or in doubt', () => {
    expect(stepOf(held(), [stopOf({ status: 'pending' })])).toBe('await ord_stop')
    expect(stepOf(held(), [stopOf({ status: 'pending', inDoubt: true })])).toBe('await ord_stop')
    expect(stepOf(held(), [stopOf({ inDoubt: true })])).toBe('await ord_stop')
  })

  it('has its stop cancelled and placed again when its entry brings more', () => {
    const more = held({ amount: amount('1.3') })
    expect(stepOf(more, [stopOf()], working)).toBe('cancel ord_stop: resize')
    expect(stepOf(more, [stopOf({ status: 'cancelled', reason: 'resize' })], working)).toBe('place a stop of 1.3 at 95')
  })

  it('keeps its stop when what came is less than a lot', () => {
    expect(stepOf(held({ amount: amount('1.0999') }), [stopOf()])).toBe('rest')
  })

  it('has a stop for more than there is cancelled before anything else', () => {
    expect(stepOf(held({ amount: amount('0.9') }), [stopOf()])).toBe('cancel ord_stop: resize')
    expect(stepOf(held(), [stopOf({ amount: amount('0.7') }), stopOf({ id: 'ord_2' as OrderId })])).toBe(
      'cancel ord_2: resize',
    )
  })

  it('has its stop moved in one request, so that it protects all the while', () => {
    expect(stepOf(held({ stop: price('97') }), [stopOf()])).toBe('move ord_stop to 97')
    expect(stepOf(held({ stop: price('97'), amount: amount('2') }), [stopOf()])).toBe('cancel ord_stop: resize')
  })

  it('is protected the same way when it is short', () => {
    const short = held({ side: 'short', leverage: 3, stop: price('105'), target: price('90') })
    expect(stepOf(short)).toBe('place a stop of 1 at 105')
    expect(stepOf(short, [stopOf({ side: 'buy', trigger: price('105') })])).toBe('rest')
    expect(stepOf({ ...short, exitReason: 'target' }, [stopOf({ side: 'buy', trigger: price('105') })])).toBe(
      'cancel ord_stop: exit',
    )
  })

  it('lets an exit that is still under way end, then protects what is left', () => {
    expect(stepOf(held(), [exitOf()])).toBe('await ord_exit')
    const part = exitOf({ status: 'expired', amount: amount('2'), filled: amount('1') })
    expect(stepOf(held(), [part])).toBe('place a stop of 1 at 95')
  })
})

describe('a position whose stop cannot be had', () => {
  it('is closed when the stop is refused, with the exchange’s reason', () => {
    const refused = stopOf({ status: 'rejected', reason: 'insufficient margin' })
    expect(stepOf(held(), [refused])).toBe('close unprotected: insufficient margin')
  })

  it('gets as many more stops as settled when they were never placed or vanished, then is closed', () => {
    expect(stepOf(held(), [lost('ord_1')])).toBe('place a stop of 1 at 95')
    expect(stepOf(held(), [lost('ord_1'), lost('ord_2')])).toMatch(/^close unprotected: 2 stops in a row/)
    expect(stepOf(held(), [vanished('ord_1'), lost('ord_2')])).toMatch(/^close unprotected/)
    expect(stepOf(held(), [vanished('ord_1'), vanished('ord_2')])).toMatch(/^close unprotected/)
    expect(stepOf(held(), [vanished('ord_1'), stopOf({ status: 'expired' })])).toMatch(/^close unprotected/)
  })

  it('begins to count again after a stop that rested until we cancelled it', () => {
    const ours = stopOf({ id: 'ord_2' as OrderId, status: 'cancelled', reason: 'resize' })
    expect(stepOf(held(), [lost('ord_1'), ours, lost('ord_3')])).toBe('place a stop of 1 at 95')
    expect(stepOf(held(), [lost('ord_1'), lost('ord_2'), ours])).toBe('place a stop of 1 at 95')
  })

  it('is then closed like any other', () => {
    const refused = stopOf({ status: 'rejected', reason: 'no' })
    expect(stepOf(held({ exitReason: 'unprotected' }), [refused])).toBe('close 1: unprotected')
  })
})

describe('closing a position', () => {
  const closing = held({ exitReason: 'target' })

  it('cancels the stop, learns its fate, and only then sells what is left', () => {
    expect(stepOf(closing, [stopOf()])).toBe('cancel ord_stop: exit')
    expect(stepOf(closing, [stopOf({ inDoubt: true })])).toBe('await ord_stop')
    expect(stepOf(closing, [stopOf({ status: 'pending' })])).toBe('await ord_stop')
    expect(stepOf(closing, [stopOf({ status: 'cancelled' })])).toBe('close 1: target')
    const crossed = stopOf({ status: 'cancelled', filled: amount('0.4') })
    expect(stepOf({ ...closing, amount: amount('0.6') }, [crossed])).toBe('close 0.6: target')
  })

  it('first cancels an entry that is still working, so that it does not meet our own order', () => {
    expect(stepOf(closing, [stopOf()], working)).toBe('cancel ord_1: exit')
  })

  it('does not wait for an entry in doubt: what it still buys is sold later', () => {
    const unsure = { ...working, inDoubt: true }
    expect(stepOf(closing, [], unsure)).toBe('close 1: target')
    expect(stepOf(held({ amount: ZERO, closedAt: NOON, exitReason: 'target' }), [], unsure)).toBe('await ord_1')
  })

  it('sells again what an exit left, whether it was partly filled, never placed or refused', () => {
    const part = exitOf({ status: 'expired', filled: amount('0.3') })
    expect(stepOf({ ...closing, amount: amount('0.7') }, [part])).toBe('close 0.7: target')
    expect(stepOf(closing, [exitOf({ status: 'rejected', reason: 'never-placed' })])).toBe('close 1: target')
    expect(stepOf(closing, [exitOf({ status: 'rejected', reason: 'market is closed' })])).toBe('close 1: target')
    expect(stepOf(closing, [exitOf({ inDoubt: true, status: 'pending' })])).toBe('await ord_exit')
    expect(stepOf(closing, [exitOf()])).toBe('await ord_exit')
  })

  it('is left to a stop that trades for all of it', () => {
    const trading = stopOf({ status: 'partially_filled', amount: amount('1.5'), filled: amount('0.5') })
    expect(stepOf(held(), [trading])).toBe('await ord_stop')
    expect(stepOf(held(), [trading], working)).toBe('cancel ord_1: exit')
    expect(stepOf(held({ exitReason: 'stop' }), [trading])).toBe('await ord_stop')
    expect(stepOf(held({ exitReason: 'trader' }), [trading])).toBe('cancel ord_stop: exit')
  })

  it('takes over from a stop that trades for less than there is, or that ended with something left', () => {
    const trading = stopOf({ status: 'partially_filled', filled: amount('0.5') })
    expect(stepOf(held(), [trading])).toBe('cancel ord_stop: exit')
    expect(stepOf(held(), [{ ...trading, status: 'cancelled' }])).toBe('close 1: stop')
    expect(stepOf(held({ amount: amount('0.6') }), [stopOf({ status: 'filled', filled: amount('1') })])).toBe(
      'close 0.6: stop',
    )
  })

  it.each<ExitReason>(['stop', 'target', 'trader', 'time', 'unprotected', 'signal', 'breaker'])(
    'keeps the reason %s',
    (exitReason) => {
      expect(stepOf(held({ exitReason }))).toBe(`close 1: ${exitReason}`)
    },
  )
})

describe('a position of which only a part is to be kept', () => {
  const halved = held({ keep: amount('0.5') })
  const rest = stopOf({ id: 'ord_rest' as OrderId, amount: amount('0.5') })

  it('loses its stop, then what is above that part, and gets a stop for the rest', () => {
    expect(stepOf(halved, [stopOf()])).toBe('cancel ord_stop: exit')
    expect(stepOf(halved, [stopOf({ status: 'cancelled' })])).toBe('close 0.5: breaker')
    expect(stepOf(halved, [exitOf({ amount: amount('0.5') })])).toBe('await ord_exit')
    expect(stepOf({ ...halved, amount: amount('0.5') })).toBe('place a stop of 0.5 at 95')
    expect(stepOf({ ...halved, amount: amount('0.5') }, [rest])).toBe('rest')
  })

  it('sells nothing twice: an exit that is in doubt is awaited, one that filled in part is gone on with', () => {
    expect(stepOf(halved, [exitOf({ amount: amount('0.5'), status: 'pending', inDoubt: true })])).toBe('await ord_exit')
    expect(stepOf({ ...halved, amount: amount('0.9') })).toBe('close 0.4: breaker')
  })

  it('buys nothing more', () => {
    expect(stepOf(halved, [], working)).toBe('cancel ord_1: exit')
  })

  it('sells whole lots only, and nothing that the market would not take', () => {
    expect(stepOf(held({ keep: amount('0.55') }))).toBe('close 0.4: breaker')
    expect(stepOf(held({ keep: amount('0.71') }))).toBe('place a stop of 1 at 95')
    expect(stepOf(held({ keep: amount('1') }))).toBe('place a stop of 1 at 95')
  })

  it('is closed whole where the market would not take its half', () => {
    const small = held({ amount: amount('0.5'), keep: amount('0.25') })
    expect(stepOf(small)).toBe('close all, for it cannot be halved')
    expect(stepOf({ ...small, exitReason: 'breaker' })).toBe('close 0.5: breaker')
    expect(stepOf({ ...small, exitReason: 'trader' })).toBe('close 0.5: trader')
    expect(stepOf(held({ amount: amount('0.6'), keep: amount('0.3') }))).toBe('close 0.3: breaker')
    // What is left of a sale that began is not a reason to close the half that is to be kept.
    expect(stepOf(held({ amount: amount('0.7'), keep: amount('0.5') }))).toBe('place a stop of 0.7 at 95')
  })

  it('is closed altogether where that is wanted, or its stop has begun to trade', () => {
    expect(stepOf({ ...halved, exitReason: 'trader' })).toBe('close 1: trader')
    const trading = stopOf({ status: 'partially_filled', amount: amount('1.2'), filled: amount('0.2') })
    expect(stepOf(halved, [trading])).toBe('await ord_stop')
  })
})

describe('what is left of a position', () => {
  const over = held({ amount: ZERO, closedAt: NOON, exitReason: 'stop' })

  it('is cancelled when it is closed: entry, stop and exit alike', () => {
    expect(stepOf(over, [], working)).toBe('cancel ord_1: orphan')
    expect(stepOf(over, [stopOf()])).toBe('cancel ord_stop: orphan')
    expect(stepOf(over, [exitOf()])).toBe('cancel ord_exit: orphan')
    expect(stepOf(over, [stopOf({ status: 'filled', filled: amount('1') })])).toBe('rest')
  })

  it('is cancelled even when it was closed by an exit that nobody wants any more', () => {
    expect(stepOf({ ...over, exitReason: null }, [exitOf({ status: 'filled', filled: amount('1') })], working)).toBe(
      'cancel ord_1: orphan',
    )
  })

  it('is awaited when it is closed and in doubt', () => {
    expect(stepOf(over, [stopOf({ inDoubt: true })])).toBe('await ord_stop')
  })

  it('is left alone when more was sold than there was: that is for a person', () => {
    expect(stepOf({ ...over, amount: amount('-0.5') })).toBe('rest')
    expect(stepOf({ ...over, amount: amount('-0.5') }, [stopOf()])).toBe('cancel ord_stop: orphan')
  })

  it('is too small below the market’s minimum, once nothing more is bought', () => {
    expect(stepOf(held({ amount: amount('0.29') }))).toBe('too_small')
    expect(stepOf(held({ amount: amount('0.29') }), [], working)).toBe('rest')
    expect(stepOf(held({ amount: amount('0.29'), exitReason: 'trader' }))).toBe('too_small')
    expect(stepOf(held({ amount: amount('0.05') }))).toBe('too_small')
  })

  it('is too small as well when it is worth less than the minimum at the worse of its exits', () => {
    const costly = { ...rules, minCost: amount('50') }
    const kindOf = (position: Position) => nextProtection(position, null, [], costly, settings).kind
    expect(kindOf(held({ amount: amount('0.5') }))).toBe('too_small') // 47.50 at the stop, 55 at the target
    expect(kindOf(held({ amount: amount('0.6') }))).toBe('place_stop')
    const short = held({ amount: amount('0.5'), side: 'short', stop: price('105'), target: price('90') })
    expect(kindOf(short)).toBe('too_small')
  })

  it('keeps the order that is its only way out', () => {
    const nearlyDone = stopOf({ status: 'partially_filled', filled: amount('0.8') })
    const rest = held({ amount: amount('0.2') })
    expect(stepOf(rest, [nearlyDone])).toBe('await ord_stop')
    expect(stepOf({ ...rest, exitReason: 'trader' }, [nearlyDone])).toBe('await ord_stop')
  })
})

describe('how well a position is protected', () => {
  it('counts what stops known to rest would sell', () => {
    const orders = [
      stopOf({ amount: amount('0.5'), filled: amount('0.1'), status: 'partially_filled' }),
      stopOf({ inDoubt: true }),
      stopOf({ status: 'pending' }),
      stopOf({ status: 'cancelled' }),
      exitOf(),
    ]
    expect(toText(protectedAmount(orders))).toBe('0.4')
  })

  it('is shown as unprotected when anything that could be protected is not', () => {
    expect(isUnprotected(held(), [], rules)).toBe(true)
    expect(isUnprotected(held(), [stopOf()], rules)).toBe(false)
    expect(isUnprotected(held({ amount: amount('1.1') }), [stopOf()], rules)).toBe(true)
    expect(isUnprotected(held({ amount: amount('1.09') }), [stopOf()], rules)).toBe(false)
    expect(isUnprotected(held({ amount: amount('0.2') }), [], rules)).toBe(false)
    expect(isUnprotected(held({ amount: ZERO }), [], rules)).toBe(false)
  })

  it('has a bound: 115 s with deadlines of 5 s, a reconciliation every 30 s and one retry', () => {
    expect(unprotectedBoundMs({ deadlineMs: 5_000, reconcileMs: 30_000, neverPlacedRetries: 1 })).toBe(115_000)
  })
})

describe('any step at all', () => {
  const statuses: readonly OrderStatus[] = [
    'pending',
    'open',
    'partially_filled',
    'filled',
    'cancelled',
    'expired',
    'rejected',
  ]
  const units = (most: number) => fc.integer({ min: 0, max: most }).map((tenths) => amount(scaled(tenths, 1)))
  const orderArb = fc
    .record({
      isStop: fc.boolean(),
      status: fc.constantFrom(...statuses),
      inDoubt: fc.boolean(),
      size: fc.integer({ min: 1, max: 30 }),
      filled: fc.integer({ min: 0, max: 30 }),
      trigger: fc.constantFrom('94', '95', '96').map(price),
      reason: fc.constantFrom(null, 'never-placed', 'by the exchange', 'resize'),
    })
    .map(({ isStop, status, inDoubt, size, filled, trigger, reason }) => {
      const overrides = {
        status,
        inDoubt: inDoubt && !isFinal(status),
        amount: amount(scaled(size, 1)),
        filled: amount(scaled(Math.min(size, filled), 1)),
        reason,
      }
      return isStop ? stopOf({ ...overrides, trigger }) : exitOf(overrides)
    })
  const caseArb = fc.record({
    position: fc
      .record({
        amount: units(40),
        keep: fc.option(units(20)),
        exitReason: fc.constantFrom<ExitReason | null>(null, null, 'target', 'stop', 'trader'),
        closedAt: fc.constantFrom(null, null, NOON),
      })
      .map((overrides) => held(overrides)),
    orders: fc
      .array(orderArb, { maxLength: 5 })
      .map((orders) => orders.map((order, index) => ({ ...order, id: `ord_c${index}` as OrderId }))),
    entry: fc.constantFrom<Order | null>(
      null,
      working,
      { ...working, inDoubt: true },
      orderOf({ status: 'filled', filled: amount('1') }),
    ),
  })

  it('places nothing while an order of the position may be alive, and never more than there is', () => {
    let placed = 0
    fc.assert(
      fc.property(caseArb, ({ position, orders, entry }) => {
        const step = nextProtection(position, entry, orders, rules, settings)
        if (step.kind !== 'place_stop' && step.kind !== 'place_exit') return
        placed++
        const alive = orders.filter((order) => !isFinal(order.status) || order.inDoubt)
        expect(alive).toEqual([])
        expect(step.amount.lte(position.amount)).toBe(true)
        expect(toText(floorToStep(step.amount, rules.lot))).toBe(toText(step.amount))
        expect(step.amount.gte(rules.minAmount) && step.amount.gt(decimal('0'))).toBe(true)
      }),
      RUNS,
    )
    expect(placed).toBeGreaterThan(50)
  })

  it('cancels and moves only what is known to rest, and rests only when nothing but a stop of its size is there', () => {
    fc.assert(
      fc.property(caseArb, ({ position, orders, entry }) => {
        const step = nextProtection(position, entry, orders, rules, settings)
        if (step.kind === 'cancel' || step.kind === 'amend_stop') {
          const order = [...orders, ...(entry === null ? [] : [entry])].find(({ id }) => id === step.orderId)
          expect(order?.inDoubt).toBe(false)
          expect(['open', 'partially_filled']).toContain(order?.status)
        }
        if (step.kind === 'rest' && position.amount.gte(decimal('1'))) {
          expect(isUnprotected(position, orders, rules)).toBe(false)
          expect(position.exitReason).toBeNull()
        }
      }),
      RUNS,
    )
  })
})
