import { ADX, ATR, BollingerBands, EMA, MACD, OBV, RSI, VWAP } from 'technicalindicators'
import type { AgentView } from '../../src/main/agents/agent.ts'
import { RegimeDetection } from '../../src/main/agents/kinds/regime-detection.ts'
import { TechnicalAnalysis } from '../../src/main/agents/kinds/technical-analysis.ts'
import { TaChart } from '../../src/main/agents/ta-chart.ts'
import type { Candle } from '../../src/main/domain/market.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs, MINUTE } from '../../src/shared/time.ts'
import { fromCloses, walk } from '../main/agents/candles.ts'
import { REGIME_SETTINGS, TA_SETTINGS } from '../main/agents/settings.ts'
import { type BenchContext, collectGarbage, compare, interleave, quantile, type Row } from './measure.ts'

const OURS = 'all indicators of one chart, with Supertrend'
const PEER = 'technicalindicators, without it'
const LATE = 'analysts on a candle after 100,000 others'
const EARLY = 'the same after 1,000'
const BTC_USDT = pair('BTC/USDT')
const PER_RUN = 20_000

/** What one closed candle costs both analysts, early and late, and the indicators alone against another library's. */
export async function agentsBench({ runs, say, note }: BenchContext): Promise<Row[]> {
  const candles = fromCloses(walk(PER_RUN, { seed: 7 }))
  const indicators = await interleave(
    [
      { name: OURS, measure: () => ratePerSecond(ours(), candles) },
      { name: PEER, measure: () => ratePerSecond(peers(), candles) },
    ],
    { runs, warmUps: 1, say },
  )
  note('Analysts: indicators, opinion and regime of one candle; p50 of all runs pooled. To be at most 10 µs.')
  const late: number[] = []
  const early: number[] = []
  for (let run = -1; run < runs; run++) {
    say(`analysts, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
    collectGarbage()
    const [first, last] = [1_000, 100_000].map((before) => timesAfter(before))
    if (run < 0) continue
    early.push(...(first ?? []))
    late.push(...(last ?? []))
  }
  return [
    compare(indicators, OURS, PEER, 'candles/s'),
    {
      name: `${LATE}, p50`,
      median: quantile(late, 0.5),
      min: quantile(late, 0),
      max: quantile(late, 0.99),
      unit: 'µs',
      peer: EARLY,
      peerMedian: quantile(early, 0.5),
      ratio: quantile(late, 0.5) / quantile(early, 0.5),
    },
  ]
}

function ratePerSecond(take: (candle: Candle) => void, candles: readonly Candle[]): number {
  const startedAt = performance.now()
  for (const candle of candles) take(candle)
  return (candles.length / (performance.now() - startedAt)) * 1_000
}

function ours(): (candle: Candle) => void {
  const chart = new TaChart(TA_SETTINGS)
  return (candle) => {
    chart.observe(candle)
    chart.values()
  }
}

function peers(): (candle: Candle) => void {
  const averages = [9, 21, 50, 200].map((period) => new EMA({ period, values: [] }))
  const rsi = new RSI({ period: 14, values: [] })
  const macd = new MACD({
    fastPeriod: 12,
    slowPeriod: 26,
    signalPeriod: 9,
    SimpleMAOscillator: false,
    SimpleMASignal: false,
    values: [],
  })
  const atr = new ATR({ period: 14, high: [], low: [], close: [] })
  const adx = new ADX({ period: 14, high: [], low: [], close: [] })
  const bands = new BollingerBands({ period: 20, stdDev: 2, values: [] })
  const obv = new OBV({ close: [], volume: [] })
  const vwap = new VWAP({ high: [], low: [], close: [], volume: [] })
  const take = <T>(indicator: { nextValue(input: T): unknown }, input: T): void => void indicator.nextValue(input)
  return (candle) => {
    for (const average of averages) take<number>(average, candle.close)
    take<number>(rsi, candle.close)
    take<number>(macd, candle.close)
    take<object>(atr as never, candle)
    take<object>(adx as never, candle)
    take<number>(bands, candle.close)
    take<object>(obv as never, candle)
    take<object>(vwap as never, candle)
  }
}

/** In µs, of a thousand candles that follow so many others. */
function timesAfter(before: number): number[] {
  const analysis = new TechnicalAnalysis(TA_SETTINGS, MINUTE)
  const regime = new RegimeDetection(REGIME_SETTINGS, MINUTE)
  const view: AgentView = {
    symbol: BTC_USDT,
    now: epochMs(0),
    signal: new AbortController().signal,
    said: () => null,
    held: [],
  }
  const take = (candle: Candle): void => {
    analysis.observe(BTC_USDT, candle)
    regime.observe(BTC_USDT, candle)
    analysis.run(view)
    regime.run(view)
  }
  const candles = fromCloses(walk(before + 1_000, { seed: 3 }))
  for (const candle of candles.slice(0, before)) take(candle)
  return candles.slice(before).map((candle) => {
    const startedAt = performance.now()
    take(candle)
    return (performance.now() - startedAt) * 1_000
  })
}
