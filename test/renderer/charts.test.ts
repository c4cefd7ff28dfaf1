import { describe, expect, it } from 'vitest'
import { roundScale, roundTimes } from '../../src/renderer/rooms/portfolio/chart-axis.ts'
import { driftScale } from '../../src/renderer/rooms/portfolio/drift-scale.ts'
import { parseHash } from '../../src/renderer/stores/address.ts'

const HOUR = 3_600_000

describe('axes', () => {
  it('has round values around everything that is drawn', () => {
    const { domain, ticks } = roundScale([4966, 5144], 10)
    expect(domain[0]).toBeLessThanOrEqual(4966)
    expect(domain[1]).toBeGreaterThanOrEqual(5144)
    expect(ticks).toEqual([4950, 5000, 5050, 5100, 5150])
  })
  it('does not draw a quiet day as a storm', () => {
    const { domain } = roundScale([5000, 5000.01], 10)
    expect(domain[1] - domain[0]).toBeGreaterThanOrEqual(10)
  })
  it('has round times between the first point and the last', () => {
    const from = Date.UTC(2026, 2, 2, 13, 37)
    const times = roundTimes(from, from + 24 * HOUR)
    expect(times.map((at) => at % (6 * HOUR))).toEqual([0, 0, 0, 0])
  })
  it('keeps the band in sight however small the drift, and the drift however large', () => {
    expect(driftScale([5, 5], [0.1]).position(5)).toBeLessThan(100)
    expect(driftScale([5, 2], [-20, 10]).position(-20)).toBeGreaterThan(0)
    expect(driftScale([5], [1]).position(0)).toBe(50)
  })
})

describe('addresses', () => {
  it('name a room and what is open in it', () => {
    expect(parseHash('#/decisions/prp_1')).toEqual({ room: 'decisions', id: 'prp_1' })
    expect(parseHash('#/orders')).toEqual({ room: 'orders', id: null })
  })
  it('that name no room lead nowhere', () => {
    expect(parseHash('#/settings')).toBeNull()
    expect(parseHash('')).toBeNull()
    expect(parseHash('#/decisions/%E0%A4%A')).toEqual({ room: 'decisions', id: null })
  })
})
