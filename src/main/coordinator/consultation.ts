import { type Failure, fail, type Result } from '../../shared/result.ts'
import { after } from '../../shared/time.ts'
import type { Answer } from '../domain/resolution.ts'
import type { Prompt } from '../domain/resolution-prompt.ts'
import { oneLine } from '../domain/resolution-text.ts'
import type { Clock, Llm, LlmAnswer } from '../ports.ts'

/** One question on its way to one model. */
export type Question = {
  /** Never rejects; fails with `llm/timeout` when the time is up, whether or not the model listens to its signal. */
  readonly answer: Promise<Result<LlmAnswer>>
  /** Gives up waiting, at once. */
  abort(): void
}

/** One question, and one more that shows the model what was wrong with its answer. */
const QUESTIONS_PER_MODEL = 2

/** What an answer, or its absence, means for the question after it. */
export type Next = 'done' | 'next model' | { readonly retryBecause: string }

export type Consultation = {
  readonly clock: Clock
  /** Asked in this order. */
  readonly llms: readonly Llm[]
  /** For one question to one model. */
  readonly timeLimitMs: number
  /** What to ask; null when there is nothing to ask any more, or nothing may be asked. */
  begin(llm: Llm, problem: string | null): Prompt | null
  /** The question is out. */
  sent(question: Question): void
  take(llm: Llm, answered: Result<LlmAnswer>): Next
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
  for (let asked = 0; asked < QUESTIONS_PER_MODEL; asked++) {
    const prompt = consultation.begin(llm, problem)
    if (prompt === null) return 'done'
    const question = ask(llm, prompt, consultation.clock, consultation.timeLimitMs)
    consultation.sent(question)
    const next = consultation.take(llm, await question.answer)
    if (next === 'done' || next === 'next model') return next
    problem = next.retryBecause
  }
  return 'next model'
}

function ask(llm: Llm, prompt: Prompt, clock: Clock, timeLimitMs: number): Question {
  const controller = new AbortController()
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<Result<LlmAnswer>>()
  const abort = (): void => {
    controller.abort()
    giveUp(fail('llm/timeout', 'There was no answer in time.'))
  }
  const cancel = clock.at(after(clock.now(), timeLimitMs), abort)
  return { answer: Promise.race([askSafely(llm, prompt, controller.signal), givenUp]).finally(cancel), abort }
}

async function askSafely(llm: Llm, prompt: Prompt, signal: AbortSignal): Promise<Result<LlmAnswer>> {
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
