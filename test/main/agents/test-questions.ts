import { Questions } from '../../../src/main/agents/questions.ts'
import type { AgentCall, AgentCallStore, Clock } from '../../../src/main/ports.ts'

/** Questions whose records are kept in `calls`, newest last; `permit` holds them back and lets them go on. */
export function createTestQuestions(clock: Clock, store: Partial<AgentCallStore> = {}) {
  const calls: AgentCall[] = []
  const permit = { isGiven: true }
  const questions = new Questions({
    clock,
    elapsed: () => clock.now(),
    hash: (text) => `hash of ${text.length}`,
    calls: {
      add: (call) => void calls.push(call),
      recent: () => [],
      costSince: () => null,
      ...store,
    },
    mayAsk: () => permit.isGiven,
  })
  return { questions, calls, permit }
}
