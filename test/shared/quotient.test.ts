import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, quotient, toText } from '../../src/shared/money.ts'

/** Up to thirty digits before and after the point, either sign. */
const decimalArb = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }), fc.stringMatching(/^\d{0,30}$/))
  .map(([isNegative, whole, places]) => decimal(`${isNegative ? '-' : ''}${whole}${places && '.'}${places}`))

describe('the fast quotient', () => {
  it('is that of the decimal library to the last digit', () => {
    fc.assert(
      fc.property(decimalArb, decimalArb, (a, b) => {
        fc.pre(!b.eq(decimal('0')))
        expect(toText(quotient(a, b))).toBe(toText(a.div(b)))
      }),
      { numRuns: 2_000, seed: 20_261_123 },
    )
  })

  it('is cut off after 24 decimals, and is nothing where the divisor is far larger', () => {
    expect(toText(quotient(decimal('2'), decimal('3')))).toBe('0.666666666666666666666666')
    expect(toText(quotient(decimal('-2'), decimal('3')))).toBe('-0.666666666666666666666666')
    expect(toText(quotient(decimal('0.000000000000000000000001'), decimal('100000')))).toBe('0')
    expect(toText(quotient(decimal('120000000000000000000000000'), decimal('0.04')))).toBe(
      '3000000000000000000000000000',
    )
  })

  it('by zero throws, as it does in the library', () => {
    expect(() => quotient(decimal('1'), decimal('0'))).toThrow()
  })
})
