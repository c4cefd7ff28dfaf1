import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { History, Ring } from '../../../src/main/bus/ring.ts'

describe('a ring', () => {
  it('is an array to which one adds at the end and from which one takes at the front', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(1_000), fc.constantFrom('take' as const, 'thin' as const))),
        (operations) => {
          const ring = new Ring<number>()
          let array: number[] = []
          for (const operation of operations) {
            if (operation === 'take') expect(ring.shift()).toBe(array.shift())
            else if (operation === 'thin') {
              ring.retain((n) => n % 3 !== 0)
              array = array.filter((n) => n % 3 !== 0)
            } else {
              ring.push(operation)
              array.push(operation)
            }
            expect([...ring]).toEqual(array)
            expect(ring.peek()).toBe(array[0])
            expect(ring.length).toBe(array.length)
          }
        },
      ),
      { seed: 1, numRuns: 300, examples: [[Array.from({ length: 100 }, (_, i) => i)]] },
    )
  })

  it('gives up what is no longer needed before it grows', () => {
    const ring = new Ring<number>((n) => n >= 9_990)
    for (let n = 0; n < 10_000; n++) ring.push(n)
    expect([...ring].slice(-10)).toEqual([9_990, 9_991, 9_992, 9_993, 9_994, 9_995, 9_996, 9_997, 9_998, 9_999])
    expect(ring.length).toBeLessThan(32)
  })
})

describe('a history', () => {
  it('is the last few, oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, capacity) => {
        const history = new History<number>(capacity)
        for (const item of items) history.push(item)
        expect(history.toArray()).toEqual(items.slice(-capacity))
        expect(history.last()).toBe(items.at(-1) ?? null)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
