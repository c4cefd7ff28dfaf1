import type { TradedPair } from '../../shared/ids.ts'
import { fromFloat, type Price } from '../../shared/money.ts'
import { type EpochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { ClosedCandle, Tick } from '../domain/market.ts'
import type { Clock, FeedListener, FeedStatus, MarketSampleStore } from '../ports.ts'
import { CandleBuilder } from './candle-builder.ts'

export type MarketDataSettings = {
  /** A price older than this is stale; 0 in a replay, where only a candle that closes now is fresh. */
  readonly staleMs: number
  /** True where the feed has no candles of its own. */
  readonly buildsCandles: boolean
  /** Where prices are sampled into the database; null in a replay. */
  readonly samples: MarketSampleStore | null
}

/** Knows the last price of every symbol and its age, and announces prices and closed candles. */
export class MarketData implements FeedListener {
  private readonly ticks = new Map<TradedPair, Tick>()
  private readonly builder: CandleBuilder | null
  private readonly sampledAt = new Map<TradedPair, EpochMs>()
  private feedStatus: FeedStatus | null = null
  private distrusted: ReadonlySet<Tick> = new Set()
  private readonly clock: Clock
  private readonly bus: Bus
  private readonly settings: MarketDataSettings

  constructor(clock: Clock, bus: Bus, settings: MarketDataSettings) {
    this.clock = clock
    this.bus = bus
    this.settings = settings
    this.builder = settings.buildsCandles ? new CandleBuilder(MINUTE) : null
  }

  prices(ticks: readonly Tick[]): void {
    for (const tick of ticks) {
      this.ticks.set(tick.symbol, tick)
      this.sample(tick)
    }
    const closed = this.builder?.add(ticks) ?? []
    this.bus.publish('market_data', { kind: 'prices', ticks }, { source: 'market-data' })
    if (closed.length > 0) this.candles(closed)
  }

  candles(closed: readonly ClosedCandle[]): void {
    this.bus.publish('market_data', { kind: 'candles', closed }, { source: 'market-data' })
  }

  status(status: FeedStatus): void {
    const changed = this.feedStatus?.connected !== status.connected || this.feedStatus?.problem !== status.problem
    this.feedStatus = status
    if (changed) {
      const text = status.connected
        ? `Prices come from ${status.source}.`
        : `No prices: ${status.problem ?? 'waiting'}.`
      this.bus.publish('system_events', { kind: 'feed', text }, { source: 'market-data' })
    }
  }

  feed(): FeedStatus | null {
    return this.feedStatus
  }

  /** The last tick, however old. */
  last(symbol: TradedPair): Tick | null {
    return this.ticks.get(symbol) ?? null
  }

  /** The last tick if decisions may rest on it. */
  fresh(symbol: TradedPair): Tick | null {
    const tick = this.ticks.get(symbol)
    if (tick === undefined || this.distrusted.has(tick)) return null
    return this.clock.now() - tick.at <= this.settings.staleMs ? tick : null
  }

  freshPrice(symbol: TradedPair): Price | null {
    const tick = this.fresh(symbol)
    return tick === null ? null : (fromFloat(tick.last) as Price)
  }

  /** After a sleep or a step of the clock: no price seen so far may be decided on, whatever its stamp says. */
  distrust(): void {
    this.distrusted = new Set(this.ticks.values())
  }

  /** When any price last arrived. */
  lastAt(): EpochMs | null {
    let last: EpochMs | null = null
    for (const tick of this.ticks.values()) if (last === null || tick.at > last) last = tick.at
    return last
  }

  private sample(tick: Tick): void {
    const { samples } = this.settings
    if (samples === null) return
    const before = this.sampledAt.get(tick.symbol)
    if (before !== undefined && tick.at - before < MINUTE) return
    this.sampledAt.set(tick.symbol, tick.at)
    samples.add(tick)
  }
}
