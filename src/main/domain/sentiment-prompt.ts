import { fail, ok, type Result } from '../../shared/result.ts'
import { jsonOf } from './resolution.ts'
import { fenced, fillTemplate, type Prompt, type PromptTemplate } from './resolution-prompt.ts'

/** Holes of the part `# User` of config/prompts/sentiment.md. */
export const SENTIMENT_HOLES = ['headlines', 'count'] as const
/** Headlines that are shown to a model at once. */
export const HEADLINES_AT_ONCE = 30

/** The answer's shape for providers that take a schema. They count nothing and enforce no bounds: `readScores` does. */
export const SCORES_SCHEMA = {
  type: 'object',
  properties: {
    scores: { type: 'array', items: { type: 'number' }, description: 'One for each headline, from -1 to 1.' },
  },
  required: ['scores'],
  additionalProperties: false,
}

/** @param problem why the answer before this one could not be used; null the first time. */
export const buildSentimentPrompt = (
  template: PromptTemplate,
  headlines: readonly string[],
  problem: string | null,
): Prompt =>
  fillTemplate(
    template,
    {
      headlines: fenced(headlines.map((headline, index) => ({ index, headline }))),
      count: String(headlines.length),
    },
    problem,
  )

/**
 * A model's scores, one for each headline in their order, -1 to 1. `{"scores": [0.5, -1, …]}` and nothing else is
 * accepted: a score too few, or one out of bounds, and none of them counts. So a headline that talks a model into
 * something can move its own score and those beside it within the bounds, and nothing else.
 *
 * Errors `answer/…`: those of `jsonOf`, `wrong-shape`, `scores`.
 */
export function readScores(text: string, count: number): Result<readonly number[]> {
  const parsed = jsonOf(text)
  if (!parsed.ok) return parsed
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('answer/wrong-shape', 'It is not a JSON object.')
  const { scores, ...more } = value as Readonly<Record<string, unknown>>
  if (!Array.isArray(scores) || Object.keys(more).length > 0)
    return fail('answer/wrong-shape', 'It is not {"scores": […]} and nothing else.')
  if (scores.length !== count) return fail('answer/scores', `It has ${scores.length} scores for ${count} headlines.`)
  const wrong = scores.findIndex((score) => !(typeof score === 'number' && score >= -1 && score <= 1))
  if (wrong >= 0) return fail('answer/scores', `The score at ${wrong} is not a number from -1 to 1.`)
  return ok(scores.map((score: number) => score + 0))
}
