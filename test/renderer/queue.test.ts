import { describe, expect, it } from 'vitest'
import { queue, rewardPerRisk } from '../../src/renderer/rooms/decisions/queue.ts'
import { decisions } from '../ui/fixture/decisions.ts'
import { NOW } from '../ui/fixture/views.ts'

const idsOf = (name: string, filter: Parameters<typeof queue>[1] = 'all', view = decisions) =>
  queue(view, filter, NOW)
    .find((group) => group.name === name)
    ?.cases.map(({ id }) => id)

describe('the queue of decisions', () => {
  it('puts what runs out first at the top, proposals and conflicts alike', () => {
    expect(idsOf('Waiting')).toEqual(['prp_tactical', 'cfl_pending', 'prp_pending'])
  })
  it('sets snoozed proposals apart until their time has come', () => {
    const snoozed = (until: number) => ({
      ...decisions,
      proposals: decisions.proposals.map((each) =>
        each.id === 'prp_pending' ? { ...each, snoozedUntil: until } : each,
      ),
    })
    expect(idsOf('Snoozed', 'all', snoozed(NOW + 1))).toEqual(['cfl_waiting', 'prp_pending'])
    expect(idsOf('Snoozed', 'all', snoozed(NOW))).toEqual(['cfl_waiting'])
  })
  it('filters only what is decided: nothing that waits can be filtered out of sight', () => {
    expect(idsOf('Waiting', 'rejected')).toHaveLength(3)
    expect(idsOf('Decided', 'rejected')).toEqual(['prp_rejected'])
    expect(idsOf('Decided', 'lapsed')).toEqual(['prp_expired'])
    expect(idsOf('Decided', 'conflicts')).toEqual(['cfl_done'])
    expect(idsOf('Decided', 'completed')).toContain('prp_incomplete')
  })
  it('shows the newest decision first', () => {
    expect(idsOf('Decided')?.slice(0, 3)).toEqual(['cfl_done', 'prp_completed', 'prp_rejected'])
  })
  it('relates reward to risk, and says nothing when there is no risk to relate to', () => {
    const trade = { symbol: 'BTC/USDT', entry: '100', stop: '98', target: '104', confidence: 0.7 }
    expect(rewardPerRisk(trade)).toBe(2)
    expect(rewardPerRisk({ ...trade, stop: '100' })).toBeNull()
  })
})
