import type { NewsItem } from '../../../src/main/domain/headline.ts'
import type { Llm, NewsSource, Question } from '../../../src/main/ports.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { epochMs } from '../../../src/shared/time.ts'

export const newsItem = (
  text: string,
  at: number,
  more: { readonly value?: number; readonly assets?: readonly Asset[]; readonly source?: string } = {},
): NewsItem => ({
  source: more.source ?? 'paper',
  text,
  at: epochMs(at),
  value: more.value ?? null,
  assets: more.assets ?? [],
})

/** A source that answers with what it is told to, when it is told to. */
export type FakeSource = NewsSource & {
  /** How often it was asked. */
  asked(): number
  /** Answers the question that is out. */
  answer(reply: readonly NewsItem[] | Error | string): Promise<void>
  readonly signals: readonly AbortSignal[]
}

export function createFakeSource(name = 'paper'): FakeSource {
  let items: readonly NewsItem[] = []
  let problem: string | null = null
  const signals: AbortSignal[] = []
  let out = Promise.withResolvers<Result<null>>()
  return {
    name,
    kind: 'headlines',
    signals,
    asked: () => signals.length,
    refresh(_, signal) {
      signals.push(signal)
      return out.promise
    },
    known: (since, now) => items.filter(({ at }) => at > since && at <= now),
    problem: () => problem,
    async answer(reply) {
      const { resolve, reject } = out
      out = Promise.withResolvers()
      problem = typeof reply === 'string' ? reply : null
      if (Array.isArray(reply)) items = reply
      if (reply instanceof Error) reject(reply)
      else resolve(typeof reply === 'string' ? fail('news/unreachable', reply) : ok(null))
      // Until everybody who waited has gone on.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    },
  }
}

/** A source of which everything is known from the start. */
export const recordedSource = (name: string, items: readonly NewsItem[]): NewsSource => ({
  name,
  kind: 'headlines',
  refresh: null,
  known: (since, now) => items.filter(({ at }) => at > since && at <= now),
  problem: () => null,
})

/** A model that answers from a script (`hangs` and `throws` are what they say), and remembers what it was asked. */
export function createFakeLlm(...script: readonly (string | { readonly fails: string })[]) {
  const questions: Question[] = []
  const llm: Llm = {
    resolver: 'deepseek',
    async ask(question) {
      const reply = script[questions.length]
      questions.push(question)
      if (reply === undefined || reply === 'throws') throw new Error('authorization: secret')
      // Deaf to its signal, as a library may be.
      if (reply === 'hangs') await new Promise(() => {})
      if (typeof reply !== 'string') return fail('llm/unavailable', reply.fails)
      return ok({ text: reply, model: 'm', inputTokens: 1, outputTokens: 1, costUsd: '0' })
    },
  }
  return { llm, questions }
}
