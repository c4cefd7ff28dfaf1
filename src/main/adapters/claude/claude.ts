import Anthropic, { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import { ANSWER_BYTES, isTooLong, limitedFetch } from '../../../shared/limited-fetch.ts'
import { type Failure, fail, ok } from '../../../shared/result.ts'
import { ANSWER_SCHEMA } from '../../domain/resolution.ts'
import {
  costAtMost,
  costUsd,
  listedNames,
  type ProviderTerms,
  refusal,
  tokenCount,
} from '../../domain/resolution-provider.ts'
import { withoutSecret } from '../../domain/resolution-text.ts'
import type { Listed, Llm, LlmReply, Priced, Spent } from '../../ports.ts'

/**
 * Claude. Never rejects and never tries twice: who is asked next is the coordinator's to say.
 * Errors `llm/…`: `timeout`, `rate-limited`, `unavailable`, `refused` (by the provider), `declined` (by the model), `blank`, `bad-answer`.
 */
export function createClaude(terms: ProviderTerms): Llm & Priced & Listed {
  // The SDK adds these headers to every request, over its own and with no option against it (tried with 1.12): they
  // are other programs', for gateways of theirs.
  delete process.env.ANTHROPIC_CUSTOM_HEADERS
  const client = new Anthropic({
    // A key given here is the only credential: the SDK then reads none from the environment or its profiles.
    apiKey: terms.apiKey,
    baseURL: terms.baseUrl,
    maxRetries: 0,
    timeout: terms.timeLimitMs,
    logLevel: 'off',
    fetch: limitedFetch(ANSWER_BYTES),
  })
  return {
    resolver: 'claude',
    modelName: terms.model,
    costAtMost: (prompt) => costAtMost(prompt, terms),
    async ask(prompt, signal) {
      // The SDK's own time-out ends with the headers (tried with 1.12): a body that never ends needs this one.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(terms.timeLimitMs)])
      try {
        // Temperature, prefill, forced tools and thinking budgets are answered with 400.
        const message: unknown = await client.messages.create(
          {
            model: terms.model,
            max_tokens: terms.maxOutputTokens,
            system: prompt.system,
            messages: [{ role: 'user', content: prompt.user }],
            output_config: { format: { type: 'json_schema', schema: prompt.answerSchema ?? ANSWER_SCHEMA } },
          },
          { signal: limit },
        )
        return read(message as Partial<Anthropic.Message> | null, terms)
      } catch (error) {
        return { ok: false, error: failureOf(error, limit, terms), ...(isAnswered(error) ? { spent: UNPAID } : {}) }
      }
    },
    async listed(signal) {
      // As above: the SDK's own time-out does not cover the body.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(terms.timeLimitMs)])
      try {
        // One page holds them all: without a limit it holds twenty.
        const page: { readonly data?: unknown } = await client.models.list({ limit: 1_000 }, { signal: limit })
        return listedNames('Claude', page.data, terms, (name) => cleaned(name, terms))
      } catch (error) {
        return { ok: false, error: failureOf(error, limit, terms) }
      }
    },
  }
}

/** The SDK checks nothing: a 200 may carry any JSON, or a page of HTML as text. */
function read(message: Partial<Anthropic.Message> | null, terms: ProviderTerms): LlmReply {
  if (!Array.isArray(message?.content)) return fail('llm/bad-answer', 'Claude sent something that is not a message.')
  const { usage } = message
  const inputTokens =
    tokenCount(usage?.input_tokens) +
    tokenCount(usage?.cache_creation_input_tokens) +
    tokenCount(usage?.cache_read_input_tokens)
  const outputTokens = tokenCount(usage?.output_tokens)
  const spent: Spent = {
    model: cleaned(String(message.model ?? terms.model), terms).slice(0, 100),
    inputTokens,
    outputTokens,
    costUsd: costUsd(inputTokens, outputTokens, terms),
  }
  // Thinking may come first, and is not the answer.
  const text = message.content
    .map((block) => (block?.type === 'text' && typeof block.text === 'string' ? block.text : ''))
    .join('')
  const problem = problemOf(message.stop_reason, text)
  if (problem !== null) return inputTokens + outputTokens > 0 ? { ...problem, spent } : problem
  return ok({ text: cleaned(text, terms), ...spent })
}

/** Why a message says nothing; null when it does. */
function problemOf(reason: Anthropic.Message['stop_reason'] | undefined, text: string) {
  if (reason === 'refusal') return fail('llm/declined', 'Claude declined to answer.')
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') {
    return fail('llm/bad-answer', 'The answer was cut off: it must be shorter.')
  }
  return text.trim() === '' ? fail('llm/blank', 'The answer was blank.') : null
}

/** An error of the provider's own is not paid for; of what broke on the way nobody knows. */
const isAnswered = (error: unknown): boolean => error instanceof APIError && error.status !== undefined
const UNPAID: Spent = { model: '', inputTokens: 0, outputTokens: 0, costUsd: '0' }

/** No word of an answer is as long: a key in base64, hexadecimal or URL form is, also when JSON writes it in code units. */
const LONG_RUN = /(?:[A-Za-z0-9+/=_%-]|\\u[0-9a-f]{4}|\\\/){30,}/gi
const cleaned = (text: string, { apiKey }: ProviderTerms): string =>
  withoutSecret(text, apiKey).replace(LONG_RUN, '[key]')

function failureOf(error: unknown, limit: AbortSignal, terms: ProviderTerms): Failure {
  if (limit.aborted || error instanceof APIConnectionTimeoutError) {
    return { code: 'llm/timeout', message: 'Claude did not answer in time.' }
  }
  if (isTooLong(error)) return { code: 'llm/bad-answer', message: 'Claude sent more than an answer can be.' }
  if (error instanceof APIConnectionError) return { code: 'llm/unavailable', message: 'Claude cannot be reached.' }
  if (error instanceof APIError && error.status !== undefined) {
    const detail: unknown = error.apiMessage
    return refusal('Claude', error.status, typeof detail === 'string' ? cleaned(detail, terms) : null, terms)
  }
  if (error instanceof SyntaxError)
    return { code: 'llm/bad-answer', message: 'Claude sent something that is not JSON.' }
  return { code: 'llm/unavailable', message: 'The connection to Claude broke.' }
}
