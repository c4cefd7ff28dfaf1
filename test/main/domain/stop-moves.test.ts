import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitReached, type Position } from '../../../src/main/domain/position.ts'
import { type ExitSettings, isHeldTooLong, movedStop, quietRange } from '../../../src/main/domain/stop-moves.ts'
import {
  amount,
  decimal,
  fraction,
  fromFloat,
  money,
  type Price,
  price,
  toFloat,
  toText,
} from '../../../src/shared/money.ts'
import { after, epochMs, HOUR } from '../../../src/shared/time.ts'
import { BTC_USDT, rulesOf, scaled } from '../../support/money-arbitraries.ts'
import { emptyPosition, NOON } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }
const rules = rulesOf(BTC_USDT, { tick: price('0.1'), takerFee: fraction('0.004') })
const trailing: ExitSettings = {
  trailFromPercent: decimal('1'),
  trailDistancePercent: decimal('1.5'),
  minStepPercent: decimal('0.25'),
  breakEvenFromPercent: null,
  maxHoldMs: null,
}
const breakEven: ExitSettings = {
  ...trailing,
  trailFromPercent: decimal('100'),
  breakEvenFromPercent: decimal('0.5'),
}

/** One bought at 1,000 with a fee of 4, to be stopped at 980; or sold, to be stopped at 1,020. */
const long = (overrides: Partial<Position> = {}): Position =>
  emptyPosition({
    amount: amount('1'),
    cost: money('1000'),
    openFees: money('4'),
    stop: price('980'),
    target: price('1100'),
    ...overrides,
  })
const short = (overrides: Partial<Position> = {}): Position =>
  long({ side: 'short', leverage: 2, stop: price('1020'), target: price('900'), ...overrides })
const moved = (position: Position, mark: string, settings = trailing): string | null => {
  const stop = movedStop(position, price(mark), rules, settings)
  return stop === null ? null : toText(stop)
}

describe('a trailing stop', () => {
  it('starts at +1 % and follows at 1.5 %, on the tick, rounded towards the price', () => {
    expect(moved(long(), '1009.9')).toBeNull()
    expect(moved(long(), '1010')).toBe('994.9') // 994.85
    expect(moved(long(), '1050')).toBe('1034.3') // 1034.25
  })

  it('starts at −1 % for a short and follows above the price', () => {
    expect(moved(short(), '990.1')).toBeNull()
    expect(moved(short(), '990')).toBe('1004.8') // 1004.85
    expect(moved(short(), '950')).toBe('964.2') // 964.25
  })

  it('never loosens when the price comes back', () => {
    expect(moved(long({ stop: price('1034.3') }), '1040')).toBeNull()
    expect(moved(short({ stop: price('964.2') }), '960')).toBeNull()
  })

  it('does not take back a stop that was set closer by hand', () => {
    expect(moved(long({ stop: price('1045') }), '1050')).toBeNull()
  })

  it('moves in steps of at least 0.25 % of the price, so that not every tick is a request', () => {
    const position = long({ stop: price('1034.3') })
    // 1.5 % below 1052.6 is 1036.811, 2.511 above the stop; the step is 2.6315.
    expect(moved(position, '1052.6')).toBeNull()
    expect(moved(position, '1052.8')).toBe('1037.1')
    // 1034.25 less a step of 2.625.
    expect(moved(long({ stop: price('1031.625') }), '1050')).toBe('1034.3')
  })

  it('waits when the tick is so coarse that the stop would be at the price', () => {
    const coarse = { ...rules, tick: price('100') }
    expect(movedStop(long(), price('1099'), coarse, trailing)).toBeNull()
    expect(movedStop(long(), price('1015'), coarse, trailing)?.toFixed()).toBe('1000')
  })

  it('has nothing to follow for a position in which nothing is held', () => {
    const empty = long({ amount: amount('0'), cost: money('0') })
    expect(moved(empty, '2000')).toBeNull()
    expect(quietRange(empty, rules, trailing).upper).toBeCloseTo(1100)
  })
})

describe('a stop at break-even', () => {
  it('is where closing brings back what was paid, both fees included', () => {
    // 1,004 ÷ 0.996 = 1008.03…
    expect(moved(long(), '1008.1', breakEven)).toBeNull()
    expect(moved(long(), '1008.2', breakEven)).toBe('1008.1')
    // 996 ÷ 1.004 = 992.03…
    expect(moved(short(), '992', breakEven)).toBeNull()
    expect(moved(short(), '991.9', breakEven)).toBe('992')
  })

  it('waits for the gain that is set', () => {
    const from3 = { ...breakEven, breakEvenFromPercent: decimal('3') }
    expect(moved(long(), '1029.9', from3)).toBeNull()
    expect(moved(long(), '1030', from3)).toBe('1008.1')
    expect(moved(short(), '970.1', from3)).toBeNull()
    expect(moved(short(), '970', from3)).toBe('992')
  })

  it('is set once, and left behind by the stop that follows', () => {
    expect(moved(long({ stop: price('1008.1') }), '1020', breakEven)).toBeNull()
    const both = { ...trailing, breakEvenFromPercent: decimal('0.5') }
    expect(moved(long(), '1010', both)).toBe('1008.1')
    expect(moved(long(), '1030', both)).toBe('1014.6') // 1014.55
  })
})

describe('a position that is held for long', () => {
  it('is to be closed at exactly its age, and never where no age is set', () => {
    const settings = { ...trailing, maxHoldMs: 4 * HOUR }
    const at = (ms: number) => isHeldTooLong(long(), after(NOON, ms), settings)
    expect([4 * HOUR - 1, 4 * HOUR].map(at)).toEqual([false, true])
    expect(isHeldTooLong(long(), epochMs(NOON * 2), trailing)).toBe(false)
    expect(quietRange(long(), rules, settings).until).toBe(NOON + 4 * HOUR)
    expect(quietRange(long(), rules, trailing).until).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the stops of any position on any market', () => {
  const caseArb = fc.record({
    isLong: fc.boolean(),
    entry: fc.integer({ min: 20_000, max: 200_000 }),
    stopPercent: fc.integer({ min: 5, max: 50 }),
    fees: fc.integer({ min: 0, max: 100 }),
    units: fc.integer({ min: 1, max: 1_000 }),
    tick: fc.constantFrom('0.01', '0.1', '1', '5'),
    settings: fc
      .record({
        from: fc.integer({ min: 1, max: 30 }),
        distance: fc.integer({ min: 1, max: 50 }),
        step: fc.integer({ min: 1, max: 10 }),
        even: fc.option(fc.integer({ min: 1, max: 30 })),
      })
      .map(
        ({ from, distance, step, even }): ExitSettings => ({
          trailFromPercent: decimal(scaled(from, 1)),
          trailDistancePercent: decimal(scaled(distance, 1)),
          minStepPercent: decimal(scaled(step, 1)),
          breakEvenFromPercent: even === null ? null : decimal(scaled(even, 1)),
          maxHoldMs: null,
        }),
      ),
    // In thousandths of the entry, around it.
    marks: fc.array(fc.integer({ min: 900, max: 1_100 }), { minLength: 1, maxLength: 20 }),
  })
  type Case = typeof caseArb extends fc.Arbitrary<infer T> ? T : never

  const made = ({ isLong, entry, stopPercent, fees, units }: Case): Position => {
    const at = decimal(scaled(entry, 2))
    const bought = decimal(scaled(units, 3))
    const away = at.times(decimal(scaled(stopPercent, 3)))
    const cost = at.times(bought)
    return emptyPosition({
      side: isLong ? 'long' : 'short',
      leverage: isLong ? 1 : 2,
      amount: amount(toText(bought)),
      cost: money(toText(cost)),
      openFees: money(toText(cost.times(decimal(scaled(fees, 4))))),
      stop: (isLong ? at.minus(away) : at.plus(away)) as Price,
      target: (isLong ? at.plus(away.times(decimal('2'))) : at.minus(away.times(decimal('2')))) as Price,
    })
  }
  const markOf = (of: Case, thousandths: number): Price =>
    fromFloat(Number(((of.entry / 100) * (thousandths / 1_000)).toFixed(3))) as Price

  it('only ever move towards the price, stay on their side of it, and on the tick', () => {
    let moves = 0
    fc.assert(
      fc.property(caseArb, (of) => {
        let position = made(of)
        const market = { ...rules, tick: price(of.tick) }
        for (const thousandths of of.marks) {
          const mark = markOf(of, thousandths)
          const stop = movedStop(position, mark, market, of.settings)
          if (stop === null) continue
          moves++
          expect(of.isLong ? stop.gt(position.stop) : stop.lt(position.stop)).toBe(true)
          expect(of.isLong ? stop.lt(mark) : stop.gt(mark)).toBe(true)
          expect(toText(stop.mod(market.tick))).toBe('0')
          position = { ...position, stop }
          // At the same price there is nothing more to do.
          expect(movedStop(position, mark, market, of.settings)).toBeNull()
        }
      }),
      RUNS,
    )
    expect(moves).toBeGreaterThan(500)
  })

  it('need no look while the price is inside the quiet range, which is all but as wide as it can be', () => {
    let [quiet, due] = [0, 0]
    fc.assert(
      fc.property(caseArb, (of) => {
        const position = made(of)
        const market = { ...rules, tick: price('0.000001') }
        const range = quietRange(position, market, of.settings)
        for (const thousandths of of.marks) {
          const mark = markOf(of, thousandths)
          const isQuiet = toFloat(mark) > range.lower && toFloat(mark) < range.upper
          const isDue = exitReached(position, mark) !== null || movedStop(position, mark, market, of.settings) !== null
          if (isQuiet) quiet++
          if (isDue) due++
          if (isQuiet) expect(isDue).toBe(false)
          const isAtEdge = [range.lower, range.upper].some((edge) => Math.abs(toFloat(mark) / edge - 1) < 1e-6)
          if (!isDue && !isAtEdge) expect(isQuiet).toBe(true)
        }
      }),
      RUNS,
    )
    expect(Math.min(quiet, due)).toBeGreaterThan(500)
  })
})
