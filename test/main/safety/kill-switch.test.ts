import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../src/main/adapters/system/clock.ts'
import { createFileSentinel } from '../../../src/main/adapters/system/sentinel.ts'
import type { Clock } from '../../../src/main/ports.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { entry, KillRoom } from './kill-room.ts'

const START = 1_700_000_000_000
const ONLY_ENTRIES = { flatten: false }
const settled = () => new Promise((resolve) => setImmediate(resolve))

let room: KillRoom
let clock: ManualClock
beforeEach(() => {
  room = new KillRoom()
  clock = createManualClock(START)
})
afterEach(() => room.remove())

/** Runs the clock on, letting answers arrive in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(Math.min(100, ms - passed))
    await settled()
  }
}

describe('kill', () => {
  it('lets no order leave that has not left when it is called: not even one waiting for its turn', async () => {
    const killSwitch = room.start(clock)
    const sent: number[] = []
    // A hundred submissions, each behind some promises, each asking at the last moment, as the exchange's adapter does.
    const submissions = Array.from({ length: 100 }, async (_, n) => {
      for (let turn = 0; turn < n; turn += 1) await null
      if (!killSwitch.isKilled()) sent.push(n)
    })
    for (let turn = 0; turn < 30; turn += 1) await null
    const before = sent.length
    const answer = killSwitch.kill('pressed', ONLY_ENTRIES)
    expect(killSwitch.isKilled()).toBe(true)
    await Promise.all(submissions)
    expect(before).toBeGreaterThan(0)
    expect(sent).toHaveLength(before)
    await answer
  })

  it('works in the order of what can fail least: memory, file, the exchange, and the database last', async () => {
    room.open.add(entry(1))
    const killSwitch = room.start(clock)
    const answer = killSwitch.kill('pressed', { flatten: true })
    expect(room.happened).toEqual(['mark', 'abort', `cancel ${entry(1)}`])
    expect(createFileSentinel(room.mark).read()).toEqual({ at: START, reason: 'pressed', flatten: true })
    await answer
    expect(room.happened.slice(3)).toEqual(['halt', 'close positions'])
    expect([room.halted, room.closing]).toEqual(['pressed', 1])
    expect(JSON.parse(room.state.get('kill') ?? '')).toEqual(killSwitch.killed())
  })

  it('asks for all entry orders side by side, and says what became of them', async () => {
    for (const n of [1, 2, 3, 4]) room.open.add(entry(n))
    room.answers.set(entry(2), 'refused').set(entry(3), 'not-open').set(entry(4), 'throws')
    const answer = room.start(clock).kill('pressed', ONLY_ENTRIES)
    expect(room.happened.filter((what) => what.startsWith('cancel'))).toHaveLength(4)
    expect(await answer).toEqual({ cancelled: 1, failed: 2 })
    expect(room.closing).toBe(0)
  })

  it('answers within a second while the exchange hangs, and tells the halted from the unanswered', async () => {
    for (const n of [1, 2]) room.open.add(entry(n))
    room.answers.set(entry(1), 'hangs')
    const answer = room.start(clock).kill('pressed', ONLY_ENTRIES)
    await pass(1_000)
    expect(await answer).toEqual({ cancelled: 1, failed: 1 })
    expect(room.halted).toBe('pressed')
  })

  it('writes the database after a quarter of a second at the latest, however long the exchange hangs', async () => {
    room.open.add(entry(1))
    room.answers.set(entry(1), 'hangs')
    const killSwitch = room.start(clock)
    killSwitch.watch()
    void killSwitch.kill('pressed', ONLY_ENTRIES)
    await pass(200)
    expect(room.halted).toBeNull()
    await pass(100)
    expect(room.halted).toBe('pressed')
  })

  it('asks again, ever more slowly, for what is not known to be gone; and no more once it is', async () => {
    room.open.add(entry(1)).add(entry(2))
    room.answers.set(entry(1), 'refused').set(entry(2), 'hangs')
    const killSwitch = room.start(clock)
    killSwitch.watch()
    void killSwitch.kill('pressed', ONLY_ENTRIES)
    await pass(10_000)
    // After 0, 0.5, 1.5, 3.5 and 7.5 s.
    expect([room.cancels(entry(1)), room.cancels(entry(2))]).toEqual([5, 5])
    room.answers.set(entry(1), 'cancelled').set(entry(2), 'cancelled')
    await pass(60_000)
    expect(room.open.size).toBe(0)
    expect([room.cancels(entry(1)), room.cancels(entry(2))]).toEqual([6, 6])
  })

  it('gets an order that was on its way, and came to rest after its cancel had found nothing', async () => {
    room.open.add(entry(1))
    room.answers.set(entry(1), 'not-open')
    const killSwitch = room.start(clock)
    killSwitch.watch()
    expect(await killSwitch.kill('pressed', ONLY_ENTRIES)).toEqual({ cancelled: 0, failed: 0 })
    room.answers.set(entry(1), 'cancelled')
    await pass(1_000)
    expect([room.open.size, room.cancels(entry(1))]).toEqual([0, 2])
  })

  it('does not ask twice for what is cancelled, while the books do not know yet', async () => {
    const killSwitch = room.start(clock)
    killSwitch.watch()
    room.open.add(entry(1))
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    room.open.add(entry(1))
    await pass(60_000)
    expect(room.cancels(entry(1))).toBe(1)
  })

  it('goes on trying after the clock was set back, instead of waiting for the hour to come round again', async () => {
    room.open.add(entry(1))
    room.answers.set(entry(1), 'refused')
    let now = START
    const stepping: Clock = { now: () => epochMs(now), at: () => () => {} }
    const killSwitch = room.start(stepping)
    room.lock()
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    room.unlock()
    now -= 3_600_000
    killSwitch.watch()
    await settled()
    expect([room.cancels(entry(1)), room.halted]).toEqual([2, 'pressed'])
  })

  it('pressed again repeats the cancels and may add the closing of positions; the first reason stays', async () => {
    room.open.add(entry(1))
    room.answers.set(entry(1), 'refused')
    const killSwitch = room.start(clock)
    await killSwitch.kill('first', ONLY_ENTRIES)
    await killSwitch.kill('second', { flatten: true })
    await killSwitch.kill('third', ONLY_ENTRIES)
    expect(killSwitch.killed()).toEqual({ at: START, reason: 'first', flatten: true })
    expect([room.cancels(entry(1)), room.halted]).toEqual([3, 'first'])
    expect(room.closing).toBeGreaterThan(0)
  })

  it('marks and halts all the same when a service fails it, and cancels once that answers again', async () => {
    room.open.add(entry(1))
    room.areServicesBroken = true
    const killSwitch = room.start(clock)
    killSwitch.watch()
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    expect([existsSync(room.mark), room.halted, room.log.length]).toEqual([true, 'pressed', 2])
    room.areServicesBroken = false
    await pass(100)
    expect(room.open.size).toBe(0)
  })

  it('stops all the same where its file cannot be written, and goes on trying', async () => {
    rmSync(room.folder, { recursive: true })
    room.open.add(entry(1))
    const killSwitch = room.start(clock)
    killSwitch.watch()
    expect(await killSwitch.kill('pressed', ONLY_ENTRIES)).toEqual({ cancelled: 1, failed: 0 })
    expect(killSwitch.isKilled()).toBe(true)
    expect(room.log).not.toEqual([])
    mkdirSync(room.folder)
    await pass(1_000)
    expect(existsSync(room.mark)).toBe(true)
  })
})

describe('kill while the database is locked', () => {
  it('cancels first, answers within a second, and halts the database when it is free again', async () => {
    for (const n of [1, 2, 3]) room.open.add(entry(n))
    const killSwitch = room.start(createSystemClock())
    killSwitch.watch()
    room.lock()
    const pressedAt = performance.now()
    const answer = killSwitch.kill('pressed', ONLY_ENTRIES)
    const askedAfter = performance.now() - pressedAt
    expect(room.happened.filter((what) => what.startsWith('cancel'))).toHaveLength(3)
    expect(await answer).toEqual({ cancelled: 3, failed: 0 })
    const answeredAfter = performance.now() - pressedAt
    expect(askedAfter).toBeLessThan(250)
    expect(answeredAfter).toBeLessThan(1_000)
    expect([killSwitch.isKilled(), existsSync(room.mark), room.halted]).toEqual([true, true, null])

    room.unlock()
    while (room.halted === null) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(JSON.parse(room.state.get('coordinator') ?? '')).toEqual({ state: 'HALTED', reason: 'pressed' })
  })

  it('does not try the database at all before the cancels had their time', () => {
    room.open.add(entry(1))
    room.answers.set(entry(1), 'hangs')
    room.lock()
    const killSwitch = room.start(clock)
    killSwitch.watch()
    void killSwitch.kill('pressed', ONLY_ENTRIES)
    clock.advance(200)
    expect(room.log).toEqual([]) // a try would hold the thread for its time-out, fail, and be logged
    clock.advance(100)
    expect(room.log).toHaveLength(1)
  })

  it('is halted after a restart although the database never heard of it', async () => {
    room.lock()
    await room.start(clock).kill('pressed', { flatten: true })
    expect(room.halted).toBeNull()
    room.unlock()
    const restarted = room.start(clock)
    restarted.restore()
    expect(restarted.killed()).toEqual({ at: START, reason: 'pressed', flatten: true })
    expect([room.halted, room.closing]).toEqual(['pressed', 0])
    restarted.watch()
    await settled()
    expect(room.closing).toBe(1)
  })

  it('starts halted even where the database is locked at the start', () => {
    writeFileSync(room.mark, '')
    room.lock()
    const restarted = room.start(clock)
    expect(() => restarted.restore()).not.toThrow()
    expect(restarted.isKilled()).toBe(true)
  })
})

describe('the mark of another program', () => {
  it('is noticed within a tenth of a second and carried out like a press', async () => {
    room.open.add(entry(1))
    const killSwitch = room.start(clock)
    killSwitch.watch()
    await pass(1_000)
    expect(killSwitch.isKilled()).toBe(false)
    createFileSentinel(room.mark).raise({ at: epochMs(START), reason: 'npm run kill', flatten: false })
    await pass(100)
    expect(killSwitch.killed()?.reason).toBe('npm run kill')
    await pass(300)
    expect([room.cancels(entry(1)), room.halted]).toEqual([1, 'npm run kill'])
  })

  it('may be an empty file that somebody made by hand', async () => {
    const killSwitch = room.start(clock)
    killSwitch.watch()
    writeFileSync(room.mark, '')
    await pass(300)
    expect([killSwitch.isKilled(), room.halted]).toEqual([true, 'A kill file was found that says no reason.'])
  })

  it('is seen by the gate before its next order when the thread was held up, and only flagged there', () => {
    let now = START
    const held: Clock = { now: () => epochMs(now), at: () => () => {} }
    room.open.add(entry(1))
    const killSwitch = room.start(held)
    killSwitch.watch()
    writeFileSync(room.mark, '')
    now += 99
    expect(killSwitch.isKilled()).toBe(false)
    now += 1
    room.happened.length = 0
    expect(killSwitch.isKilled()).toBe(true)
    // The gate is asked in the middle of a transaction: nothing may be written or sent from there.
    expect(room.happened).toEqual([])
    killSwitch.watch()
    expect(room.happened).toContain(`cancel ${entry(1)}`)
  })

  it('is seen all the same after the clock was set back', () => {
    let now = START
    const stepping: Clock = { now: () => epochMs(now), at: () => () => {} }
    const killSwitch = room.start(stepping)
    writeFileSync(room.mark, '')
    now -= 3_600_000
    expect(killSwitch.isKilled()).toBe(true)
  })

  it('is looked for no more once it is closed', async () => {
    const killSwitch = room.start(clock)
    killSwitch.watch()
    killSwitch.close()
    expect(clock.waiting()).toBe(0)
  })
})

describe('a restart', () => {
  it('finds nothing where nothing was pressed', () => {
    const killSwitch = room.start(clock)
    killSwitch.restore()
    expect([killSwitch.isKilled(), room.halted, existsSync(room.mark)]).toEqual([false, null, false])
  })

  it('stays killed when the file was removed by hand: the database remembers, and the file comes back', async () => {
    await room.start(clock).kill('pressed', ONLY_ENTRIES)
    rmSync(room.mark)
    const restarted = room.start(clock)
    restarted.restore()
    expect(restarted.killed()?.reason).toBe('pressed')
    restarted.watch()
    await settled()
    expect(existsSync(room.mark)).toBe(true)
  })

  it('cancels the entry orders that are found afterwards', async () => {
    await room.start(clock).kill('pressed', ONLY_ENTRIES)
    const restarted = room.start(clock)
    restarted.restore()
    restarted.watch()
    await pass(5_000)
    room.open.add(entry(7))
    await pass(100)
    expect([room.open.size, room.cancels(entry(7))]).toEqual([0, 1])
  })
})

describe('resume', () => {
  it('lifts it for good, and it can be pressed again', async () => {
    const killSwitch = room.start(clock)
    killSwitch.watch()
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    expect(killSwitch.resume().ok).toBe(true)
    await pass(1_000)
    expect([killSwitch.isKilled(), existsSync(room.mark)]).toEqual([false, false])
    const restarted = room.start(clock)
    restarted.restore()
    expect(restarted.isKilled()).toBe(false)
    await killSwitch.kill('again', ONLY_ENTRIES)
    expect(killSwitch.killed()?.reason).toBe('again')
  })

  it('changes nothing where nothing was pressed', () => {
    expect(room.start(clock).resume()).toEqual({ ok: true, value: null })
  })

  it('is refused while the file cannot be removed', async () => {
    const killSwitch = room.start(clock)
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    rmSync(room.mark)
    mkdirSync(join(room.mark, 'in the way'), { recursive: true })
    expect(killSwitch.resume()).toMatchObject({ ok: false, error: { code: 'kill/still-marked' } })
    expect(killSwitch.isKilled()).toBe(true)
  })

  it('is refused while the database is locked: else a restart would be killed again, or not be', async () => {
    const killSwitch = room.start(clock)
    await killSwitch.kill('pressed', ONLY_ENTRIES)
    room.lock()
    expect(killSwitch.resume()).toMatchObject({ ok: false, error: { code: 'kill/not-lifted' } })
    expect(killSwitch.isKilled()).toBe(true)
    room.unlock()
    expect(killSwitch.resume().ok).toBe(true)
  })

  it('leaves no halt behind that the database would take later', async () => {
    const killSwitch = room.start(clock)
    killSwitch.watch()
    room.open.add(entry(1))
    room.answers.set(entry(1), 'hangs')
    const answer = killSwitch.kill('pressed', { flatten: true })
    expect(killSwitch.resume().ok).toBe(true)
    await pass(60_000)
    await answer
    expect([room.halted, room.closing, room.cancels(entry(1))]).toEqual([null, 0, 1])
  })
})
