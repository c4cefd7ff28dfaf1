import type { Topics } from '../../src/main/bus/topics.ts'
import type { TradingSignal } from '../../src/main/domain/signal.ts'
import type { CorrelationId } from '../../src/shared/ids.ts'
import { epochMs, HOUR } from '../../src/shared/time.ts'
import type { Bench } from '../main/execution/trade-bench.ts'
import { BTC_USDT, XRP_USDT } from './money-arbitraries.ts'
import { decided, signalOf } from './signal-builders.ts'

/*
 * What agents say, said by a test: on the bus, as they say it.
 */

type Spoken = Pick<Topics, 'ta_signals' | 'regime_updates' | 'sentiment_updates'>
const SOURCES = {
  ta_signals: 'technical_analysis',
  regime_updates: 'regime_detection',
  sentiment_updates: 'sentiment',
} as const

export const say = <T extends keyof Spoken>(bench: Bench, topic: T, payload: Spoken[T]): void =>
  void bench.engine.bus.publish(topic, payload as Topics[T], { source: SOURCES[topic] })

/** A decision at the prices of this moment. */
export const signal = (bench: Bench, change: Partial<TradingSignal> = {}): void => {
  bench.tick()
  decided(bench.engine.bus, signalOf({ at: bench.clock.now(), ...change }))
}

/** Both at one moment, as agents publish them: the second is known before the first is looked at. */
export const signals = (bench: Bench, ...changes: readonly Partial<TradingSignal>[]): void => {
  bench.tick()
  const { bus } = bench.engine
  const at = bench.clock.now()
  const off = bus.on(
    'system_events',
    () => {
      for (const [i, change] of changes.entries()) {
        const correlationId = `cor_${i}` as CorrelationId
        bus.publish('trading_signals', signalOf({ at, ...change }), { source: 'trading_decision', correlationId })
      }
    },
    { name: 'test', whenFull: 'reject' },
  )
  bus.publish('system_events', { kind: 'test', text: 'now' }, { source: 'test' })
  off()
}

/** Days in which both have moved as one. */
export const inStep = ({ engine, clock }: Bench): void => {
  const start = Math.floor(clock.now() / HOUR) * HOUR - 100 * HOUR
  for (let hour = 0; hour < 100; hour++) {
    const factor = 1 + Math.sin(hour) / 100
    engine.hourlyReturns.onCandles(
      [BTC_USDT, XRP_USDT].map((symbol) => ({
        symbol,
        candle: {
          openTime: epochMs(start + hour * HOUR),
          intervalMs: HOUR,
          open: factor,
          high: factor,
          low: factor,
          close: factor,
          volume: 1,
        },
      })),
    )
  }
}
