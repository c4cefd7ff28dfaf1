import { type Failure, fail, type Result } from '../../shared/result.ts'
import { after } from '../../shared/time.ts'
import type { Answer } from '../domain/resolution.ts'
import { oneLine } from '../domain/resolution-text.ts'
import type { Question as Asked, Clock, Llm, LlmReply } from '../ports.ts'

/** One question on its way to one model. */
export type Question = {
  /** Never rejects; fails with `llm/timeout` when the time is up, whether or not the model listens to its signal. */
  readonly answer: Promise<LlmReply>
  /** Gives up waiting, at once. */
  abort(): void
}

/** One question, and one more that shows the model what was wrong with its answer. */
export const QUESTIONS_PER_MODEL = 2

/** What an answer, or its absence, means for the question after it. */
export type Next = 'done' | 'next model' | { readonly retryBecause: string }

/**
 * Runs what follows when nobody has called: a question that goes out, what came back being heard, the end. Lets
 * somebody note that it went on by itself.
 */
export type GoOn = <T>(what: 'asks' | 'hears' | 'ends', llm: Llm | null, answered: LlmReply | null, work: () => T) => T

export const unnoted: GoOn = (_what, _llm, _answered, work) => work()

export type Consultation = {
  readonly clock: Clock
  /** Asked in this order. */
  readonly llms: readonly Llm[]
  /** For one question to one model. */
  readonly timeLimitMs: number
  /** How often a model may be asked; twice unless given. */
  readonly questionsLeft?: (llm: Llm) => number
  readonly goOn: GoOn
  /** What to ask; null when there is nothing to ask any more, or nothing may be asked. */
  begin(llm: Llm, problem: string | null): Asked | null
  /** The question is out. */
  sent(question: Question): void
  take(llm: Llm, answered: LlmReply): Next
}

/** Asks one model after the other, until one of them has settled it; `nobody` when none has. */
export async function consult(consultation: Consultation): Promise<'done' | 'nobody'> {
  for (const llm of consultation.llms) {
    if ((await consultOne(consultation, llm)) === 'done') return 'done'
  }
  return 'nobody'
}

async function consultOne(consultation: Consultation, llm: Llm): Promise<'done' | 'next model'> {
  let problem: string | null = null
  const most = consultation.questionsLeft?.(llm) ?? QUESTIONS_PER_MODEL
  for (let asked = 0; asked < most; asked++) {
    const question = consultation.goOn('asks', llm, null, () => sendOut(consultation, llm, problem))
    if (question === null) return 'done'
    const answered = await question.answer
    const next = consultation.goOn('hears', llm, answered, () => consultation.take(llm, answered))
    if (next === 'done' || next === 'next model') return next
    problem = next.retryBecause
  }
  return 'next model'
}

function sendOut(consultation: Consultation, llm: Llm, problem: string | null): Question | null {
  const prompt = consultation.begin(llm, problem)
  if (prompt === null) return null
  const question = ask(llm, prompt, consultation.clock, consultation.timeLimitMs)
  consultation.sent(question)
  return question
}

function ask(llm: Llm, prompt: Asked, clock: Clock, timeLimitMs: number): Question {
  const controller = new AbortController()
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<LlmReply>()
  const abort = (reason?: DOMException): void => {
    controller.abort(reason)
    giveUp(fail('llm/timeout', 'There was no answer in time.'))
  }
  const timeUp = (): void => abort(new DOMException('The time is up.', 'TimeoutError'))
  const cancel = clock.at(after(clock.now(), timeLimitMs), timeUp)
  return {
    answer: Promise.race([askSafely(llm, prompt, controller.signal), givenUp]).finally(cancel),
    abort: () => abort(),
  }
}

async function askSafely(llm: Llm, prompt: Asked, signal: AbortSignal): Promise<LlmReply> {
  try {
    return await llm.ask(prompt, signal)
  } catch {
    // What an adapter throws may quote headers: it is not repeated.
    return fail('llm/unavailable', 'The model could not be asked.')
  }
}

/** After an answer that chose nothing. Only a failure of the answer, not of the way there, is worth showing to the model. */
export const nextAfter = (answer: Result<Answer>): Next =>
  answer.ok || !isOfTheAnswer(answer.error) ? 'next model' : { retryBecause: answer.error.message }
const isOfTheAnswer = ({ code }: Failure): boolean =>
  code.startsWith('answer/') || code === 'llm/blank' || code === 'llm/bad-answer'

/** What came back, in one line. */
export function said(answer: Result<Answer>): string {
  if (!answer.ok) return oneLine(`failed: ${answer.error.message} (${answer.error.code})`, 240)
  if (answer.value.kind === 'abstain') return oneLine(`abstained: ${answer.value.reasons}`, 240)
  return `chose ${answer.value.optionId} with confidence ${answer.value.confidence.toFixed(2)}`
}
