import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { solveLinear } from '../../../src/main/adapters/yalps/linear-solver.ts'
import { type Holding, totalValue } from '../../../src/main/domain/allocation.ts'
import { inFundingOrder } from '../../../src/main/domain/funding-order.ts'
import { goalsOf } from '../../../src/main/domain/plan-goals.ts'
import { brings, networkOf, spends, symbolOf } from '../../../src/main/domain/plan-network.ts'
import type { Route } from '../../../src/main/domain/route.ts'
import { costOf, type Routing, routings } from '../../../src/main/domain/routing.ts'
import { baseOf, quoteOf } from '../../../src/shared/ids.ts'
import { amount, decimal, toFloat, toText } from '../../../src/shared/money.ts'
import { portfolioArb } from '../../support/money-arbitraries.ts'
import { fourArb, holdingOf, leastCostInFloats, routeOf } from '../../support/routes-in-floats.ts'

const RUNS = { numRuns: 400, seed: 20_261_123 }

/** The cheapest way to the targets before anything is rounded; null when there is none. */
function cheapestRouting(holdings: readonly Holding[], routes: readonly Route[]): Routing | null {
  const network = networkOf(holdings, routes)
  const goals = goalsOf(network, new Set())
  return (goals && routings(network, goals, solveLinear)[0]) ?? null
}
const described = (routing: Routing | null): string[] =>
  inFundingOrder(routing?.trades ?? []).map(
    ({ market, side, amount: units }) => `${side} ${toText(units)} ${symbolOf(market)}`,
  )

/** What every holding becomes when the trades are carried out with their fees. */
function carriedOut(holdings: readonly Holding[], { trades }: Routing): Map<string, number> {
  const amounts = new Map(holdings.map((holding) => [holding.asset as string, toFloat(holding.amount)]))
  const add = (name: string, change: number) => amounts.set(name, (amounts.get(name) ?? 0) + change)
  for (const { market, side, amount: units } of trades) {
    const { route } = market
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
    const solution = cheapestRouting(holdings, [routeOf('BTC/USDT', '100')])
    expect([described(solution), toText(solution?.cost ?? decimal('1'))]).toEqual([[], '0'])
  })

  it('sells 0.5 of 1 BTC for half of what is left, and pays the fee out of the proceeds', () => {
    const holdings = [holdingOf('BTC', '1', '100'), holdingOf('USDT', '0', '1')]
    // q·100·0.99 = (1 − q)·100, so that q = 1 ÷ 1.99.
    const solution = cheapestRouting(holdings, [routeOf('BTC/USDT', '100', '0.01')])
    expect(solution?.trades[0]?.amount.toFixed(8, 0)).toBe('0.50251256')
    expect(solution?.trades[0]?.side).toBe('sell')
  })

  it('gives an asset with no part of the whole away completely', () => {
    const holdings = [holdingOf('BTC', '2', '100', 0), holdingOf('USDT', '5', '1', 1)]
    expect(described(cheapestRouting(holdings, [routeOf('BTC/USDT', '100')]))).toEqual(['sell 2 BTC/USDT'])
  })

  it('is none when the markets do not connect all assets, or belong to assets that are not held', () => {
    const holdings = [holdingOf('BTC', '1', '100'), holdingOf('XRP', '1', '1'), holdingOf('USDT', '0', '1')]
    expect(cheapestRouting(holdings, [routeOf('BTC/USDT', '100')])).toBeNull()
    expect(cheapestRouting(holdings, [routeOf('BTC/USDT', '100'), routeOf('ETH/USDT', '10')])).toBeNull()
    expect(cheapestRouting(holdings, [])).toBeNull()
  })

  it('takes the direct market exactly as long as it costs less than the two legs through the quote', () => {
    const holdings = [holdingOf('BTC', '2', '100'), holdingOf('XRP', '0', '1'), holdingOf('USDT', '100', '1')]
    const via = (crossFee: string, halfSpread = '0') =>
      described(
        cheapestRouting(holdings, [
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
    const solution = cheapestRouting(holdings, [routeOf('ADA/USDT', '1'), routeOf('XRP/USDT', '1')])
    expect(described(solution).map((trade) => trade.split(' ')[0])).toEqual(['sell', 'buy'])
  })

  it('reckons fee and half spread in the account’s quote, on a cross market too', () => {
    const holdings = [holdingOf('BTC', '1', '50000'), holdingOf('XRP', '0', '0.5'), holdingOf('USDT', '0', '1')]
    const route = routeOf('XRP/BTC', '0.00001', '0.004', '0.001')
    // 1000 XRP × 0.00001 BTC × 0.5 % × 50,000 USDT
    const [market] = networkOf(holdings, [route]).markets
    if (market === undefined) throw new Error('no market')
    expect(toText(costOf([{ market, side: 'buy', amount: amount('1000') }]))).toBe('2.5')
  })
})

const anyArb = fc.oneof(portfolioArb, fourArb)

describe('the cheapest route of random portfolios', () => {
  it('brings every asset to its exact share of what is left after the fees', () => {
    fc.assert(
      fc.property(anyArb, ({ holdings, routes }) => {
        const solution = cheapestRouting(holdings, routes)
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
        const solution = cheapestRouting(portfolio.holdings, portfolio.routes)
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
        const solution = cheapestRouting(holdings, routes)
        if (solution === null) throw new Error('no route')
        const trades = inFundingOrder(solution.trades)
        expect(new Set(trades.map(({ market }) => symbolOf(market))).size).toBe(trades.length)
        for (const [i, trade] of trades.entries()) {
          expect(trade.amount.gt(decimal('0'))).toBe(true)
          for (const later of trades.slice(i + 1)) expect(brings(later)).not.toBe(spends(trade))
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
          expect(described(cheapestRouting(holdings, shuffled))).toEqual(described(cheapestRouting(holdings, routes)))
        },
      ),
      { ...RUNS, numRuns: 150 },
    )
  })
})
