import type { Llm, LlmAnswer, Priced } from '../../src/main/ports.ts'
import { fail, type Result } from '../../src/shared/result.ts'
import { QUESTION_COST as COST_USD } from './crash-inspect-conflicts.ts'
import { pick } from './crash-load.ts'

const REFUSALS = ['llm/rate-limited', 'llm/unavailable', 'llm/declined', 'llm/blank', 'llm/bad-answer'] as const

/** Models that choose anything, refuse, talk nonsense or never answer; who was asked is told before anything else. */
export function createCrashModels(random: () => number, onAsked: () => void): readonly (Llm & Priced)[] {
  return (['deepseek', 'claude'] as const).map((resolver): Llm & Priced => ({
    resolver,
    modelName: 'a-model',
    costAtMost: () => '0.001',
    async ask({ user }, signal) {
      onAsked()
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise((turn) => setImmediate(turn))
      if (random() < 0.1) return givenUp(signal)
      return random() < 0.2 ? fail(pick(random, REFUSALS) ?? 'llm/unavailable', 'It did not work.') : said(user, random)
    },
  }))
}

const givenUp = (signal: AbortSignal): Promise<Result<LlmAnswer>> =>
  new Promise((tell) => {
    signal.addEventListener('abort', () => tell(fail('llm/timeout', 'There was no answer in time.')))
  })

function said(user: string, random: () => number): Result<LlmAnswer> {
  const options = [...user.matchAll(/"id": "(\w+)"/g)].map(([, id]) => id ?? '')
  const [, type = ''] = /"conflict": "(\w+)"/.exec(user) ?? []
  const option = random() < 0.1 ? 'double_size' : (pick(random, [...options, 'abstain']) ?? '')
  const answer = { option, confidence: 0.7, reasons: 'It looks so.', cites: [{ field: 'conflict', value: type }] }
  const text = random() < 0.1 ? 'Let me see' : JSON.stringify(answer)
  return { ok: true, value: { text, model: 'a-model', inputTokens: 1_000, outputTokens: 200, costUsd: COST_USD } }
}
