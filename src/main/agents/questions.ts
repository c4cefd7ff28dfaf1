import type { TradedPair } from '../../shared/ids.ts'
import { type Failure, fail, type Result } from '../../shared/result.ts'
import { after, type EpochMs, isoTime } from '../../shared/time.ts'
import type { Prompt } from '../domain/resolution-prompt.ts'
import { oneLine } from '../domain/resolution-text.ts'
import type { AgentCallStore, Cancel, Clock, Hash, LanguageModel, LlmAnswer, Question } from '../ports.ts'

/** One question, and one more that shows the model what was wrong with its answer. */
const QUESTIONS = 2
/** Characters that are kept. */
const OUTCOME_LIMIT = 300
const ANSWER_LIMIT = 4_000

type Deps = {
  readonly clock: Clock
  /** Elapsed real time, ms: for latencies, never for decisions. */
  readonly elapsed: () => number
  readonly hash: Hash
  readonly calls: AgentCallStore
  /** False while the program is halted. */
  readonly mayAsk: () => boolean
}

/** What an agent wants to know of a model. */
export type Inquiry<T> = {
  readonly agent: string
  /** Null where it is about none. */
  readonly symbol: TradedPair | null
  /** As the record calls the model. */
  readonly name: string
  readonly model: LanguageModel
  /** @param problem why the answer before this one could not be used; null the first time. */
  readonly prompt: (problem: string | null) => Question
  /** What an answer says; fails with `answer/…` when it cannot be used. */
  readonly read: (text: string) => Result<T>
  /** For all of it, a second question included. */
  readonly timeLimitMs: number
  /** Gives up on it. */
  readonly signal: AbortSignal
}

/**
 * The one way in which agents ask models: within a time, never while the program is halted, and with a record of every
 * question. What cannot be recorded is not used.
 */
export class Questions {
  private readonly deps: Deps
  private abandoning = new AbortController()
  private isClosed = false
  private out = 0
  private readonly listeners = new Set<() => void>()

  constructor(deps: Deps) {
    this.deps = deps
  }

  mayAsk(): boolean {
    return !this.isClosed && this.deps.mayAsk()
  }

  isAsking(): boolean {
    return this.out > 0
  }

  /** Called when the first question goes out, and when none is out any more. */
  watch(listener: () => void): Cancel {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Gives up on every question that is out. */
  abandon(): void {
    this.abandoning.abort()
    this.abandoning = new AbortController()
  }

  /** Likewise, and nothing is asked or recorded any more. */
  close(): void {
    this.isClosed = true
    this.abandon()
  }

  /**
   * Never rejects. Errors: those of the model and of `read`; `llm/timeout`; `llm/held-back` while nobody may be asked;
   * `llm/not-recorded`.
   */
  async ask<T>(inquiry: Inquiry<T>): Promise<Result<T>> {
    const { clock } = this.deps
    const deadline = after(clock.now(), inquiry.timeLimitMs)
    const signal = AbortSignal.any([inquiry.signal, this.abandoning.signal])
    // All who are asked by one run share what one decision may cost.
    const decisionId = [inquiry.agent, inquiry.symbol, isoTime(clock.now())].filter((part) => part !== null).join(' ')
    const askedFor = { purpose: 'agent', decisionId, correlationId: null, templateHash: null } as const
    let problem: string | null = null
    let said: Result<T> = TIMED_OUT
    for (let asked = 0; asked < QUESTIONS; asked++) {
      if (!this.mayAsk()) return fail('llm/held-back', 'No model is asked while the program is halted.')
      if (signal.aborted || (asked > 0 && clock.now() >= deadline)) return said
      said = await this.askOnce(inquiry, { askedFor, ...inquiry.prompt(problem) }, deadline, signal)
      if (said.ok || !isOfTheAnswer(said.error)) return said
      problem = said.error.message
    }
    return said
  }

  private async askOnce<T>(
    { agent, symbol, name, model, read }: Inquiry<T>,
    question: Question,
    deadline: EpochMs,
    signal: AbortSignal,
  ): Promise<Result<T>> {
    const { clock, elapsed, hash, calls } = this.deps
    const at = clock.now()
    const startedAt = elapsed()
    this.count(1)
    const answer = await this.answerTo(model, question, deadline, signal).finally(() => this.count(-1))
    const said = answer.ok ? read(answer.value.text) : answer
    if (this.isClosed) return said
    try {
      calls.add({
        agent,
        symbol,
        at,
        name,
        promptHash: hashOf(question, hash),
        latencyMs: elapsed() - startedAt,
        outcome: said.ok ? 'used' : oneLine(`${said.error.code}: ${said.error.message}`, OUTCOME_LIMIT),
        ...(answer.ok ? spentOn(answer.value) : NOTHING_KNOWN),
      })
    } catch {
      return fail('llm/not-recorded', 'The answer could not be recorded, so it is not used.')
    }
    return said
  }

  /** Over when the time is up, whether or not the model listens to its signal. */
  private async answerTo(
    model: LanguageModel,
    question: Question,
    deadline: EpochMs,
    givenUp: AbortSignal,
  ): Promise<Result<LlmAnswer>> {
    const limit = new AbortController()
    const cancel = this.deps.clock.at(deadline, () => limit.abort(new DOMException('The time is up.', 'TimeoutError')))
    const signal = AbortSignal.any([limit.signal, givenUp])
    const { promise: cut, resolve: giveUp } = Promise.withResolvers<Result<LlmAnswer>>()
    const onAbort = (): void => giveUp(TIMED_OUT)
    signal.addEventListener('abort', onAbort)
    try {
      return await Promise.race([model.ask(question, signal), cut])
    } catch {
      // What an adapter throws may quote headers: it is not repeated.
      return fail('llm/unavailable', 'The model could not be asked.')
    } finally {
      cancel()
      signal.removeEventListener('abort', onAbort)
    }
  }

  private count(change: 1 | -1): void {
    const before = this.out
    this.out += change
    if (before === 0 || this.out === 0) for (const listener of this.listeners) listener()
  }
}

const TIMED_OUT = fail('llm/timeout', 'There was no answer in time.')

/** Only an answer can be improved upon, not the way there. */
const isOfTheAnswer = ({ code }: Failure): boolean =>
  code.startsWith('answer/') || code === 'llm/blank' || code === 'llm/bad-answer'

const hashOf = ({ system, user }: Prompt, hash: Hash): string => hash(`${system}\n\n${user}`)

const NOTHING_KNOWN = { model: null, inputTokens: null, outputTokens: null, costUsd: null, answer: null } as const

/** A provider that counts no tokens says nothing of the cost either. */
function spentOn({ text, model, inputTokens, outputTokens, costUsd }: LlmAnswer) {
  const isCounted = inputTokens > 0 || outputTokens > 0
  return {
    model,
    inputTokens: isCounted ? inputTokens : null,
    outputTokens: isCounted ? outputTokens : null,
    costUsd: isCounted ? costUsd : null,
    answer: oneLine(text, ANSWER_LIMIT),
  }
}
