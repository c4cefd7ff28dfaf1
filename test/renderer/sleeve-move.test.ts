import { describe, expect, it } from 'vitest'
import { bagMove, movementInto, typedAmount } from '../../src/renderer/rooms/portfolio/sleeve-move.ts'

const btc = { asset: 'BTC', core: '0.0345', hodl: '0.0155' }
const typed = (text: string, most = '0.0155') => typedAmount(text, { most, decimals: 8, holder: 'The bag' })

describe('moving between core and a bag', () => {
  it('takes from one what it gives to the other, to the last digit', () => {
    expect(bagMove('add', btc, '0.0045')).toMatchObject([
      { name: 'Core', before: '0.0345', after: '0.03' },
      { name: 'Bag', before: '0.0155', after: '0.02' },
    ])
    expect(bagMove('release', btc, '0.0155')).toMatchObject([
      { name: 'Bag', after: '0', isBelowZero: false },
      { name: 'Core', after: '0.05' },
    ])
  })
  it('sees when a sleeve does not hold that much', () => {
    expect(bagMove('release', btc, '0.01550001')[0]?.isBelowZero).toBe(true)
  })
})

describe('giving a movement to a sleeve', () => {
  it('adds a deposit or a reward, and takes a withdrawal', () => {
    expect(movementInto('core', btc, { kind: 'deposit', amount: '1' })).toMatchObject({ name: 'Core', after: '1.0345' })
    expect(movementInto('hodl', btc, { kind: 'reward', amount: '1' })).toMatchObject({ name: 'Bag', after: '1.0155' })
    expect(movementInto('core', btc, { kind: 'withdrawal', amount: '0.0345' })).toMatchObject({
      after: '0',
      isBelowZero: false,
    })
    expect(movementInto('hodl', btc, { kind: 'withdrawal', amount: '0.02' }).isBelowZero).toBe(true)
  })
})

describe('an amount that is typed', () => {
  it('goes to the engine, and into the phrase, without what means nothing', () => {
    expect(typed('0.0100')).toEqual({ amount: '0.01', problem: null })
    expect(typed(' 1 250.50 ', '2000')).toEqual({ amount: '1250.5', problem: null })
    expect(typed('1,250.50', '2000')).toEqual({ amount: '1250.5', problem: null })
  })
  it('is never guessed at when a comma may have been meant as a point', () => {
    for (const text of ['0,5', '1,5', '0,500', '12,34']) {
      expect(typed(text, '1000'), text).toMatchObject({ amount: null, problem: expect.stringContaining('point') })
    }
  })
  it('is refused when it is nothing, negative, too fine or more than there is', () => {
    for (const text of ['0', '-0.01', '1e-3', 'all', '.5']) expect(typed(text).amount, text).toBeNull()
    expect(typed('0.000000001').problem).toBe('At most 8 decimals.')
    expect(typed('0.01550001').problem).toBe('The bag holds only 0.0155.')
    expect(typed('0.0155').problem).toBeNull()
  })
  it('is not complained about before anything is written', () => {
    expect(typed('')).toEqual({ amount: null, problem: null })
  })
})
