import { assess, type RiskContext } from '../../src/main/domain/risk.ts'
import type { RiskLimits } from '../../src/main/domain/risk-rules.ts'
import type { TradingSignal } from '../../src/main/domain/signal.ts'
import { amount, floorToStep, fraction, minOf, money, type Price, price } from '../../src/shared/money.ts'
import { BTC_USDT, rulesOf, XRP_USDT } from '../support/money-arbitraries.ts'
import { commitmentTo, limitsOf, QUIET } from '../support/risk-cases.ts'
import { signalOf } from '../support/signal-builders.ts'
import { emptyPosition } from '../support/trading-builders.ts'
import { type BenchContext, collectGarbage, quantile, type Row } from './measure.ts'

const PER_RUN = 20_000
const OURS = 'risk check, all rules with their sentences'
const PEER = 'its two divisions alone'
type Case = { readonly signal: TradingSignal; readonly context: RiskContext }

/**
 * A check of a signal against every rule, five positions open and one proposed, which is one more than the limits allow so
 * that a trade comes out; signals and prices are all different.
 */
export async function riskBench({ runs, say, note }: BenchContext): Promise<Row[]> {
  note('Risk check: p50 and p99 of all runs pooled. The p99 is to be at most 100 µs.')
  const limits = limitsOf({ maxPositions: 7 })
  const ours: number[] = []
  const peers: number[] = []
  let passed = 0
  for (let run = -1; run < runs; run++) {
    say(`risk checks, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
    const cases = Array.from({ length: PER_RUN }, (_, i) => caseOf((run + 1) * PER_RUN + i))
    collectGarbage()
    const own = cases.map((each) => timeOf(() => (passed += assess(each.signal, each.context, limits).trade ? 1 : 0)))
    const peer = cases.map((each) => timeOf(() => sizeAlone(each, limits)))
    if (run < 0) continue
    ours.push(...own)
    peers.push(...peer)
  }
  if (passed === 0) throw new Error('no signal passed: refusals are not what is to be measured')
  return [0.5, 0.99].map((q) => ({
    name: `${OURS}, p${q * 100}`,
    median: quantile(ours, q),
    min: quantile(ours, 0),
    max: quantile(ours, 1),
    unit: 'µs',
    peer: PEER,
    peerMedian: quantile(peers, q),
    ratio: quantile(ours, q) / quantile(peers, q),
  }))
}

/** In µs. */
function timeOf(work: () => void): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) * 1_000
}

function caseOf(n: number): Case {
  const at = price((40_000 + ((n * 7_919) % 200_000) / 10).toFixed(1))
  const open = Array.from({ length: 5 }, (_, i) =>
    emptyPosition({ symbol: i < 1 ? BTC_USDT : XRP_USDT, cost: money((900 + ((n * (i + 3)) % 700)).toFixed(2)) }),
  )
  return {
    signal: signalOf({ confidence: 0.6 + (n % 40) / 100, entry: Number(at.toFixed()), atr: 200 + (n % 500) + 0.37 }),
    context: {
      equity: money((10_000 + (n % 9_973) / 7).toFixed(8)),
      freeQuote: amount((4_000 + (n % 3_001)).toFixed(2)),
      open,
      committed: [commitmentTo({ cost: money('612.5'), cash: money('614.95') })],
      price: at,
      worstPrice: at.times(fraction('1.005')) as Price,
      rules: rulesOf(BTC_USDT, { tick: price('0.1') }),
      sizeMultiplier: 0.25 + (n % 4) / 4,
      sizeFactor: n % 2 === 0 ? 1 : 0.5,
      breakers: QUIET,
    },
  }
}

/** What a size is made of, without asking whether it may be. */
function sizeAlone({ signal, context }: Case, limits: RiskLimits): unknown {
  const distance = context.price.times(fraction((signal.atr / 50_000).toFixed(6)))
  const byRisk = context.equity.times(limits.riskPerTradePercent).div(distance)
  const byPosition = context.equity.times(limits.maxPositionPercent).div(context.price)
  return floorToStep(minOf(byRisk, byPosition), context.rules.lot)
}
