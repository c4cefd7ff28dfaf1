import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFileSentinel } from '../../../src/main/adapters/system/sentinel.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { entry, KillRoom } from './kill-room.ts'

type Step =
  | { readonly kind: 'press' | 'press and flatten' | 'mark' | 'resume' | 'restart' | 'lose the file' }
  | { readonly kind: 'lock' | 'unlock' }
  | { readonly kind: 'new order'; readonly answer: 'cancelled' | 'refused' | 'not-open' }

const KINDS = ['press', 'press and flatten', 'mark', 'resume', 'restart', 'lose the file', 'lock', 'unlock'] as const
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...KINDS).map((kind) => ({ kind })) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('new order' as const),
      answer: fc.constantFrom('cancelled' as const, 'refused' as const, 'not-open' as const),
    }),
  },
)

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('whatever happens in between', () => {
  it('once killed it stays killed until a person resumes; in the end nothing of ours is open and the database knows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const room = new KillRoom()
        try {
          const clock = createManualClock(1_700_000_000_000)
          const pass = async (): Promise<void> => {
            for (let tick = 0; tick < 6; tick += 1) {
              clock.advance(100)
              await settled()
            }
          }
          let killSwitch = room.start(clock)
          let orders = 0
          let isKilled = false
          let isLocked = false
          /** Both copies are there: either may be lost. */
          let isWritten = false
          killSwitch.watch()
          for (const { kind, ...order } of steps) {
            if (kind === 'press' || kind === 'press and flatten') {
              void killSwitch.kill('pressed', { flatten: kind === 'press and flatten' })
              isKilled = true
            } else if (kind === 'mark') {
              createFileSentinel(room.mark).raise({ at: epochMs(clock.now()), reason: 'marked', flatten: false })
              await pass()
              isKilled = true
            } else if (kind === 'resume') {
              const wasPossible = !isKilled || !isLocked
              expect(killSwitch.resume().ok).toBe(wasPossible)
              if (wasPossible) isKilled = false
              else isWritten = false // the file is gone, the database may or may not know
            } else if (kind === 'restart') {
              if (isLocked) continue // the engine does not start on a locked database
              killSwitch.close()
              killSwitch = room.start(clock)
              killSwitch.restore()
              killSwitch.watch()
            } else if (kind === 'lose the file') {
              if (isWritten) rmSync(room.mark, { force: true })
            } else if (kind === 'lock') {
              if (!isLocked) room.lock()
              isLocked = true
              isWritten = false
            } else if (kind === 'unlock') {
              room.unlock()
              isLocked = false
            } else if ('answer' in order) {
              const id = entry(++orders)
              room.open.add(id)
              room.answers.set(id, order.answer)
            }
            expect(killSwitch.isKilled(), kind).toBe(isKilled)
            await settled()
            if (kind === 'unlock') await pass()
            isWritten = isKilled && !isLocked && room.state.get('kill') !== null && room.state.get('kill') !== 'null'
          }
          if (!isKilled) return
          room.unlock()
          for (const id of room.open) room.answers.set(id, 'cancelled')
          for (let tick = 0; tick < 310; tick += 1) {
            clock.advance(100)
            await settled()
          }
          expect(room.open.size).toBe(0)
          expect(room.halted).not.toBeNull()
          expect(createFileSentinel(room.mark).read()).not.toBeNull()
        } finally {
          room.remove()
        }
      }),
      { numRuns: 60, seed: 20_261_101 },
    )
  })
})
