import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel'
import { type Decimal, decimal, toText } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { DAY, type EpochMs, epochMs } from '../../shared/time.ts'
import { oneLine } from '../domain/resolution-text.ts'
import type {
  AskedFor,
  Clock,
  Hash,
  Ids,
  LanguageModel,
  LlmCall,
  LlmCallStore,
  LlmReply,
  Priced,
  Question,
} from '../ports.ts'

export type ModelSettings = {
  /** US dollars from 00:00 UTC on, and for one decision: what a question may cost at most must still fit. */
  readonly perDayUsd: Decimal
  readonly perDecisionUsd: Decimal
  /** So many failures of a provider in a row, and it is left alone for so long, of the machine's own time. */
  readonly failuresInARow: number
  readonly leftAloneMs: number
}

/** What is known of a provider, for the window. */
export type ProviderState = {
  readonly provider: string
  readonly model: string
  readonly isLeftAlone: boolean
}

/** What a test call came to. */
export type TestCall = { readonly model: string; readonly latencyMs: number; readonly costUsd: string }

type Deps = {
  readonly clock: Clock
  /** The machine's own: money is spent by its days, however fast the market's clock runs. */
  readonly wallClock: Pick<Clock, 'now'>
  /** Elapsed real time, ms: for latencies, never for decisions. */
  readonly elapsed: () => number
  readonly ids: Pick<Ids, 'next'>
  readonly hash: Hash
  readonly calls: LlmCallStore
  /** False after Kill, and while halted. */
  readonly mayAsk: () => boolean
  /** Whether a provider did what it is there for; what it said is another matter. */
  readonly onOutcome: (isReached: boolean) => void
  readonly settings: ModelSettings
}

type Known = {
  readonly model: LanguageModel & Priced
  readonly breaker: CircuitBreakerPolicy
  /** When it was found to be failing last, by the elapsed time. */
  openedAt: number | null
}
/** What came of a question, and whether that counts against its provider. */
type Came = { readonly reply: LlmReply; readonly isFailure: boolean }

/** Characters that are kept. */
const [REQUEST_LIMIT, ANSWER_LIMIT, OUTCOME_LIMIT] = [40_000, 20_000, 300]
const AN_AGENTS: AskedFor = { purpose: 'agent', decisionId: null, correlationId: null, templateHash: null }
const A_TEST: Question = {
  system: 'You are asked whether you can be reached. Answer with the JSON object {"ok": true} and nothing else.',
  user: 'Answer in JSON: {"ok": true}',
  answerSchema: {
    type: 'object',
    properties: { ok: { type: 'boolean' } },
    required: ['ok'],
    additionalProperties: false,
  },
  askedFor: { ...AN_AGENTS, purpose: 'test' },
}
/** Says nothing of what it was asked. */
const NOT_REACHED = ['llm/unavailable', 'llm/timeout', 'llm/rate-limited', 'llm/refused']

/**
 * The one way to every model: each question is written down with what it may cost before it leaves, within the budgets,
 * and closed with what came back. A provider that keeps failing is left alone for a while.
 */
export class ModelDesk {
  private readonly deps: Deps
  private readonly models = new Map<string, Known>()
  private isClosed = false

  constructor(deps: Deps) {
    this.deps = deps
    deps.calls.interrupt('interrupted: the workstation was stopped')
  }

  /** The same model, on record. Errors besides its own: `llm/held-back`, `llm/left-alone`, `llm/budget`, `llm/not-recorded`. */
  onRecord<T extends LanguageModel & Priced>(provider: string, model: T): T {
    const { failuresInARow, leftAloneMs } = this.deps.settings
    const breaker = circuitBreaker(
      handleWhenResult((came) => (came as Came).isFailure),
      { halfOpenAfter: leftAloneMs, breaker: new ConsecutiveBreaker(failuresInARow) },
    )
    const known: Known = { model, breaker, openedAt: null }
    breaker.onBreak(() => {
      known.openedAt = this.deps.elapsed()
    })
    this.models.set(provider, known)
    return { ...model, ask: (question: Question, signal: AbortSignal) => this.ask(provider, question, signal) }
  }

  /** False while the program is halted. */
  mayAsk(): boolean {
    return !this.isClosed && this.deps.mayAsk()
  }

  providers(): readonly ProviderState[] {
    return [...this.models].map(([provider, known]) => ({
      provider,
      model: known.model.modelName,
      isLeftAlone: this.isLeftAlone(known),
    }))
  }

  /** The breaker stays open until somebody asks; from then on it is the next question that finds out. */
  private isLeftAlone({ breaker, openedAt }: Known): boolean {
    if (breaker.state !== CircuitState.Open || openedAt === null) return false
    return this.deps.elapsed() - openedAt < this.deps.settings.leftAloneMs
  }

  /** US dollars. */
  budget(): { readonly spentUsd: string; readonly perDayUsd: string; readonly perDecisionUsd: string } {
    const { calls, settings, wallClock } = this.deps
    return {
      spentUsd: toText(calls.spentSince(startOfDay(wallClock.now()))),
      perDayUsd: toText(settings.perDayUsd),
      perDecisionUsd: toText(settings.perDecisionUsd),
    }
  }

  /** One cheap question. Errors besides those of `onRecord`: `llm/unknown-provider`. */
  async test(provider: string): Promise<Result<TestCall>> {
    if (!this.models.has(provider)) {
      return fail('llm/unknown-provider', `There is no key for ${provider}, so it cannot be asked.`)
    }
    const startedAt = this.deps.elapsed()
    const reply = await this.ask(provider, A_TEST, new AbortController().signal)
    if (!reply.ok) return reply
    const { costUsd, model } = reply.value
    return ok({ model, latencyMs: this.deps.elapsed() - startedAt, costUsd })
  }

  /** What is out is closed by the next start: at what was reserved for it. */
  close(): void {
    this.isClosed = true
  }

  private async ask(provider: string, question: Question, signal: AbortSignal): Promise<LlmReply> {
    const known = this.models.get(provider)
    if (known === undefined) throw new Error(`nobody knows ${provider}`)
    try {
      // What is refused here never comes near the breaker, which would count it as an answer.
      const refused = this.refusal(known.model, question, signal)
      if (refused !== null) return refused
      return (await known.breaker.execute(() => this.askOnRecord(provider, known.model, question, signal))).reply
    } catch (error) {
      if (error instanceof BrokenCircuitError) return leftAlone(provider)
      throw error
    }
  }

  /** Null where it may be asked now. */
  private refusal(model: Priced, question: Question, signal: AbortSignal): LlmReply | null {
    if (!this.mayAsk()) return fail('llm/held-back', 'No model is asked while the program is halted.')
    if (signal.aborted) return fail('llm/timeout', 'Nobody waits for the answer any more.')
    const beyond = this.beyondBudget(model, question)
    return beyond === null ? null : fail('llm/budget', beyond)
  }

  /** Looked at again: while the breaker tries one question the others wait, and much may have happened. */
  private async askOnRecord(
    provider: string,
    model: LanguageModel & Priced,
    question: Question,
    signal: AbortSignal,
  ): Promise<Came> {
    const refused = this.refusal(model, question, signal)
    if (refused !== null) return { reply: refused, isFailure: false }
    const { calls, elapsed, onOutcome } = this.deps
    const call = this.callOf(provider, model, question)
    calls.add(call)
    const startedAt = elapsed()
    const reply = await askSafely(model, question, signal)
    // A question that the trader, or Kill, has made needless says nothing of the provider.
    const isGivenUp = signal.aborted && !isTimeUp(signal.reason)
    if (this.isClosed) return { reply, isFailure: false }
    if (!isGivenUp) onOutcome(isReached(reply))
    return { reply: this.settle(call, reply, elapsed() - startedAt), isFailure: !isGivenUp && !isReached(reply) }
  }

  private callOf(provider: string, model: Priced, question: Question): LlmCall {
    const { calls, clock, hash, ids, wallClock } = this.deps
    const askedFor = question.askedFor ?? AN_AGENTS
    const { system, user } = question
    const before = askedFor.decisionId === null ? [] : calls.ofDecision(askedFor.decisionId)
    return {
      ...askedFor,
      id: ids.next('llm'),
      provider,
      modelAsked: model.modelName,
      promptHash: hash(`${system}\n\n${user}`),
      request: JSON.stringify({ system: cut(system, REQUEST_LIMIT), user: cut(user, REQUEST_LIMIT) }),
      attempt: before.filter((each) => each.provider === provider).length + 1,
      startedAt: clock.now(),
      paidAt: wallClock.now(),
      reservedUsd: model.costAtMost(question),
    }
  }

  /** In words; null where it fits. */
  private beyondBudget(model: Priced, question: Question): string | null {
    const { calls, settings, wallClock } = this.deps
    const { decisionId } = question.askedFor ?? AN_AGENTS
    const most = decimal(model.costAtMost(question))
    const today = calls.spentSince(startOfDay(wallClock.now())).plus(most)
    if (today.gt(settings.perDayUsd)) {
      return `Today’s budget for models (${toText(settings.perDayUsd)} USD) does not cover another question.`
    }
    const forThis = decisionId === null ? null : calls.spentOn(decisionId).plus(most)
    return forThis?.gt(settings.perDecisionUsd)
      ? `The budget for one decision (${toText(settings.perDecisionUsd)} USD) does not cover another question.`
      : null
  }

  private settle(call: LlmCall, reply: LlmReply, latencyMs: number): LlmReply {
    const spent = reply.ok ? reply.value : (reply.spent ?? null)
    // A provider that does not count the tokens of both sides of an answer says nothing of what it costs either.
    const isCounted = spent !== null && (!reply.ok || (spent.inputTokens > 0 && spent.outputTokens > 0))
    try {
      this.deps.calls.close(call.id, {
        outcome: reply.ok ? 'answered' : oneLine(`${reply.error.code}: ${reply.error.message}`, OUTCOME_LIMIT),
        settledUsd: isCounted ? spent.costUsd : call.reservedUsd,
        answer: reply.ok ? cut(reply.value.text, ANSWER_LIMIT) : null,
        modelAnswered: spent?.model || null,
        inputTokens: isCounted ? spent.inputTokens : null,
        outputTokens: isCounted ? spent.outputTokens : null,
        latencyMs,
      })
    } catch {
      return fail('llm/not-recorded', 'The answer could not be recorded, so it is not used.')
    }
    return reply
  }
}

const leftAlone = (provider: string) =>
  fail('llm/left-alone', `${provider} has failed again and again: it is left alone for a while.`)

const isReached = (reply: LlmReply): boolean => reply.ok || !NOT_REACHED.includes(reply.error.code)
const isTimeUp = (reason: unknown): boolean => reason instanceof DOMException && reason.name === 'TimeoutError'

async function askSafely(model: LanguageModel, question: Question, signal: AbortSignal): Promise<LlmReply> {
  try {
    return await model.ask(question, signal)
  } catch {
    // What an adapter throws may quote headers: it is not repeated.
    return fail('llm/unavailable', 'The model could not be asked.')
  }
}

const startOfDay = (now: EpochMs): EpochMs => epochMs(Math.floor(now / DAY) * DAY)
/** Says so where it is not all. */
const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit).toWellFormed()} … (${text.length} characters)`
