import fc from 'fast-check'
import type { Holding } from '../../src/main/domain/allocation.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { asset, baseOf, pair, quoteOf } from '../../src/shared/ids.ts'
import { amount, decimal, fraction, price, toFloat, toText } from '../../src/shared/money.ts'
import { type Case, rulesOf, scaled } from './money-arbitraries.ts'

export const routeOf = (symbol: string, at: string, fee = '0.004', halfSpread = '0'): Route => ({
  rules: rulesOf(pair(symbol), { halfSpread: fraction(halfSpread) }),
  price: price(at),
  fee: decimal(fee),
})
export const holdingOf = (name: string, units: string, at: string, parts = 1): Holding => ({
  asset: asset(name),
  amount: amount(units),
  price: price(at),
  parts,
})

/** Four assets, a market of each with the quote and some between them. */
export const fourArb: fc.Arbitrary<Case> = fc
  .record({
    units: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 1_000_000 }))),
    parts: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 5 }))),
    btcAt: fc.integer({ min: 10_000, max: 10_000_000 }),
    ethAt: fc.integer({ min: 1_000, max: 1_000_000 }),
    xrpAt: fc.integer({ min: 10, max: 1_000 }),
    fees: fc.tuple(...Array.from({ length: 6 }, () => fc.integer({ min: 1, max: 100 }))),
    crosses: fc.subarray(['XRP/BTC', 'XRP/ETH', 'ETH/BTC']),
  })
  .filter(({ units, parts }) => units.some((unit) => unit > 0) && parts.some((part) => part > 0))
  .map(({ units, parts, btcAt, ethAt, xrpAt, fees, crosses }) => {
    const prices: Record<string, string> = {
      BTC: scaled(btcAt, 2),
      ETH: scaled(ethAt, 2),
      XRP: scaled(xrpAt, 2),
      USDT: '1',
    }
    const names = ['BTC', 'ETH', 'XRP', 'USDT']
    const holdings = names.map((name, i) =>
      holdingOf(name, scaled(units[i] ?? 0, 3), prices[name] as string, parts[i] ?? 0),
    )
    const routes = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT', ...crosses].map((symbol, i) => {
      const [base, quote] = symbol.split('/') as [string, string]
      const at = decimal(prices[base] as string).div(decimal(prices[quote] as string))
      return routeOf(symbol, toText(at.round(12)), scaled(fees[i] ?? 1, 4))
    })
    return { holdings, routes }
  })

/** Solves one choice of markets and directions in floats, by Gauss: independent of the code under test. */
function solveInFloats(
  holdings: readonly Holding[],
  tree: readonly Route[],
  isBuy: readonly boolean[],
): number[] | null {
  const n = holdings.length
  const rows = holdings.map((holding) => {
    const at = toFloat(holding.price)
    const row = tree.map((route, i) => {
      const sign = isBuy[i] ? 1 : -1
      if (baseOf(route.rules.symbol) === holding.asset) return sign * at
      if (quoteOf(route.rules.symbol) !== holding.asset) return 0
      return (-sign - toFloat(route.fee)) * toFloat(route.price) * at
    })
    return [...row, -holding.parts, -toFloat(holding.amount) * at]
  })
  for (let column = 0; column < n; column++) {
    const pivot = rows
      .map((row, i) => ({ i, size: i < column ? -1 : Math.abs(row[column] as number) }))
      .reduce((a, b) => (b.size > a.size ? b : a))
    if (pivot.size < 1e-12) return null
    ;[rows[column], rows[pivot.i]] = [rows[pivot.i] as number[], rows[column] as number[]]
    const lead = rows[column] as number[]
    for (const [i, row] of rows.entries()) {
      if (i === column) continue
      const factor = (row[column] as number) / (lead[column] as number)
      for (let j = column; j <= n; j++) row[j] = (row[j] as number) - factor * (lead[j] as number)
    }
  }
  return tree.map((_, i) => ((rows[i] as number[])[n] as number) / ((rows[i] as number[])[i] as number))
}

/** The least cost over every choice of three (or two) markets and every direction, in floats. */
export function leastCostInFloats({ holdings, routes }: Case): number {
  const size = holdings.length - 1
  const priceOf = (name: string) => toFloat(holdings.find((holding) => holding.asset === name)?.price ?? decimal('0'))
  let least = Number.POSITIVE_INFINITY
  for (let choice = 0; choice < 1 << routes.length; choice++) {
    const tree = routes.filter((_, i) => (choice >> i) & 1)
    if (tree.length !== size) continue
    for (let directions = 0; directions < 1 << size; directions++) {
      const amounts = solveInFloats(
        holdings,
        tree,
        tree.map((_, i) => ((directions >> i) & 1) === 1),
      )
      if (amounts === null || amounts.some((units) => units < -1e-9)) continue
      const cost = amounts.reduce((total, units, i) => {
        const route = tree[i] as Route
        return total + units * toFloat(route.price) * toFloat(route.fee) * priceOf(quoteOf(route.rules.symbol))
      }, 0)
      least = Math.min(least, cost)
    }
  }
  return least
}
