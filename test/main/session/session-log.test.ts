import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONFIG_DIR } from '../../../src/main/app.ts'
import { loadSettings } from '../../../src/main/config.ts'
import type { PlanSettings } from '../../../src/main/domain/rebalance.ts'
import { openDatabase } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { SessionRow } from '../../../src/main/ports.ts'
import { deskSettings } from '../../../src/main/session/desk-settings.ts'
import { recordedSteps } from '../../../src/main/session/recorded-session.ts'
import { createRecordingTape } from '../../../src/main/session/recording-tape.ts'
import type { Step } from '../../../src/main/session/tape.ts'
import { decimal, money } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'

const PLAN: PlanSettings = {
  orderType: 'market',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('1000'),
  slices: 1,
  sliceEveryMs: 0,
}
const NOON = epochMs(1_767_268_800_000)
const ROOT = join(import.meta.dirname, '../../..')

function aLog() {
  const opened = openDatabase(':memory:', { migrationsDir: join(ROOT, 'migrations'), now: NOON })
  if (!opened.ok) throw new Error(opened.error.message)
  const { sql } = opened.value
  const stores = createStores(opened.value)
  const steps = () =>
    [...recordedSteps(sql)].map((step) => {
      if (!step.ok) throw new Error(step.error.message)
      const { run, kind, subject, isWhole, changedRow, gap, events } = step.value
      return { run, kind, subject, isWhole, changedRow, gap, acts: events.filter(([what]) => what === 'act').length }
    })
  return { sql, stores, steps }
}

function aTape({ stores }: ReturnType<typeof aLog>) {
  const settings = loadSettings(CONFIG_DIR)
  if (!settings.ok) throw new Error(settings.error.message)
  return createRecordingTape(
    { clock: { now: () => NOON }, log: stores.sessionLog, transact: stores.transact },
    {
      settings: deskSettings(settings.value, {
        symbols: [],
        prompts: { conflict: '', strategy: '' },
        rebalancing: {
          assets: [],
          targets: [],
          band: { kind: 'absolute', value: decimal('5'), byAsset: new Map() },
          plan: PLAN,
        },
      }),
      resolvers: [],
    },
  )
}

const row = (step: number): SessionRow => ({
  ...{ run: 1, step, at: NOON, kind: 'signal', subject: 'BTC/USDT', answer: null },
  data: '{"values":[],"events":[]}',
})
const about = (subject: string, kind: Step['kind'] = 'signal'): Step => ({ kind, subject, told: [], answer: null })

describe('the session’s log', () => {
  it('is kept by the transaction it is recorded in, with everything before it', () => {
    const log = aLog()
    const { sessionLog, transact } = log.stores
    sessionLog.add(row(0))
    transact(() => sessionLog.record(row(1)))
    expect(log.steps()).toHaveLength(2)
  })

  it('is undone with its transaction, and written with the next one, in order and with whole hashes', () => {
    const log = aLog()
    const { sessionLog, transact } = log.stores
    sessionLog.add(row(0))
    expect(() =>
      transact(() => {
        sessionLog.record(row(1))
        throw new Error('the disk is full')
      }),
    ).toThrow('the disk is full')
    expect(log.steps()).toEqual([])
    transact(() => sessionLog.record(row(2)))
    expect(log.steps().map(({ changedRow, gap }) => [changedRow, gap])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ])
  })

  it('cannot be changed or shortened by a statement that slips in', () => {
    const { sql, stores } = aLog()
    stores.sessionLog.add(row(0))
    stores.sessionLog.flush()
    expect(() => sql.exec("UPDATE session_log SET kind = 'x'")).toThrow('append-only')
    expect(() => sql.exec('DELETE FROM session_log')).toThrow('append-only')
  })

  it('goes on after a restart, one start after the other', () => {
    const log = aLog()
    for (const _ of [1, 2]) {
      const tape = aTape(log)
      tape.step(about('BTC/USDT'), () => tape.act('close', [1], () => {}))
      log.stores.sessionLog.flush()
    }
    expect(log.steps().map(({ run, kind, gap }) => [run, kind, gap])).toEqual([
      [1, 'start', null],
      [1, 'signal', null],
      [2, 'start', null],
      [2, 'signal', null],
    ])
  })
})

describe('a recording', () => {
  it('has written what led to a decision when the decision is certain, and not before', () => {
    const log = aLog()
    const tape = aTape(log)
    tape.step(about('BTC/USDT'), () => {
      tape.read('account.equity', [], () => 1)
      tape.transact(() => {
        tape.act('conflicts.insert', [{ id: 'cfl_1' }], () => {})
        expect(log.steps()).toEqual([])
      })
      expect(log.steps().at(-1)).toMatchObject({ kind: 'signal', acts: 1, isWhole: false })
    })
    log.stores.sessionLog.flush()
    expect(log.steps().at(-1)).toMatchObject({ kind: 'signal', acts: 1, isWhole: true })
  })

  it('keeps no step in which nothing was looked at or done', () => {
    const log = aLog()
    const tape = aTape(log)
    tape.step(about('BTC/USDT', 'regime'), () => tape.read('positions.open', [], () => []))
    tape.step(about('BTC/USDT', 'spoken'), () => tape.read('conflicts.unapplied', [], () => [{ id: 'cfl_1' }]))
    tape.step(about('BTC/USDT'), () => {})
    log.stores.sessionLog.flush()
    expect(log.steps().map(({ kind }) => kind)).toEqual(['start'])
  })

  it('leaves out what others look up while a desk waits for them', () => {
    const log = aLog()
    const tape = aTape(log)
    tape.read('account.equity', [], () => 'outside of every step')
    tape.step(about('BTC/USDT'), () =>
      tape.act('bus.send', [], () => {
        tape.act('close', ['by somebody else'], () => {})
      }),
    )
    log.stores.sessionLog.flush()
    expect(log.steps().at(-1)).toMatchObject({ kind: 'signal', acts: 1 })
  })
})
