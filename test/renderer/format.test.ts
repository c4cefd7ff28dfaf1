import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed, percent, reading, shortId, signed, signedPercent, signOf, upTo } from '../../src/renderer/format.ts'

describe('numbers on the screen', () => {
  it('groups thousands and keeps the decimals that the market has', () => {
    expect(fixed('44492.75', 1)).toBe('44,492.8')
    expect(fixed('1234567.5', 2)).toBe('1,234,567.50')
    expect(fixed('0.0345', 8)).toBe('0.03450000')
    expect(fixed('999', 0)).toBe('999')
  })
  it('shows a dash for what is not known, never a zero', () => {
    expect(fixed(null, 2)).toBe('—')
    expect(signed(null, 2)).toBe('—')
    expect(percent(null)).toBe('—')
    expect(signedPercent(null)).toBe('—')
    expect(fixed('NaN', 2)).toBe('—')
    expect(signOf(null)).toBe('none')
  })
  it('gives a gain its plus sign, a loss a true minus sign, and neither to what rounds to nothing', () => {
    expect(signed('38.12', 2)).toBe('+38.12')
    expect(signed('-38.12', 2)).toBe('−38.12')
    expect(signed('0', 2)).toBe('0.00')
    expect(signed('0.001', 2)).toBe('0.00')
    expect(signed('-0.001', 2)).toBe('0.00')
  })
  it('carries digits that a float would lose', () => {
    expect(upTo('12345678901234567.12345678', 8)).toBe('12,345,678,901,234,567.12345678')
  })
  it('does not make up decimals', () => {
    expect(upTo('0.00001301', 8)).toBe('0.00001301')
    expect(upTo('250', 8)).toBe('250')
  })
  it('reads back as the number it shows, whatever the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 6 }), (n, decimals) => {
        const text = decimals === 0 ? String(n) : (n / 10 ** decimals).toFixed(decimals)
        const shown = fixed(text, decimals)
        expect(Number(shown.replaceAll(',', '').replace('−', '-')) + 0).toBe(Number(text) + 0)
      }),
    )
  })
  it('shows indicator values with four significant digits', () => {
    expect(reading(0.412345)).toBe('0.4123')
    expect(reading(46210.4)).toBe('46,210.40')
    expect(reading(Number.NaN)).toBe('—')
  })
  it('shortens ids to the end that differs', () => {
    expect(shortId('4be1a09f3c2d4e5f8a7b6c5d4e3f2a1b')).toBe('4be1…3f2a1b')
    expect(shortId('prp_1')).toBe('prp_1')
  })
})
