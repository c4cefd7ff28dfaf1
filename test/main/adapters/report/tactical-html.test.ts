import { describe, expect, it } from 'vitest'
import type { Report, TacticalReport } from '../../../../src/main/adapters/report/report-data.ts'
import { tacticalSections } from '../../../../src/main/adapters/report/tactical-html.ts'
import { HOUR } from '../../../../src/shared/time.ts'

const trade = (n: number, realized: string): TacticalReport['trades'][number] => ({
  openedAt: `2021-01-01T0${n % 10}:00:00.000Z`,
  closedAt: '2021-01-02T00:00:00.000Z',
  symbol: 'BTC/USDT',
  side: 'long',
  amount: '0.01',
  entry: '44492.75',
  exit: '44000',
  exitReason: 'stop',
  realized,
  confidence: 0.72,
  reason: `BUY: long with confidence 0.72 <b>${n}</b>`,
})
const tactical = (change: Partial<TacticalReport> = {}): TacticalReport => ({
  calibration: [
    {
      agent: 'technical_analysis',
      horizons: [
        {
          horizonMs: HOUR,
          scored: 1_234,
          hitRate: 0.512,
          brier: 0.2468,
          bins: [{ from: 0.6, to: 0.7, count: 40, said: 0.64, came: 0.5 }],
        },
        { horizonMs: 24 * HOUR, scored: 0, hitRate: null, brier: null, bins: [] },
      ],
    },
  ],
  trades: [trade(1, '12.5'), trade(2, '-3.25')],
  breakers: [{ time: '2021-05-19T13:00:00.000Z', breaker: 'day', text: 'Trading has lost 5 % today.' }],
  ...change,
})
const sectionsOf = (changes: Partial<Report>): string =>
  tacticalSections(
    {
      finalEquity: '12000.5',
      holdEquity: '10000',
      maxDrawdown: '0.25',
      fees: '99.5',
      rebalances: [],
      rebalancingAlone: { finalEquity: '11000', maxDrawdown: '0.3', rebalances: 3, fees: '9' },
      tactical: tactical(),
      ...changes,
    } as Report,
    'USDT',
  )
/** As a reader sees it. */
const textOf = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('what a report says of the analysts', () => {
  it('is nothing where they were switched off', () => {
    expect(sectionsOf({ tactical: null, rebalancingAlone: null })).toBe('')
  })

  it('sets their result beside rebalancing alone and just holding', () => {
    const text = textOf(sectionsOf({}))
    expect(text).toContain('With the analysts 12,000.50 25.00 0 99.50')
    expect(text).toContain('Rebalancing alone 11,000.00 30.00 3 9.00')
    expect(text).toContain('Just holding 10,000.00')
  })

  it('tells for every agent and time how much came, and of what nobody scored that it is unknown', () => {
    const text = textOf(sectionsOf({}))
    expect(text).toContain('technical analysis 1 h 1,234 51.2 0.247 0.64 → 0.50 (40)')
    expect(text).toContain('technical analysis 24 h 0 — —')
  })

  it('lists trades with their reason, as text, and what they brought together', () => {
    const html = sectionsOf({})
    expect(html).not.toContain('<b>')
    expect(textOf(html)).toContain('2 trades, 1 of them won; together 9.25 USDT after fees.')
    const many = Array.from({ length: 500 }, (_, n) => trade(n, '1'))
    const long = textOf(sectionsOf({ tactical: tactical({ trades: many }) }))
    expect(long).toContain('The first 200 and the last 200')
    expect(long.match(/BUY: long/g)).toHaveLength(400)
  })

  it('names every breaker that tripped, and says so when none did or nothing was traded', () => {
    expect(textOf(sectionsOf({}))).toContain('2021-05-19 13:00 day Trading has lost 5 % today.')
    const empty = textOf(sectionsOf({ tactical: tactical({ calibration: [], trades: [], breakers: [] }) }))
    expect(empty).toContain('No direction was said.')
    expect(empty).toContain('None was made.')
    expect(empty).toContain('None tripped.')
  })
})
