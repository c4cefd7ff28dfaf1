import { describe, expect, it } from 'vitest'
import { leavingQuestion, whatRests } from '../../../src/shared/contract/what-rests.ts'

const NOTHING = { entryOrders: 0, protectedPositions: 0, unprotectedPositions: 0 }

describe('leaving with something open', () => {
  it('asks nothing when nothing is open', () => {
    expect(whatRests(NOTHING)).toEqual([])
    expect(leavingQuestion(NOTHING)).toBeNull()
  })
  it('names what rests, and what nobody watches', () => {
    const question = leavingQuestion({ ...NOTHING, entryOrders: 2, protectedPositions: 1 })
    expect(question?.title).toBe('Quit with orders open?')
    expect(question?.detail).toContain('1 position stays open; its stop rests at the exchange')
    expect(question?.detail).toContain('Targets are not watched')
    expect(question?.detail).toContain('2 entry orders stay and may fill')
  })
  it('puts an unprotected position first and into the title', () => {
    const rests = { entryOrders: 1, protectedPositions: 1, unprotectedPositions: 2 }
    expect(whatRests(rests)[0]).toContain('2 positions have no stop at the exchange')
    expect(leavingQuestion(rests)?.title).toContain('nothing protects')
  })
})
