import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareStructure } from '../../src/renderer/stores/share-structure.ts'

describe('sharing what did not change', () => {
  it('gives back the old thing when the new one says the same', () => {
    const old = { a: [{ id: '1', n: 1 }], b: null }
    expect(shareStructure(old, structuredClone(old))).toBe(old)
  })
  it('keeps the rows of a list that grew at its head', () => {
    const old = [
      { id: 'b', n: 1 },
      { id: 'a', n: 2 },
    ]
    const next = shareStructure(old, [
      { id: 'c', n: 3 },
      { id: 'b', n: 1 },
      { id: 'a', n: 9 },
    ])
    expect(next[1]).toBe(old[0])
    expect(next[2]).toEqual({ id: 'a', n: 9 })
  })
  it('never shows anything but what is new', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (old, next) => {
        expect(shareStructure(old, next)).toEqual(next)
      }),
    )
  })
})
