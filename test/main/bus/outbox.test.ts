import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSequentialIds } from '../../../src/main/adapters/system/ids.ts'
import { createBus } from '../../../src/main/bus/bus.ts'
import { createOutbox } from '../../../src/main/bus/outbox.ts'
import type { Database } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { aProposal, inFolder, NOON, openMemory, openOrThrow } from '../persistence/builders.ts'

/** A bus that is audited, and somebody who listens to all that these tests say. */
function aWorld(db: Database = openMemory()) {
  const stores = createStores(db)
  const bus = createBus({
    clock: createManualClock(NOON),
    ids: createSequentialIds(1),
    settings: { historyPerTopic: 100, queueCapacity: 1_000, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter: (message, subscriber, reason) => stores.messages.deadLetter(message, subscriber, reason),
  })
  const heard: string[] = []
  for (const topic of ['system_events', 'proposals'] as const) {
    bus.on(topic, (message) => stores.messages.append(message), { name: 'audit', whenFull: 'reject' })
    bus.on(topic, ({ id }) => void heard.push(id), { name: 'listener', whenFull: 'reject' })
  }
  const outbox = createOutbox({ bus, stores })
  const written = (): string[] => db.sql.prepare<[], string>('SELECT id FROM messages ORDER BY seq').pluck().all()
  const kept = (): string[] => db.sql.prepare<[], string>('SELECT id FROM proposals ORDER BY seq').pluck().all()
  const note = (text: string) => bus.publish('system_events', { kind: 'note', text }, { source: 'tests' }).id
  return { db, stores, bus, outbox, heard, written, kept, note }
}
const numbered = (n: number) => aProposal({ id: `prp_${n}` as never })

describe('what is announced with what is saved', () => {
  it('is on the disk together with it, and heard by everybody once that is certain', () => {
    const { outbox, stores, heard, written, kept, db } = aWorld()
    outbox.transact((announce) => {
      stores.proposals.insert(numbered(1))
      announce('proposals', { kind: 'proposed', proposal: numbered(1) }, { source: 'tests' })
      expect(heard).toEqual([])
    })
    expect(kept()).toEqual(['prp_1'])
    expect(written()).toHaveLength(1)
    expect(heard).toEqual(written())
    stores.messages.flush()
    expect(written()).toHaveLength(1)
    expect(verifyDatabase(db)).toEqual([])
  })

  it('is neither kept nor heard when the transaction fails, and what was buffered before is not lost with it', () => {
    const { outbox, stores, heard, written, kept, note, db } = aWorld()
    const before = note('before')
    const fails = () =>
      outbox.transact((announce) => {
        stores.proposals.insert(numbered(1))
        announce('proposals', { kind: 'proposed', proposal: numbered(1) }, { source: 'tests' })
        expect(written()).toHaveLength(2)
        throw new Error('the disk is full')
      })
    expect(fails).toThrow('the disk is full')
    expect(kept()).toEqual([])
    expect(written()).toEqual([])
    expect(heard).toEqual([before])
    stores.messages.flush()
    expect(written()).toEqual([before])
    expect(verifyDatabase(db)).toEqual([])
  })

  it('waits for the end of the transaction that it is part of, and is undone with that one', () => {
    const { outbox, stores, heard, kept, written } = aWorld()
    const inner = (n: number): string[] =>
      outbox.transact(
        (announce) => {
          stores.proposals.insert(numbered(n))
          announce('proposals', { kind: 'proposed', proposal: numbered(n) }, { source: 'tests' })
          return [...heard]
        },
        () => heard.push(`before ${n}`),
      )
    stores.transact(() => {
      inner(1)
      expect(outbox.transact(() => inner(2))).toEqual([])
      expect(heard).toEqual([])
    })
    expect(heard).toEqual(['before 1', written()[0], 'before 2', written()[1]])
    expect(() =>
      outbox.transact(() => {
        inner(3)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(kept()).toEqual(['prp_1', 'prp_2'])
    expect(heard).toHaveLength(4)
  })

  it('is heard when all that listeners may ask for is up to date', () => {
    const { outbox, bus } = aWorld()
    const order: string[] = []
    bus.on('proposals', () => void order.push('heard'), { name: 'late', whenFull: 'reject' })
    outbox.transact(
      (announce) => {
        announce('proposals', { kind: 'proposed', proposal: numbered(1) }, { source: 'tests' })
        return 7
      },
      (result) => order.push(`up to date with ${result}`),
    )
    expect(order).toEqual(['up to date with 7', 'heard'])
  })

  it('stands in the audit in the order in which it was said, each once, whatever fails in between', () => {
    const step = fc.oneof(
      fc.constant('note' as const),
      fc.constant('flush' as const),
      fc.record({ says: fc.array(fc.boolean(), { maxLength: 4 }), fails: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { outbox, stores, heard, written, kept, note, db } = aWorld()
        const said: string[] = []
        const inserted: string[] = []
        let n = 0
        for (const what of steps) {
          if (what === 'note') said.push(note('x'))
          else if (what === 'flush') stores.messages.flush()
          else {
            const mine: string[] = []
            const work = (): void =>
              outbox.transact((announce) => {
                // Some of them in a transaction of their own within this one.
                for (const isNested of what.says) {
                  const proposal = numbered(++n)
                  const save = (tell: typeof announce): void => {
                    stores.proposals.insert(proposal)
                    tell('proposals', { kind: 'proposed', proposal }, { source: 'tests' })
                  }
                  if (isNested) outbox.transact(save)
                  else save(announce)
                  mine.push(proposal.id)
                }
                if (what.fails) throw new Error('no')
              })
            if (what.fails) expect(work).toThrow('no')
            else {
              const before = heard.length
              work()
              expect(heard.length - before).toBe(mine.length)
              if (mine.length > 0) {
                // What is certain is on the disk, after all that was said before.
                expect(written().slice(0, said.length)).toEqual(said)
                said.push(...written().slice(said.length))
              }
              inserted.push(...mine)
            }
          }
        }
        stores.messages.flush()
        expect(written()).toEqual(said)
        expect([...heard].sort()).toEqual([...said].sort())
        expect(kept()).toEqual(inserted)
        expect(stores.journal.head().seq).toBe(said.length)
        expect(verifyDatabase(db)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('a crash', () => {
  it('takes at most what was not announced with anything since the last flush', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('note', 'save', 'flush'), { maxLength: 12 }), (steps) =>
        inFolder((folder) => {
          const { outbox, stores, kept, note, db } = aWorld(openOrThrow(join(folder, 'a.db')))
          const certain: string[] = []
          let waiting: string[] = []
          let n = 0
          for (const what of steps) {
            if (what === 'note') waiting.push(note('x'))
            if (what === 'flush') stores.messages.flush()
            if (what === 'save') {
              outbox.transact((announce) => {
                const proposal = numbered(++n)
                stores.proposals.insert(proposal)
                announce('proposals', { kind: 'proposed', proposal }, { source: 'tests' })
              })
              waiting.push(`prp_${n}`)
            }
            if (what === 'note') continue
            certain.push(...waiting)
            waiting = []
          }
          // By another process: closing a handle of the file in this one would drop our lock.
          for (const end of ['.db', '.db-wal', '.audit-head']) {
            execFileSync('cp', [join(folder, `a${end}`), join(folder, `copy${end}`)])
          }
          const copy = openOrThrow(join(folder, 'copy.db'))
          const rows = copy.sql
            .prepare<[], { id: string; payload: string }>('SELECT id, payload FROM messages ORDER BY seq')
            .all()
          const ids = rows.map(({ id, payload }) => JSON.parse(payload).proposal?.id ?? id)
          expect(ids).toEqual(certain)
          expect(copy.sql.prepare('SELECT id FROM proposals ORDER BY seq').pluck().all()).toEqual(kept())
          expect(verifyDatabase(copy)).toEqual([])
          expect(createStores(copy).journal.headTrouble()).toBeNull()
          copy.close()
          db.close()
        }),
      ),
      { numRuns: 25 },
    ))
})
