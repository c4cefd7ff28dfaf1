import { describe, expect, it } from 'vitest'
import { bookingsOf } from '../../src/renderer/stores/difference.ts'

const core = [
  { asset: 'BTC', core: '0.0345' },
  { asset: 'USDT', core: '100' },
]

describe('booking a difference to core', () => {
  it('makes core follow the exchange, up or down, to the last decimal', () => {
    const items = [
      { asset: 'BTC', ledger: '0.1', exchange: '0.10000001' },
      { asset: 'USDT', ledger: '350.5', exchange: '300' },
    ]
    expect(bookingsOf(items, core)).toMatchObject([
      { change: '0.00000001', coreAfter: '0.03450001', isBelowZero: false },
      { change: '-50.5', coreAfter: '49.5', isBelowZero: false },
    ])
  })
  it('never takes more from core than core holds: the rest belongs to a bag or a position', () => {
    const take = (exchange: string) => bookingsOf([{ asset: 'USDT', ledger: '350', exchange }], core)[0]
    expect(take('250')).toMatchObject({ coreAfter: '0', isBelowZero: false })
    expect(take('249.99')).toMatchObject({ coreAfter: '-0.01', isBelowZero: true })
  })
  it('does not guess at what it does not know', () => {
    expect(bookingsOf([{ asset: 'ETH', ledger: '0', exchange: '1' }], core)).toMatchObject([
      { change: '1', coreAfter: null, isBelowZero: false },
    ])
  })
})
