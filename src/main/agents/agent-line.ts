import type { CorrelationId, MessageId, TradedPair } from '../../shared/ids.ts'
import { after, DAY, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Candle } from '../domain/market.ts'
import { isSameOpinion } from '../domain/opinion.ts'
import type { AgentOutputStore, Clock, Ids, Log } from '../ports.ts'
import type { Agent, AgentOutput, AgentTopic, AgentView, Said } from './agent.ts'

/** One agent and when it runs; `agent` is null while it is switched off. */
export type ScheduledAgent = {
  readonly name: string
  readonly title: string
  readonly topic: AgentTopic
  readonly agent: Agent | null
  /** Agents that it listens to. */
  readonly reads: readonly string[]
  /** Runs when a candle closes on a multiple of it; where that candle is missing, with the next one. */
  readonly everyMs: number
  /** How long after the close; who listens to others waits for the latest of them. */
  readonly offsetMs: number
  /** Runs once more when the program has started and knows the past. */
  readonly onStart: boolean
  /** Symbols that it is asked about at a time, where it has to ask somebody; the others wait for their turn. */
  readonly atOnce: number
  /** Of a run that has to ask somebody. */
  readonly timeLimitMs: number
}

/** The last run of an agent on a symbol. */
export type LastRun = {
  readonly at: EpochMs
  readonly latencyMs: number
  /** What it said; null when it had nothing to say. */
  readonly output: AgentOutput | null
  readonly messageId: MessageId | null
  /** Why it failed; null when it did not. */
  readonly problem: string | null
}

export type LineDeps = {
  readonly clock: Clock
  readonly bus: Bus
  readonly ids: Ids
  readonly outputs: AgentOutputStore
  readonly log: Log
  /** Elapsed real time, ms: for latencies, never for decisions. */
  readonly elapsed: () => number
}

/** One question to an agent. */
type Run = {
  readonly symbol: TradedPair
  readonly at: EpochMs
  readonly latencyMs: () => number
  /** What it looked at of others, in that order. */
  readonly heard: ReadonlySet<MessageId>
}

/** One agent between its candles and the bus: whatever it does, nothing of it comes out but what it said or why not. */
export class AgentLine {
  readonly scheduled: ScheduledAgent
  readonly last = new Map<TradedPair, LastRun>()
  runs = 0
  failures = 0
  private readonly deps: LineDeps
  private readonly said = new Map<TradedPair, Said>()
  /** What gives up on each question that is open. */
  private readonly asked = new Map<TradedPair, (why: Error) => void>()
  private readonly pending = new Set<Promise<void>>()
  /** Questions that wait for their turn. */
  private readonly waiting = new Map<TradedPair, () => void>()
  /** Symbols that it has spoken of since the start. */
  private readonly spoken = new Set<TradedPair>()
  private isClosed = false

  constructor(scheduled: ScheduledAgent, deps: LineDeps) {
    this.scheduled = scheduled
    this.deps = deps
  }

  /** False when it failed to take in the candle. */
  observe(symbol: TradedPair, candle: Candle): boolean {
    try {
      this.scheduled.agent?.observe(symbol, candle)
      return true
    } catch (error) {
      this.fail({ symbol, at: this.deps.clock.now(), latencyMs: () => 0, heard: new Set() }, error)
      return false
    }
  }

  /** What it said rested on candles that are gone. */
  forget(): void {
    this.scheduled.agent?.forget()
    if ((this.scheduled.agent?.needs.length ?? 0) === 0) return
    this.said.clear()
    // It has forgotten what it said last: that is no news again.
    this.spoken.clear()
  }

  /** What it said of a symbol when it was last asked; null while it is silent, has failed or is switched off. */
  saidOf(symbol: TradedPair): Said | null {
    return this.said.get(symbol) ?? null
  }

  /** Symbols that it is being asked about. */
  running(): readonly TradedPair[] {
    return [...this.asked.keys()]
  }

  /** Answers that are being waited for. */
  answers(): readonly Promise<void>[] {
    return [...this.pending]
  }

  /**
   * Asks it about a symbol, unless it is being asked already: a slow answer is not overtaken by its successor. Where it is
   * asked about as many symbols as it may be, this one waits, and is asked with what is known then.
   *
   * @param saidBy what others said of that symbol.
   * @param heldNow read whenever the agent looks: while it asks somebody, a position may open or close.
   */
  ask(symbol: TradedPair, saidBy: AgentView['said'], heldNow: () => AgentView['held']): void {
    const { agent } = this.scheduled
    if (agent === null || this.asked.has(symbol)) return
    if (this.asked.size >= this.scheduled.atOnce) {
      this.waiting.set(symbol, () => this.ask(symbol, saidBy, heldNow))
      return
    }
    const { clock, elapsed } = this.deps
    const question = new AbortController()
    const heard = new Set<MessageId>()
    const startedAt = elapsed()
    const run: Run = { symbol, at: clock.now(), latencyMs: () => elapsed() - startedAt, heard }
    const said: AgentView['said'] = (name) => {
      const other = saidBy(name)
      if (other !== null) heard.add(other.messageId)
      return other
    }
    try {
      const output = agent.run({
        symbol,
        now: run.at,
        signal: question.signal,
        said,
        get held() {
          return heldNow()
        },
      })
      if (output instanceof Promise) this.wait(run, output, question)
      else this.take(run, output)
    } catch (error) {
      this.fail(run, error)
    }
  }

  /** Gives up on what is being asked: nothing is said of it any more. */
  close(): void {
    this.isClosed = true
    this.waiting.clear()
    for (const giveUp of this.asked.values()) giveUp(new Error('the program ends'))
    this.scheduled.agent?.close?.()
  }

  private wait(run: Run, output: Promise<AgentOutput | null>, question: AbortController): void {
    const { timeLimitMs } = this.scheduled
    const { promise: cut, reject } = Promise.withResolvers<never>()
    const giveUp = (why: Error): void => {
      // Before its own answer to being aborted: what is told is why it was.
      reject(why)
      question.abort(why)
    }
    const tooLong = new DOMException(`it took longer than ${timeLimitMs / 1_000} s`, 'TimeoutError')
    const cancel = this.deps.clock.at(after(run.at, timeLimitMs), () => giveUp(tooLong))
    this.asked.set(run.symbol, giveUp)
    const settle = async (): Promise<void> => {
      try {
        const said = await Promise.race([output, cut])
        if (!this.isClosed) this.take(run, said)
      } catch (error) {
        if (!this.isClosed) this.fail(run, error)
      }
    }
    const answer = settle().finally(() => {
      cancel()
      this.asked.delete(run.symbol)
      this.askNext()
      this.pending.delete(answer)
    })
    this.pending.add(answer)
  }

  /** An answer that came at once leaves room for the one behind it. */
  private askNext(): void {
    for (const [symbol, ask] of this.waiting) {
      if (this.asked.size >= this.scheduled.atOnce) return
      this.waiting.delete(symbol)
      ask()
    }
  }

  private take(run: Run, said: AgentOutput | null): void {
    const { bus, ids, outputs } = this.deps
    const { name, topic } = this.scheduled
    const { symbol, at } = run
    const latencyMs = run.latencyMs()
    if (said === null) {
      this.said.delete(symbol)
      this.last.set(symbol, { at, latencyMs, output: null, messageId: null, problem: null })
      return
    }
    check(said, symbol)
    this.runs++
    const output = this.sinceRestart(said)
    const heard = [...run.heard]
    const message = bus.publish(topic, output, {
      source: name,
      // What follows from a decision, up to the last fill, is found by it.
      ...(topic === 'trading_signals' && output.isNews ? { correlationId: ids.next('cor') as CorrelationId } : {}),
      ...(heard[0] === undefined ? {} : { causationId: heard[0] }),
    })
    this.said.set(symbol, { output, messageId: message.id })
    this.last.set(symbol, { at, latencyMs, output, messageId: message.id, problem: null })
    if (output.isNews) outputs.add(name, message.id, output, heard, latencyMs)
  }

  /** The program has ended and begun again: what it said before that is no news, and is neither traded nor scored again. */
  private sinceRestart(output: AgentOutput): AgentOutput {
    const { symbol } = output
    if (this.spoken.has(symbol)) return output
    this.spoken.add(symbol)
    const before = output.isNews ? this.deps.outputs.last(this.scheduled.name, symbol) : null
    if (before === null || output.at - before.at > DAY) return output
    return isSameOpinion(JSON.parse(before.output) as AgentOutput, output) ? { ...output, isNews: false } : output
  }

  /** What it said before counts no longer: nobody knows what it would say now. */
  private fail({ symbol, at, latencyMs }: Run, error: unknown): void {
    const { bus, log } = this.deps
    const { name, title } = this.scheduled
    const problem = error instanceof Error ? error.message : String(error)
    const isNew = this.last.get(symbol)?.problem !== problem
    this.failures++
    this.said.delete(symbol)
    this.last.set(symbol, { at, latencyMs: latencyMs(), output: null, messageId: null, problem })
    if (!isNew) return
    log.error(`${name} failed on ${symbol}`, error)
    const text = `${title} failed on ${symbol}: ${problem}. Its voice is missing until it speaks again.`
    bus.publish('risk_alerts', { code: 'agent/failed', text }, { source: name, priority: 'HIGH' })
  }
}

/** A confidence of 2 would outvote everybody. @throws when it is no answer to what was asked. */
function check({ confidence, symbol }: AgentOutput, asked: TradedPair): void {
  if (!(confidence >= 0 && confidence <= 1)) throw new Error(`it has a confidence of ${confidence}`)
  if (symbol !== asked) throw new Error(`it spoke of ${symbol}`)
}
