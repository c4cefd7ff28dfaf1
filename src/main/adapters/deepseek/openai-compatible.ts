import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { ANSWER_BYTES, isTooLong, limitedFetch } from '../../../shared/limited-fetch.ts'
import { type Failure, fail, ok } from '../../../shared/result.ts'
import {
  costAtMost,
  costUsd,
  listedNames,
  type ProviderTerms,
  refusal,
  tokenCount,
} from '../../domain/resolution-provider.ts'
import { withoutSecret } from '../../domain/resolution-text.ts'
import type { LanguageModel, Listed, LlmReply, Priced, Spent } from '../../ports.ts'

/** The SDK insists on a key, also where none is sent. */
const NO_KEY = 'none'

/**
 * Whoever speaks OpenAI's chat completions with JSON answers: DeepSeek, Ollama and many others. Never rejects and never
 * tries twice: that is for whoever asks to say. Errors `llm/…`: `timeout`, `rate-limited`, `unavailable`, `refused` (by the
 * provider), `declined` (by the model), `blank`, `bad-answer`.
 *
 * @param title what messages call it.
 * @param terms with an empty key nothing is sent in its place.
 */
export function createOpenAiCompatible(title: string, terms: ProviderTerms): LanguageModel & Priced & Listed {
  // The SDK adds these headers to every request, over its own and with no option against it (openai 7.57): what opens
  // a gateway of OpenAI, or OpenAI itself, would go to others.
  delete process.env.OPENAI_CUSTOM_HEADERS
  const client = new OpenAI({
    apiKey: terms.apiKey || NO_KEY,
    ...(terms.apiKey === '' ? { defaultHeaders: { authorization: null } } : {}),
    baseURL: terms.baseUrl,
    // What the environment holds for OpenAI is nobody else's business.
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    // Covers the body too (tried with openai 7.57), which the Anthropic SDK's does not.
    timeout: terms.timeLimitMs,
    logLevel: 'off',
    fetch: limitedFetch(ANSWER_BYTES),
  })
  return {
    modelName: terms.model,
    costAtMost: (prompt) => costAtMost(prompt, terms),
    async ask(prompt, signal) {
      try {
        const completion: unknown = await client.chat.completions.create(
          {
            model: terms.model,
            max_tokens: terms.maxOutputTokens,
            response_format: { type: 'json_object' },
            messages: [
              { role: 'system', content: prompt.system },
              { role: 'user', content: prompt.user },
            ],
          },
          { signal },
        )
        return read(title, completion as Partial<OpenAI.ChatCompletion> | null, terms)
      } catch (error) {
        return {
          ok: false,
          error: failureOf(title, error, signal, terms),
          ...(isAnswered(error) ? { spent: UNPAID } : {}),
        }
      }
    },
    async listed(signal) {
      try {
        const page: { readonly data?: unknown } = await client.models.list({ signal })
        return listedNames(title, page.data, terms, (name) => cleaned(name, terms))
      } catch (error) {
        return { ok: false, error: failureOf(title, error, signal, terms) }
      }
    },
  }
}

/** The SDK checks nothing: a 200 may carry any JSON, or a page of HTML as text. */
function read(title: string, completion: Partial<OpenAI.ChatCompletion> | null, terms: ProviderTerms): LlmReply {
  const choice: Partial<OpenAI.ChatCompletion.Choice> | undefined = completion?.choices?.[0]
  if (choice?.message == null) return fail('llm/bad-answer', `${title} sent something that is not a completion.`)
  const inputTokens = tokenCount(completion?.usage?.prompt_tokens)
  const outputTokens = tokenCount(completion?.usage?.completion_tokens)
  const spent: Spent = {
    model: cleaned(String(completion?.model ?? terms.model), terms).slice(0, 100),
    inputTokens,
    outputTokens,
    costUsd: costUsd(inputTokens, outputTokens, terms),
  }
  const text = choice.message.content
  const problem = problemOf(title, choice.finish_reason, Boolean(choice.message.refusal), text)
  if (problem !== null) return inputTokens + outputTokens > 0 ? { ...problem, spent } : problem
  return ok({ text: cleaned(String(text), terms), ...spent })
}

/** Why a completion says nothing; null when it does. */
function problemOf(title: string, reason: string | undefined, isRefused: boolean, text: unknown) {
  if (reason === 'insufficient_system_resource') return fail('llm/unavailable', `${title} gave up half-way.`)
  if (reason === 'content_filter' || isRefused) return fail('llm/declined', `${title} declined to answer.`)
  if (reason === 'length') return fail('llm/bad-answer', 'The answer was cut off: it must be shorter.')
  if (text == null || (typeof text === 'string' && text.trim() === ''))
    return fail('llm/blank', 'The answer was blank.')
  return typeof text === 'string' ? null : fail('llm/bad-answer', `${title} sent something that is not text.`)
}

/** An error of the provider's own is not paid for; of what broke on the way nobody knows. */
const isAnswered = (error: unknown): boolean => error instanceof APIError && error.status !== undefined
const UNPAID: Spent = { model: '', inputTokens: 0, outputTokens: 0, costUsd: '0' }

/** No word of an answer is as long: a key in base64, hexadecimal or URL form is, also when JSON writes it in code units. */
const LONG_RUN = /(?:[A-Za-z0-9+/=_%-]|\\u[0-9a-f]{4}|\\\/){30,}/gi
const cleaned = (text: string, { apiKey }: ProviderTerms): string =>
  withoutSecret(text, apiKey).replace(LONG_RUN, '[key]')

function failureOf(title: string, error: unknown, signal: AbortSignal, terms: ProviderTerms): Failure {
  if (signal.aborted || error instanceof APIConnectionTimeoutError) {
    return { code: 'llm/timeout', message: `${title} did not answer in time.` }
  }
  if (isTooLong(error)) return { code: 'llm/bad-answer', message: `${title} sent more than an answer can be.` }
  if (error instanceof APIConnectionError) return { code: 'llm/unavailable', message: `${title} cannot be reached.` }
  if (error instanceof APIError && error.status !== undefined) {
    const detail: unknown = error.error?.message
    return refusal(title, error.status, typeof detail === 'string' ? cleaned(detail, terms) : null, terms)
  }
  if (error instanceof SyntaxError)
    return { code: 'llm/bad-answer', message: `${title} sent something that is not JSON.` }
  return { code: 'llm/unavailable', message: `The connection to ${title} broke.` }
}
