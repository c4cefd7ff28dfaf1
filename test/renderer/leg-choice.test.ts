import { describe, expect, it } from 'vitest'
import { comparison } from '../../src/renderer/rooms/decisions/cost-comparison.ts'
import {
  approvedLegs,
  approveWords,
  mayFallShort,
  slippageOf,
  weightsWithout,
} from '../../src/renderer/rooms/decisions/leg-choice.ts'
import { leg, rebalance } from '../ui/fixture/rebalances.ts'

const { legs } = rebalance
const none = new Set<number>()
const weightsAfter = (leftOut: readonly number[]) =>
  weightsWithout(rebalance, new Set(leftOut)).map(({ asset, afterPercent }) => `${asset} ${afterPercent}`)

describe('approving a plan leg by leg', () => {
  it('names no legs when all of them are approved, so that one hash says it all', () => {
    expect(approvedLegs(legs, none)).toBeNull()
    expect(approveWords(legs, none)).toBe('Approve')
  })
  it('names those that stay by their index', () => {
    expect(approvedLegs(legs, new Set([1]))).toEqual([0, 2])
    expect(approveWords(legs, new Set([1]))).toBe('Approve 2 of 3 legs')
    expect(approvedLegs(legs, new Set([0, 1, 2]))).toEqual([])
  })
  it('adds up the slippage of those that stay', () => {
    expect(slippageOf(legs, none)).toBe('1.24')
    expect(slippageOf(legs, new Set([0]))).toBe('0.8')
  })
  it('moves what is not traded back, in both assets of its pair and in no other', () => {
    expect(weightsAfter([])).toEqual(['BTC 33.3220', 'XRP 33.3424', 'USDT 33.3356'])
    expect(weightsAfter([1])).toEqual(['BTC 35.1296', 'XRP 31.5348', 'USDT 33.3356'])
    expect(weightsAfter([0])).toEqual(['BTC 35.4986', 'XRP 33.3424', 'USDT 31.1590'])
  })
  it('keeps the weights’ sum, whichever legs are left out', () => {
    const total = (leftOut: readonly number[]) =>
      weightsWithout(rebalance, new Set(leftOut)).reduce((sum, weight) => sum + Number(weight.afterPercent), 0)
    for (const leftOut of [[0], [1], [2], [0, 1], [0, 1, 2]]) expect(total(leftOut)).toBeCloseTo(total([]), 3)
  })
  it('warns when a buy stays without the sell that was to pay for it', () => {
    const sell = leg({ index: 0, symbol: 'BTC/USDT', side: 'sell' })
    const buy = leg({ index: 1, symbol: 'XRP/USDT', side: 'buy' })
    expect(mayFallShort([sell, buy], new Set([0]))).toBe(true)
    expect(mayFallShort([sell, buy], new Set([1]))).toBe(false)
    expect(mayFallShort([sell, buy], new Set([0, 1]))).toBe(false)
    expect(mayFallShort([sell, leg({ index: 1 })], new Set([0]))).toBe(false)
  })
})

describe('what waiting may cost', () => {
  it('is set against what trading costs for certain', () => {
    expect(comparison('0.74', '6.84')).toBe('9.2 times the cost')
    expect(comparison('2', '2.05')).toContain('about what trading costs')
    expect(comparison('5', '1')).toContain('waiting is cheap')
    expect(comparison('0', '1')).toContain('trading costs nothing')
  })
})
