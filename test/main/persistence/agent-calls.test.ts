import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { AgentCall } from '../../../src/main/ports.ts'
import { DAY, epochMs } from '../../../src/shared/time.ts'
import { BTC_USDT } from '../../support/money-arbitraries.ts'
import { inFolder, openMemory, openOrThrow } from './builders.ts'

const TODAY = epochMs(20_000 * DAY)
const call = (change: Partial<AgentCall> = {}): AgentCall => ({
  agent: 'trading_decision',
  symbol: BTC_USDT,
  at: TODAY,
  name: 'local',
  model: 'llama3.1:8b',
  promptHash: 'f00d',
  inputTokens: 1_000,
  outputTokens: 20,
  costUsd: '0.0021',
  latencyMs: 812.25,
  outcome: 'used',
  answer: '{"bias":"long"}',
  ...change,
})
const unanswered = call({
  symbol: null,
  model: null,
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
  outcome: 'llm/timeout: There was no answer in time.',
  answer: null,
})

describe('questions to models on file', () => {
  it('come back as they went, newest first, those of one agent', () => {
    inFolder((folder) => {
      const file = `${folder}/paper.db`
      const first = openOrThrow(file)
      const { agentCalls } = createStores(first)
      for (const each of [call(), unanswered, call({ agent: 'sentiment' })]) agentCalls.add(each)
      first.close()
      const again = openOrThrow(file)
      expect(createStores(again).agentCalls.recent('trading_decision', 10)).toEqual([unanswered, call()])
      expect(createStores(again).agentCalls.recent('trading_decision', 1)).toEqual([unanswered])
      again.close()
    })
  })

  it('tell what an agent has spent since a time, exactly, as far as it is known', () => {
    const { agentCalls } = createStores(openMemory())
    expect(agentCalls.costSince('trading_decision', TODAY)).toBeNull()
    agentCalls.add(call({ at: epochMs(TODAY - 1), costUsd: '5' }))
    expect(agentCalls.costSince('trading_decision', TODAY)).toBe('0')
    for (const costUsd of ['0.1', '0.2', '0.0000000001', null]) agentCalls.add(call({ costUsd }))
    agentCalls.add(call({ agent: 'sentiment', costUsd: '7' }))
    expect(agentCalls.costSince('trading_decision', TODAY)).toBe('0.3000000001')
  })

  it('are never rewritten, and never longer than what is kept of an answer', () => {
    const database = openMemory()
    const { agentCalls } = createStores(database)
    agentCalls.add(call({ answer: '😀'.repeat(4_000) }))
    expect(() => agentCalls.add(call({ answer: 'x'.repeat(4_001) }))).toThrow('CHECK')
    expect(() => database.sql.exec("UPDATE agent_calls SET cost_usd = '0'")).toThrow('append-only')
    expect(() => database.sql.exec('DELETE FROM agent_calls')).toThrow('append-only')
  })
})
