import { describe, expect, it } from 'vitest'
import { previewOf } from '../../src/renderer/rooms/orders/modify-preview.ts'
import type { PositionView } from '../../src/shared/contract/views.ts'
import { orders } from '../ui/fixture/orders.ts'

const [first] = orders.positions
if (first === undefined) throw new Error('the fixture has no position')

/** Two bought at 100, 0.5 paid in fees, 10 at risk; now at 104, stop 95, target 110. */
const long: PositionView = {
  ...first,
  side: 'long',
  amount: '2',
  averageEntry: '100',
  openFees: '0.5',
  realized: '0',
  oneR: '10',
  mark: '104',
  isStale: false,
  stop: '95',
  target: '110',
}
const short: PositionView = { ...long, side: 'short', mark: '96', stop: '105', target: '90' }
const preview = (position: PositionView, stop: string, target: string) => previewOf(position, { stop, target }, 1)

describe('moving the stop and the target of a position', () => {
  it('keeps a long’s stop below its mark and its target above, to the tick', () => {
    expect(preview(long, '103.9', '104.1')).toMatchObject({ stopProblem: null, targetProblem: null, isSendable: true })
    expect(preview(long, '104', '104').stopProblem).toContain('must be below the mark')
    expect(preview(long, '104', '104').targetProblem).toContain('must be above the mark')
  })
  it('keeps a short’s the other way round', () => {
    expect(preview(short, '96.1', '95.9')).toMatchObject({ stopProblem: null, targetProblem: null, isSendable: true })
    expect(preview(short, '96', '90').stopProblem).toContain('must be above the mark')
    expect(preview(short, '105', '96').targetProblem).toContain('must be below the mark')
  })
  it('tells what being stopped would cost, in money and in R, entry fee included', () => {
    expect(preview(long, '97', '110').ifStopped).toEqual({ gain: '-6.50', r: '-0.65', distancePercent: '6.73' })
    expect(preview(long, '102', '110').ifStopped).toMatchObject({ gain: '3.50', r: '0.35' })
    expect(preview(short, '103', '90').ifStopped).toMatchObject({ gain: '-6.50', r: '-0.65' })
    expect(preview(short, '105', '90').ifReached).toMatchObject({ gain: '19.50', r: '1.95' })
  })
  it('counts what was realized already into R, not into what is still at risk', () => {
    expect(preview({ ...long, realized: '4' }, '97', '110').ifStopped).toMatchObject({ gain: '-6.50', r: '-0.25' })
  })
  it('warns when the stop moves away: more is at risk than was approved', () => {
    expect(preview(long, '94', '110').isWider).toBe(true)
    expect(preview(long, '96', '110').isWider).toBe(false)
    expect(preview(short, '106', '90').isWider).toBe(true)
    expect(preview(short, '104', '90').isWider).toBe(false)
  })
  it('sends only what was changed, and nothing when nothing was', () => {
    expect(preview(long, '95.0', '110')).toMatchObject({ change: { stop: null, target: null }, isSendable: false })
    expect(preview(long, '96', '110').change).toEqual({ stop: '96', target: null })
    expect(preview(long, '95', '1,110.5').change).toEqual({ stop: null, target: '1110.5' })
  })
  it('refuses what is no price of this market', () => {
    for (const text of ['', '0', '-3', 'x', '1e2', '9.5.1']) {
      expect(preview(long, text, '110'), text).toMatchObject({ ifStopped: null, isSendable: false })
      expect(preview(long, text, '110').stopProblem, text).not.toBeNull()
    }
    expect(preview(long, '95.05', '110').stopProblem).toContain('at most 1 decimal')
    expect(previewOf(long, { stop: '95.05', target: '110' }, null).stopProblem).toBeNull()
  })
  it('does nothing on a price that is too old to act on', () => {
    expect(preview({ ...long, isStale: true }, '96', '110').isSendable).toBe(false)
  })
})
