import { describe, expect, it } from 'vitest'
import { createSequentialIds } from '../../../src/main/adapters/system/ids.ts'
import { createBus } from '../../../src/main/bus/bus.ts'
import type { Position } from '../../../src/main/domain/position.ts'
import { Breakers } from '../../../src/main/safety/breakers.ts'
import type { PositionId } from '../../../src/shared/ids.ts'
import { amount, decimal, type Money, money, toText, ZERO } from '../../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { Memory } from '../../support/risk-memory.ts'
import { emptyPosition } from '../../support/trading-builders.ts'

const WEDNESDAY = Date.parse('2026-01-07T12:00:00Z')
const LOSS = money('-10')

/** Breakers over an account of 10,000 that a test moves. Three losses in a row pause for half an hour. */
function room() {
  const clock = createManualClock(WEDNESDAY)
  const memory = new Memory()
  const account = { equity: money('10000'), flows: ZERO as Money, openPnl: ZERO as Money }
  const happened: string[] = []
  let hasPrices = true
  const bus = createBus({
    clock,
    ids: createSequentialIds(1),
    settings: { historyPerTopic: 100, queueCapacity: 100, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter: () => {},
  })
  const start = (attend: (id: PositionId) => void = (id) => void happened.push(`attend ${id}`)) =>
    new Breakers({
      clock,
      bus,
      stores: memory.stores,
      limits: {
        dayPercent: decimal('5'),
        weekPercent: decimal('10'),
        drawdownPercent: decimal('20'),
        lossesInARow: 3,
        pauseMs: 30 * MINUTE,
      },
      account: () => (hasPrices ? account : null),
      isTrading: () => memory.store.open().length > 0,
      attend,
      closeAll: () => happened.push('close all'),
      isStopMissing: () => false,
      halt: () => happened.push('halt'),
    })
  let ids = 0
  return {
    clock,
    memory,
    account,
    happened,
    start,
    prices: (has: boolean) => {
      hasPrices = has
    },
    alerts: () => bus.history('risk_alerts').map(({ payload }) => payload.code),
    /** Written down as it is, told to nobody. */
    closed(realized: Money, minutesAgo = 0): Position {
      const at = epochMs(clock.now() - minutesAgo * MINUTE)
      const position = emptyPosition({
        id: `pos_${ids++}` as PositionId,
        openedAt: epochMs(at - MINUTE),
        closedAt: at,
        realized,
      })
      memory.store.insert(position)
      return position
    },
  }
}

describe('the breaker of the week', () => {
  const amountOf = (of: Position | null): string => (of?.keep === null || of === null ? 'all' : toText(of.keep))
  const bought = (id: string) => emptyPosition({ id: id as PositionId, amount: amount('1') })

  it('halves a position too that an order on its way brings after it has tripped', () => {
    const { start, memory, account, happened } = room()
    const breakers = start()
    breakers.look()
    account.openPnl = money('-1000')
    breakers.look()
    const late = bought('pos_late')
    memory.store.insert(late)
    breakers.onOpened(late)
    expect(amountOf(memory.store.get(late.id))).toBe('0.5')
    expect(happened).toEqual(['attend pos_late'])
  })

  it('halves once, also where the sale could not be begun', () => {
    const { start, memory, account, happened } = room()
    const known = bought('pos_known')
    const breakers = start(() => {
      throw new Error('the executor is gone')
    })
    breakers.look()
    memory.store.insert(known)
    account.openPnl = money('-1000')
    expect(() => breakers.look()).toThrow('the executor is gone')
    // Sold meanwhile.
    memory.store.save({ ...known, amount: amount('0.5'), keep: amount('0.5') })
    breakers.look()
    expect(amountOf(memory.store.get(known.id))).toBe('0.5')
    expect(happened).toEqual([])
  })
})

describe('what the circuit breakers remember', () => {
  it('counts a close that came before the first price', () => {
    const { start, closed, prices, clock } = room()
    start().look()
    clock.advance(MINUTE)
    const breakers = start()
    prices(false)
    breakers.onClosed(closed(LOSS))
    expect(breakers.snapshot()).toBeNull()
    prices(true)
    breakers.look()
    expect(breakers.verdict().lossesInARow).toBe(1)
  })

  it('counts closes that were booked and not told, and says that they pause', () => {
    const { start, closed, clock, alerts } = room()
    start().look()
    for (let loss = 0; loss < 3; loss++) {
      clock.advance(MINUTE)
      closed(LOSS)
    }
    const breakers = start()
    breakers.look()
    expect(breakers.verdict()).toMatchObject({
      lossesInARow: 3,
      sizeFactor: 0.5,
      heldBackBecause: [expect.any(String)],
    })
    expect(alerts()).toEqual(['breaker/losses'])
    // And not again.
    start().look()
    expect(alerts()).toEqual(['breaker/losses'])
  })

  it('puts a close that becomes known late in its place', () => {
    const { start, closed, clock } = room()
    const breakers = start()
    breakers.look()
    clock.advance(20 * MINUTE)
    breakers.onClosed(closed(LOSS))
    breakers.onClosed(closed(LOSS, -1))
    expect(breakers.verdict().lossesInARow).toBe(2)
    breakers.onClosed(closed(money('5'), 10))
    expect(breakers.verdict().lossesInARow).toBe(2)
    breakers.onClosed(closed(money('5'), -0.5))
    expect(breakers.verdict().lossesInARow).toBe(1)
  })

  it('counts a close once, however often it is told, and with what it brought in the end', () => {
    const { start, closed, account, memory } = room()
    const breakers = start()
    breakers.look()
    const position = closed(money('-100'))
    for (let told = 0; told < 3; told++) breakers.onClosed(position)
    expect(breakers.verdict().lossesInARow).toBe(1)
    expect(breakers.snapshot()?.reading.pnl).toEqual(money('-100'))
    // A fill that came late: it was a gain after all.
    const late = { ...position, realized: money('30') }
    memory.store.save(late)
    breakers.onClosed(late)
    expect(breakers.verdict().lossesInARow).toBe(0)
    expect(breakers.snapshot()?.reading.pnl).toEqual(money('30'))
    account.openPnl = money('-2')
    expect(breakers.snapshot()?.reading.pnl).toEqual(money('28'))
  })

  it('does not judge what was before it first looked', () => {
    const { start, closed, clock, account } = room()
    for (let loss = 0; loss < 5; loss++) closed(money('-1000'), 5)
    const breakers = start()
    breakers.look()
    expect(breakers.verdict()).toEqual({ lossesInARow: 0, heldBackBecause: [], sizeFactor: 1, smallerSince: null })
    clock.advance(MINUTE)
    account.openPnl = money('-500')
    breakers.look()
    expect(breakers.verdict().heldBackBecause).toHaveLength(1)
  })

  it('is the same after a restart, whatever it is', () => {
    const { start, account, clock } = room()
    const first = start()
    first.look()
    account.openPnl = money('123.456789')
    account.flows = money('-0.00000001')
    first.look()
    account.openPnl = money('-600')
    clock.advance(MINUTE)
    first.look()
    const second = start()
    second.look()
    expect(second.snapshot()).toEqual(first.snapshot())
    expect(second.verdict()).toEqual(first.verdict())
  })

  it('sees a withdrawal make a loss too large, with nothing open', () => {
    const { start, closed, account, clock } = room()
    const breakers = start()
    breakers.look()
    clock.advance(MINUTE)
    breakers.onClosed(closed(money('-400')))
    expect(breakers.verdict().heldBackBecause).toEqual([])
    account.flows = money('-2000')
    breakers.look()
    expect(breakers.verdict().heldBackBecause).toHaveLength(1)
  })

  it('closes what a late order buys after all was closed', () => {
    const { start, account, happened, memory } = room()
    const breakers = start()
    breakers.look()
    account.openPnl = money('-2000')
    breakers.look()
    expect(happened).toEqual(['halt', 'close all'])
    const late = emptyPosition({ id: 'pos_late' as PositionId })
    memory.store.insert(late)
    breakers.onOpened(late)
    expect(happened).toEqual(['halt', 'close all', 'close all'])
  })

  it('resumes without prices, and measures from the next ones', () => {
    const { start, account, prices, happened } = room()
    const breakers = start()
    breakers.look()
    account.openPnl = money('-2000')
    breakers.look()
    prices(false)
    breakers.onResumed()
    expect(breakers.verdict().heldBackBecause.join()).not.toContain('from its peak')
    prices(true)
    account.openPnl = money('-3000')
    breakers.look()
    expect(happened).toEqual(['halt', 'close all'])
    account.openPnl = money('-5000')
    breakers.look()
    expect(happened).toEqual(['halt', 'close all', 'halt', 'close all'])
  })

  it('is untouched by a resumption after something else', () => {
    const { start, memory } = room()
    const breakers = start()
    breakers.onResumed()
    breakers.look()
    const saved = memory.get('breakers')
    breakers.onResumed()
    expect(memory.get('breakers')).toBe(saved)
  })
})
