import { describe, expect, it } from 'vitest'
import { type BusKind, compareBuses } from '../../soak/soak-bus-run.ts'

describe('the bus against a model with no thought for speed', () => {
  // Tried with planted bugs, each of which makes this fail: among them swapped priorities, no TTL or one off by 1 ms, an
  // urgent message that waits for a normal one, a busy subscriber served, a late settlement counted, a capacity off by
  // one, the newest dropped, the oldest of a key kept, a filter ignored, a subscriber that left still served.
  it('delivers the same messages, in the same order, with the same dead letters, whatever happens', async () => {
    const { disagreement, operations, kinds } = await compareBuses({ operations: 25_000, seed: 20_240_101 })
    expect(disagreement).toBeNull()
    expect(operations).toBeGreaterThanOrEqual(25_000)
    // A comparison of lives in which nothing happens would prove nothing.
    for (const [kind, times] of Object.entries(kinds) as [BusKind, number][]) expect(times, kind).toBeGreaterThan(100)
  })
})
