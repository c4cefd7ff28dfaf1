import type { ProviderTerms } from '../../domain/resolution-provider.ts'
import type { Listed, Llm, Priced } from '../../ports.ts'
import { createOpenAiCompatible } from './openai-compatible.ts'

/** DeepSeek through its OpenAI-compatible interface; errors are those of `createOpenAiCompatible`. */
export const createDeepSeek = (terms: ProviderTerms): Llm & Priced & Listed => ({
  resolver: 'deepseek',
  ...createOpenAiCompatible('DeepSeek', terms),
})
