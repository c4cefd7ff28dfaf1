import type { Bus } from '../bus/bus.ts'
import type { Topics } from '../bus/topics.ts'
import type { ClosedCandle } from '../domain/market.ts'
import type { AgentOutputStore, Clock, MarketFeed } from '../ports.ts'
import type { Agent } from './agent.ts'

type OutputTopic = 'ta_signals' | 'regime_updates'
export type ScheduledAgent<T extends OutputTopic = OutputTopic> = {
  readonly agent: Agent<Topics[T]>
  readonly topic: T
  /** Runs when a candle closes on a multiple of it. */
  readonly everyMs: number
}

/**
 * Feeds every closed candle to the agents and runs those that are due, regime before technical analysis when both are,
 * so that a signal meets the regime of its own candle. An opinion is persisted when it is news.
 */
export class AgentRunner {
  private runs = 0
  private readonly clock: Clock
  private readonly bus: Bus
  private readonly outputs: AgentOutputStore
  private readonly scheduled: readonly ScheduledAgent[]

  constructor(clock: Clock, bus: Bus, outputs: AgentOutputStore, scheduled: readonly ScheduledAgent[]) {
    this.clock = clock
    this.bus = bus
    this.outputs = outputs
    this.scheduled = scheduled
  }

  /** Feeds past candles, so that the agents need not wait to speak. */
  async warmUp(feed: MarketFeed, intervalMs: number): Promise<void> {
    const count = Math.max(0, ...this.scheduled.map(({ agent }) => agent.warmUp))
    for (const symbol of feed.symbols) {
      for (const candle of await feed.history(symbol, intervalMs, count)) {
        for (const { agent } of this.scheduled) agent.observe(symbol, candle)
      }
    }
  }

  onCandles(closed: readonly ClosedCandle[]): void {
    for (const { symbol, candle } of closed) {
      for (const { agent } of this.scheduled) agent.observe(symbol, candle)
    }
    for (const scheduled of this.scheduled) this.run(scheduled, closed)
  }

  /** How often an agent spoke. */
  runCount(): number {
    return this.runs
  }

  private run<T extends OutputTopic>(scheduled: ScheduledAgent<T>, closed: readonly ClosedCandle[]): void {
    for (const { symbol, candle } of closed) {
      if ((candle.openTime + candle.intervalMs) % scheduled.everyMs !== 0) continue
      const startedAt = this.clock.now()
      const output = scheduled.agent.run(symbol, startedAt)
      if (output === null) continue
      this.runs++
      const message = this.bus.publish(scheduled.topic, output, { source: scheduled.agent.name })
      if (!output.isNews) continue
      this.outputs.add(scheduled.agent.name, message.id, output, [], this.clock.now() - startedAt)
    }
  }
}
