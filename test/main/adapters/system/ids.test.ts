import { describe, expect, it } from 'vitest'
import { createRandomIds } from '../../../../src/main/adapters/system/ids.ts'

describe('ids for the real world', () => {
  it('are told apart by a running number of six digits, which carries over', () => {
    const ids = createRandomIds()
    const made = Array.from({ length: 36 ** 3 }, () => ids.next('msg'))
    const start = made[0]?.slice(0, -6) ?? ''
    expect(start).toMatch(/^msg_[0-9a-f]{12}$/)
    expect(made).toEqual(made.map((_, n) => start + n.toString(36).padStart(6, '0')))
    expect(ids.next('prp')).toBe(`${start.replace('msg', 'prp')}001000`)
  })

  it('are not those of another start', () => {
    expect(createRandomIds().next('msg')).not.toBe(createRandomIds().next('msg'))
  })
})
