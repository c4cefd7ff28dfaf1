import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { aCorrection, anOrder, aProposal, openMemory } from './builders.ts'

describe('history', () => {
  it.each([
    ['ledger_entries', `reference = 'other'`],
    ['ledger_lines', `amount = '5'`],
    ['fills', `price = '1'`],
    ['order_status_log', `status = 'filled'`],
    ['orders', `amount = '9'`],
    ['orders', `client_order_id = 'x'`],
  ])('of %s is not rewritten (%s)', (table, change) => {
    const db = openMemory()
    const stores = createStores(db)
    stores.proposals.insert(aProposal())
    stores.orders.insert(anOrder())
    db.sql.exec(`INSERT INTO fills VALUES ('T', 'ord_1', 'BTC/USDT', 'buy', '1', '1', '0', 'USDT', 0)`)
    const lines = ['core', 'outside'].map((account, i) => ({
      account,
      asset: 'BTC',
      amount: anOrder().amount.times(i ? '1' : '-1'),
    }))
    stores.ledger.append(aCorrection({ lines: lines as never }))
    expect(() => db.sql.exec(`UPDATE ${table} SET ${change}`)).toThrow(/append-only|never changes/)
    expect(() => db.sql.exec(`DELETE FROM ${table}`)).toThrow(/append-only|never deleted/)
  })

  it('takes only values that exist', () => {
    const db = openMemory()
    const stores = createStores(db)
    stores.proposals.insert(aProposal())
    const bad = (change: object) => () => stores.orders.insert({ ...anOrder(), ...change })
    expect(bad({ status: 'lost' })).toThrow('CHECK')
    expect(bad({ side: 'hold' })).toThrow('CHECK')
    expect(bad({ receipt: { kind: 'proposal_leg', proposalId: null, leg: 0 } })).toThrow('CHECK')
    expect(bad({ receipt: { kind: 'proposal_leg', proposalId: 'prp_9', leg: 0 } })).toThrow('FOREIGN KEY')
    expect(() => stores.state.set('x', 'not json')).toThrow('CHECK')
  })
})
