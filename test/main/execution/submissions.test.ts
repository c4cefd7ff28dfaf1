import { describe, expect, it } from 'vitest'
import { SECOND } from '../../../src/shared/time.ts'
import { submitRepeatedly } from '../../soak/submission-run.ts'

describe('a submission over a line of which 30 % of the requests go wrong', () => {
  it('reaches the exchange once or not at all, and is not in doubt for long after its deadline', async () => {
    const report = await submitRepeatedly(400, 1)
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ duplicates: 0, lost: 0 })
    expect(report.slowestMs).toBeLessThanOrEqual(10 * SECOND)
    // Worth nothing unless many outcomes were unknown, and some of them for the whole of their time.
    expect(report.unknown).toBeGreaterThan(50)
    expect(report.slowestMs).toBeGreaterThan(0)
  })
})
