import { describe, expect, it } from 'vitest'
import { type CallName, calls } from '../../../src/shared/contract/contract.ts'
import { CALL_NAMES } from '../../../src/shared/contract/names.ts'

const accepts = (name: CallName, input: unknown): boolean => calls[name].input.safeParse(input).success

describe('what the window may ask about orders and positions', () => {
  it('modifies a stop, a target or both, never neither', () => {
    expect(accepts('position.modify', { id: 'pos_1', stop: '0.59', target: null })).toBe(true)
    expect(accepts('position.modify', { id: 'pos_1', stop: '100', target: '110' })).toBe(true)
    expect(accepts('position.modify', { id: 'pos_1', stop: null, target: null })).toBe(false)
  })
  it('takes no price that is not above zero, and no float', () => {
    for (const stop of ['0', '0.000', '-1', '', '1e5', '1,000', 'NaN', 45_000]) {
      expect(accepts('position.modify', { id: 'pos_1', stop, target: null }), String(stop)).toBe(false)
    }
    for (const stop of ['0.00001301', '10', '100.0', '0.1']) {
      expect(accepts('position.modify', { id: 'pos_1', stop, target: null }), stop).toBe(true)
    }
  })
  it('kills only with a reason, and is told whether positions are closed too', () => {
    expect(accepts('stop.kill', { reason: 'enough', flatten: false })).toBe(true)
    expect(accepts('stop.kill', { reason: ' ', flatten: false })).toBe(false)
    expect(accepts('stop.kill', { reason: 'enough' })).toBe(false)
  })
  it('books a difference only as it was shown, with a reason', () => {
    const items = [{ asset: 'BTC', ledger: '1', exchange: '1.1' }]
    expect(accepts('difference.book', { reason: 'deposit', items })).toBe(true)
    expect(accepts('difference.book', { reason: 'deposit' })).toBe(false)
    expect(accepts('difference.book', { reason: 'deposit', items: [] })).toBe(false)
    for (const wrong of [{ asset: 'btc; --' }, { ledger: '1e3' }, { exchange: '' }]) {
      expect(accepts('difference.book', { reason: 'deposit', items: [{ ...items[0], ...wrong }] })).toBe(false)
    }
  })
  it('reaches the preload under the same names', () => {
    expect([...CALL_NAMES].sort()).toEqual(Object.keys(calls).sort())
  })
})
