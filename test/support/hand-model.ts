import type { Llm, Priced } from '../../src/main/ports.ts'

/** A model whose answers the test gives by hand. */
export function aModel(resolver: Llm['resolver']) {
  const questions: {
    readonly user: string
    readonly signal: AbortSignal
    readonly say: (text: string) => void
    readonly fail: (code: string) => void
  }[] = []
  const llm: Llm & Priced = {
    resolver,
    modelName: `${resolver}-1`,
    costAtMost: () => '0.02',
    ask: ({ user }, signal) =>
      new Promise((tell) => {
        questions.push({
          user,
          signal,
          fail: (code) => tell({ ok: false, error: { code, message: 'It did not work.' } }),
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
