import type { TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Cancel, Clock } from '../ports.ts'

type Moment<Line> = { readonly cancel: Cancel; readonly asked: Map<Line, Set<TradedPair>> }

/** Questions that wait for their moment; those of one moment are asked in the order of the agents, whoever came first. */
export class LaterRuns<Line> {
  private readonly moments = new Map<EpochMs, Moment<Line>>()
  private readonly clock: Clock
  private readonly order: readonly Line[]
  private readonly ask: (line: Line, symbol: TradedPair) => void

  constructor(clock: Clock, order: readonly Line[], ask: (line: Line, symbol: TradedPair) => void) {
    this.clock = clock
    this.order = order
    this.ask = ask
  }

  /** At once where that moment has come. What waits already is not put off again, and is asked once. */
  add(line: Line, symbol: TradedPair, at: EpochMs): void {
    if (at <= this.clock.now()) {
      this.ask(line, symbol)
      return
    }
    for (const { asked } of this.moments.values()) if (asked.get(line)?.has(symbol)) return
    const { asked } = this.moments.get(at) ?? this.open(at)
    const symbols = asked.get(line)
    if (symbols === undefined) asked.set(line, new Set([symbol]))
    else symbols.add(symbol)
  }

  /** Nothing waits any more; returns what did. */
  clear(): ReadonlyArray<readonly [Line, TradedPair]> {
    const moments = [...this.moments.values()]
    this.moments.clear()
    for (const { cancel } of moments) cancel()
    return moments.flatMap(({ asked }) =>
      [...asked].flatMap(([line, symbols]) => [...symbols].map((symbol) => [line, symbol] as const)),
    )
  }

  private open(at: EpochMs): Moment<Line> {
    const asked: Moment<Line>['asked'] = new Map()
    const cancel = this.clock.at(at, () => {
      this.moments.delete(at)
      for (const line of this.order) for (const symbol of asked.get(line) ?? []) this.ask(line, symbol)
    })
    const moment = { cancel, asked }
    this.moments.set(at, moment)
    return moment
  }
}
