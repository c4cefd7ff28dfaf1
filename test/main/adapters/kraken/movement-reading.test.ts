import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMovement } from '../../../../src/main/adapters/kraken/movement-reading.ts'
import { toText, ZERO } from '../../../../src/shared/money.ts'

/** As ccxt names Kraken's assets. */
const codeOf = (asset: string): string =>
  ({ XXBT: 'BTC', 'XBT.F': 'BTC.F', 'XBT.M': 'BTC.M', XXRP: 'XRP', ZUSD: 'USD', 'ETH2.S': 'ETH2.S' })[asset] ?? asset

/** A row as docs.kraken.com shows one. */
const row = (changes: object) => ({
  refid: 'A2B4HBV-L4MDIE-JU4N3N',
  time: 1_688_464_484.1787,
  type: 'deposit',
  subtype: '',
  aclass: 'currency',
  asset: 'XXBT',
  amount: '1.0000000000',
  fee: '0.0000000000',
  balance: '2.0000000000',
  ...changes,
})
function read(changes: object): string {
  const answer = readMovement('L4UESK-KG3EQ-UFO4T5', row(changes), codeOf)
  if (!answer.ok) return 'unread'
  if (answer.value === null) return 'no movement'
  const { kind, amount, asset } = answer.value
  return `${kind} ${toText(amount)} ${asset}`
}

describe('a row of Kraken’s ledger', () => {
  it('is a movement under its own id, at its own time', () => {
    expect(readMovement('L4UESK-KG3EQ-UFO4T5', row({}), codeOf)).toMatchObject({
      ok: true,
      value: { id: 'L4UESK-KG3EQ-UFO4T5', kind: 'deposit', asset: 'BTC', at: 1_688_464_484_178 },
    })
  })

  it('counts with its fee: what came is less, what left is more', () => {
    expect(read({ amount: '100', fee: '0.9', asset: 'USDT' })).toBe('deposit 99.1 USDT')
    expect(read({ type: 'withdrawal', amount: '-100', fee: '0.9', asset: 'USDT' })).toBe('withdrawal 100.9 USDT')
    expect(read({ type: 'staking', amount: '0.5', fee: '0.1', asset: 'XBT.M' })).toBe('reward 0.4 BTC')
  })

  it.each([
    ['deposit', '', 'XXBT', '1', 'deposit 1 BTC'],
    ['withdrawal', '', 'XXBT', '-1', 'withdrawal 1 BTC'],
    ['transfer', '', 'XXRP', '5', 'deposit 5 XRP'],
    ['transfer', '', 'XXRP', '-5', 'withdrawal 5 XRP'],
    ['transfer', 'spotfromfutures', 'USDT', '7', 'deposit 7 USDT'],
    ['transfer', 'spottofutures', 'USDT', '-7', 'withdrawal 7 USDT'],
    ['earn', 'reward', 'XBT.F', '0.01', 'reward 0.01 BTC'],
    ['earn', 'reward', 'XXBT', '0.01', 'reward 0.01 BTC'],
    ['staking', '', 'ETH2.S', '0.01', 'reward 0.01 ETH2'],
    ['dividend', '', 'USDT', '2', 'reward 2 USDT'],
    ['credit', '', 'USDT', '2', 'reward 2 USDT'],
    ['earn', 'allocation', 'XBT.F', '0.4', 'to_earning 0.4 BTC'],
    ['earn', 'autoallocation', 'XBT.F', '0.4', 'to_earning 0.4 BTC'],
    ['earn', 'deallocation', 'XBT.F', '-0.4', 'from_earning 0.4 BTC'],
    ['transfer', 'stakingfromspot', 'XBT.M', '0.4', 'to_earning 0.4 BTC'],
    ['transfer', 'stakingtospot', 'XBT.M', '-0.4', 'from_earning 0.4 BTC'],
  ])('%s %s of %s %s is: %s', (type, subtype, asset, amount, expected) => {
    expect(read({ type, subtype, asset, amount })).toBe(expected)
  })

  it('that failed and came back goes the other way', () => {
    expect(read({ type: 'withdrawal', amount: '100', fee: '-0.9', asset: 'USDT' })).toBe('deposit 100.9 USDT')
    expect(read({ type: 'deposit', amount: '-100', asset: 'USDT' })).toBe('withdrawal 100 USDT')
    expect(read({ type: 'earn', subtype: 'reward', amount: '-0.1', asset: 'XBT.F' })).toBe('withdrawal 0.1 BTC')
  })

  it('of earning is told of once: by the row of the place where it earns', () => {
    expect(read({ type: 'earn', subtype: 'allocation', asset: 'XXBT', amount: '-0.4' })).toBe('no movement')
    expect(read({ type: 'transfer', subtype: 'spotfromstaking', asset: 'XXBT', amount: '0.4' })).toBe('no movement')
  })

  it.each(['trade', 'margin', 'rollover', 'settled'])('of a %s is no movement: its fill tells of it', (type) => {
    expect(read({ type, amount: '-1' })).toBe('no movement')
  })

  it.each([
    ['of a kind that nobody knows', { type: 'adjustment' }],
    ['of another part of the earn programme', { type: 'earn', subtype: 'slashing' }],
    ['that moves nothing', { amount: '0' }],
    ['whose fee takes everything', { amount: '1', fee: '1' }],
    ['of an asset without a name', { asset: '' }],
    ['of an asset whose name is none of ours', { asset: '<script>' }],
    ['with an amount that is no number', { amount: '1e400' }],
    ['with an amount in words', { amount: 'NaN' }],
    ['with no time', { time: null }],
    ['beyond the calendar', { time: 1e300 }],
    ['with no kind', { type: undefined }],
  ])('%s is refused, and the refusal names it', (_, changes) => {
    const answer = readMovement('L4UESK-KG3EQ-UFO4T5', row(changes), codeOf)
    expect(answer).toMatchObject({ ok: false, error: { code: 'exchange/unread-row' } })
    if (!answer.ok) expect(answer.error.message).toContain('L4UESK')
  })

  it('never throws, whatever it is, and a movement always moves something', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record(
        {
          time: fc.oneof(fc.double(), fc.string(), fc.constant(1_688_464_484)),
          type: fc.constantFrom('deposit', 'withdrawal', 'transfer', 'earn', 'staking', 'trade', 'x'),
          subtype: fc.oneof(fc.constantFrom('', 'reward', 'allocation', 'stakingfromspot'), fc.anything()),
          asset: fc.oneof(fc.constantFrom('XXBT', 'XBT.F', '.F', '..', 'USDT.'), fc.string()),
          amount: fc.oneof(fc.constantFrom('1', '-1', '-0', '0.1'), fc.double(), fc.string(), fc.anything()),
          fee: fc.oneof(fc.constantFrom('0', '1', '-1'), fc.double(), fc.anything()),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(fc.string(), anything, (id, given) => {
        const answer = readMovement(id, given, codeOf)
        if (answer.ok && answer.value !== null) expect(answer.value.amount.gt(ZERO)).toBe(true)
      }),
      { numRuns: 2_000, seed: 20_261_123 },
    )
  })
})
