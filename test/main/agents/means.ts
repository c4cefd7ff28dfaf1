import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { AgentMeans } from '../../../src/main/agents/agent.ts'
import type { Clock } from '../../../src/main/ports.ts'
import { asset } from '../../../src/shared/ids.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createTestQuestions } from './test-questions.ts'

const CONFIG = join(import.meta.dirname, '../../../config')

/** The block of an agent in agents.yaml as it is shipped, without the keys that all agents have. */
export function shippedBlock(name: string): Readonly<Record<string, unknown>> {
  const source = readFileSync(join(CONFIG, 'agents.yaml'), 'utf8')
  const { enabled, every_minutes, time_limit_seconds, ...own } = parse(source, { schema: 'failsafe' }).agents[name]
  return own
}

/** What agents are made with where there is neither a model nor any news. */
export const meansOf = (clock: Clock, change: Partial<AgentMeans> = {}): AgentMeans => ({
  name: 'somebody',
  clock,
  baseIntervalMs: MINUTE,
  exits: { stopAtrMultiple: 2, rewardToRisk: 1.5 },
  quote: asset('USDT'),
  openNews: () => [],
  llms: [],
  openModels: () => [],
  questions: createTestQuestions(clock).questions,
  tell() {},
  prompts: { sentiment: '', panel: '' },
  ...change,
})
