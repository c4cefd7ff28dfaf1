import { describe, expect, it } from 'vitest'
import { queue } from '../../src/renderer/rooms/decisions/queue.ts'
import { freshPlanFor, resumedBy } from '../../src/renderer/rooms/decisions/refusal.ts'
import { afterFailedLeg, afterRefusal, decisions } from '../ui/fixture/decisions.ts'
import { NOW } from '../ui/fixture/views.ts'

describe('a plan that took the place of another', () => {
  it('is the pending rebalance made after the one that was voided', () => {
    expect(freshPlanFor(afterRefusal.proposals, 'prp_pending')?.id).toBe('prp_fresh')
  })
  it('does not exist while the old one can still be decided', () => {
    expect(freshPlanFor(decisions.proposals, 'prp_pending')).toBeNull()
  })
  it('is not an older plan, nor a trade of another kind', () => {
    const older = afterRefusal.proposals.map((each) => (each.id === 'prp_fresh' ? { ...each, createdAt: 0 } : each))
    expect(freshPlanFor(older, 'prp_pending')).toBeNull()
    expect(freshPlanFor(afterRefusal.proposals, 'prp_tactical')).toBeNull()
  })
  it('is not offered for what was rejected or carried out', () => {
    for (const id of ['prp_rejected', 'prp_completed', 'prp_incomplete', 'never seen']) {
      expect(freshPlanFor(afterRefusal.proposals, id), id).toBeNull()
    }
  })
})

describe('a plan that stopped half way', () => {
  it('stands before everything decided while its rest can be planned', () => {
    const groups = queue(afterFailedLeg, 'rejected', NOW)
    expect(groups[0]).toMatchObject({ name: 'Unfinished', cases: [{ id: 'prp_incomplete' }] })
  })
  it('is known by the plan that carries it on', () => {
    expect(resumedBy(decisions.proposals, 'prp_incomplete')?.id).toBe('prp_resumed')
    expect(resumedBy(decisions.proposals, 'prp_completed')).toBeNull()
  })
})
