import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ceilToStep,
  DecimalText,
  decimal,
  floorToStep,
  fromFloat,
  integer,
  maxOf,
  minOf,
  money,
  sum,
  toFloat,
  toText,
  ZERO,
} from '../../src/shared/money.ts'
import { scaled } from '../support/money-arbitraries.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }

/** Decimal text by hand: whole part, decimals, and how it is written without needless zeros. */
const textArb = fc
  .record({
    isNegative: fc.boolean(),
    whole: fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }),
    decimals: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }),
  })
  .map(({ isNegative, whole, decimals }) => {
    const text = `${isNegative ? '-' : ''}${whole}${decimals.length > 0 ? `.${decimals.join('')}` : ''}`
    const kept = decimals.join('').replace(/0+$/, '')
    const plain = `${whole}${kept === '' ? '' : `.${kept}`}`
    return { text, canonical: isNegative && plain !== '0' ? `-${plain}` : plain }
  })

describe('decimal text', () => {
  it('comes back digit for digit, without the zeros that say nothing', () => {
    fc.assert(
      fc.property(textArb, ({ text, canonical }) => {
        expect(DecimalText.safeParse(text).success).toBe(true)
        expect(toText(decimal(text))).toBe(canonical)
        expect(toText(decimal(toText(decimal(text))))).toBe(canonical)
      }),
      RUNS,
    )
  })

  it.each(['-0', '-0.0', '-0.00000000'])('%s is written 0', (text) => expect(toText(decimal(text))).toBe('0'))

  it('has no minus when a calculation comes to nothing from below', () => {
    expect(toText(decimal('-1').times(decimal('0')))).toBe('0')
    expect(toText(decimal('1').minus(decimal('1')).neg())).toBe('0')
  })

  it('is never written with an exponent, however small or large', () => {
    expect(toText(decimal('0.00000000000000000001'))).toBe('0.00000000000000000001')
    expect(toText(decimal('123456789012345678901234567890'))).toBe('123456789012345678901234567890')
    expect(toText(decimal('1000000000000').times(decimal('1000000000000')))).toBe('1000000000000000000000000')
  })

  it.each([
    '1e5',
    '1E-8',
    '1,5',
    '1_000',
    '1 000',
    '',
    ' 1',
    '1 ',
    '1\n',
    '.5',
    '5.',
    '+1',
    '--1',
    '0x10',
    'NaN',
    'Infinity',
    '-Infinity',
    '٣',
    '1.2.3',
    '1'.repeat(31),
    `0.${'1'.repeat(41)}`,
  ])('does not take %j for a number', (text) => {
    expect(DecimalText.safeParse(text).success).toBe(false)
    expect(() => decimal(text)).toThrow('not a decimal number')
  })
})

describe('money', () => {
  it('refuses to meet a float: neither an operand nor a comparison slips through', () => {
    const one = money('1')
    expect(() => one.plus(0.1 as never)).toThrow()
    expect(() => one.times(2 as never)).toThrow()
    expect(() => one > money('2')).toThrow()
    expect(() => Number(one)).toThrow()
    expect(() => integer(1).plus(1 as never)).toThrow()
  })

  it('adds tenths exactly', () => {
    expect(toText(sum([money('0.1'), money('0.2')]))).toBe('0.3')
    expect(toText(sum([]))).toBe('0')
    expect(toText(decimal('0.1').times(decimal('3')))).toBe('0.3')
  })

  it('takes a float by its shortest text, as it stands in a candle file', () => {
    expect(toText(fromFloat(0.1))).toBe('0.1')
    expect(toText(fromFloat(91240.5))).toBe('91240.5')
    expect(toText(fromFloat(1e-8))).toBe('0.00000001')
    expect(toText(fromFloat(1e21))).toBe('1000000000000000000000')
    for (const nonsense of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => fromFloat(nonsense)).toThrow()
  })

  it('comes back from a float with as many digits as a candle has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.integer({ min: 0, max: 12 }),
        (units, places) => {
          const text = toText(decimal(scaled(units, places)))
          expect(toText(fromFloat(Number(text)))).toBe(text)
          expect(toFloat(decimal(text))).toBe(Number(text))
        },
      ),
      RUNS,
    )
  })

  it('divides to 24 decimals and cuts the rest off, so that thirds never add up to more than the whole', () => {
    const third = decimal('1').div(decimal('3'))
    expect(toText(third)).toBe(`0.${'3'.repeat(24)}`)
    expect(toText(decimal('2').div(decimal('3')))).toBe(`0.${'6'.repeat(24)}`)
    expect(toText(decimal('-2').div(decimal('3')))).toBe(`-0.${'6'.repeat(24)}`)
  })

  it('knows the smaller and the larger of two', () => {
    const [low, high] = [decimal('-0.5'), decimal('0.5')]
    expect([minOf(low, high), minOf(high, low), maxOf(low, high), maxOf(high, low)]).toEqual([low, low, high, high])
    expect(minOf(ZERO, high)).toBe(ZERO)
  })
})

describe('rounding to a step', () => {
  const unitsArb = fc.bigInt({ min: 0n, max: 10n ** 22n })
  const stepArb = fc.oneof(
    fc.constantFrom(1n, 10n, 1_000n, 10_000_000n, 100_000_000n),
    fc.bigInt({ min: 1n, max: 10n ** 10n }),
  )

  it('down gives the largest whole number of steps that is not more: less than asked may be traded, never more', () => {
    fc.assert(
      fc.property(unitsArb, stepArb, (units, step) => {
        const rounded = floorToStep(decimal(scaled(units, 8)), decimal(scaled(step, 8)))
        expect(toText(rounded)).toBe(toText(decimal(scaled((units / step) * step, 8))))
      }),
      RUNS,
    )
  })

  it('up gives the smallest that is not less', () => {
    fc.assert(
      fc.property(unitsArb, stepArb, (units, step) => {
        const rounded = ceilToStep(decimal(scaled(units, 8)), decimal(scaled(step, 8)))
        expect(toText(rounded)).toBe(toText(decimal(scaled(((units + step - 1n) / step) * step, 8))))
      }),
      RUNS,
    )
  })

  it('leaves what is whole steps already', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), stepArb, (count, step) => {
        const value = decimal(scaled(count * step, 8))
        expect(toText(floorToStep(value, decimal(scaled(step, 8))))).toBe(toText(value))
        expect(toText(ceilToStep(value, decimal(scaled(step, 8))))).toBe(toText(value))
      }),
      RUNS,
    )
  })

  it('down is towards zero: a negative amount does not grow', () => {
    expect(toText(floorToStep(decimal('-0.19'), decimal('0.1')))).toBe('-0.1')
  })
})
