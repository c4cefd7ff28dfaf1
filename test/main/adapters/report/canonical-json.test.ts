import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, createDigest } from '../../../../src/main/adapters/report/canonical-json.ts'

describe('canonical JSON', () => {
  it('is the same text whatever the order in which keys were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(record))
        expect(JSON.parse(canonicalJson(record))).toEqual(JSON.parse(JSON.stringify(record)))
      }),
    )
  })

  it('sorts keys at every depth, writes no spaces and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], a: { d: 'é"', c: undefined, b: -0 }, B: true })).toBe(
      '{"B":true,"a":{"b":0,"d":"é\\""},"b":[{"a":null,"z":1}]}',
    )
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [new Map()], [new Date(0)], [1n], [[undefined]], [() => 1]])(
    'throws on %s, which has no single text',
    (value) => expect(() => canonicalJson(value)).toThrow('no canonical text'),
  )
})

describe('the digest', () => {
  it('is SHA-256 over one canonical line per record', () => {
    const digest = createDigest()
    digest.add('order', { id: 'ord_1', amount: '0.1' })
    digest.add('fill', { price: '2' })
    const lines = '["order",{"amount":"0.1","id":"ord_1"}]\n["fill",{"price":"2"}]\n'
    expect(digest.hex()).toBe(createHash('sha256').update(lines).digest('hex'))
  })

  it('depends on the order of records and may be asked in between', () => {
    const [one, other] = [createDigest(), createDigest()]
    one.add('a', {})
    const early = one.hex()
    expect(one.hex()).toBe(early)
    one.add('b', {})
    other.add('b', {})
    other.add('a', {})
    expect(one.hex()).not.toBe(early)
    expect(one.hex()).not.toBe(other.hex())
  })
})
