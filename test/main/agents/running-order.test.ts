import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runningOrder } from '../../../src/main/agents/running-order.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const anyOrder = fc.shuffledSubarray(NAMES, { minLength: NAMES.length })
/** Who listens to whom: the second to the first. */
const anyPairs = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12 })
const RUNS = { seed: 20_261_123, numRuns: 1_000 }

type Pairs = readonly (readonly [string, string])[]
const listeners = (names: readonly string[], pairs: Pairs) =>
  names.map((name) => ({
    name,
    reads: ['nobody', ...pairs.flatMap(([to, listener]) => (listener === name ? [to] : []))],
  }))

describe('the order in which agents run', () => {
  it('is each after those that it listens to, and the same in whatever order they stand', () => {
    fc.assert(
      fc.property(anyOrder, anyPairs, anyOrder, (rank, pairs, standing) => {
        const named = pairs
          .filter(([a, b]) => a !== b)
          .map(([a, b]) => [rank[Math.min(a, b)] as string, rank[Math.max(a, b)] as string] as const)
        const result = runningOrder(listeners(standing, named))
        const order = result.ok ? result.value.map(({ name }) => name) : []
        expect(order.toSorted()).toEqual(NAMES)
        for (const [to, listener] of named) expect(order.indexOf(to)).toBeLessThan(order.indexOf(listener))
        expect(runningOrder(listeners(NAMES, named))).toMatchObject({ value: order.map((name) => ({ name })) })
      }),
      RUNS,
    )
  })

  it('is by name where nobody listens', () => {
    fc.assert(
      fc.property(anyOrder, (standing) => {
        expect(runningOrder(listeners(standing, []))).toMatchObject({ value: NAMES.map((name) => ({ name })) })
      }),
      { ...RUNS, numRuns: 20 },
    )
  })

  it('is none when some of them wait for each other, and those are named, and nobody beside them', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(NAMES, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('before', 'behind'),
        (circle, where) => {
          const round = circle.map((name, i) => [circle[(i + 1) % circle.length] as string, name] as const)
          const other = NAMES.find((name) => !circle.includes(name)) as string
          const beside = where === 'before' ? [other, circle[0] as string] : [circle[0] as string, other]
          const result = runningOrder(listeners(NAMES, [...round, beside as [string, string]]))
          if (result.ok) throw new Error('there is an order')
          expect(result.error.code).toBe('agent/circle')
          const told = (result.error.message.split(': ')[1] ?? '').replace('.', '').split(' → ')
          expect(told.at(-1)).toBe(told[0])
          expect(told.slice(1).toSorted()).toEqual(circle.toSorted())
          for (const [i, name] of told.slice(1).entries()) expect(round).toContainEqual([name, told[i]])
        },
      ),
      { ...RUNS, numRuns: 200 },
    )
  })
})
