import { afterEach, describe, expect, it } from 'vitest'
import { hasOpenThings } from '../../src/renderer/stores/open-things.ts'
import { useProjection } from '../../src/renderer/stores/projection.ts'
import { fixtureView } from '../ui/fixture/views.ts'

const NOTHING = { entryOrders: 0, protectedPositions: 0, unprotectedPositions: 0 }
const rests = (stopsRest: typeof NOTHING): void => {
  const view = fixtureView()
  useProjection.setState({ view: { ...view, status: { ...view.status, stopsRest } } })
}

describe('leaving the page', () => {
  afterEach(() => useProjection.setState({ view: null }))

  it('is not asked about before anything is known, nor when nothing is open', () => {
    expect(hasOpenThings()).toBe(false)
    rests(NOTHING)
    expect(hasOpenThings()).toBe(false)
  })
  it('is asked about while an order works or a position is open', () => {
    for (const open of ['entryOrders', 'protectedPositions', 'unprotectedPositions'] as const) {
      rests({ ...NOTHING, [open]: 1 })
      expect(hasOpenThings(), open).toBe(true)
    }
  })
})
