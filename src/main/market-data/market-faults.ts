import type { TradedPair } from '../../shared/ids.ts'
import { type EpochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { MarketFault } from '../domain/candles.ts'
import type { Clock } from '../ports.ts'

/** So long without another one ends a burst; the next is told of again. */
const BURST_ENDS_AFTER_MS = 10 * MINUTE

/** All faults of one kind that a symbol has had since the start. */
export type FaultCount = {
  readonly symbol: TradedPair
  readonly fault: MarketFault
  readonly count: number
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  /** The last one, in a sentence. */
  readonly text: string
}

/** Where whatever is wrong with the market's data is noted. */
export type NoteFault = (symbol: TradedPair, fault: MarketFault, text: string, count?: number) => void

/** Counts what is wrong with the market's data, and tells of it once per burst: the first of many is news. */
export class MarketFaults {
  private readonly counts = new Map<string, FaultCount>()
  private readonly clock: Clock
  private readonly bus: Bus

  constructor(clock: Clock, bus: Bus) {
    this.clock = clock
    this.bus = bus
  }

  /** @param text a sentence without the symbol, e.g. `3 candles of 1m are missing before 12:31.` */
  readonly note: NoteFault = (symbol, fault, text, count = 1) => {
    const key = `${symbol} ${fault}`
    const now = this.clock.now()
    const before = this.counts.get(key)
    this.counts.set(key, {
      symbol,
      fault,
      count: (before?.count ?? 0) + count,
      firstAt: before?.firstAt ?? now,
      lastAt: now,
      text,
    })
    if (before !== undefined && now - before.lastAt < BURST_ENDS_AFTER_MS) return
    const earlier = before === undefined ? '' : ` There were ${before.count} like it before.`
    this.bus.publish(
      'system_events',
      { kind: 'market', text: `${symbol}: ${text}${earlier}` },
      { source: 'market-data' },
    )
  }

  /** By symbol and kind, in the order in which they first happened. */
  all(): readonly FaultCount[] {
    return [...this.counts.values()]
  }
}
