import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { bookLife } from '../../support/ledger-run.ts'
import { openMemory } from '../persistence/builders.ts'

describe('an account’s life in the ledger', () => {
  it.each([1, 2, 3])('adds up at every look, and is the same computed anew (seed %i)', (seed) => {
    const stores = createStores(openMemory())
    expect(bookLife(stores, { events: 800, seed, lookEvery: 50 })).toEqual([])
    expect(new Set([...stores.ledger.all()].map(({ kind }) => kind)).size).toBe(10)
  })

  it('does not add up when something is booked behind its back', () => {
    const db = openMemory()
    const stores = createStores(db)
    const found = bookLife(stores, {
      events: 300,
      seed: 4,
      lookEvery: 100,
      onLook(done) {
        if (done !== 200) return
        db.sql.exec(`INSERT INTO ledger_entries VALUES (9000, 'transfer', 1, 'x', NULL, 'engine', '{}');
          INSERT INTO ledger_lines VALUES (9000, 0, 'core', 'BTC', '-1'), (9000, 1, 'hodl', 'BTC', '1')`)
      },
    })
    expect(found.join()).toContain('computed anew')
  })
})
