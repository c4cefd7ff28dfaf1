import type { TradedPair } from '../../shared/ids.ts'
import { fromFloat, type Price } from '../../shared/money.ts'
import { type EpochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Candle, CandleNeed, ClosedCandle, Tick } from '../domain/market.ts'
import type { CandleStore, Clock, FeedListener, FeedStatus, MarketFeed, MarketSampleStore } from '../ports.ts'
import { inOrder, readPast } from './back-fill.ts'
import { CandleBuilder } from './candle-builder.ts'
import { type FaultCount, MarketFaults } from './market-faults.ts'
import { Timeframes } from './timeframes.ts'

export type MarketDataSettings = {
  /** A price older than this is stale; 0 in a replay, where only a candle that closes now is fresh. */
  readonly staleMs: number
  /** True where the feed has no candles of its own. */
  readonly buildsCandles: boolean
  /** True where somebody wants the coarser candles too. */
  readonly makesTimeframes: boolean
  /** Where prices are sampled into the database; null in a replay. */
  readonly samples: MarketSampleStore | null
  /** Where closed candles are kept; null where they are no facts about a real market, or are on file already. */
  readonly candles: CandleStore | null
}

/**
 * Knows the last price of every symbol and its age, and announces prices and closed candles: in one message all that
 * close at one moment, the finest first.
 */
export class MarketData implements FeedListener {
  private readonly ticks = new Map<TradedPair, Tick>()
  private readonly faults: MarketFaults
  private readonly builder: CandleBuilder | null
  private readonly timeframes: Timeframes | null
  private readonly sampledAt = new Map<TradedPair, EpochMs>()
  private feedStatus: FeedStatus | null = null
  private held: (readonly ClosedCandle[])[] | null = null
  private distrusted: ReadonlySet<Tick> = new Set()
  private readonly clock: Clock
  private readonly bus: Bus
  private readonly settings: MarketDataSettings

  constructor(clock: Clock, bus: Bus, settings: MarketDataSettings) {
    this.clock = clock
    this.bus = bus
    this.settings = settings
    this.faults = new MarketFaults(clock, bus)
    this.builder = settings.buildsCandles ? new CandleBuilder(MINUTE, this.faults.note) : null
    this.timeframes = settings.makesTimeframes ? new Timeframes(this.faults.note) : null
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

  candles(finest: readonly ClosedCandle[], isBehind = false): void {
    if (this.held !== null) {
      this.held.push(finest)
      return
    }
    const closed = this.timeframes?.add(finest) ?? finest
    if (closed.length === 0) return
    const { candles } = this.settings
    if (candles !== null) for (const { symbol, candle } of closed) candles.add(symbol, candle)
    this.bus.publish('market_data', { kind: 'candles', closed, isBehind }, { source: 'market-data' })
  }

  /** Candles that close from now on are told of with `release`: they are not to come between the past and what it is for. */
  hold(): void {
    this.held ??= []
  }

  release(): void {
    const held = this.held ?? []
    this.held = null
    for (const [i, finest] of held.entries()) this.candles(finest, i < held.length - 1)
  }

  /**
   * The past of every symbol of the feed, oldest first and at one moment the finest first, as live candles come. To be
   * asked for before the first price: the candles that are open now go on from it. What is missing of it is said.
   *
   * @param baseMs width of the finest candles, of which the others are made.
   */
  async backFill(
    feed: Pick<MarketFeed, 'symbols' | 'history'>,
    needs: readonly CandleNeed[],
    baseMs: number,
  ): Promise<{ readonly candles: readonly ClosedCandle[]; readonly problem: string | null }> {
    const { candles: store } = this.settings
    const past = await readPast(needs, { feed, store, now: () => this.clock.now(), note: this.faults.note })
    for (const symbol of feed.symbols) {
      const own = past.series.flatMap((each) => (each.symbol === symbol ? each.candles : []))
      if (own.length > 0) this.timeframes?.prime(symbol, own, baseMs, this.clock.now())
    }
    if (past.text !== null) {
      this.bus.publish('system_events', { kind: 'market', text: past.text }, { source: 'market-data' })
    }
    return { candles: inOrder(past), problem: past.problem }
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

  /** How old the last price is, ms; null before the first. */
  ageOf(symbol: TradedPair): number | null {
    const tick = this.ticks.get(symbol)
    return tick === undefined ? null : Math.max(0, this.clock.now() - tick.at)
  }

  /** The last closed candle of every width, finest first; [] where nobody wants the coarser ones. */
  lastCandles(symbol: TradedPair): readonly Candle[] {
    return this.timeframes?.lastClosed(symbol) ?? []
  }

  /** What was wrong with the data since the start, by symbol and kind. */
  faultCounts(): readonly FaultCount[] {
    return this.faults.all()
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
