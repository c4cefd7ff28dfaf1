import { type Decimal, decimal, integer, toText } from '../../shared/money.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { oneLine, withoutSecret } from './resolution-text.ts'

/*
 * What holds for every provider of models: its terms, what an answer costs, what its failures are called.
 */

export type ProviderTerms = {
  readonly apiKey: string
  readonly baseUrl: string
  readonly model: string
  /** For one answer, from request to last byte, in real time. */
  readonly timeLimitMs: number
  /** Thinking included. */
  readonly maxOutputTokens: number
  readonly usdPerMillionInput: Decimal
  readonly usdPerMillionOutput: Decimal
}

const MILLION = decimal('1000000')

/** In USD, rounded up to ten decimals: input counts in full even where a provider's cache makes it cheaper. */
export const costUsd = (inputTokens: number, outputTokens: number, terms: ProviderTerms): string =>
  toText(
    integer(inputTokens)
      .times(terms.usdPerMillionInput)
      .plus(integer(outputTokens).times(terms.usdPerMillionOutput))
      .div(MILLION)
      .round(10, 3),
  )

/** Bytes that providers put around a prompt, the answer's schema among them. */
const AROUND_A_PROMPT = 4_000
const utf8 = new TextEncoder()

/** The most that asking this can cost, in USD: no tokenizer makes more tokens than there are bytes. */
export const costAtMost = (
  { system, user }: { readonly system: string; readonly user: string },
  terms: ProviderTerms,
): string => costUsd(utf8.encode(system + user).length + AROUND_A_PROMPT, terms.maxOutputTokens, terms)

/** A token count as a provider states it; 0 for anything that is none. */
export const tokenCount = (stated: unknown): number =>
  typeof stated === 'number' && Number.isSafeInteger(stated) && stated >= 0 ? stated : 0

/**
 * The names in a provider's list of models, cleaned but for that of the settings, which is to be found again. Error
 * `llm/bad-answer` where there are none.
 *
 * @param list whatever stands in its place.
 */
export function listedNames(
  provider: string,
  list: unknown,
  { model }: ProviderTerms,
  cleaned: (text: string) => string,
): Result<readonly string[]> {
  const entries: readonly unknown[] = Array.isArray(list) ? list : []
  const names = entries.flatMap((entry) => {
    const { id } = (entry ?? {}) as { readonly id?: unknown }
    if (typeof id !== 'string') return []
    return [id === model ? id : cleaned(id)]
  })
  return names.length > 0 ? ok(names) : fail('llm/bad-answer', `${provider} sent no list of models.`)
}

/**
 * A provider's HTTP refusal in our words.
 *
 * @param detail what the provider says of it, if anything: shortened, and without the key. Left out where the key
 *               itself was refused, because providers quote it then.
 */
export function refusal(provider: string, status: number, detail: unknown, terms: ProviderTerms): Failure {
  const isAboutKey = status === 401 || status === 403
  const said = typeof detail === 'string' && !isAboutKey ? `: ${oneLine(withoutSecret(detail, terms.apiKey), 120)}` : ''
  const say = (code: string, what: string): Failure => ({
    code,
    message: `${provider} ${what} (HTTP ${status})${said}`,
  })
  if (status === 408) return say('llm/timeout', 'did not answer in time')
  if (status === 429) return say('llm/rate-limited', 'has had too many requests')
  if (status >= 500) return say('llm/unavailable', 'is not available')
  return say('llm/refused', isAboutKey ? 'refused the API key' : 'refused the request')
}
