import type { Failure } from '../../shared/result.ts'
import { type PromptTemplate, readTemplate } from '../domain/resolution-prompt.ts'
import {
  buildSentimentPrompt,
  HEADLINES_AT_ONCE,
  readScores,
  SCORES_SCHEMA,
  SENTIMENT_HOLES,
} from '../domain/sentiment-prompt.ts'
import type { Llm } from '../ports.ts'
import type { Questions } from './questions.ts'

/** Scores that are kept: several days of headlines. */
const KEPT = 2_000

type Deps = {
  /** On whose behalf models are asked. */
  readonly agent: string
  readonly questions: Questions
  /** Asked in this order; may be empty. */
  readonly llms: readonly Llm[]
  /** The text of config/prompts/sentiment.md. */
  readonly promptTemplate: string
  /** For one model, a second question included. */
  readonly timeLimitMs: number
}

/** Scores of headlines by a model, asked once for each headline. What no model has scored is the lexicon's. */
export class HeadlineScorer {
  private readonly deps: Deps
  /** Null where models decline to score it, which is no reason to ask them again. */
  private readonly scores = new Map<string, number | null>()
  private readonly template: PromptTemplate
  private readonly closing = new AbortController()
  private failure: string | null = null

  /** @throws when the prompt's file cannot be used. */
  constructor(deps: Deps) {
    this.deps = deps
    const template = readTemplate('sentiment.md', deps.promptTemplate, SENTIMENT_HOLES)
    if (!template.ok) throw new Error(template.error.message)
    this.template = template.value
  }

  /** Null while no model has scored it. */
  scoreOf(text: string): number | null {
    return this.scores.get(text) ?? null
  }

  /** Why the lexicon speaks instead, in one line; null when the models had their say. */
  problem(): string | null {
    if (this.deps.llms.length === 0) return 'No model has a key: headlines are scored by the lexicon.'
    return this.failure === null ? null : `Headlines are scored by the lexicon: ${this.failure}`
  }

  /** Has the models score what they have not seen, the newest last. Never rejects. */
  async take(texts: readonly string[]): Promise<void> {
    if (this.deps.llms.length === 0) return
    const unseen = [...new Set(texts)].filter((text) => !this.scores.has(text))
    this.failure = null
    for (let at = 0; at < unseen.length && this.failure === null; at += HEADLINES_AT_ONCE) {
      this.failure = await this.scoreAll(unseen.slice(at, at + HEADLINES_AT_ONCE))
    }
    for (const text of this.scores.keys()) {
      if (this.scores.size <= KEPT) break
      this.scores.delete(text)
    }
  }

  /** Gives up on the answer that is out. */
  close(): void {
    this.closing.abort()
  }

  /** Null when they are done with, else what went wrong: one among them that no model answers to is left to the lexicon. */
  private async scoreAll(texts: readonly string[]): Promise<string | null> {
    const failed = await this.scoreSome(texts)
    if (failed === null || !failed.isOfTheTexts) return failed?.text ?? null
    const [first] = texts
    if (texts.length === 1 && first !== undefined) {
      this.scores.set(first, null)
      return null
    }
    const half = Math.ceil(texts.length / 2)
    return (await this.scoreAll(texts.slice(0, half))) ?? this.scoreAll(texts.slice(half))
  }

  /** Null when some model scored them, else what went wrong with the last, and whether all stumbled over the texts. */
  private async scoreSome(texts: readonly string[]): Promise<Failed | null> {
    const { agent, questions, llms, timeLimitMs } = this.deps
    let failed: Failed = { text: 'no model was asked.', isOfTheTexts: false }
    let isOfTheTexts = true
    for (const llm of llms) {
      const scores = await questions.ask({
        agent,
        symbol: null,
        name: llm.resolver,
        model: llm,
        prompt: (problem) => ({
          ...buildSentimentPrompt(this.template, texts, problem),
          answerSchema: SCORES_SCHEMA,
        }),
        read: (text) => readScores(text, texts.length),
        timeLimitMs,
        signal: this.closing.signal,
      })
      if (scores.ok) {
        for (const [at, text] of texts.entries()) this.scores.set(text, scores.value[at] ?? 0)
        return null
      }
      isOfTheTexts &&= isOfTheText(scores.error)
      failed = { text: `${llm.resolver} failed (${scores.error.code}): ${scores.error.message}`, isOfTheTexts }
    }
    return failed
  }
}

type Failed = { readonly text: string; readonly isOfTheTexts: boolean }

/** What another text might have been answered. */
const isOfTheText = ({ code }: Failure): boolean =>
  code.startsWith('answer/') || code === 'llm/declined' || code === 'llm/blank'
