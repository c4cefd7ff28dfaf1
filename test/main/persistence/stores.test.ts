import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { ProposalId } from '../../../src/shared/ids.ts'
import { amount, money, price, ZERO } from '../../../src/shared/money.ts'
import { aConflict, aCorrection, aFill, anOrder, aPosition, aProposal, at, numbered, openMemory } from './builders.ts'

function aWorld() {
  const db = openMemory()
  const stores = createStores(db)
  stores.proposals.insert(aProposal())
  return { db, stores }
}

describe('transact', () => {
  it('undoes everything when the work throws, inner work included', () => {
    const { stores } = aWorld()
    expect(() =>
      stores.transact(() => {
        stores.orders.insert(anOrder())
        stores.transact(() => stores.fills.add(aFill()))
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(stores.orders.recent(9)).toEqual([])
    expect(stores.fills.recent(9)).toEqual([])
    expect(stores.transact(() => 'next')).toBe('next')
  })

  it('refuses at its end what refers to nothing, whatever the order of the writes', () => {
    const { stores } = aWorld()
    expect(() => stores.fills.add(aFill())).toThrow('FOREIGN KEY')
    stores.transact(() => {
      stores.fills.add(aFill())
      stores.positions.insert(aPosition())
      stores.orders.insert(anOrder())
    })
    expect(stores.positions.open()).toHaveLength(1)
  })
})

describe('orders', () => {
  it('log a status only when status, doubt or filled amount changed', () => {
    const { db, stores } = aWorld()
    const order = anOrder()
    stores.orders.insert(order)
    stores.orders.save(order)
    const open = { ...order, status: 'open', exchangeId: 'X1', updatedAt: at(1) } as const
    stores.orders.save(open)
    stores.orders.save({ ...open, exchangeId: 'X2', updatedAt: at(2) })
    stores.orders.save({ ...open, inDoubt: true, reason: 'time-out', updatedAt: at(3) })
    stores.orders.save({ ...open, filled: amount('0.01'), updatedAt: at(4) })
    const log = db.sql.prepare('SELECT at, status, in_doubt, filled, reason FROM order_status_log').raw().all()
    expect(log).toEqual([
      [at(0), 'pending', 0, '0', null],
      [at(1), 'open', 0, '0', null],
      [at(3), 'open', 1, '0', 'time-out'],
      [at(4), 'open', 0, '0.01', null],
    ])
    expect(stores.orders.get(order.id)?.exchangeId).toBe('X1')
  })

  it('are live until final, and when final as long as they are in doubt', () => {
    const { stores } = aWorld()
    const statuses = ['pending', 'open', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected'] as const
    statuses.forEach((status, n) => {
      stores.orders.insert({ ...anOrder(numbered(n)), status })
    })
    stores.orders.insert({ ...anOrder(numbered(9)), status: 'cancelled', inDoubt: true })
    expect(stores.orders.live().map((order) => order.status)).toEqual([
      'pending',
      'open',
      'partially_filled',
      'cancelled',
    ])
  })

  it('find the live ones without looking at the others', () => {
    const { db } = aWorld()
    const plan = db.sql
      .prepare<[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT * FROM orders
         WHERE status IN ('pending', 'open', 'partially_filled') OR in_doubt = 1 ORDER BY created_at, seq`,
      )
      .all()
    expect(plan.map((step) => step.detail)).toEqual(['SCAN orders USING INDEX orders_live'])
  })

  it('are listed by proposal, by age and by creation time', () => {
    const { stores } = aWorld()
    stores.proposals.insert(aProposal({ id: 'prp_2' as ProposalId }))
    for (let n = 0; n < 4; n++) {
      const proposalId = `prp_${1 + (n % 2)}` as ProposalId
      stores.orders.insert(
        anOrder({ ...numbered(n), createdAt: at(n), receipt: { kind: 'proposal_leg', proposalId, leg: 0 } }),
      )
    }
    const ids = (orders: readonly { id: string }[]): string => orders.map((order) => order.id.slice(4)).join('')
    expect(ids(stores.orders.ofProposal('prp_2' as ProposalId))).toBe('13')
    expect(ids(stores.orders.recent(3))).toBe('321')
    expect(ids(stores.orders.createdSince(at(2)))).toBe('32')
  })

  it('cannot be saved before they were inserted, nor inserted twice', () => {
    const { stores } = aWorld()
    expect(() => stores.orders.save(anOrder())).toThrow('never inserted')
    stores.orders.insert(anOrder())
    expect(() => stores.orders.insert(anOrder({ id: numbered(2).id }))).toThrow('UNIQUE')
  })
})

describe('ledger', () => {
  it('refuses an entry that is not balanced and keeps nothing of it', () => {
    const { stores } = aWorld()
    const lines = [{ account: 'core' as const, asset: 'BTC' as never, amount: amount('1') }]
    expect(() => stores.ledger.append(aCorrection({ reference: 'found', lines }))).toThrow('found: BTC sums to 1')
    expect(stores.ledger.recent(1)).toEqual([])
  })

  it('can be written to while all of it is read, over more than a page', () => {
    const { stores } = aWorld()
    const entry = aCorrection()
    stores.transact(() => {
      for (let n = 0; n < 2_500; n++) stores.ledger.append(entry)
    })
    let read = 0
    for (const _ of stores.ledger.all()) {
      if (read === 0) stores.ledger.append(entry)
      read++
    }
    expect(read).toBe(2_501)
  })
})

describe('proposals, conflicts and positions', () => {
  it('remember when the last rebalance ended: with the last change of its orders, else with the decision', () => {
    const { stores } = aWorld()
    expect(stores.proposals.lastFinishedRebalanceAt()).toBeNull()
    stores.proposals.save(aProposal({ status: 'incomplete', decidedAt: at(5) }))
    expect(stores.proposals.lastFinishedRebalanceAt()).toBe(at(5))
    stores.orders.insert({ ...anOrder(), updatedAt: at(700) })
    expect(stores.proposals.lastFinishedRebalanceAt()).toBe(at(700))
    stores.proposals.insert(aProposal({ id: 'prp_2' as ProposalId, status: 'rejected', decidedAt: at(900) }))
    expect(stores.proposals.lastFinishedRebalanceAt()).toBe(at(700))
  })

  it('are found by what is still to be done with them, oldest first', () => {
    const { stores } = aWorld()
    stores.proposals.insert(aProposal({ id: 'prp_2' as ProposalId, status: 'pending' }))
    stores.proposals.insert(aProposal({ id: 'prp_3' as ProposalId, status: 'voided' }))
    const found = stores.proposals.withStatus('pending', 'approved').map((proposal) => proposal.id)
    expect(found).toEqual(['prp_1', 'prp_2'])
    stores.conflicts.insert(aConflict())
    expect(stores.conflicts.unapplied()).toHaveLength(1)
    const resolution = { by: 'trader', optionId: 'abort', confidence: null, reasons: 'no', at: at(3) } as const
    stores.conflicts.save(aConflict({ resolution }))
    expect(stores.conflicts.unapplied()).toEqual([])
    stores.orders.insert(anOrder())
    stores.positions.insert(aPosition())
    stores.positions.snapshot(aPosition(), price('51000'), money('12.5'), at(60_000))
    stores.positions.save(aPosition({ closedAt: at(9) }))
    expect(stores.positions.open()).toEqual([])
  })
})

describe('equity', () => {
  it('is thinned evenly from first to last', () => {
    const { stores } = aWorld()
    for (let n = 0; n <= 1_000; n++) {
      stores.equity.add({
        at: at(n),
        equity: money(String(n)),
        holdEquity: null,
        peak: ZERO,
        flows: null,
        driftPp: '0',
      })
    }
    const times = (since: number, limit: number): number[] =>
      stores.equity.since(at(since), limit).map((point) => point.at - at(0))
    expect(times(0, 5)).toEqual([0, 250, 500, 750, 1_000])
    expect(times(998, 5)).toEqual([998, 999, 1_000])
    expect(times(0, 1)).toEqual([1_000])
    expect(times(1_001, 5)).toEqual([])
    expect(stores.equity.before(at(500))?.at).toBe(at(499))
    expect(stores.equity.before(at(0))).toBeNull()
    expect(stores.equity.first()?.at).toBe(at(0))
  })
})
