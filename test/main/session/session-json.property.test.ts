import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, createShelf, fromJson, type Json, toJson } from '../../../src/main/session/session-json.ts'
import { type Decimal, decimal, fromText, toText } from '../../../src/shared/money.ts'
import { amountArb } from '../../support/money-arbitraries.ts'

/** Whatever a desk may be told: numbers of every kind, decimals, texts that look like marks, deep and long ones. */
const told = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.constant(undefined),
    fc.boolean(),
    fc.double(),
    fc.string(),
    amountArb(1e12, 8),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '$d', '$v', '$n', '$$u', '__proto__')), tie('value')),
  ),
})).value

/** Through the text that stands in the database. */
function throughText(value: unknown): unknown {
  const shelf = createShelf(3)
  const text = JSON.stringify(toJson(value, shelf))
  const kept = new Map(JSON.parse(JSON.stringify(shelf.take())) as [number, Json][])
  const read = (n: number): unknown => fromJson(kept.get(n) as Json, read)
  return fromJson(JSON.parse(text) as Json, read)
}

describe('what was noted', () => {
  it('comes back as the same value, however few long values are remembered', () => {
    fc.assert(
      fc.property(told, (value) => {
        expect(canonical(throughText(value))).toBe(canonical(value))
      }),
      {
        numRuns: 2_000,
      },
    )
  })

  it('is the same text for the same value, and another for another', () => {
    expect(canonical({ a: 1, b: decimal('1.50') })).toBe(canonical({ b: decimal('1.5'), a: 1 }))
    const different = [0, -0, '0', null, undefined, decimal('0'), Number.NaN, [], {}, [0], { $d: '0' }, { $n: '-0' }]
    expect(new Set(different.map(canonical)).size).toBe(different.length)
  })

  it('keeps every digit of a decimal, also more than a column may have', () => {
    const long = decimal('1.23456789012345678901234567890123456789').times(decimal('0.000000000000000000000000001'))
    expect(toText(long).length).toBeGreaterThan(60)
    expect(toText(throughText(long) as Decimal)).toBe(toText(long))
    expect(fromText('-12.5').eq(decimal('-12.5'))).toBe(true)
  })

  it('is no function: a desk that is told of one cannot be run again', () => {
    expect(() => toJson({ tell: () => 1 }, null)).toThrow('cannot be noted')
  })
})
