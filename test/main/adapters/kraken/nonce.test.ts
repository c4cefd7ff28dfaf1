import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonce } from '../../../../src/main/adapters/kraken/nonce.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { memoryNonces } from './kraken-bench.ts'

describe('nonces', () => {
  it('rise strictly over calls, restarts and steps of the clock, and none is above the ceiling on disk', () => {
    const step = fc.record({ clock: fc.integer({ min: -3_600_000, max: 3_600_000 }), restarts: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        const store = memoryNonces()
        let time: number = NOON
        const start = () => createNonce(store, () => epochMs(time))
        let next = start()
        let last = 0
        for (const { clock, restarts } of steps) {
          time = Math.max(0, time + clock)
          if (restarts) next = start()
          const nonce = next()
          expect(nonce).toBeGreaterThan(last)
          expect(nonce).toBeLessThanOrEqual(store.read())
          last = nonce
        }
      }),
    )
  })

  it('follow the clock, so that a key used elsewhere in between goes on working', () => {
    let time: number = NOON
    const next = createNonce(memoryNonces(), () => epochMs(time))
    next()
    time += 3_600_000
    expect(next()).toBe(time)
  })

  it('are reserved ahead, so that a busy minute is written once', () => {
    const store = memoryNonces()
    let time: number = NOON
    const next = createNonce(store, () => epochMs(time))
    for (let call = 0; call < 1_000; call++) {
      time += 50
      next()
    }
    expect(store.ceilings).toHaveLength(1)
  })
})
