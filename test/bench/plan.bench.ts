import { solveLinear } from '../../src/main/adapters/yalps/linear-solver.ts'
import type { Holding } from '../../src/main/domain/allocation.ts'
import type { LinearProgram } from '../../src/main/domain/linear-program.ts'
import { type PlanSettings, planRebalance } from '../../src/main/domain/rebalance.ts'
import type { Route } from '../../src/main/domain/route.ts'
import { asset, baseOf, pair, quoteOf } from '../../src/shared/ids.ts'
import { amount, decimal, fraction, money, price, toFloat, toText } from '../../src/shared/money.ts'
import { epochMs } from '../../src/shared/time.ts'
import { type BenchContext, collectGarbage, quantile, type Row } from './measure.ts'

type Portfolio = { readonly holdings: readonly Holding[]; readonly routes: readonly Route[] }
type Size = {
  readonly assets: number
  readonly markets: number
  readonly plansPerRun: number
  readonly unit: 'µs' | 'ms'
}

const SIZES: readonly Size[] = [
  { assets: 3, markets: 3, plansPerRun: 1_000, unit: 'µs' },
  { assets: 50, markets: 150, plansPerRun: 20, unit: 'ms' },
]
const PEER = 'yalps on the same in floats'
const NOW = epochMs(0)
const SETTINGS: PlanSettings = {
  orderType: 'limit',
  slippageCapPercent: decimal('1'),
  sliceAbove: money('500'),
  slices: 6,
  sliceEveryMs: 14_400_000,
}

/** Plans of portfolios that are all different, against a linear solver alone, which neither rounds nor orders. */
export async function planBench({ runs, say, note }: BenchContext): Promise<Row[]> {
  note(
    'Plans: each of another portfolio, at maker fees, in six slices; all runs pooled, min and max are those of single runs.',
  )
  return SIZES.flatMap((size) => {
    const ours: number[][] = []
    const peers: number[][] = []
    for (let run = -1; run < runs; run++) {
      say(`plans of ${size.assets} assets, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
      const portfolios = Array.from({ length: size.plansPerRun }, (_, i) =>
        portfolioOf(size, (run + 2) * size.plansPerRun + i),
      )
      collectGarbage()
      const own = portfolios.map((portfolio) => timeOf(size, () => plan(portfolio)))
      const peer = portfolios.map((portfolio) => timeOf(size, () => solve(portfolio)))
      if (run < 0) continue
      ours.push(own)
      peers.push(peer)
    }
    return [0.5, 0.99].map((q) => pooled(size, ours, peers, q))
  })
}

function timeOf({ unit }: Size, work: () => void): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) * (unit === 'µs' ? 1_000 : 1)
}

function plan({ holdings, routes }: Portfolio): void {
  const planned = planRebalance(holdings, routes, SETTINGS, NOW, { solve: solveLinear })
  if (!planned.ok || planned.value.legs.length === 0) throw new Error('nothing was planned')
}

function solve(portfolio: Portfolio): void {
  if (solveLinear(programOf(portfolio)) === null) throw new Error('nothing was found')
}

function pooled({ assets, markets, unit }: Size, ours: number[][], peers: number[][], q: number): Row {
  const own = ours.map((run) => quantile(run, q))
  const median = quantile(ours.flat(), q)
  const peerMedian = quantile(peers.flat(), q)
  const label = `p${q * 100}`
  return {
    name: `plan of ${assets} assets and ${markets} markets, ${label}`,
    median,
    min: Math.min(...own),
    max: Math.max(...own),
    unit,
    peer: `${PEER}, ${label}`,
    peerMedian,
    ratio: median / peerMedian,
  }
}

/** Every asset's value after the trades is one and the same; buying and selling on each market is a column. */
function programOf({ holdings, routes }: Portfolio): LinearProgram {
  const places = new Map(holdings.map((one, i) => [one.asset, i]))
  const values = holdings.map((one) => toFloat(one.amount) * toFloat(one.price))
  return {
    rows: values.map((value) => ({ min: -value, max: -value })),
    columns: [
      ...routes.flatMap(({ rules, fee }) => {
        const base = places.get(baseOf(rules.symbol)) ?? 0
        const quote = places.get(quoteOf(rules.symbol)) ?? 0
        const rate = toFloat(fee)
        const cost = rate + toFloat(rules.halfSpread)
        return [
          { cost, at: [[base, 1] as const, [quote, -1 - rate] as const] },
          { cost, at: [[base, -1] as const, [quote, 1 - rate] as const] },
        ]
      }),
      { cost: 0, at: holdings.map((_, i) => [i, -1] as const) },
    ],
  }
}

/** Numbers between 0 and 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Each asset against the first, and then against those that follow it, until there are enough markets. */
function portfolioOf({ assets, markets }: Size, seed: number): Portfolio {
  const random = randomOf(seed)
  const text = (value: number, places: number): string => toText(decimal(value.toFixed(places)))
  const holdings = Array.from({ length: assets }, (_, i): Holding => {
    const at = i === 0 ? '1' : text(0.1 + random() * 10, 4)
    return {
      asset: asset(i === 0 ? 'USDT' : `A${i}`),
      amount: amount(text((random() * 10_000) / Number(at), 8)),
      price: price(at),
      parts: 1,
    }
  })
  const routes: Route[] = []
  for (let distance = 0; routes.length < markets; distance++) {
    for (let i = 1; i < assets && routes.length < markets; i++) {
      const [base, quote] = [holdings[i], holdings[distance === 0 ? 0 : i + distance]]
      if (base !== undefined && quote !== undefined) routes.push(routeOf(base, quote, random))
    }
  }
  return { holdings, routes }
}

function routeOf(base: Holding, quote: Holding, random: () => number): Route {
  const fee = fraction((0.001 + 0.003 * random()).toFixed(4))
  return {
    price: price(toText(base.price.div(quote.price).round(10))),
    fee,
    rules: {
      symbol: pair(`${base.asset}/${quote.asset}`),
      lot: amount('0.00000001'),
      tick: price('0.0000000001'),
      minAmount: amount('0.00000001'),
      minCost: amount('0.5'),
      takerFee: fee,
      makerFee: fee,
      halfSpread: fraction((0.001 * random()).toFixed(4)),
    },
  }
}
