import { describe, expect, it } from 'vitest'
import {
  type BreakerLimits,
  type BreakerName,
  type BreakerReading,
  type BreakerState,
  effectOf,
  freshBreakers,
  heldBackBy,
  lostPercent,
  observed,
  resetByHand,
  tripped,
  usedBy,
  withTripped,
} from '../../../src/main/domain/breaker.ts'
import { decimal, money, toText } from '../../../src/shared/money.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'

const at = (text: string) => epochMs(Date.parse(text))
const LIMITS: BreakerLimits = {
  dayPercent: decimal('5'),
  weekPercent: decimal('10'),
  drawdownPercent: decimal('20'),
  lossesInARow: 5,
  pauseMs: 30 * MINUTE,
}
const WEDNESDAY = at('2026-01-07T12:00:00Z')
/** 10,000 of equity that nothing has come to. */
const reading = (pnl: string, over: Partial<BreakerReading> = {}): BreakerReading => ({
  at: WEDNESDAY,
  pnl: money(pnl),
  equity: money('10000'),
  flows: money('0'),
  ...over,
})
const fresh = freshBreakers(reading('0'))
const names = (state: BreakerState, pnl: string, over: Partial<BreakerReading> = {}): readonly BreakerName[] =>
  tripped(state, reading(pnl, over), LIMITS)
const all = withTripped(fresh, ['day', 'week', 'drawdown'], WEDNESDAY)

describe('a circuit breaker', () => {
  it.each<[string, readonly BreakerName[]]>([
    ['0', []],
    ['100000', []],
    ['-499.99999999', []],
    ['-500', ['day']],
    ['-999.99999999', ['day']],
    ['-1000', ['day', 'week']],
    ['-1999.99999999', ['day', 'week']],
    ['-2000', ['day', 'week', 'drawdown']],
    ['-12000', ['day', 'week', 'drawdown']],
  ])('of 10,000 with a P&L of %s has tripped: %j', (pnl, expected) => {
    expect(names(fresh, pnl)).toEqual(expected)
  })

  it('trips once until it is reset', () => {
    for (const name of ['day', 'week', 'drawdown'] as const) {
      expect(names(withTripped(fresh, [name], WEDNESDAY), '-5000')).not.toContain(name)
    }
    expect(names(all, '-5000')).toEqual([])
  })

  it('does not see the market fall: equity may halve while trading loses nothing', () => {
    expect(names(fresh, '0', { equity: money('5000') })).toEqual([])
  })

  it('measures against equity of then, with what came and went since', () => {
    expect(names(fresh, '-500', { flows: money('0.00000001') })).toEqual([])
    expect(names(fresh, '-1000', { flows: money('10000') })).toEqual(['day'])
    expect(names(fresh, '-250', { flows: money('-5000') })).toEqual(['day'])
    expect(names(fresh, '-249.99999999', { flows: money('-5000') })).toEqual([])
    // Everything was withdrawn, and something was lost.
    expect(names(fresh, '-1', { flows: money('-10000') })).toEqual(['day', 'week', 'drawdown'])
    expect(names(fresh, '0', { flows: money('-10000') })).toEqual([])
  })

  it('of the drawdown measures from the highest P&L there was, open positions included', () => {
    const up = observed(fresh, reading('3000', { equity: money('13000') }), null)
    expect(toText(up.peak?.pnl ?? money('0'))).toBe('3000')
    expect(observed(up, reading('2999'), null)).toBe(up)
    // 20 % of 13,000.
    expect(names(up, '400.00000001', { equity: money('10400') })).toEqual([])
    expect(names(up, '400', { equity: money('10400') })).toEqual(['drawdown'])
  })

  it('of day and week forgets at 00:00 UTC, of the week on Mondays, of the drawdown never', () => {
    const turn = (time: string) => observed(all, reading('-2500', { at: at(time) }), null)
    expect(turn('2026-01-07T23:59:59.999Z')).toBe(all)
    expect(turn('2026-01-08T00:00:00Z')).toMatchObject({ dayTrippedAt: null, weekTrippedAt: WEDNESDAY })
    expect(turn('2026-01-11T23:59:59.999Z')).toMatchObject({ dayTrippedAt: null, weekTrippedAt: WEDNESDAY })
    expect(turn('2026-01-12T00:00:00Z')).toMatchObject({ dayTrippedAt: null, weekTrippedAt: null })
    expect(turn('2030-01-01T00:00:00Z').drawdownTrippedAt).toBe(WEDNESDAY)
  })

  it('of a new day counts from what had been traded by midnight', () => {
    const midnight = at('2026-01-08T00:00:00Z')
    const next = observed(fresh, reading('-400', { at: midnight }), null)
    expect(names(next, '-899.99999999')).toEqual([])
    expect(names(next, '-900')).toEqual(['day'])
    // The week goes on.
    expect(names(next, '-1000')).toEqual(['day', 'week'])
  })

  it('gives what was lost over midnight to the new day', () => {
    const before = reading('-100', { at: at('2026-01-07T23:59:00Z') })
    const gap = reading('-600', { at: at('2026-01-08T00:00:01Z') })
    expect(tripped(observed(fresh, gap, before), gap, LIMITS)).toEqual(['day'])
    expect(tripped(observed(fresh, gap, null), gap, LIMITS)).toEqual([])
  })

  it('keeps its day when the clock is set back', () => {
    expect(observed(all, reading('-2500', { at: at('2026-01-06T00:00:00Z') }), null)).toBe(all)
  })

  it('of the drawdown begins anew with the next reading after a person has resumed', () => {
    const resumed = resetByHand(all)
    expect(resumed).toMatchObject({ drawdownTrippedAt: null, peak: null, dayTrippedAt: WEDNESDAY })
    expect(names({ ...resumed, dayTrippedAt: null, weekTrippedAt: null }, '-9000')).toEqual(['day', 'week'])
    const anew = observed(resumed, reading('-2100', { equity: money('8000') }), null)
    expect(names(anew, '-3699.99999999', { equity: money('6400') })).toEqual([])
    expect(names(anew, '-3700', { equity: money('6400') })).toEqual(['drawdown'])
  })

  it('holds entries back until its time, to the millisecond', () => {
    const paused = { ...all, pausedSince: WEDNESDAY, pausedUntil: epochMs(WEDNESDAY + 30 * MINUTE) }
    const held = (time: number) => heldBackBy(paused, epochMs(time)).map(({ name }) => name)
    expect(heldBackBy(fresh, WEDNESDAY)).toEqual([])
    expect(held(WEDNESDAY)).toEqual(['day', 'week', 'drawdown', 'losses'])
    expect(held(WEDNESDAY + 30 * MINUTE - 1)).toContain('losses')
    expect(held(WEDNESDAY + 30 * MINUTE)).toEqual(['day', 'week', 'drawdown'])
    expect(held(at('2026-01-07T23:59:59.999Z'))).toEqual(['day', 'week', 'drawdown'])
    expect(held(at('2026-01-08T00:00:00Z'))).toEqual(['week', 'drawdown'])
    expect(held(at('2026-01-11T23:59:59.999Z'))).toEqual(['week', 'drawdown'])
    expect(held(at('2026-01-12T00:00:00Z'))).toEqual(['drawdown'])
    expect(held(at('2036-01-12T00:00:00Z'))).toEqual(['drawdown'])
  })

  it('says what it holds up, and until when', () => {
    const until = at('2026-01-08T00:00:00Z')
    expect(effectOf('day', until, LIMITS)).toBe('Trading has lost 5 % today: nothing new until 2026-01-08 00:00 UTC.')
    expect(effectOf('week', until, LIMITS)).toContain('10 % this week')
    expect(effectOf('drawdown', null, LIMITS)).toContain('until you resume')
    expect(effectOf('losses', null, LIMITS)).toBe('5 losses in a row: no entries, then one at half size.')
  })

  it('shows how near it is', () => {
    const now = reading('-250')
    expect((['day', 'week', 'drawdown', 'losses'] as const).map((name) => usedBy(name, fresh, now, LIMITS))).toEqual([
      0.5, 0.25, 0.125, 0,
    ])
    expect(usedBy('losses', { ...fresh, lossesInARow: 2 }, now, LIMITS)).toBe(0.4)
    expect(usedBy('losses', { ...fresh, lossesInARow: 7 }, now, LIMITS)).toBe(1)
    expect(usedBy('day', fresh, reading('-99999'), LIMITS)).toBe(1)
    expect(usedBy('day', fresh, reading('1'), LIMITS)).toBe(0)
    expect(usedBy('drawdown', resetByHand(fresh), reading('-99999'), LIMITS)).toBe(0)
    expect(toText(lostPercent(fresh.dayStart, reading('-1', { flows: money('-10000') })))).toBe('100')
  })

  it('says when a week begins: 1970-01-05 was a Monday', () => {
    const monday = freshBreakers(reading('0', { at: epochMs(4 * 24 * HOUR) }))
    const sunday = freshBreakers(reading('0', { at: epochMs(4 * 24 * HOUR - 1) }))
    expect([sunday.week, monday.week]).toEqual([-1, 0])
  })
})
