import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Holding, totalValue } from '../../../src/main/domain/allocation.ts'
import { cheapestRoute, costOf, type Route, type RoutedTrade, type Solution } from '../../../src/main/domain/route.ts'
import { asset, baseOf, pair, quoteOf } from '../../../src/shared/ids.ts'
import { amount, decimal, fraction, price, toFloat, toText } from '../../../src/shared/money.ts'
import { type Case, portfolioArb, rulesOf, scaled } from '../../support/money-arbitraries.ts'

const RUNS = { numRuns: 400, seed: 20_261_123 }

const routeOf = (symbol: string, at: string, fee = '0.004', halfSpread = '0'): Route => ({
  rules: rulesOf(pair(symbol), { halfSpread: fraction(halfSpread) }),
  price: price(at),
  fee: decimal(fee),
})
const holdingOf = (name: string, units: string, at: string, parts = 1): Holding => ({
  asset: asset(name),
  amount: amount(units),
  price: price(at),
  parts,
})
const described = (solution: Solution | null): string[] =>
  (solution?.trades ?? []).map((trade) => `${trade.side} ${toText(trade.amount)} ${trade.route.rules.symbol}`)

const assetsOf = ({ side, route }: RoutedTrade) => {
  const [base, quote] = [baseOf(route.rules.symbol), quoteOf(route.rules.symbol)]
  return side === 'buy' ? { spent: quote, brought: base } : { spent: base, brought: quote }
}

/** What every holding becomes when the trades are carried out with their fees. */
function carriedOut(holdings: readonly Holding[], solution: Solution): Map<string, number> {
  const amounts = new Map(holdings.map((holding) => [holding.asset as string, toFloat(holding.amount)]))
  const add = (name: string, change: number) => amounts.set(name, (amounts.get(name) ?? 0) + change)
  for (const { route, side, amount: units } of solution.trades) {
    const [base, value] = [toFloat(units), toFloat(units) * toFloat(route.price)]
    const sign = side === 'buy' ? 1 : -1
    add(baseOf(route.rules.symbol), sign * base)
    add(quoteOf(route.rules.symbol), -sign * value - value * toFloat(route.fee))
  }
  return amounts
}

describe('the cheapest route', () => {
  it('is nothing when the holdings are where they should be', () => {
    const holdings = [holdingOf('BTC', '1', '100'), holdingOf('USDT', '100', '1')]
    const solution = cheapestRoute(holdings, [routeOf('BTC/USDT', '100')])
    expect([described(solution), toText(solution?.cost ?? decimal('1'))]).toEqual([[], '0'])
  })

  it('sells 0.5 of 1 BTC for half of what is left, and pays the fee out of the proceeds', () => {
    const holdings = [holdingOf('BTC', '1', '100'), holdingOf('USDT', '0', '1')]
    // q·100·0.99 = (1 − q)·100, so that q = 1 ÷ 1.99.
    const solution = cheapestRoute(holdings, [routeOf('BTC/USDT', '100', '0.01')])
    expect(solution?.trades[0]?.amount.toFixed(8, 0)).toBe('0.50251256')
    expect(solution?.trades[0]?.side).toBe('sell')
  })

  it('gives an asset with no part of the whole away completely', () => {
    const holdings = [holdingOf('BTC', '2', '100', 0), holdingOf('USDT', '5', '1', 1)]
    expect(described(cheapestRoute(holdings, [routeOf('BTC/USDT', '100')]))).toEqual(['sell 2 BTC/USDT'])
  })

  it('is null when the markets do not connect all assets, or belong to assets that are not held', () => {
    const holdings = [holdingOf('BTC', '1', '100'), holdingOf('XRP', '1', '1'), holdingOf('USDT', '0', '1')]
    expect(cheapestRoute(holdings, [routeOf('BTC/USDT', '100')])).toBeNull()
    expect(cheapestRoute(holdings, [routeOf('BTC/USDT', '100'), routeOf('ETH/USDT', '10')])).toBeNull()
    expect(cheapestRoute(holdings, [])).toBeNull()
  })

  it('takes the direct market exactly as long as it costs less than the two legs through the quote', () => {
    const holdings = [holdingOf('BTC', '2', '100'), holdingOf('XRP', '0', '1'), holdingOf('USDT', '100', '1')]
    const via = (crossFee: string, halfSpread = '0') =>
      described(
        cheapestRoute(holdings, [
          routeOf('BTC/USDT', '100', '0.004'),
          routeOf('XRP/USDT', '1', '0.004'),
          routeOf('XRP/BTC', '0.01', crossFee, halfSpread),
        ]),
      ).map((trade) => trade.split(' ').at(-1))
    expect(via('0.007')).toContain('XRP/BTC')
    expect(via('0.0085')).not.toContain('XRP/BTC')
    expect(via('0.004', '0.003')).toContain('XRP/BTC')
    expect(via('0.004', '0.0045')).not.toContain('XRP/BTC')
  })

  it('sells before the buys it funds, whatever the alphabet says', () => {
    const holdings = [holdingOf('ADA', '0', '1'), holdingOf('XRP', '300', '1'), holdingOf('USDT', '0', '1')]
    const solution = cheapestRoute(holdings, [routeOf('ADA/USDT', '1'), routeOf('XRP/USDT', '1')])
    expect(solution?.trades.map((trade) => trade.side)).toEqual(['sell', 'buy'])
  })

  it('reckons fee and half spread in the account’s quote, on a cross market too', () => {
    const holdings = [holdingOf('BTC', '1', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '0', '1')]
    const route = routeOf('XRP/BTC', '0.00001', '0.004', '0.001')
    // 1000 XRP × 0.00001 BTC × 0.5 % × 50,000 USDT
    expect(toText(costOf(holdings, [{ route, side: 'buy', amount: amount('1000') }]))).toBe('2.5')
  })
})

/** Four assets, a market of each with the quote and some between them. */
const fourArb: fc.Arbitrary<Case> = fc
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
function leastCostInFloats({ holdings, routes }: Case): number {
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

const anyArb = fc.oneof(portfolioArb, fourArb)

describe('the cheapest route of random portfolios', () => {
  it('brings every asset to its exact share of what is left after the fees', () => {
    fc.assert(
      fc.property(anyArb, ({ holdings, routes }) => {
        const solution = cheapestRoute(holdings, routes)
        if (solution === null) throw new Error('no route')
        const amounts = carriedOut(holdings, solution)
        const values = holdings.map((holding) => (amounts.get(holding.asset) ?? 0) * toFloat(holding.price))
        const total = values.reduce((a, b) => a + b, 0)
        const parts = holdings.reduce((sum, holding) => sum + holding.parts, 0)
        for (const [i, holding] of holdings.entries()) {
          expect(Math.abs((values[i] as number) - (total * holding.parts) / parts)).toBeLessThan(1e-6 * (total + 1))
        }
      }),
      RUNS,
    )
  })

  it('costs exactly as much as the best of all routes solved independently', () => {
    fc.assert(
      fc.property(anyArb, (portfolio) => {
        const solution = cheapestRoute(portfolio.holdings, portfolio.routes)
        const least = leastCostInFloats(portfolio)
        const scale = toFloat(totalValue(portfolio.holdings)) + 1
        expect(Math.abs(toFloat(solution?.cost ?? decimal('0')) - least)).toBeLessThan(1e-9 * scale)
      }),
      RUNS,
    )
  })

  it('uses each market at most once, never backwards, and pays for nothing with what comes later', () => {
    fc.assert(
      fc.property(anyArb, ({ holdings, routes }) => {
        const solution = cheapestRoute(holdings, routes)
        if (solution === null) throw new Error('no route')
        const { trades } = solution
        expect(new Set(trades.map((trade) => trade.route.rules.symbol)).size).toBe(trades.length)
        for (const [i, trade] of trades.entries()) {
          expect(trade.amount.gt(decimal('0'))).toBe(true)
          for (const later of trades.slice(i + 1)) expect(assetsOf(later).brought).not.toBe(assetsOf(trade).spent)
        }
      }),
      RUNS,
    )
  })

  it('is the same whatever order the markets are listed in', () => {
    fc.assert(
      fc.property(
        anyArb.chain((portfolio) =>
          fc.tuple(
            fc.constant(portfolio),
            fc.shuffledSubarray([...portfolio.routes], { minLength: portfolio.routes.length }),
          ),
        ),
        ([{ holdings, routes }, shuffled]) => {
          expect(described(cheapestRoute(holdings, shuffled))).toEqual(described(cheapestRoute(holdings, routes)))
        },
      ),
      { ...RUNS, numRuns: 150 },
    )
  })
})
