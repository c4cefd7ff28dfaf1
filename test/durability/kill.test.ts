import { describe, expect, it } from 'vitest'
import { killRepeatedly } from './kill-run.ts'

describe('an engine killed with SIGKILL during approvals and fills', () => {
  it('loses no order, sends none twice and verifies, 30 times over the same data', { timeout: 300_000 }, async () => {
    const report = await killRepeatedly(30, 1)
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ duplicates: 0, lost: 0 })
    // The harness is worth nothing unless orders were under way.
    expect(report.fills).toBeGreaterThan(30)
  })
})
