import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addEntryFill, addExitFill, averageEntry, type Position } from '../../src/main/domain/position.ts'
import { amount, decimal, money, price, toText, ZERO } from '../../src/shared/money.ts'
import { emptyPosition, fillOf } from '../support/trading-builders.ts'

const FILE = fileURLToPath(new URL('../../../shared/oracles/pnl/worked-examples.json', import.meta.url))
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the worked P&L examples are not at ${FILE}`)

type Examples = {
  average_price_position_with_commission: {
    id: string
    fills: [side: 'BUY' | 'SELL', quantity: string, price: string][]
    after: ({ qty: string; avg: string; realized: string } | null)[]
  }[]
  average_cost_pool: {
    id: string
    start: { qty: string; cost: string }
    ops: [side: 'buy' | 'sell', quantity: string, total: string][]
    expect: { gain: string; allowable: string; pool_qty: string; pool_cost: string }
  }[]
}
const examples = isThere ? (JSON.parse(readFileSync(FILE, 'utf8')) as Examples) : null
const commissionRate = decimal('0.0001')

describe.skipIf(!isThere)('positions against other people’s worked examples', () => {
  it.each(examples?.average_price_position_with_commission ?? [])(
    'agrees with $id after every fill',
    ({ fills, after }) => {
      let position: Position = emptyPosition()
      for (const [index, [side, quantity, at]] of fills.entries()) {
        const fee = amount(toText(decimal(quantity).times(decimal(at)).times(commissionRate)))
        const fill = fillOf({ side: side === 'BUY' ? 'buy' : 'sell', amount: amount(quantity), price: price(at), fee })
        position = side === 'BUY' ? addEntryFill(position, fill) : addExitFill(position, fill)
        const expected = after[index]
        if (expected === null || expected === undefined) continue
        expect(toText(position.amount)).toBe(expected.qty)
        expect(averageEntry(position)?.minus(decimal(expected.avg)).abs().lte(decimal('0.00000000000001'))).toBe(true)
        // They count an entry's commission as realized at once; here it waits with the position until its part is closed.
        expect(position.realized.minus(position.openFees).toFixed(8, 1)).toBe(decimal(expected.realized).toFixed(8))
      }
      expect(after.filter((row) => row !== null)).not.toHaveLength(0)
    },
  )

  it.each(examples?.average_cost_pool ?? [])('agrees with the pool of $id', ({ start, ops, expect: expected }) => {
    const unitPrice = (total: string, quantity: string) => price(toText(decimal(total).div(decimal(quantity))))
    let position = addEntryFill(
      emptyPosition(),
      fillOf({ amount: amount(start.qty), price: unitPrice(start.cost, start.qty), fee: ZERO }),
    )
    for (const [side, quantity, total] of ops) {
      const fill = fillOf({ side, amount: amount(quantity), price: unitPrice(total, quantity), fee: ZERO })
      position = side === 'buy' ? addEntryFill(position, fill) : addExitFill(position, fill)
    }
    expect([position.realized, position.amount, position.cost].map(toText)).toEqual(
      [expected.gain, expected.pool_qty, expected.pool_cost].map((text) => toText(money(text))),
    )
  })
})
