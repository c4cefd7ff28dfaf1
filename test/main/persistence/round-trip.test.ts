import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { Stores } from '../../../src/main/ports.ts'
import { pair } from '../../../src/shared/ids.ts'
import { amount, decimal, toText } from '../../../src/shared/money.ts'
import {
  anyBagShare,
  anyConflict,
  anyDecimal,
  anyEntry,
  anyFill,
  anyMovement,
  anyOrder,
  anyPosition,
  anyProposal,
} from './arbitraries.ts'
import { aConflict, anOrder, aPosition, aProposal, at, openMemory } from './builders.ts'

const RUNS = { numRuns: 300 }
let stores: Stores

beforeEach(() => {
  stores = createStores(openMemory())
  stores.conflicts.insert(aConflict())
  stores.proposals.insert(aProposal())
  stores.orders.insert(anOrder())
  stores.positions.insert(aPosition())
})

describe('what is stored comes back exactly as it was', () => {
  it('for orders, inserted and saved', () => {
    fc.assert(
      fc.property(anyOrder, anyOrder, (order, later) => {
        stores.orders.insert(order)
        expect(stores.orders.get(order.id)).toEqual(order)
        const { status, inDoubt, exchangeId, filled, cost, reason, updatedAt } = later
        const saved = { ...order, status, inDoubt, exchangeId, filled, cost, reason, updatedAt }
        stores.orders.save(saved)
        expect(stores.orders.byClientOrderId(order.clientOrderId)).toEqual(saved)
      }),
      RUNS,
    )
  })

  it('for fills', () => {
    fc.assert(
      fc.property(anyFill, (fill) => {
        expect(stores.fills.add(fill)).toBe(true)
        expect(stores.fills.recent(1)).toEqual([fill])
        expect(stores.fills.add(fill)).toBe(false)
      }),
      RUNS,
    )
    expect(stores.fills.ofOrder(anOrder().id)).toEqual([...stores.fills.recent(1_000)].reverse())
  })

  it('for ledger entries, with their lines in order', () => {
    const written: unknown[] = []
    fc.assert(
      fc.property(anyEntry, (entry) => {
        stores.ledger.append(entry)
        written.push(entry)
        expect(stores.ledger.recent(1)).toEqual([entry])
      }),
      RUNS,
    )
    expect([...stores.ledger.all()]).toEqual(written)
  })

  it('for proposals, inserted and saved', () => {
    fc.assert(
      fc.property(anyProposal, anyProposal, (proposal, later) => {
        stores.proposals.insert(proposal)
        expect(stores.proposals.get(proposal.id)).toEqual(proposal)
        stores.proposals.save({ ...later, id: proposal.id })
        expect(stores.proposals.recent(1)).toEqual([{ ...later, id: proposal.id }])
      }),
      RUNS,
    )
  })

  it('for conflicts, with floats that JSON cannot say', () => {
    fc.assert(
      fc.property(anyConflict, anyConflict, (conflict, later) => {
        stores.conflicts.insert(conflict)
        expect(stores.conflicts.get(conflict.id)).toEqual(conflict)
        stores.conflicts.save({ ...later, id: conflict.id })
        expect(stores.conflicts.recent(1)).toEqual([{ ...later, id: conflict.id }])
      }),
      RUNS,
    )
  })

  it('for positions, inserted and saved', () => {
    fc.assert(
      fc.property(anyPosition, anyPosition, (position, later) => {
        stores.positions.insert(position)
        expect(stores.positions.get(position.id)).toEqual(position)
        stores.positions.save({ ...later, id: position.id })
        expect(stores.positions.recent(1)).toEqual([{ ...later, id: position.id }])
      }),
      RUNS,
    )
  })

  it('for deposits, withdrawals and rewards, found once and decided later', () => {
    fc.assert(
      fc.property(anyMovement, anyMovement, (movement, later) => {
        expect(stores.movements.add(movement)).toBe(true)
        expect(stores.movements.get(movement.id)).toEqual(movement)
        expect(stores.movements.add(later.id === movement.id ? later : { ...later, id: movement.id })).toBe(false)
        const { sleeve, decidedAt, decidedBy, reason } = later
        stores.movements.save({ ...movement, sleeve, decidedAt, decidedBy, reason })
        expect(stores.movements.get(movement.id)).toEqual({ ...movement, sleeve, decidedAt, decidedBy, reason })
      }),
      RUNS,
    )
  })

  it('for the bags’ parts of a profit, each once', () => {
    fc.assert(
      fc.property(anyBagShare, (share) => {
        const isNew = stores.bagShares.ofPosition(share.positionId).every(({ asset }) => asset !== share.asset)
        expect(stores.bagShares.add(share)).toBe(isNew)
        const kept = stores.bagShares.ofPosition(share.positionId).find(({ asset }) => asset === share.asset)
        if (isNew) expect(kept).toEqual(share)
      }),
      RUNS,
    )
  })

  it('for equity points', () => {
    fc.assert(
      fc.property(
        anyDecimal,
        fc.option(anyDecimal, { nil: null }),
        anyDecimal,
        anyDecimal,
        (equity, hold, peak, drift) => {
          const point = {
            at: at(0),
            equity: equity as never,
            holdEquity: hold as never,
            peak: peak as never,
            flows: hold as never,
            driftPp: toText(drift),
          }
          stores.equity.add(point)
          expect(stores.equity.last()).toEqual(point)
        },
      ),
      RUNS,
    )
  })

  it('for market samples and state', () => {
    const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(positive, positive, positive, fc.json(), fc.nat(), (bid, ask, last, json, n) => {
        const tick = { symbol: pair('XRP/BTC'), at: at(n), bid, ask, last }
        const before = stores.marketSamples.last(tick.symbol)
        stores.marketSamples.add(tick)
        if (before === null || before.at <= tick.at) expect(stores.marketSamples.last(tick.symbol)).toEqual(tick)
        stores.state.set('coordinator', json)
        expect(stores.state.get('coordinator')).toBe(json)
      }),
      RUNS,
    )
    expect(stores.marketSamples.last(pair('BTC/USDT'))).toBeNull()
    expect(stores.state.get('nothing')).toBeNull()
  })
})

describe('decimals in the database', () => {
  it('are refused with more than 40 decimals, because they could not be read back', () => {
    const tooFine = decimal('0.0000000000000000000000000000000000000001').times(decimal('0.1'))
    expect(() => stores.orders.insert({ ...anOrder(), amount: tooFine as never })).toThrow('more than 40 decimals')
  })

  it('say which row is impossible when one was tampered with', () => {
    const db = openMemory()
    const own = createStores(db)
    own.proposals.insert(aProposal())
    own.orders.insert({ ...anOrder(), filled: amount('1') })
    db.sql.exec(`UPDATE orders SET filled = '1e3'`)
    expect(() => own.orders.get(anOrder().id)).toThrow('orders ord_1: not a decimal number: "1e3"')
    db.sql.exec(`UPDATE proposals SET legs = '[{"symbol":"BTC/USDT","side":"sideways"}]'`)
    expect(() => own.proposals.get(aProposal().id)).toThrow('proposals prp_1: expected buy | sell, found "sideways"')
  })
})
