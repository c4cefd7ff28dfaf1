import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { AgentMeans } from '../../../src/main/agents/agent.ts'
import { agentSchedule } from '../../../src/main/config-schema.ts'
import type { Clock } from '../../../src/main/ports.ts'
import { asset } from '../../../src/shared/ids.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createTestQuestions } from './test-questions.ts'

const CONFIG = join(import.meta.dirname, '../../../config')

/** The block of an agent in agents.yaml as it is shipped, without the keys that all agents have. */
export function shippedBlock(name: string) {
  const { [name]: block } = parse(readFileSync(join(CONFIG, 'agents.yaml'), 'utf8'), { schema: 'failsafe' }).agents
  for (const key of Object.keys(agentSchedule.shape)) delete block[key]
  return block
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
