import { describe, expect, it } from 'vitest'
import { bandOf, commonBandPp, isOutside } from '../../src/renderer/rooms/portfolio/band.ts'
import { sumOrUnknown, unrealizedPercent } from '../../src/renderer/rooms/portfolio/gain-sums.ts'
import { hoursUntil } from '../../src/renderer/times.ts'
import { calmPortfolio, portfolio } from '../ui/fixture/portfolio.ts'

const thirds = { targetPercent: '33.3333', bandLowPercent: '28.3333', bandHighPercent: '38.3333' }

describe('the band around a target', () => {
  it('counts its edge as outside, because a rebalance starts there', () => {
    const at = (weightPercent: string | null) => isOutside({ ...thirds, weightPercent })
    expect([at('28.3333'), at('38.3333'), at('28.3334'), at('38.3332')]).toEqual([true, true, false, false])
    expect(at(null)).toBe(false)
  })
  it('may be wider on one side of the target', () => {
    const band = bandOf({ ...thirds, weightPercent: null, bandLowPercent: '30' })
    expect(band.belowPp).toBeCloseTo(3.3333, 6)
    expect(band.abovePp).toBeCloseTo(5, 6)
  })
  it('is one line in the chart only where it is the same for all', () => {
    expect(commonBandPp(portfolio.assets)).toBeCloseTo(5, 6)
    expect(commonBandPp(calmPortfolio.assets)).toBeNull()
    expect(commonBandPp([])).toBeNull()
  })
})

describe('gains', () => {
  it('are not summed as long as one of them is unknown', () => {
    expect(sumOrUnknown(['1.10', '-0.10'])).toBe('1')
    expect(sumOrUnknown(['1.10', null])).toBeNull()
  })
  it('are a percentage of what was paid, where something was', () => {
    expect(unrealizedPercent({ costBasis: '200', unrealized: '-50' })).toBe('-25.00')
    expect(unrealizedPercent({ costBasis: '0', unrealized: '5' })).toBeNull()
    expect(unrealizedPercent({ costBasis: null, unrealized: null })).toBeNull()
  })
})

describe('the time until a movement counts as core', () => {
  it('is told in hours and minutes, and never below zero', () => {
    const hour = 3_600_000
    expect(hoursUntil(21 * hour, 0)).toBe('21:00')
    expect(hoursUntil(90_000, 0)).toBe('00:02')
    expect(hoursUntil(0, hour)).toBe('00:00')
  })
})
