import type { Llm } from '../../src/main/ports.ts'

/** A model whose answers the test gives by hand. */
export function aModel(resolver: Llm['resolver']) {
  const questions: { readonly user: string; readonly signal: AbortSignal; readonly say: (text: string) => void }[] = []
  const llm: Llm = {
    resolver,
    ask: ({ user }, signal) =>
      new Promise((tell) => {
        questions.push({
          user,
          signal,
          say: (text) =>
            tell({
              ok: true,
              value: { text, model: `${resolver}-1`, inputTokens: 1, outputTokens: 1, costUsd: '0.01' },
            }),
        })
      }),
  }
  return { llm, questions, last: () => questions.at(-1) as (typeof questions)[number] }
}

/** Lets everything that is due in promises happen. */
export const settled = () => new Promise<void>((done) => setImmediate(done))
