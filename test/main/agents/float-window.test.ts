import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FloatWindow } from '../../../src/main/agents/float-window.ts'

const numbers = fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 40 })

describe('a window of numbers', () => {
  it('is what slicing the last ones off a list would be', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 12 }), (all, size) => {
        const window = new FloatWindow(size)
        all.forEach((value, i) => {
          window.push(value)
          const kept = all.slice(Math.max(0, i + 1 - size), i + 1)
          expect(window.oldest()).toBe(kept[0])
          expect(window.max()).toBe(Math.max(...kept))
          expect(window.min()).toBe(Math.min(...kept))
          const below = kept.filter((other) => other < value).length
          const equal = kept.filter((other) => other === value).length - 1
          expect(window.rankOf(value, 0)).toBe(kept.length === 1 ? 0.5 : (below + equal / 2) / (kept.length - 1))
        })
      }),
      { seed: 20_261_123 },
    )
  })

  it('takes numbers that hardly differ for the same when it ranks one', () => {
    const window = new FloatWindow(5)
    for (const value of [100, 90, 96, 104, 110]) window.push(value)
    expect(window.rankOf(100, 0.05)).toBe((1 + 2 / 2) / 4)
    expect(window.rankOf(100, 0)).toBe(2 / 4)
  })

  it('is empty at first', () => {
    const window = new FloatWindow(3)
    expect(window.oldest()).toBeNaN()
    expect([window.max(), window.min()]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})
