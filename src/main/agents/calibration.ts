import type { TradedPair } from '../../shared/ids.ts'
import { after } from '../../shared/time.ts'
import {
  type CalibrationCurve,
  type Forecast,
  forecastsOf,
  HORIZONS,
  outcomeOf,
  type ScoredForecast,
  Tally,
} from '../domain/calibration.ts'
import type { ClosedCandle } from '../domain/market.ts'
import { biasIn } from '../domain/opinion.ts'
import { isModelVoice } from '../domain/panel.ts'
import type { Bias, Regime } from '../domain/signal.ts'
import type { ForecastStore } from '../ports.ts'
import type { AgentOutput } from './agent.ts'

type Deps = {
  readonly store: ForecastStore
  /** Last price of a symbol, however old; null while there was none. */
  readonly priceOf: (symbol: TradedPair) => number | null
  readonly regimeOf: (symbol: TradedPair) => Regime | null
}

export type CalibrationFilter = {
  readonly agent: string
  /** Null for all of them. */
  readonly symbol: TradedPair | null
  readonly regime: Regime | null
}
export type HorizonCalibration = CalibrationCurve & { readonly horizonMs: number; readonly waiting: number }

/**
 * Was it right? Every direction that is news is kept, and held against the price an hour, four hours and a day later.
 * The tallies are of constant size: a day of minutes costs what it costs whatever was said before.
 */
export class Calibration {
  private readonly deps: Deps
  /** Not seen yet, by symbol, for each horizon in the order in which they were said. */
  private readonly waiting = new Map<TradedPair, Map<number, Queue>>()
  private readonly tallies = new Map<string, { readonly of: Group; readonly tally: Tally }>()

  /** Reads what was scored, and what waits, from the store. */
  constructor(deps: Deps) {
    this.deps = deps
    for (const scored of deps.store.scored()) this.count(scored)
    for (const forecast of deps.store.waiting()) this.queueOf(forecast).push(forecast)
  }

  /** What somebody said; only directions that are news count. Models of a panel say what they say anew each time. */
  onSaid(agent: string, output: AgentOutput): void {
    const bias = biasIn(output)
    if (output.isNews) this.expect(agent, output, bias, output.confidence)
    if (!('voices' in output)) return
    for (const { name, bias: said, confidence } of output.voices) {
      if (isModelVoice(name)) this.expect(name, output, said, confidence)
    }
  }

  private expect(agent: string, { symbol, at }: AgentOutput, bias: Bias, confidence: number): void {
    const price = this.deps.priceOf(symbol)
    if (bias === 'neutral' || price === null) return
    const regime = this.deps.regimeOf(symbol)
    const forecasts = forecastsOf({ agent, symbol, regime, bias, confidence, price, saidAt: at })
    if (!this.deps.store.add(forecasts)) return // said twice at one moment
    for (const forecast of forecasts) this.queueOf(forecast).push(forecast)
  }

  /** Candles of one moment; of several widths the finest, which comes first, tells the price. */
  onCandles(closed: readonly ClosedCandle[]): void {
    for (const { symbol, candle } of closed) {
      const at = after(candle.openTime, candle.intervalMs)
      for (const queue of this.waiting.get(symbol)?.values() ?? []) {
        for (let first = queue.first(); first !== null; first = queue.first()) {
          const outcome = outcomeOf(first, candle.close, at)
          if (outcome === null) break
          queue.shift()
          const scored = { ...first, ...outcome }
          this.deps.store.settle(scored)
          this.count(scored)
        }
      }
    }
  }

  /** By horizon. */
  curves(filter: CalibrationFilter): readonly HorizonCalibration[] {
    const fits = (each: Group): boolean =>
      each.agent === filter.agent &&
      (filter.symbol === null || each.symbol === filter.symbol) &&
      (filter.regime === null || each.regime === filter.regime)
    return HORIZONS.map((horizonMs) => {
      // In an order of their own: sums of floats are the same after a restart only when they are added up alike.
      const fitting = [...this.tallies].filter(([, { of }]) => of.horizonMs === horizonMs && fits(of)).sort(byKey)
      const sum = fitting.reduce((total, [, { tally }]) => total.plus(tally), new Tally())
      const queues = [...this.waiting.values()].flatMap((each) => each.get(horizonMs) ?? [])
      const waiting = queues.reduce((total, queue) => total + queue.count(fits), 0)
      return { horizonMs, waiting, ...sum.curve() }
    })
  }

  /** Everybody who was scored, in alphabetical order. */
  agents(): readonly string[] {
    return [...new Set([...this.tallies.values()].map(({ of }) => of.agent))].sort()
  }

  private count(scored: ScoredForecast): void {
    const { agent, symbol, regime, horizonMs, confidence, isRight } = scored
    if (isRight === null) return
    const key = `${agent} ${symbol} ${regime} ${horizonMs}`
    let known = this.tallies.get(key)
    if (known === undefined) {
      known = { of: { agent, symbol, regime, horizonMs }, tally: new Tally() }
      this.tallies.set(key, known)
    }
    known.tally.add(confidence, isRight)
  }

  private queueOf({ symbol, horizonMs }: Forecast): Queue {
    let queues = this.waiting.get(symbol)
    if (queues === undefined) {
      queues = new Map()
      this.waiting.set(symbol, queues)
    }
    let queue = queues.get(horizonMs)
    if (queue === undefined) {
      queue = new Queue()
      queues.set(horizonMs, queue)
    }
    return queue
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

type Group = Pick<Forecast, 'agent' | 'symbol' | 'regime' | 'horizonMs'>

/** First in, first out; taking one costs the same however many wait. */
class Queue {
  private items: Forecast[] = []
  private taken = 0

  push(forecast: Forecast): void {
    this.items.push(forecast)
  }

  first(): Forecast | null {
    return this.items[this.taken] ?? null
  }

  shift(): void {
    this.taken++
    if (this.taken < 1_000 || this.taken * 2 < this.items.length) return
    this.items = this.items.slice(this.taken)
    this.taken = 0
  }

  count(fits: (forecast: Forecast) => boolean): number {
    let count = 0
    for (let i = this.taken; i < this.items.length; i++) if (fits(this.items[i] as Forecast)) count++
    return count
  }
}
