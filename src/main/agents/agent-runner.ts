import type { TradedPair } from '../../shared/ids.ts'
import { after, type EpochMs, epochMs, MINUTE, nextBoundary } from '../../shared/time.ts'
import type { Candle, CandleNeed, ClosedCandle, Tick } from '../domain/market.ts'
import type { AgentView, Said } from './agent.ts'
import { AgentLine, type LastRun, type LineDeps, type ScheduledAgent } from './agent-line.ts'
import { LaterRuns } from './later-runs.ts'
import { runningOrder } from './running-order.ts'

export type { LastRun, ScheduledAgent } from './agent-line.ts'

export type AgentStatus = Pick<ScheduledAgent, 'name' | 'title' | 'topic' | 'everyMs'> & {
  readonly isOn: boolean
  /** Null while it is switched off. */
  readonly nextRunAt: EpochMs | null
  /** Candles of its chart that it has seen, and how many it needs before it speaks. */
  readonly warmUp: ReadonlyArray<{ readonly symbol: TradedPair; readonly seen: number; readonly of: number }>
  /** Asked, and not answered yet. */
  readonly running: readonly TradedPair[]
  readonly last: ReadonlyMap<TradedPair, LastRun>
  /** How often it spoke. */
  readonly runs: number
  readonly failures: number
}

type Deps = LineDeps & {
  readonly scheduled: readonly ScheduledAgent[]
  /** Open tactical positions on a symbol, as directions. */
  readonly held: (symbol: TradedPair) => AgentView['held']
}

/** Minutes may pass in which nobody trades and no candle is told. */
const LEAST_GOOD_FOR_MS = 30 * MINUTE

/** A candle of the schedule: when it closed, and when the one before did. */
type Step = { readonly symbol: TradedPair; readonly before: number; readonly at: number }

/**
 * Feeds every closed candle to the agents and runs those that are due, each after the agents that it listens to; one that
 * has to ask somebody is not waited for, and what it said before counts until it has answered. An agent that fails, or
 * is asked for longer than its limit, harms no other. While it is asked about a symbol it is not asked again. An output
 * is persisted when it is news.
 */
export class AgentRunner {
  private readonly held: Deps['held']
  private readonly clock: Deps['clock']
  private readonly lines: readonly AgentLine[]
  private readonly byName: ReadonlyMap<string, AgentLine>
  /** Offset after the close, ms: of the agent itself, or of the latest of those that it listens to. */
  private readonly offsets = new Map<AgentLine, number>()
  private readonly later: LaterRuns<AgentLine>
  private readonly symbols = new Set<TradedPair>()
  /** Symbols on which those that run on start have done so. */
  private readonly started = new Set<TradedPair>()
  /** When the last candle of the schedule closed. */
  private readonly closedAt = new Map<TradedPair, number>()
  /** Symbols that each agent is to be asked about once what was missed has been told to its end. */
  private readonly owed = new Map<AgentLine, Set<TradedPair>>()
  private baseIntervalMs = 0

  /** @throws when agents listen to each other in a circle: settings by which they would are refused. */
  constructor(deps: Deps) {
    const order = runningOrder(deps.scheduled)
    if (!order.ok) throw new Error(order.error.message)
    this.held = deps.held
    this.clock = deps.clock
    this.lines = order.value.map((scheduled) => new AgentLine(scheduled, deps))
    this.byName = new Map(this.lines.map((line) => [line.scheduled.name, line]))
    for (const line of this.lines) {
      const heard = line.scheduled.reads.map((name) => this.offsetOf(this.byName.get(name)))
      this.offsets.set(line, Math.max(line.scheduled.offsetMs, ...heard))
    }
    this.later = new LaterRuns(deps.clock, this.lines, (line, symbol) => this.ask(line, symbol))
  }

  /** Candles that some agent wants before it speaks: the most of each interval, finest first. */
  needs(): readonly CandleNeed[] {
    const most = new Map<number, number>()
    for (const { scheduled } of this.lines) {
      for (const { intervalMs, count } of scheduled.agent?.needs ?? []) {
        most.set(intervalMs, Math.max(count, most.get(intervalMs) ?? 0))
      }
    }
    return [...most].map(([intervalMs, count]) => ({ intervalMs, count })).sort((a, b) => a.intervalMs - b.intervalMs)
  }

  /** Drops all candles that were seen, before the past is told anew. */
  forget(): void {
    // Who waits for his moment is asked with the next candle: what he would have looked at is gone.
    for (const [line, symbol] of this.later.clear()) this.owedBy(line).add(symbol)
    for (const line of this.lines) line.forget()
  }

  /** Once the past is told: those that run on start do, once on each symbol that has a price; false while one has none. */
  start(fresh: (symbol: TradedPair) => Tick | null): boolean {
    const priced = [...this.symbols].filter((symbol) => !this.started.has(symbol) && fresh(symbol) !== null)
    for (const symbol of priced) {
      this.started.add(symbol)
      for (const line of this.lines) if (line.scheduled.onStart) this.ask(line, symbol)
    }
    return this.started.size === this.symbols.size
  }

  /** Takes in a past candle: nobody runs. */
  observe(symbol: TradedPair, candle: Candle): void {
    this.symbols.add(symbol)
    for (const line of this.lines) line.observe(symbol, candle)
  }

  /**
   * Candles that closed at one moment, of whatever intervals; `baseIntervalMs` is the one that drives the schedule.
   *
   * @param isBehind more of the past follows at once (after a lost line). Such candles are taken in, and whoever was due
   *   meanwhile is asked once, in order, with the last: nobody decides on what others said before the line was lost.
   */
  onCandles(closed: readonly ClosedCandle[], baseIntervalMs: number, isBehind = false): void {
    const steps = this.stepsOf(closed, baseIntervalMs)
    // All of the moment before anybody runs. Who failed to take one in is not asked what he makes of the others.
    const confused = this.lines.map((line) =>
      closed.flatMap(({ symbol, candle }) => (line.observe(symbol, candle) ? [] : [symbol])),
    )
    this.baseIntervalMs = baseIntervalMs
    for (const [i, line] of this.lines.entries()) {
      const { everyMs } = line.scheduled
      const owed = this.owedBy(line)
      for (const { symbol, before, at } of steps) {
        if (Math.floor(at / everyMs) > Math.floor(before / everyMs)) owed.add(symbol)
        if (isBehind || !owed.delete(symbol)) continue
        if (confused[i]?.includes(symbol)) continue
        const offsetMs = this.offsetOf(line)
        // A candle may come a moment before its close by our clock.
        if (offsetMs === 0) this.ask(line, symbol)
        else this.later.add(line, symbol, after(epochMs(at), offsetMs))
      }
    }
  }

  /** What an agent said of a symbol, unless that is so old that it has missed its run; null otherwise. */
  said(name: string, symbol: TradedPair): Said | null {
    const line = this.byName.get(name)
    const said = line?.saidOf(symbol) ?? null
    if (line === undefined || said === null) return null
    const goodForMs = 2 * Math.max(line.scheduled.everyMs, this.baseIntervalMs, LEAST_GOOD_FOR_MS)
    return this.clock.now() - said.output.at > goodForMs ? null : said
  }

  /** Runs an agent at once, whatever its schedule; false when there is none of that name that is switched on. */
  runNow(name: string): boolean {
    const line = this.byName.get(name)
    if (line === undefined || line.scheduled.agent === null) return false
    for (const symbol of this.symbols) this.ask(line, symbol)
    return true
  }

  /** How often an agent spoke. */
  runCount(): number {
    return this.lines.reduce((total, { runs }) => total + runs, 0)
  }

  isIdle(): boolean {
    return this.answers().length === 0
  }

  /** Until nobody is being asked any more. */
  async idle(): Promise<void> {
    while (!this.isIdle()) await Promise.all(this.answers())
  }

  /** In the order in which they run. */
  statuses(): readonly AgentStatus[] {
    return this.lines.map((line) => {
      const { name, title, topic, everyMs, agent } = line.scheduled
      const of = agent?.needs[0]?.count ?? 0
      return {
        name,
        title,
        topic,
        everyMs,
        isOn: agent !== null,
        nextRunAt: agent === null ? null : this.nextRunOf(line),
        warmUp: agent === null ? [] : [...this.symbols].map((symbol) => ({ symbol, seen: agent.seen(symbol), of })),
        running: line.running(),
        last: line.last,
        runs: line.runs,
        failures: line.failures,
      }
    })
  }

  /** Gives up on what is being asked: nothing is said of it any more. */
  close(): void {
    this.later.clear()
    for (const line of this.lines) line.close()
  }

  private stepsOf(closed: readonly ClosedCandle[], baseIntervalMs: number): readonly Step[] {
    return closed.flatMap(({ symbol, candle: { openTime, intervalMs } }): Step[] => {
      this.symbols.add(symbol)
      if (intervalMs !== baseIntervalMs) return []
      const before = this.closedAt.get(symbol) ?? openTime
      const at = openTime + intervalMs
      this.closedAt.set(symbol, at)
      return [{ symbol, before, at }]
    })
  }

  private nextRunOf(line: AgentLine): EpochMs {
    const offsetMs = this.offsetOf(line)
    return after(nextBoundary(epochMs(this.clock.now() - offsetMs), line.scheduled.everyMs), offsetMs)
  }

  private offsetOf(line: AgentLine | undefined): number {
    return line === undefined ? 0 : (this.offsets.get(line) ?? 0)
  }

  private ask(line: AgentLine, symbol: TradedPair): void {
    line.ask(
      symbol,
      (name) => this.said(name, symbol),
      () => this.held(symbol),
    )
  }

  private owedBy(line: AgentLine): Set<TradedPair> {
    const known = this.owed.get(line)
    if (known !== undefined) return known
    const none = new Set<TradedPair>()
    this.owed.set(line, none)
    return none
  }

  private answers(): readonly Promise<void>[] {
    return this.lines.flatMap((line) => line.answers())
  }
}
