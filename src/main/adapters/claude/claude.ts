import Anthropic, { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import { type Failure, fail, ok, type Result } from '../../../shared/result.ts'
import { ANSWER_SCHEMA } from '../../domain/resolution.ts'
import { costUsd, type ProviderTerms, refusal, tokenCount } from '../../domain/resolution-provider.ts'
import { withoutSecret } from '../../domain/resolution-text.ts'
import type { Llm, LlmAnswer } from '../../ports.ts'

/**
 * Claude. Never rejects and never tries twice: who is asked next is the coordinator's to say.
 * Errors `llm/…`: `timeout`, `rate-limited`, `unavailable`, `refused`, `blank`, `bad-answer`.
 */
export function createClaude(terms: ProviderTerms): Llm {
  const client = new Anthropic({
    // A key given here is the only credential: the SDK then reads none from the environment or its profiles.
    apiKey: terms.apiKey,
    baseURL: terms.baseUrl,
    maxRetries: 0,
    timeout: terms.timeLimitMs,
    logLevel: 'off',
  })
  return {
    resolver: 'claude',
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
            output_config: { format: { type: 'json_schema', schema: ANSWER_SCHEMA } },
          },
          { signal: limit },
        )
        return read(message as Partial<Anthropic.Message> | null, terms)
      } catch (error) {
        return { ok: false, error: failureOf(error, limit, terms) }
      }
    },
  }
}

/** The SDK checks nothing: a 200 may carry any JSON, or a page of HTML as text. */
function read(message: Partial<Anthropic.Message> | null, terms: ProviderTerms): Result<LlmAnswer> {
  if (!Array.isArray(message?.content)) return fail('llm/bad-answer', 'Claude sent something that is not a message.')
  if (message.stop_reason === 'refusal') return fail('llm/refused', 'Claude declined to answer.')
  if (message.stop_reason === 'max_tokens' || message.stop_reason === 'model_context_window_exceeded') {
    return fail('llm/bad-answer', 'The answer was cut off: it must be shorter.')
  }
  // Thinking may come first, and is not the answer.
  const text = message.content
    .map((block) => (block?.type === 'text' && typeof block.text === 'string' ? block.text : ''))
    .join('')
  if (text.trim() === '') return fail('llm/blank', 'The answer was blank.')
  const { usage } = message
  const inputTokens =
    tokenCount(usage?.input_tokens) +
    tokenCount(usage?.cache_creation_input_tokens) +
    tokenCount(usage?.cache_read_input_tokens)
  const outputTokens = tokenCount(usage?.output_tokens)
  return ok({
    text: withoutSecret(text, terms.apiKey),
    model: withoutSecret(String(message.model ?? terms.model), terms.apiKey).slice(0, 100),
    inputTokens,
    outputTokens,
    costUsd: costUsd(inputTokens, outputTokens, terms),
  })
}

function failureOf(error: unknown, limit: AbortSignal, terms: ProviderTerms): Failure {
  if (limit.aborted || error instanceof APIConnectionTimeoutError) {
    return { code: 'llm/timeout', message: 'Claude did not answer in time.' }
  }
  if (error instanceof APIConnectionError) return { code: 'llm/unavailable', message: 'Claude cannot be reached.' }
  if (error instanceof APIError && error.status !== undefined) {
    return refusal('Claude', error.status, error.apiMessage, terms)
  }
  if (error instanceof SyntaxError)
    return { code: 'llm/bad-answer', message: 'Claude sent something that is not JSON.' }
  return { code: 'llm/unavailable', message: 'The connection to Claude broke.' }
}
