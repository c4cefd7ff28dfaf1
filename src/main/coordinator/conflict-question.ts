import { type Failure, fail, type Result } from '../../shared/result.ts'
import { after } from '../../shared/time.ts'
import type { Prompt } from '../domain/resolution-prompt.ts'
import type { Clock, Llm, LlmAnswer } from '../ports.ts'

/** One question on its way to one model. */
export type Question = {
  /** Never rejects; fails with `llm/timeout` when the time is up, whether or not the model listens to its signal. */
  readonly answer: Promise<Result<LlmAnswer>>
  /** Gives up waiting, at once. */
  abort(): void
}

export function ask(llm: Llm, prompt: Prompt, clock: Clock, timeLimitMs: number): Question {
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

/** A failure of the answer, not of the way there: worth showing to the model once. */
export const isWorthRetrying = ({ code }: Failure): boolean =>
  code.startsWith('answer/') || code === 'llm/blank' || code === 'llm/bad-answer'
