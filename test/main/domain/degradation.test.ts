import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Count, counted, type Dependency, FRESH, LEVELS, worse } from '../../../src/main/domain/degradation.ts'

const LIMITS = { failuresToRise: 3, successesToFall: 3 }
const after = (dependency: Dependency, outcomes: string, from: Count = FRESH): Count =>
  [...outcomes].reduce((count, outcome) => counted(count, dependency, outcome === '+', LIMITS), from)
const levelAfter = (outcomes: string, dependency: Dependency = 'exchange') => after(dependency, outcomes).level

describe('the level of degradation', () => {
  it('rises by one with three failures in a row, and falls by one with three successes in a row', () => {
    expect(levelAfter('--')).toBe('NORMAL')
    expect(levelAfter('---')).toBe('REDUCED')
    expect(levelAfter('--+--')).toBe('NORMAL')
    expect(levelAfter('------')).toBe('LIMITED')
    expect(levelAfter('---------')).toBe('EMERGENCY')
    expect(levelAfter('----------------')).toBe('EMERGENCY')
    expect(levelAfter('------++')).toBe('LIMITED')
    expect(levelAfter('------++-+++')).toBe('REDUCED')
    expect(levelAfter('------++++++')).toBe('NORMAL')
  })

  it('is not raised beyond REDUCED by models: nothing needs them', () => {
    expect(levelAfter('-'.repeat(30), 'models')).toBe('REDUCED')
    expect(levelAfter(`${'-'.repeat(30)}+++`, 'models')).toBe('NORMAL')
  })

  it('never moves by more than one, nor without as many in a row as it takes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), fc.constantFrom('models', 'exchange'), (outcomes, of) => {
        let count = FRESH
        let row = 0
        let last: boolean | null = null
        for (const isReached of outcomes) {
          const before = count.level
          row = isReached === last ? row + 1 : 1
          last = isReached
          count = counted(count, of, isReached, LIMITS)
          const moved = LEVELS.indexOf(count.level) - LEVELS.indexOf(before)
          if (moved === 0) continue
          expect(moved).toBe(isReached ? -1 : 1)
          expect(row).toBeGreaterThanOrEqual(3)
          row = 0
        }
        expect(count.failures * count.successes).toBe(0)
      }),
      { numRuns: 300, seed: 6 },
    )
  })

  it('is the worse of two', () => {
    expect(worse('REDUCED', 'EMERGENCY')).toBe('EMERGENCY')
    expect(worse('LIMITED', 'NORMAL')).toBe('LIMITED')
  })
})
