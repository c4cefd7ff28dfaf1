import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Forecast, forecastsOf, HORIZONS, outcomeOf, Tally } from '../../../src/main/domain/calibration.ts'
import { DAY, epochMs, HOUR } from '../../../src/shared/time.ts'
import { BTC_USDT } from '../agents/candles.ts'

const NOON = epochMs(1_700_000_000_000)
const later = (time: number, ms: number) => epochMs(time + ms)
const RUNS = { seed: 20_261_123, numRuns: 500 }

const said = (change: Partial<Forecast> = {}): Forecast => ({
  agent: 'technical_analysis',
  symbol: BTC_USDT,
  regime: null,
  bias: 'long',
  confidence: 0.7,
  price: 100,
  saidAt: NOON,
  horizonMs: HOUR,
  ...change,
})

describe('a direction', () => {
  it('is looked at after an hour, four hours and a day', () => {
    const { horizonMs: _, ...direction } = said()
    expect(HORIZONS).toEqual([HOUR, 4 * HOUR, DAY])
    expect(forecastsOf(direction)).toEqual(HORIZONS.map((horizonMs) => said({ horizonMs })))
  })

  it.each(HORIZONS)('is due exactly then (%i ms), and no millisecond earlier', (horizonMs) => {
    const due = later(NOON, horizonMs)
    expect(outcomeOf(said({ horizonMs }), 101, later(due, -1))).toBeNull()
    expect(outcomeOf(said({ horizonMs }), 101, due)).toEqual({ scoredAt: due, priceThen: 101, isRight: true })
  })

  it('is judged by a price of up to an hour later; a later one tells nothing', () => {
    const late = later(NOON, 2 * HOUR)
    expect(outcomeOf(said(), 101, late)).toEqual({ scoredAt: late, priceThen: 101, isRight: true })
    const tooLate = later(late, 1)
    expect(outcomeOf(said(), 101, tooLate)).toEqual({ scoredAt: tooLate, priceThen: null, isRight: null })
  })

  it.each([
    ['long', 100.01, true],
    ['long', 99.99, false],
    ['long', 100, false],
    ['short', 99.99, true],
    ['short', 100.01, false],
    ['short', 100, false],
  ] as const)('that was %s at 100 and stands at %d is right: %s', (bias, price, isRight) => {
    expect(outcomeOf(said({ bias }), price, later(NOON, HOUR))?.isRight).toBe(isRight)
  })
})

type Case = { readonly confidence: number; readonly isRight: boolean }

const tallyOf = (cases: readonly Case[]): Tally => {
  const tally = new Tally()
  for (const { confidence, isRight } of cases) tally.add(confidence, isRight)
  return tally
}
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** The curve as a textbook has it: from the list of all cases, at the end. */
function textbook(cases: readonly Case[]) {
  const came = (each: Case): number => Number(each.isRight)
  return {
    scored: cases.length,
    hitRate: mean(cases.map(came)),
    brier: mean(cases.map((each) => (each.confidence - came(each)) ** 2)),
    bins: Array.from({ length: 10 }, (_, i) => {
      const [from, to] = [i / 10, (i + 1) / 10]
      const inside = cases.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1))
      return {
        from,
        to,
        count: inside.length,
        said: mean(inside.map((each) => each.confidence)),
        came: mean(inside.map(came)),
      }
    }).filter(({ count }) => count > 0),
  }
}
/** Sums in another order differ in the last bits. */
const rounded = (curve: unknown): unknown =>
  JSON.parse(JSON.stringify(curve), (_, value) => (typeof value === 'number' ? Number(value.toFixed(12)) : value))

describe('confidence against outcome', () => {
  const edges = Array.from({ length: 11 }, (_, i) => i / 10)
  const confidence = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(...edges, ...edges.flatMap((edge) => [edge - Number.EPSILON / 8, edge - Number.EPSILON / 2])),
  )
  const cases = fc.array(
    fc.record({ confidence: confidence.map((value) => Math.max(0, value)), isRight: fc.boolean() }),
    { maxLength: 60 },
  )

  it('is hit rate, Brier score and ten bins as a textbook reckons them from all cases at once', () => {
    fc.assert(
      fc.property(cases, (all) => {
        expect(rounded(tallyOf(all).curve())).toEqual(rounded(textbook(all)))
      }),
      RUNS,
    )
  })

  it('of two halves is that of the whole, and leaves the halves as they are', () => {
    fc.assert(
      fc.property(cases, cases, (some, others) => {
        const [first, second] = [tallyOf(some), tallyOf(others)]
        const before = [first.curve(), second.curve()]
        const whole = first.plus(second)
        expect(rounded(whole.curve())).toEqual(rounded(textbook([...some, ...others])))
        whole.add(0.5, true)
        expect([first.curve(), second.curve()]).toEqual(before)
      }),
      RUNS,
    )
  })

  it('says nothing of what nobody has said', () => {
    expect(new Tally().curve()).toEqual({ scored: 0, hitRate: null, brier: null, bins: [] })
  })

  it('is a perfect 0 for him who knows, a 1 for him who is always wrong, and 0.25 for a coin', () => {
    const brier = (cases: readonly Case[]): number | null => tallyOf(cases).curve().brier
    expect(brier([{ confidence: 1, isRight: true }])).toBe(0)
    expect(brier([{ confidence: 1, isRight: false }])).toBe(1)
    expect(brier([true, false, false].map((isRight) => ({ confidence: 0.5, isRight })))).toBe(0.25)
  })

  it('puts certainty itself into the last bin', () => {
    expect(tallyOf([{ confidence: 1, isRight: true }]).curve().bins).toEqual([
      { from: 0.9, to: 1, count: 1, said: 1, came: 1 },
    ])
  })

  it('has a bin for every tenth, the lower edge of which belongs to it', () => {
    for (const edge of edges.slice(0, -1)) {
      expect(tallyOf([{ confidence: edge, isRight: true }]).curve().bins[0]?.from).toBe(edge)
    }
  })
})
