import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Balances,
  checkBalanced,
  classificationEntry,
  earnEntry,
  movementEntry,
} from '../../../src/main/domain/ledger.ts'
import { type Classifiable, classify, type Decision, gainedBy, sleeveOf } from '../../../src/main/domain/movement.ts'
import { amount, maxOf, price, toText, ZERO } from '../../../src/shared/money.ts'
import { amountArb, BTC } from '../../support/money-arbitraries.ts'
import { NOON } from '../../support/trading-builders.ts'

const found = (changes: Partial<Classifiable> = {}): Classifiable => ({
  id: 'M1',
  kind: 'withdrawal',
  asset: BTC,
  amount: amount('0.5'),
  sleeve: null,
  decidedAt: null,
  decidedBy: null,
  reason: null,
  ...changes,
})
const wish = (sleeve: 'core' | 'hodl', confirmation = ''): Decision => ({
  by: 'trader',
  at: NOON,
  sleeve,
  reason: 'to my own wallet',
  confirmation,
})
const outcome = (movement: Classifiable, decision: Decision, free: string): string => {
  const result = classify(movement, decision, amount(free))
  return result.ok ? `${result.value.sleeve} by ${result.value.decidedBy}` : result.error.code
}

describe('a movement that is classified', () => {
  it('belongs to the sleeve that the trader names, with the reason, or to core by default', () => {
    const deposit = found({ kind: 'deposit' })
    expect(classify(deposit, wish('hodl'), ZERO)).toEqual({
      ok: true,
      value: { ...deposit, sleeve: 'hodl', decidedAt: NOON, decidedBy: 'trader', reason: 'to my own wallet' },
    })
    expect(outcome(deposit, { by: 'default', at: NOON }, '0')).toBe('core by default')
  })

  it('is decided once', () => {
    expect(outcome(found({ kind: 'deposit', sleeve: 'core' }), wish('core'), '9')).toBe('movement/decided')
  })

  it('takes no more out of a sleeve than it has free, and says what is there', () => {
    expect(outcome(found(), wish('core'), '0.5')).toBe('core by trader')
    const refused = classify(found(), wish('core'), amount('0.49'))
    expect(refused).toMatchObject({ ok: false, error: { code: 'movement/below-zero' } })
    expect(refused.ok ? '' : refused.error.message).toContain('core has 0.49 BTC free')
    expect(outcome(found(), { by: 'default', at: NOON }, '0.49')).toBe('movement/below-zero')
  })

  it.each(['', 'release', 'release 0.50 BTC', 'release 0.5 XRP', 'Release 0.5 BTC', ' release 0.5 BTC'])(
    'takes nothing out of a bag for %j',
    (typed) => expect(outcome(found(), wish('hodl', typed), '9')).toBe('movement/confirmation'),
  )

  it('takes it out of a bag when the very amount and asset are typed', () => {
    expect(outcome(found(), wish('hodl', 'release 0.5 BTC'), '0.5')).toBe('hodl by trader')
  })
})

describe('the ledger of movements', () => {
  const movementArb = fc.record({
    kind: fc.constantFrom('deposit' as const, 'withdrawal' as const, 'reward' as const),
    amount: amountArb(1_000_000_000, 8),
    decision: fc.constantFrom<Decision>({ by: 'default', at: NOON }, wish('core'), wish('hodl')),
    isEarning: fc.boolean(),
  })

  it('moves nothing between people: what came is outside’s loss, what earns is owned all the same', () => {
    fc.assert(
      fc.property(fc.array(movementArb, { minLength: 1, maxLength: 20 }), (movements) => {
        const balances = new Balances()
        let owned = ZERO
        for (const [index, { kind, amount: units, decision, isEarning }] of movements.entries()) {
          const movement = { ...found({ id: `M${index}`, amount: units }), kind, at: NOON }
          const change = { id: movement.id, asset: BTC, gained: gainedBy(movement) }
          const entries = [
            movementEntry(movement, price('50000')),
            classificationEntry(change, sleeveOf(decision), NOON, { bookedBy: 'engine', reason: null }),
            ...(isEarning ? [earnEntry({ ...movement, id: `E${index}` })] : []),
          ]
          for (const entry of entries) {
            expect(checkBalanced(entry).ok).toBe(true)
            balances.apply(entry)
          }
          owned = owned.plus(gainedBy(movement)) as typeof owned
        }
        expect(toText(balances.owned(BTC))).toBe(toText(owned))
        expect(toText(balances.of('outside', BTC))).toBe(toText(owned.neg()))
        expect(toText(balances.of('unclassified', BTC))).toBe('0')
        expect(toText(balances.of('spot', BTC))).toBe(toText(balances.of('earning', BTC).neg()))
      }),
      { numRuns: 300, seed: 20_261_123 },
    )
  })

  it('never lets a sleeve fall below zero, whatever is withdrawn in whatever order', () => {
    fc.assert(
      fc.property(fc.array(movementArb, { maxLength: 30 }), (movements) => {
        const free = { core: ZERO, hodl: ZERO }
        for (const { kind, amount: units, decision } of movements) {
          const movement = found({ kind, amount: units })
          const sleeve = sleeveOf(decision)
          const typed =
            decision.by === 'trader' ? { ...decision, confirmation: `release ${toText(units)} BTC` } : decision
          const result = classify(movement, typed, free[sleeve])
          if (result.ok) free[sleeve] = free[sleeve].plus(gainedBy(movement)) as typeof ZERO
          expect(maxOf(free[sleeve], ZERO)).toEqual(free[sleeve])
        }
      }),
      { numRuns: 300, seed: 20_261_123 },
    )
  })

  it('keeps the price of the moment, where somebody knew it', () => {
    const deposit = { id: 'M1', kind: 'deposit', asset: BTC, amount: amount('0.5'), at: NOON } as const
    expect([...movementEntry(deposit, price('50000')).prices].map(String)).toEqual(['BTC,50000'])
    expect(movementEntry(deposit, null).prices.size).toBe(0)
  })
})
