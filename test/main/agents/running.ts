import { createSimulatedClock } from '../../../src/main/adapters/system/clock.ts'
import type { Agent, AgentOutput, AgentView } from '../../../src/main/agents/agent.ts'
import { AgentRunner, type ScheduledAgent } from '../../../src/main/agents/agent-runner.ts'
import { createBus } from '../../../src/main/bus/bus.ts'
import type { Candle, ClosedCandle } from '../../../src/main/domain/market.ts'
import type { Opinion } from '../../../src/main/domain/signal.ts'
import type { Database } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { epochMs, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { openMemory } from '../persistence/builders.ts'
import { BTC_USDT } from './candles.ts'

/** A runner on a clock that stands still, with the real bus and a real database. */
export function runnerOf(
  scheduled: readonly ScheduledAgent[],
  held: readonly ('long' | 'short')[] = [],
  database: Database = openMemory(),
) {
  const clock = createSimulatedClock(epochMs(0))
  const stores = createStores(database)
  let ids = 0
  const next = (prefix: string): string => `${prefix}_${++ids}`
  const bus = createBus({
    clock,
    ids: { next },
    settings: { historyPerTopic: 10_000, queueCapacity: 100, handlerTimeLimitMs: 1_000, ttlMs: {} },
    onDeadLetter: (message, subscriber, reason) => {
      throw new Error(`${message.topic} did not reach ${subscriber}: ${reason}`)
    },
  })
  let elapsed = 0
  const runner = new AgentRunner({
    clock,
    bus,
    ids: { next, clientOrderId: () => 'unused' as never },
    outputs: stores.agentOutputs,
    log: { info() {}, error() {} },
    scheduled,
    elapsed: () => elapsed,
    held: () => held,
  })
  return {
    runner,
    bus,
    clock,
    database,
    /** Real time passes, ms. */
    pass(ms: number): void {
      elapsed += ms
    },
    /** The clock goes to where these candles close, and they are told. */
    tell(closed: readonly ClosedCandle[], baseIntervalMs = MINUTE): void {
      const times = closed.map(({ candle }) => candle.openTime + candle.intervalMs)
      const time = epochMs(Math.max(clock.now(), ...times))
      clock.advanceTo(time)
      clock.runDue()
      runner.onCandles(closed, baseIntervalMs)
    },
    /** What was published on alerts so far. */
    alerts: () => bus.history('risk_alerts').map(({ payload }) => payload),
    /** What is on file of an agent's outputs. */
    kept: () =>
      database.sql
        .prepare('SELECT agent, message_id, input_ids, latency_ms FROM agent_outputs ORDER BY seq')
        .raw()
        .all(),
  }
}

/** An agent that answers at once on every minute, and publishes opinions. */
export const scheduledOf = (name: string, change: Partial<ScheduledAgent> = {}): ScheduledAgent => ({
  name,
  title: `The ${name}`,
  topic: 'opinions',
  agent: null,
  reads: [],
  everyMs: MINUTE,
  offsetMs: 0,
  onStart: false,
  atOnce: 2,
  timeLimitMs: 5 * SECOND,
  ...change,
})

type Answer = AgentOutput | null | Promise<AgentOutput | null>

/** An agent of which only this is known. */
export const agentOf = (run: (view: AgentView) => Answer, more: Partial<Agent> = {}): Agent => ({
  needs: [],
  observe() {},
  forget() {},
  seen: () => 0,
  run,
  ...more,
})

/** An opinion on what was asked about. */
export const opinionOn = ({ symbol, now }: AgentView, change: Partial<Opinion> = {}): Opinion => ({
  symbol,
  at: now,
  bias: 'long',
  confidence: 0.7,
  reason: 'Because.',
  indicators: {},
  isNews: true,
  ...change,
})

/** The candle that closes after so many times its width. */
export const closing = (
  count: number,
  { symbol = BTC_USDT, intervalMs = MINUTE, ...shape }: Partial<Candle> & { symbol?: TradedPair } = {},
): ClosedCandle => ({
  symbol,
  candle: {
    openTime: epochMs((count - 1) * intervalMs),
    intervalMs,
    open: 100,
    high: 101,
    low: 99,
    close: 100,
    volume: 1,
    ...shape,
  },
})
